//! Who is without which service, since when: kept exactly, at every change.
//!
//! What was lost is an integral over time. It is kept as `out × now − since`, where `since` grows by
//! the time of every loss and shrinks by the time of every return, so that a change costs two
//! additions and no device remembers when it fell.
//!
//! Invariant: the counts of a cell are at every moment the sums over its devices.

use crate::base::{Draws, Purpose, SimTime, TICK_US, Tick, TowerId, unit_interval};
use crate::network::GroupCounts;
use crate::network::air::{Air, Place};
use crate::population::flag;

use super::{Shard, ims_state, nas_state};

/// Bits of the services a device is without: the high half of [`Device::ims`], and the top four
/// bits of [`Device::flags`] for "ever", both in the order of [`crate::network::SERVICES`].
const VOICE: u8 = 1;
const DATA: u8 = 2;
const SMS: u8 = 4;
const EMERGENCY: u8 = 8;

/// Most devices that are accounted for together.
pub(in crate::network) const SLICE: u32 = 16_384;

/// Camped on another operator for emergency calls only.
const SOS: u16 = 1 << 10;

/// The devices of a tower, and what happened to them. (A tower of more than [`SLICE`] devices is cut
/// into several of these, always at the same places, whatever the shards.)
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct SliceAccount {
    pub(in crate::network) tower: TowerId,
    /// First device, counted within the shard.
    pub(in crate::network) from: u32,
    /// End of its devices.
    pub(in crate::network) to: u32,
    /// Whether the tower is among the nodes that a command in progress names.
    pub(in crate::network) chosen: bool,
    out: [u32; 4],
    since: [i64; 4],
    /// Whether more than half of its devices are without data now.
    is_out: bool,
    first_out: Tick,
    last_back: Tick,
}

/// What happened to the devices of one tower.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TowerOutcome {
    /// Devices simulated under it.
    pub devices: u64,
    /// When more than half of its devices were first without data.
    pub first_out: Option<SimTime>,
    /// When that last ceased.
    pub last_back: Option<SimTime>,
    /// Whether more than half are without data at the end.
    pub still_out: bool,
    /// Device-microseconds without each service.
    pub lost_device_us: [u64; 4],
}

impl SliceAccount {
    pub(super) fn new(tower: TowerId, from: u32, to: u32) -> Self {
        Self {
            tower,
            from,
            to,
            chosen: false,
            out: [0; 4],
            since: [0; 4],
            is_out: false,
            first_out: Tick::MAX,
            last_back: 0,
        }
    }

    /// Add what happened here, up to `now`, to the outcome of the tower.
    pub(in crate::network) fn add_to(&self, outcome: &mut TowerOutcome, now: SimTime) {
        outcome.devices += u64::from(self.to - self.from);
        outcome.still_out |= self.is_out;
        let end = i64::from(now.ceil_tick());
        for service in 0..4 {
            let ticks = i64::from(self.out[service]) * end - self.since[service];
            outcome.lost_device_us[service] +=
                u64::try_from(ticks).expect("lost time is not negative") * TICK_US;
        }
        if self.first_out != Tick::MAX {
            let first = SimTime::from_tick(self.first_out);
            outcome.first_out = Some(outcome.first_out.map_or(first, |other| other.min(first)));
        }
        if self.last_back != 0 {
            let last = SimTime::from_tick(self.last_back);
            outcome.last_back = Some(outcome.last_back.map_or(last, |other| other.max(last)));
        }
    }

    /// Add the devices here to the counts of their group.
    pub(in crate::network) fn count_in(&self, group: &mut GroupCounts) {
        group.devices += self.to - self.from;
        for (sum, out) in group.out.iter_mut().zip(self.out) {
            *sum += out;
        }
    }

    fn change(&mut self, changed: u8, out: u8, at: Tick) {
        for service in 0..4 {
            if changed & 1 << service != 0 {
                let (count, sign) = if out & 1 << service == 0 {
                    (u32::MAX, -1)
                } else {
                    (1, 1)
                };
                self.out[service] = self.out[service].wrapping_add(count);
                self.since[service] += sign * i64::from(at);
            }
        }
        let is_out = self.out[1] * 2 > self.to - self.from;
        if is_out && !self.is_out {
            self.first_out = self.first_out.min(at);
        } else if self.is_out && !is_out {
            self.last_back = self.last_back.max(at);
        }
        self.is_out = is_out;
    }
}

impl Shard {
    /// Account for whatever changed for a device at `at`.
    #[inline]
    pub(super) fn update_service(&mut self, air: &Air, index: usize, at: Tick) {
        let (out, sos) = self.services_out(air, index);
        let device = &mut self.devices[index];
        let was_out = device.ims >> 4;
        let was_sos = device.has(SOS);
        if out == was_out && sos == was_sos {
            return;
        }
        device.ims = device.ims & 0x0f | out << 4;
        device.set(SOS, sos);
        let fresh = out & !u8::try_from(device.flags >> flag::EVER_SHIFT).expect("four bits");
        device.flags |= u16::from(fresh) << flag::EVER_SHIFT;
        let home = device.home as usize;
        let cell = self.cell(index);
        self.slices[home].change(out ^ was_out, out, at);
        self.change_cell(cell, out, was_out, at);
        for service in 0..4 {
            self.cells[cell].ever_out[service] += u64::from(fresh >> service & 1);
        }
        self.cells[cell].sos = self.cells[cell].sos + u64::from(sos) - u64::from(was_sos);
    }

