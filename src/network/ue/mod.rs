//! Devices: one shard of them, with its timers and its accounts.
//!
//! A shard is a run of devices. It advances by itself within a window: it fires timers, moves the
//! state machines of NAS, IMS and the user, and leaves requests for the core in its outbox. Answers
//! arrive as verdicts between windows. A request whose success is the rule (update, refresh, call) is
//! presumed to succeed, one whose failure is the rule (registration) presumed to time out: the core
//! sends a verdict only where the presumption is wrong.
//!
//! Invariant: a shard reads [`Air`] and writes only itself.

mod account;
mod birth;
mod bulk;
mod calls;
mod coverage;
mod detach;
mod harm;
mod ims;
mod nas;
mod refusal;
mod warned;

use crate::base::{SimTime, TICK_US, Tick, TowerId};
use crate::kernel::{Timers, Upcoming, bring_near};
use crate::population::{Device, flag};

use super::air::{Air, Place, TowerState};
use super::core::{Request, Verdict, VerdictKind};
use super::counters::ClassCounts;

pub(super) use account::SliceAccount;
pub use account::TowerOutcome;
pub(super) use birth::shards;
use detach::Ended;

/// States of the NAS layer ([`Device::nas`]).
pub(super) mod nas_state {
    /// Registered; the periodic timer runs.
    pub(in crate::network) const REGISTERED: u8 = 0;
    /// Registered; its user will switch it off and on when the timer fires.
    pub(in crate::network) const WILL_RESTART: u8 = 1;
    /// The context is gone and the device does not know; it notices when the timer fires.
    pub(in crate::network) const UNAWARE: u8 = 2;
    /// Waits for an answer or for its short retry.
    pub(in crate::network) const TRYING: u8 = 3;
    /// Waits for its long retry, or for its user.
    pub(in crate::network) const LONG_WAIT: u8 = 4;
    /// Barred by its tower.
    pub(in crate::network) const BARRED: u8 = 5;
    /// Backs off as the core told it (T3346).
    pub(in crate::network) const BACK_OFF: u8 = 6;
    /// Refused for good: waits for its user.
    pub(in crate::network) const REFUSED: u8 = 7;
    /// Accepted; takes effect when the timer fires.
    pub(in crate::network) const ACCEPTED: u8 = 8;
    /// Switched off for a moment.
    pub(in crate::network) const RESTARTING: u8 = 9;
    /// Looks for another tower.
    pub(in crate::network) const RESELECTING: u8 = 10;
    /// Has no tower in range.
    pub(in crate::network) const NO_COVERAGE: u8 = 11;
    /// Under attack control, sends its flood.
    pub(in crate::network) const FLOODING: u8 = 12;
    /// Destroyed for good.
    pub(in crate::network) const DESTROYED: u8 = 13;
}

/// States of the IMS layer (low half of [`Device::ims`]).
pub(super) mod ims_state {
    /// Not registered, and nothing to be done before NAS is.
    pub(in crate::network) const NONE: u8 = 0;
    /// Registered; the refresh timer runs.
    pub(in crate::network) const REGISTERED: u8 = 1;
    /// About to try, or waiting for an answer or a back-off.
    pub(in crate::network) const TRYING: u8 = 2;
    /// Accepted; takes effect when the timer fires.
    pub(in crate::network) const ACCEPTED: u8 = 3;
    /// Registered, but the last refresh failed.
    pub(in crate::network) const REFRESHING: u8 = 4;
}

/// What devices do, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum EventKind {
    /// An initial registration was attempted.
    Registration,
    /// An attempt was barred by the tower.
    Barred,
    /// A periodic timer fired (some send an update, some were restarted by uplink activity).
    Periodic,
    /// IMS registration attempted.
    ImsRegistration,
    /// IMS registration refreshed.
    ImsRefresh,
    /// A call was attempted.
    Call,
    /// An accept took effect.
    Accepted,
    /// Anything else: notice of loss, restart, reselection.
    Other,
    /// A message of a flood.
    Flood,
}

/// Names of the kinds of events, in order.
pub(super) const EVENT_KINDS: [&str; 9] = [
    "registration attempts",
    "barred attempts",
    "periodic timers",
    "IMS registrations",
    "IMS refreshes",
    "calls and redials",
    "accepts",
    "other",
    "flood messages",
];

