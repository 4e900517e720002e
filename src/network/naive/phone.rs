//! A device with all that it knows, one field for each fact; and how it begins.
//!
//! Invariant: plain state; what moves it is in the files beside.

use crate::base::{Purpose, Tick, unit_interval};
use crate::network::ClassCounts;
use crate::population::{Placement, PopulationSpec};

use super::{Layer, Naive, later, ticks};

/// What the registration layer is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nas {
    /// Registered; the periodic timer runs.
    Registered,
    /// Registered; the user will switch it off when the timer fires.
    WillRestart,
    /// The context is gone and the device does not know.
    Unaware,
    /// Waits for an answer or its short retry.
    Trying,
    /// Waits for its long retry.
    LongWait,
    /// Barred by its tower.
    Barred,
    /// Told to back off.
    BackOff,
    /// Waits for its user.
    Refused,
    /// Accepted; registered when the timer fires.
    Accepted,
    /// Switched off for a moment.
    Restarting,
    /// Looks for a tower.
    Reselecting,
    /// Found none.
    NoCoverage,
    /// Sends what a flood wants (its place in the list).
    Flooding(usize),
}

/// What the IMS layer is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ims {
    /// Nothing to do before there is a registration.
    Idle,
    /// Registered; the refresh timer runs.
    Registered,
    /// About to try, or waiting.
    Trying,
    /// Accepted; registered when the timer fires.
    Accepted,
    /// Registered, but the last refresh failed.
    Refreshing,
}

/// A device.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    pub(super) class: usize,
    /// The tower that it lives under.
    pub(super) home: usize,
    pub(super) voice: bool,
    pub(super) wifi: bool,
    pub(super) five_g: bool,
    pub(super) data_needs_ims: bool,
    pub(super) stubborn: bool,
    pub(super) covered: bool,
    /// It has given up 5GS for EPS.
    pub(super) n1_disabled: bool,
    /// The core knows it.
    pub(super) context: bool,
    /// IMS knows it.
    pub(super) in_ims: bool,
    /// Its user has switched it off: what it misses is no harm.
    pub(super) voluntary: bool,
    /// Its periodic timer was restarted by activity since the last update.
    pub(super) timer_restarted: bool,
    pub(super) nas: Nas,
    pub(super) ims: Ims,
    due: [Option<Tick>; 4],
    pub(super) nas_ordinal: u16,
    pub(super) ims_ordinal: u16,
    pub(super) call_ordinal: u16,
    /// Member of its pool that holds its context.
    pub(super) member: u8,
    pub(super) nas_failures: u8,
    pub(super) ims_failures: u8,
    pub(super) redials: u8,
    pub(super) last_was_emergency: bool,
    /// 0: its own tower; k: the k-th neighbour.
    pub(super) serving: usize,
    /// Since when it is without each service.
    pub(super) out_since: [Option<Tick>; 4],
    pub(super) lost_ticks: [i64; 4],
    pub(super) ever_out: [bool; 4],
    pub(super) sos: bool,
}

impl Phone {
    fn lifeless(home: usize, class: usize) -> Self {
        Self {
            class,
            home,
            voice: false,
            wifi: false,
            five_g: false,
            data_needs_ims: false,
            stubborn: false,
            covered: false,
            n1_disabled: false,
            context: false,
            in_ims: false,
            voluntary: false,
            timer_restarted: false,
            nas: Nas::Registered,
            ims: Ims::Idle,
            due: [None; 4],
            nas_ordinal: 0,
            ims_ordinal: 0,
            call_ordinal: 0,
            member: 0,
            nas_failures: 0,
            ims_failures: 0,
            redials: 0,
            last_was_emergency: false,
            serving: 0,
            out_since: [None; 4],
            lost_ticks: [0; 4],
            ever_out: [false; 4],
            sos: false,
        }
    }

    pub(super) fn due(&self, layer: Layer) -> Option<Tick> {
        self.due[layer as usize]
    }

    pub(super) fn due_mut(&mut self, layer: Layer) -> &mut Option<Tick> {
        &mut self.due[layer as usize]
    }

    /// Whether it is without a service now.
    pub(super) fn is_out(&self, service: usize) -> bool {
        self.out_since[service].is_some()
    }

