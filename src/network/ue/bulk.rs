//! What happens to many devices at one instant: contexts lost, towers gone, floods, announcements.
//!
//! Invariant: called between windows only; each touches the devices in scope and no others.

use crate::base::{Purpose, Tick, TowerId, unit_interval};
use crate::network::air::Air;
use crate::network::command::Scope;
use crate::network::counters::Initiator;
use crate::population::{Device, flag};

use super::{Shard, SliceAccount, ims_state, later, nas_state, ticks};

impl Shard {
    /// Bring all devices that sleep under `towers` up to `now`, before anything changes for them.
    pub(in crate::network) fn wake_towers(&mut self, air: &Air, towers: &[bool], now: Tick) {
        for slice in 0..self.slices.len() {
            if towers[self.slices[slice].tower.index()] {
                self.wake_up(air, slice, now);
            }
        }
    }

    /// Account anew for every device under `towers`: what is open or on the air there has changed.
    pub(in crate::network) fn refresh(&mut self, air: &Air, towers: &[bool], at: Tick) {
        for slice in 0..self.slices.len() {
            let SliceAccount {
                tower, from, to, ..
            } = self.slices[slice];
            if !towers[tower.index()] {
                continue;
            }
            for index in from as usize..to as usize {
                let before = self.devices[index].due();
                self.follow_tower(air, index, at);
                self.update_service(air, index, at);
                if self.devices[index].due() != before {
                    self.arm(index);
                }
            }
        }
    }

    /// Leave a tower that went off the air; come home when one's own is back.
    fn follow_tower(&mut self, air: &Air, index: usize, at: Tick) {
        let device = &self.devices[index];
        let home = self.home(index);
        let serving = air.serving_tower(home, device.serving());
        let home_on_air = air.towers[home.index()].state.on_air();
        if device.nas == nas_state::DESTROYED {
            return;
        }
        if device.nas == nas_state::NO_COVERAGE {
            if home_on_air || device.has(flag::COVERED) {
                self.lose_cell(air, index, at);
            }
        } else if !air.towers[serving.index()].state.on_air() {
            if !matches!(device.nas, nas_state::RESELECTING | nas_state::RESTARTING) {
                self.lose_cell(air, index, at);
            }
        } else if home_on_air && device.serving() != 0 {
            self.devices[index].set_serving(0);
        }
    }

    /// The core forgets a share of the contexts that `member` of `pool` holds.
    pub(in crate::network) fn drop_contexts(
        &mut self,
        air: &Air,
        holder: (u16, u8),
        share: f64,
        at: Tick,
    ) {
        let (pool, member) = holder;
        let dedicated = air
            .classes
            .iter()
            .any(|class| class.dedicated_pool == Some(pool));
        for slice in 0..self.slices.len() {
            let SliceAccount {
                tower, from, to, ..
            } = self.slices[slice];
            let tower = air.towers[tower.index()].state;
            if tower.pool != pool && !dedicated {
                continue;
            }
            for index in from as usize..to as usize {
                let device = &self.devices[index];
                let holds = device.has(flag::CONTEXT) || device.nas == nas_state::ACCEPTED;
                if device.member == member && holds && air.pool_of(tower, device.class) == pool {
                    let word = air.draws.words(Purpose::Effect, self.number(index), at)[0];
                    if unit_interval(word) < share {
                        self.lose_context(air, index, (Initiator::Implicit, at));
                    }
                }
            }
        }
    }

    /// The core has not heard of these towers for so long that it has forgotten their devices.
    pub(in crate::network) fn forget_towers(&mut self, air: &Air, towers: &[TowerId], at: Tick) {
        for slice in 0..self.slices.len() {
            if towers.binary_search(&self.slices[slice].tower).is_ok() {
                let devices = self.slices[slice].from as usize..self.slices[slice].to as usize;
                for index in devices
                    .filter(|&index| self.devices[index].has(flag::CONTEXT))
                    .collect::<Vec<_>>()
                {
                    self.lose_context(air, index, (Initiator::Implicit, at));
                }
            }
        }
    }

    /// The context of one device is gone. It notices by its uplink, by its periodic timer, because the
    /// network tells it, or because its user restarts it.
    pub(super) fn lose_context(&mut self, air: &Air, index: usize, (by, at): (Initiator, Tick)) {
        let before = self.devices[index].due();
        self.end_context(air, index, by);
        let device = &self.devices[index];
        if matches!(
            device.nas,
            nas_state::REGISTERED | nas_state::WILL_RESTART | nas_state::ACCEPTED
        ) {
            let notice = self.notice(air, index, at);
            let device = &mut self.devices[index];
            device.nas_due = notice.min(if device.nas == nas_state::ACCEPTED {
                Device::IDLE
            } else {
                device.nas_due
            });
            device.nas = nas_state::UNAWARE;
            device.set_nas_failures(0);
        }
        if !self.devices[index].has(flag::WIFI) {
            self.set_ims(index, false);
            self.set_ims_state(index, ims_state::NONE);
            self.devices[index].ims_due = Device::IDLE;
        }
        self.update_service(air, index, at);
        if self.devices[index].due() != before {
            self.arm(index);
        }
    }