    fn change_cell(&mut self, cell: usize, out: u8, was_out: u8, at: Tick) {
        for service in 0..4 {
            let (is, was) = (out >> service & 1, was_out >> service & 1);
            self.cells[cell].out[service] =
                self.cells[cell].out[service] + u64::from(is) - u64::from(was);
            self.since[cell][service] += (i128::from(is) - i128::from(was)) * i128::from(at);
        }
    }

    /// The services that a device is without, and whether it camps on another operator.
    fn services_out(&self, air: &Air, index: usize) -> (u8, bool) {
        let device = &self.devices[index];
        let Place { tower, ways, .. } = self.place(air, index);
        let radio = tower.on_air()
            && !matches!(
                device.nas,
                nas_state::NO_COVERAGE | nas_state::RESELECTING | nas_state::DESTROYED
            );
        let calls = device.has(flag::VOICE);
        let sos = calls
            && !radio
            && device.nas != nas_state::DESTROYED
            && reached_by_others(air.draws, self.number(index), air);
        if device.has(flag::VOLUNTARY) {
            return (0, sos);
        }
        let attached = device.has(flag::CONTEXT) && radio && ways != 0;
        let ims = device.has(flag::IMS) || !air.spec.ims.enabled;
        let wifi = device.has(flag::WIFI) && air.wifi_open;
        let voice = wifi && ims || attached && ims && air.ims_open[tower.router as usize];
        let data = attached
            && air.gateway_open[tower.region as usize]
            && (!device.has(flag::DATA_NEEDS_IMS) || ims);
        let emergency = wifi && ims || radio && ways != 0 || sos;
        let mut out = if data { 0 } else { DATA };
        if calls {
            out |= if voice { 0 } else { VOICE };
            out |= if voice || attached { 0 } else { SMS };
            out |= if emergency { 0 } else { EMERGENCY };
        }
        (out, sos)
    }

    /// Whether a device is without voice now.
    #[inline]
    pub(super) fn without_voice(&self, index: usize) -> bool {
        self.devices[index].ims >> 4 & VOICE != 0
    }

    /// Whether a device could not make an emergency call now.
    #[inline]
    pub(super) fn without_emergency(&self, index: usize) -> bool {
        self.devices[index].ims >> 4 & EMERGENCY != 0
    }

    /// Whether another operator's radio would carry its emergency call.
    #[inline]
    pub(super) fn in_sos(&self, index: usize) -> bool {
        self.devices[index].has(SOS)
    }

    /// Count a change of the context bit in the region's registered devices.
    #[inline]
    pub(super) fn set_context(&mut self, index: usize, valid: bool) {
        let cell = self.cell(index);
        let device = &mut self.devices[index];
        if device.has(flag::CONTEXT) != valid {
            device.set(flag::CONTEXT, valid);
            let registered = &mut self.cells[cell].registered;
            *registered = if valid {
                *registered + 1
            } else {
                *registered - 1
            };
        }
    }

    /// Count a change of the IMS bit in the region's registered devices.
    #[inline]
    pub(super) fn set_ims(&mut self, index: usize, valid: bool) {
        let cell = self.cell(index);
        let device = &mut self.devices[index];
        if device.has(flag::IMS) != valid {
            device.set(flag::IMS, valid);
            let registered = &mut self.cells[cell].ims_registered;
            *registered = if valid {
                *registered + 1
            } else {
                *registered - 1
            };
        }
    }

    /// Set the state of the IMS layer.
    #[inline]
    pub(super) fn set_ims_state(&mut self, index: usize, state: u8) {
        debug_assert!(state <= ims_state::REFRESHING);
        self.devices[index].ims = self.devices[index].ims & 0xf0 | state;
    }

    /// The state of the IMS layer.
    #[inline]
    pub(super) fn ims_state(&self, index: usize) -> u8 {
        self.devices[index].ims & 0x0f
    }

    /// Device-microseconds lost in each cell up to `now`.
    pub(in crate::network) fn lost_device_us(&self, cell: usize, now: SimTime) -> [u128; 4] {
        let end = i128::from(now.ceil_tick());
        std::array::from_fn(|service| {
            let ticks = i128::from(self.cells[cell].out[service]) * end - self.since[cell][service];
            u128::try_from(ticks).expect("lost time is not negative") * u128::from(TICK_US)
        })
    }
}

/// A fixed trait of a device: whether another operator's radio reaches it.
fn reached_by_others(draws: Draws, device: u32, air: &Air) -> bool {
    let word = draws.words(Purpose::Traits, device, 1)[0];
    unit_interval(word) < air.spec.access.other_operator_coverage.get()
}