/// Answers before its own, a device is brought near.
const AHEAD: usize = 8;

/// Where the devices of a slice live.
#[derive(Clone, Copy, Debug)]
struct Home {
    tower: TowerId,
    state: TowerState,
}

/// A run of devices.
#[derive(Debug)]
pub(super) struct Shard {
    /// Number of its first device.
    pub(super) first: u32,
    pub(super) devices: Vec<Device>,
    timers: Timers,
    /// The parts of towers that lie in this shard, in order.
    pub(super) slices: Vec<SliceAccount>,
    /// Where each of them is: what every event asks for, in few cache lines.
    homes: Vec<Home>,
    /// Accounts by region, then by class.
    pub(super) cells: Vec<ClassCounts>,
    /// Correction to the device-ticks lost of each cell: what was lost is `out × now − since`.
    since: Vec<[i128; 4]>,
    classes: usize,
    /// Contexts that ended, by the element that held them; empty until the first does.
    pub(super) ended: Vec<Ended>,
    pub(super) outbox: Vec<Request>,
    /// Requests that found no element to go to.
    pub(super) stranded: Vec<Request>,
    pub(super) inbox: Vec<Verdict>,
    pub(super) events: [u64; EVENT_KINDS.len()],
    /// Timers that fired in the last window.
    pub(super) fired: u32,
}

impl Shard {
    /// Fire all timers before `to`.
    pub(super) fn advance(&mut self, air: &Air, to: Tick) {
        self.fired = 0;
        loop {
            let near = Near {
                homes: &self.homes,
                devices: &self.devices,
            };
            let Some(fired) = self.timers.pop_before(to, &near) else {
                break;
            };
            self.fired += 1;
            let index = fired.entity as usize;
            let due = self.devices[index].due();
            if due == fired.at {
                self.fire(air, index, fired.at);
                self.arm(index);
            } else if fired.beyond {
                self.arm(index);
            }
        }
    }

    /// Take the answers that the core gave in the last window.
    pub(super) fn take_verdicts(&mut self, air: &Air, now: SimTime) {
        let mut inbox = std::mem::take(&mut self.inbox);
        for (turn, verdict) in inbox.iter().enumerate() {
            if let Some(later) = inbox.get(turn + AHEAD) {
                bring_near(&self.devices, (later.device - self.first) as usize);
            }
            let index = (verdict.device - self.first) as usize;
            let before = self.devices[index].due();
            self.take_verdict(air, index, verdict, now);
            if self.devices[index].due() != before {
                self.arm(index);
            }
        }
        inbox.clear();
        self.inbox = inbox;
    }

    fn take_verdict(&mut self, air: &Air, index: usize, verdict: &Verdict, now: SimTime) {
        match verdict.kind {
            VerdictKind::RegistrationAccepted => self.nas_accepted(air, index, verdict, now),
            VerdictKind::RegistrationRejected => self.nas_rejected(air, index, verdict),
            VerdictKind::UpdateFailed => self.update_failed(air, index, verdict),
            VerdictKind::ImsAccepted => self.ims_accepted(air, index, verdict, now),
            VerdictKind::RefreshFailed => self.refresh_failed(air, index, verdict),
            VerdictKind::CallFailed => self.call_failed(air, index, verdict),
            VerdictKind::EmergencyFailed => self.emergency_failed(air, index, verdict),
        }
    }

    #[inline]
    fn fire(&mut self, air: &Air, index: usize, at: Tick) {
        let device = &self.devices[index];
        if device.nas_due == at && !device.is_asleep() {
            self.nas_timer(air, index, at);
        } else if device.ims_due == at {
            self.ims_timer(air, index, at);
        } else if device.call_due == at {
            self.call_timer(air, index, at);
        } else {
            self.redial_timer(air, index, at);
        }
    }

    /// Let a device's next timer fire.
    #[inline(always)]
    fn arm(&mut self, index: usize) {
        let due = self.devices[index].due();
        if due != Device::IDLE {
            self.timers.push(
                due,
                u16::try_from(index).expect("a shard has at most 65,536 devices"),
            );
        }
    }

    #[inline]
    fn count(&mut self, kind: EventKind) {
        self.events[kind as usize] += 1;
    }

