//! Radio coverage: losing a cell, settling on another, and trying while nobody hears.
//!
//! Invariant: a device asks no core for anything here but through its registration.

use crate::base::{Purpose, Tick, unit_interval};
use crate::network::air::Air;
use crate::population::{Device, flag};

use super::{EventKind, Shard, SliceAccount, later, nas_state};

impl Shard {
    /// A device that nobody can hear, and that has no service left to lose, keeps the exact phase of its
    /// retries without an event each: [`Shard::wake_up`] makes up for them when a way opens.
    pub(super) fn sleep_unheard(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.flags & (flag::WIFI | flag::CONTEXT | flag::VOLUNTARY) == 0 {
            device.nas |= Device::ASLEEP;
        }
    }

    /// Bring the sleeping devices of a slice up to `now`, as if each of their timers had fired, and arm them
    /// again. `air` is still as it was while they slept.
    pub(super) fn wake_up(&mut self, air: &Air, slice: usize, now: Tick) {
        let SliceAccount { from, to, .. } = self.slices[slice];
        for index in from as usize..to as usize {
            if !self.devices[index].is_asleep() {
                continue;
            }
            loop {
                let device = &mut self.devices[index];
                device.nas &= !Device::ASLEEP;
                let due = device.nas_due;
                if due >= now {
                    break;
                }
                self.nas_timer(air, index, due);
            }
            self.arm(index);
        }
    }

    /// The cell is gone: look for another, if there may be one.
    pub(super) fn lose_cell(&mut self, air: &Air, index: usize, at: Tick) {
        self.count(EventKind::Other);
        let words = air.draws.words(
            Purpose::Onset,
            self.number(index),
            1 << 16 | u32::from(self.devices[index].nas_ordinal),
        );
        let settle = air
            .spec
            .access
            .reselection
            .draw(unit_interval(words[0]), unit_interval(words[1]));
        let device = &mut self.devices[index];
        device.nas_ordinal = device.nas_ordinal.wrapping_add(1);
        device.set(flag::VOLUNTARY, false);
        device.set_serving(0);
        device.nas = nas_state::RESELECTING;
        device.nas_due = later(at, settle.as_ticks().max(1));
        self.update_service(air, index, at);
    }

    /// Settle on the nearest tower that is on the air, own first; if there is none, wait for one.
    pub(super) fn reselect(&mut self, air: &Air, index: usize, at: Tick) {
        self.count(EventKind::Other);
        let home = self.home(index);
        let (_, around) = air.towers[home.index()].neighbours;
        let reach = if self.devices[index].has(flag::COVERED) {
            around.min(15)
        } else {
            0
        };
        let found = (0..=reach).find(|&k| {
            air.towers[air.serving_tower(home, k).index()]
                .state
                .on_air()
        });
        let Some(serving) = found else {
            self.devices[index].nas = nas_state::NO_COVERAGE;
            self.devices[index].nas_due = Device::IDLE;
            self.update_service(air, index, at);
            return;
        };
        self.devices[index].set_serving(serving);
        if self.devices[index].has(flag::CONTEXT) {
            self.schedule_periodic(air, index, at, air.timers.periodic);
            self.update_service(air, index, at);
        } else {
            self.devices[index].set_nas_failures(0);
            self.attempt(air, index, at);
        }
    }
}