    /// When a device notices that its context is gone, its own periodic timer apart.
    fn notice(&self, air: &Air, index: usize, at: Tick) -> Tick {
        let device = &self.devices[index];
        let tower = self.home_state(index);
        let onset = &air.spec.registration.onset;
        let words = air.draws.words(
            Purpose::Onset,
            self.number(index),
            u32::from(device.nas_ordinal),
        );
        let class = &air.classes[device.class as usize].spec;
        let interval_s = class.uplink_interval_s.at(air.hour(tower, at)) * onset.spread;
        let uplink = ticks(-libm::log(unit_interval(words[0])) * interval_s);
        let told =
            if unit_interval(words[1]) < onset.told.get() && air.ways(tower, device.class) != 0 {
                onset
                    .told_within
                    .draw(unit_interval(words[2]), unit_interval(words[3]))
                    .as_ticks()
            } else {
                Device::IDLE
            };
        later(at, uplink.min(told).max(1))
    }

    /// IMS forgets a share of the registrations that one of its sites holds.
    pub(in crate::network) fn drop_ims(
        &mut self,
        air: &Air,
        holds: &(dyn Fn(u32) -> bool + Sync),
        share: f64,
        at: Tick,
    ) {
        for index in 0..self.devices.len() {
            let number = self.number(index);
            let word = air.draws.words(Purpose::Effect, number, at)[1];
            if self.devices[index].has(flag::IMS) && holds(number) && unit_interval(word) < share {
                let before = self.devices[index].due();
                let notice = self.notice(air, index, at);
                self.set_ims(index, false);
                self.set_ims_state(index, ims_state::TRYING);
                let device = &mut self.devices[index];
                device.set_ims_failures(0);
                device.ims_due = notice.min(device.ims_due);
                self.update_service(air, index, at);
                if self.devices[index].due() != before {
                    self.arm(index);
                }
            }
        }
    }

    /// Devices in scope come under attack control.
    pub(in crate::network) fn start_flood(&mut self, air: &Air, slot: usize, at: Tick) {
        let Some(state) = air.floods[slot].clone() else {
            return;
        };
        for index in 0..self.devices.len() {
            let word = air
                .draws
                .words(Purpose::Flood, self.number(index), u32::MAX - state.id)[0];
            let takes = unit_interval(word) < state.flood.share.get()
                && self.in_scope(air, index, &state.flood.scope);
            let free =
                ![nas_state::FLOODING, nas_state::DESTROYED].contains(&self.devices[index].nas);
            if takes && free {
                let first =
                    air.draws
                        .unit(Purpose::Flood, self.number(index), u32::MAX / 2 - state.id);
                let rate = state.flood.rate_per_device.get().max(1e-9);
                let device = &mut self.devices[index];
                device.nas = nas_state::FLOODING;
                device.set_nas_failures(u8::try_from(slot).expect("at most 15 floods at once"));
                device.nas_due = later(at, ticks(-libm::log(first) / rate));
                self.arm(index);
            }
        }
    }

    /// Devices leave the flood of `slot`.
    pub(in crate::network) fn stop_flood(&mut self, air: &Air, slot: usize, at: Tick) {
        for index in 0..self.devices.len() {
            let device = &self.devices[index];
            if device.nas == nas_state::FLOODING && device.nas_failures() as usize == slot {
                self.leave_flood(air, index, at);
                self.arm(index);
            }
        }
    }

    /// Users hear that all is well: a share of those whose phones wait try again within five minutes.
    pub(in crate::network) fn announce(&mut self, air: &Air, share: f64, at: Tick) {
        for index in 0..self.devices.len() {
            let device = &self.devices[index];
            let waits = matches!(
                device.nas,
                nas_state::LONG_WAIT | nas_state::BACK_OFF | nas_state::REFUSED
            );
            let words = air.draws.words(Purpose::UserAction, self.number(index), at);
            if waits && unit_interval(words[0]) < share {
                let within = ticks(300.0 * unit_interval(words[1]));
                let device = &mut self.devices[index];
                device.nas = nas_state::REFUSED;
                device.nas_due = later(at, within);
                self.arm(index);
            }
        }
    }

    pub(super) fn in_scope(&self, air: &Air, index: usize, scope: &Scope) -> bool {
        let device = &self.devices[index];
        let home = self.home(index);
        let tower = air.towers[home.index()].state;
        match scope {
            Scope::All => true,
            Scope::Region(region) => tower.region == region.0,
            Scope::Pool(pool) => air.pool_of(tower, device.class) == pool.0,
            Scope::Nodes(_) => self.slices[device.home as usize].chosen,
            Scope::Class(class) => device.class == class.0,
        }
    }
}