    /// The tower that a device lives under.
    #[inline]
    pub(super) fn home(&self, index: usize) -> TowerId {
        self.homes[self.devices[index].home as usize].tower
    }

    /// The state of the tower that a device lives under.
    #[inline]
    fn home_state(&self, index: usize) -> TowerState {
        self.homes[self.devices[index].home as usize].state
    }

    /// The counters of a device's region and class.
    #[inline]
    fn cell(&self, index: usize) -> usize {
        let device = &self.devices[index];
        let region = self.home_state(index).region;
        region as usize * self.classes + device.class as usize
    }

    /// Where a device is: its own tower or a neighbour of it serves it.
    #[inline(always)]
    fn place(&self, air: &Air, index: usize) -> Place {
        let device = &self.devices[index];
        let home = &self.homes[device.home as usize];
        let (serving, tower) = match device.serving() {
            0 => (home.tower, home.state),
            neighbour => {
                let serving = air.serving_tower(home.tower, neighbour);
                (serving, air.towers[serving.index()].state)
            }
        };
        let pool = air.pool_of(tower, device.class);
        Place {
            serving,
            tower,
            pool,
            ways: air.ways_to(tower, pool),
            region: home.state.region,
        }
    }

    /// Take over what has changed about towers.
    pub(super) fn follow(&mut self, air: &Air) {
        for home in &mut self.homes {
            home.state = air.towers[home.tower.index()].state;
        }
    }

    /// Number of a device in the whole network.
    #[inline]
    fn number(&self, index: usize) -> u32 {
        self.first + u32::try_from(index).expect("a shard has at most 65,536 devices")
    }

    /// Assert that the counters are the sums over the devices.
    pub(super) fn assert_conserved(&self) {
        let mut cells = vec![ClassCounts::default(); self.cells.len()];
        for (index, device) in self.devices.iter().enumerate() {
            let cell = &mut cells[self.cell(index)];
            cell.devices += 1;
            cell.registered += u64::from(device.has(flag::CONTEXT));
            cell.ims_registered += u64::from(device.has(flag::IMS));
            for service in 0..4 {
                cell.out[service] += u64::from(device.ims >> (4 + service) & 1);
            }
            assert!(
                device.nas & !Device::ASLEEP <= nas_state::DESTROYED
                    && self.ims_state(index) <= ims_state::REFRESHING
            );
        }
        for (counted, kept) in cells.iter().zip(&self.cells) {
            assert_eq!(counted.devices, kept.devices, "devices are conserved");
            assert_eq!(
                counted.registered, kept.registered,
                "registered devices are counted"
            );
            assert_eq!(
                counted.ims_registered, kept.ims_registered,
                "IMS registrations are counted"
            );
            assert_eq!(counted.out, kept.out, "devices without service are counted");
        }
    }

    /// Bytes that the shard holds.
    pub(super) fn bytes(&self) -> usize {
        self.devices.capacity() * size_of::<Device>()
            + self.timers.bytes()
            + self.slices.capacity() * (size_of::<SliceAccount>() + size_of::<Home>())
            + self.outbox.capacity() * size_of::<Request>()
            + self.inbox.capacity() * size_of::<Verdict>()
            + self.ended.capacity() * size_of::<Ended>()
    }
}

/// What a device needs when its timer fires: its state, and that of its tower.
struct Near<'a> {
    homes: &'a [Home],
    devices: &'a [Device],
}

impl Upcoming for Near<'_> {
    #[inline(always)]
    fn soon(&self, entity: u16) {
        bring_near(self.devices, entity as usize);
    }

    #[inline(always)]
    fn next(&self, entity: u16) {
        bring_near(self.homes, self.devices[entity as usize].home as usize);
    }
}

/// The tick of an instant, not before `now`.
#[inline]
fn tick_at(at: SimTime, now: SimTime) -> Tick {
    at.max(now).ceil_tick()
}

/// Ticks in a number of seconds.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the horizon of a run"
)]
fn ticks(seconds: f64) -> Tick {
    (seconds * (1e6 / TICK_US as f64)).clamp(1.0, 1_350_000_000.0) as Tick
}

/// A tick later by `span`; [`Device::IDLE`] if that is past what a timer can express.
#[inline]
const fn later(at: Tick, span: Tick) -> Tick {
    at.saturating_add(span)
}