    /// Add what is true of it at `end` to the counters of its cell.
    pub(super) fn add_to(&self, cell: &mut ClassCounts, end: Tick) {
        cell.devices += 1;
        cell.registered += u64::from(self.context);
        cell.ims_registered += u64::from(self.in_ims);
        cell.sos += u64::from(self.sos);
        for service in 0..4 {
            let since = self.out_since[service];
            let now = since.map_or(0, |since| i64::from(end) - i64::from(since));
            let ticks = self.lost_ticks[service] + now;
            cell.out[service] += u64::from(since.is_some());
            cell.ever_out[service] += u64::from(self.ever_out[service]);
            cell.lost_device_us[service] += u128::try_from(ticks).expect("not negative") * 64;
        }
    }
}

impl Naive<'_> {
    /// Place the devices, and give each its traits and first timers.
    pub(super) fn bring_to_life(&mut self, population: &PopulationSpec) {
        let towers: Vec<u64> = self.topology.towers().iter().map(|t| t.devices).collect();
        let shares: Vec<f64> = population.classes.iter().map(|c| c.share.get()).collect();
        let placement = Placement::new(&towers, &shares, self.scale);
        for group in placement.groups() {
            for _ in 0..group.count {
                let phone = Phone::lifeless(group.tower.index(), group.class.index());
                self.phones.push(phone);
            }
        }
        for device in 0..self.phones.len() {
            self.draw_traits(device);
            self.begin_life(population, device);
            self.account(device, 0);
        }
    }

    fn draw_traits(&mut self, device: usize) {
        let words = self.words(Purpose::Traits, device, 0).map(unit_interval);
        let more = self.words(Purpose::Traits, device, 2).map(unit_interval);
        let ims = self.spec.ims.enabled;
        let uncovered = self.spec.access.uncovered.get();
        let phone = &mut self.phones[device];
        let class = &self.classes[phone.class];
        phone.voice = words[0] < class.voice.get();
        phone.wifi = phone.voice && ims && words[1] < class.wifi_calling.get();
        phone.five_g = words[2] < class.five_g.get();
        phone.data_needs_ims = phone.voice && ims && words[3] < class.data_needs_ims.get();
        phone.stubborn = more[0] < class.ignores_backoff.get();
        phone.covered = more[1] >= uncovered;
    }

    fn begin_life(&mut self, population: &PopulationSpec, device: usize) {
        let words = self.words(Purpose::Traits, device, 3).map(unit_interval);
        let mut member = self.first_member(device);
        if self.phones[device].five_g && member.is_none() {
            self.phones[device].five_g = false;
            member = self.first_member(device);
        }
        if population.registered_at_start {
            self.phones[device].member = member.unwrap_or(0);
            self.begin_registered(device, words);
        } else {
            let first = population.first_attempt.draw(words[0], words[1]);
            self.phones[device].nas = Nas::Trying;
            self.set_timer(device, Layer::Nas, Some(first.as_ticks()));
        }
        if self.spec.calls.enabled && self.phones[device].voice {
            self.schedule_call(device, 0);
        }
    }

    /// Cycles are under way: the first timers lie anywhere within them.
    fn begin_registered(&mut self, device: usize, words: [f64; 4]) {
        self.phones[device].context = true;
        self.schedule_periodic(device, 0, self.spec.registration.periodic.as_ticks());
        let first = self.phones[device].due(Layer::Nas);
        let first = first.map(|due| part_of(due, words[2]));
        self.set_timer(device, Layer::Nas, first);
        if self.spec.ims.enabled && self.phones[device].voice {
            self.phones[device].in_ims = true;
            self.phones[device].ims = Ims::Registered;
            let refresh = part_of(self.spec.ims.refresh.as_ticks(), words[3]);
            self.set_timer(device, Layer::Ims, later(0, refresh));
        }
    }

    /// Four random words for a decision of a device.
    pub(super) fn words(&self, purpose: Purpose, device: usize, occasion: u32) -> [u32; 4] {
        let device = u32::try_from(device).expect("few devices");
        self.draws.words(purpose, device, occasion)
    }
}

/// A share of a timer.
fn part_of(whole: Tick, share: f64) -> Tick {
    ticks(crate::base::SimTime::from_tick(whole).as_secs_f64() * share)
}
