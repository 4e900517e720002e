//! Devices as the run begins: traits, and timers at a random point of their cycle.
//!
//! Invariant: a device's traits depend on the seed and on its number, not on its shard.

use crate::base::{ClassId, Purpose, Tick, TowerId, unit_interval};
use crate::kernel::{MAX_ENTITIES, Timers};
use crate::network::air::Air;
use crate::network::counters::ClassCounts;
use crate::population::{Device, Placement, flag};

use super::account::SLICE;
use super::{EVENT_KINDS, Home, Shard, SliceAccount, ims_state, later, nas_state, ticks};

/// Cut the devices into shards of about `size` (at least a slice each), still lifeless.
pub(in crate::network) fn shards(placement: &Placement, air: &Air, size: usize) -> Vec<Shard> {
    let (mut shards, mut slices) = (vec![], vec![]);
    let (mut first, mut count) = (0, 0);
    for groups in placement.groups().chunk_by(|a, b| a.tower == b.tower) {
        let classes: Vec<ClassId> = groups
            .iter()
            .flat_map(|group| std::iter::repeat_n(group.class, group.count as usize))
            .collect();
        for slice in classes.chunks(SLICE as usize) {
            if count > 0 && count + slice.len() > size.min(MAX_ENTITIES) {
                let shard = Shard::new(first, air, &slices);
                first += shard.count_devices();
                shards.push(shard);
                (count, slices) = (0, vec![]);
            }
            count += slice.len();
            slices.push((groups[0].tower, slice.to_vec()));
        }
    }
    shards.push(Shard::new(first, air, &slices));
    shards
}

impl Shard {
    /// A shard of these slices, with room for their devices and no others.
    fn new(first: u32, air: &Air, slices: &[(TowerId, Vec<ClassId>)]) -> Self {
        let mut shard = Self::empty(first, air);
        let count = slices.iter().map(|(_, classes)| classes.len()).sum();
        shard.devices.reserve_exact(count);
        for (tower, classes) in slices {
            shard.settle(air, *tower, classes);
        }
        shard
    }

    fn empty(first: u32, air: &Air) -> Self {
        let cells = air.regions * air.classes.len();
        Self {
            first,
            devices: Vec::new(),
            timers: Timers::new(),
            slices: Vec::new(),
            homes: Vec::new(),
            cells: vec![ClassCounts::default(); cells],
            since: vec![[0; 4]; cells],
            classes: air.classes.len(),
            ended: Vec::new(),
            outbox: Vec::new(),
            stranded: Vec::new(),
            inbox: Vec::new(),
            events: [0; EVENT_KINDS.len()],
            fired: 0,
        }
    }

    /// Add the (still lifeless) devices of a slice of a tower.
    fn settle(&mut self, air: &Air, tower: TowerId, classes: &[ClassId]) {
        let from = self.count_devices();
        let home = u16::try_from(self.slices.len()).expect("a shard has at most 65,536 slices");
        self.devices
            .extend(classes.iter().map(|&ClassId(class)| Device {
                home,
                class,
                ..Device::default()
            }));
        self.slices
            .push(SliceAccount::new(tower, from, self.count_devices()));
        let state = air.towers[tower.index()].state;
        self.homes.push(Home { tower, state });
    }

    fn count_devices(&self) -> u32 {
        u32::try_from(self.devices.len()).expect("a shard is small")
    }

    /// Give every device its traits and first timers.
    pub(in crate::network) fn wake(
        &mut self,
        air: &Air,
        member_of: &(dyn Fn(u32, u16, TowerId, bool) -> Option<u8> + Sync),
    ) {
        for index in 0..self.devices.len() {
            self.draw_traits(air, index);
            self.draw_start(air, index, member_of);
            let cell = self.cell(index);
            self.cells[cell].devices += 1;
            self.update_service(air, index, 0);
            self.arm(index);
        }
        self.devices.shrink_to_fit();
    }

    fn draw_traits(&mut self, air: &Air, index: usize) {
        let words = air.draws.words(Purpose::Traits, self.number(index), 0);
        let more = air.draws.words(Purpose::Traits, self.number(index), 2);
        let class = &air.classes[self.devices[index].class as usize].spec;
        let voice = unit_interval(words[0]) < class.voice.get();
        let traits = [
            (flag::VOICE, voice),
            (
                flag::WIFI,
                voice && air.spec.ims.enabled && unit_interval(words[1]) < class.wifi_calling.get(),
            ),
            (flag::FIVE_G, unit_interval(words[2]) < class.five_g.get()),
            (
                flag::DATA_NEEDS_IMS,
                voice
                    && air.spec.ims.enabled
                    && unit_interval(words[3]) < class.data_needs_ims.get(),
            ),
            (
                flag::IGNORES_BACKOFF,
                unit_interval(more[0]) < class.ignores_backoff.get(),
            ),
            (
                flag::COVERED,
                unit_interval(more[1]) >= air.spec.access.uncovered.get(),
            ),
        ];
        for (bit, on) in traits {
            self.devices[index].set(bit, on);
        }
    }

    fn draw_start(
        &mut self,
        air: &Air,
        index: usize,
        member_of: &(dyn Fn(u32, u16, TowerId, bool) -> Option<u8> + Sync),
    ) {
        let words = air.draws.words(Purpose::Traits, self.number(index), 3);
        let device = &mut self.devices[index];
        (device.nas_due, device.ims_due) = (Device::IDLE, Device::IDLE);
        (device.call_due, device.redial_due) = (Device::IDLE, Device::IDLE);
        let member = self.first_member(air, index, member_of);
        if air.start_registered {
            self.devices[index].member = member.unwrap_or(0);
            self.start_registered(air, index, words);
        } else {
            let first = air
                .first_attempt
                .draw(unit_interval(words[0]), unit_interval(words[1]));
            self.devices[index].nas = nas_state::TRYING;
            self.devices[index].nas_due = first.as_ticks();
        }
        if air.spec.calls.enabled && self.devices[index].has(flag::VOICE) {
            self.schedule_call(air, index, 0);
        }
    }

    /// The pool member that a device would register with. One that is made for 5GS knows no other way than
    /// EPS where its pool has no AMF.
    fn first_member(
        &mut self,
        air: &Air,
        index: usize,
        member_of: &(dyn Fn(u32, u16, TowerId, bool) -> Option<u8> + Sync),
    ) -> Option<u8> {
        let (number, home) = (self.number(index), self.home(index));
        let pool = air.pool_of(air.towers[home.index()].state, self.devices[index].class);
        let five_g = self.devices[index].has(flag::FIVE_G);
        let member = member_of(number, pool, home, five_g);
        if !five_g || member.is_some() {
            return member;
        }
        self.devices[index].set(flag::FIVE_G, false);
        member_of(number, pool, home, false)
    }

    fn start_registered(&mut self, air: &Air, index: usize, words: [u32; 4]) {
        self.set_context(index, true);
        self.schedule_periodic(air, index, 0, air.timers.periodic);
        // A cycle that is under way: the first timer lies anywhere within it.
        if self.devices[index].nas_due != Device::IDLE {
            self.devices[index].nas_due = part(self.devices[index].nas_due, words[2]);
        }
        if air.spec.ims.enabled && self.devices[index].has(flag::VOICE) {
            self.set_ims(index, true);
            self.set_ims_state(index, ims_state::REGISTERED);
            self.devices[index].ims_due = later(0, part(air.timers.ims_refresh, words[3]));
        }
    }
}

fn part(whole: Tick, word: u32) -> Tick {
    ticks(crate::base::SimTime::from_tick(whole).as_secs_f64() * unit_interval(word))
}
