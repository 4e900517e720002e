//! What attackers and crowds do to devices: contexts cancelled, false refusals, destruction, more calls.
//!
//! Invariant: called between windows only; each touches the devices in scope and no others.

use crate::base::{Purpose, Tick, unit_interval};
use crate::network::air::Air;
use crate::network::command::Scope;
use crate::network::counters::Initiator;
use crate::population::{Device, flag};

use super::{Shard, ims_state, later, nas_state, ticks};

/// A device that the core tells to register anew does so within so many seconds.
const TOLD_WITHIN_S: f64 = 10.0;

impl Shard {
    /// The core forgets a share of the devices in scope and tells them (TS 29.272 §5.2.2, cancel
    /// location; TS 24.301 §5.5.2.3, detach by the network with re-attach required).
    pub(in crate::network) fn cancel(&mut self, air: &Air, scope: &Scope, share: f64, at: Tick) {
        for index in 0..self.devices.len() {
            if !self.devices[index].has(flag::CONTEXT) || !self.in_scope(air, index, scope) {
                continue;
            }
            let words = air.draws.words(Purpose::Effect, self.number(index), at);
            if unit_interval(words[2]) < share {
                self.lose_context(air, index, (Initiator::SubscriberData, at));
                if self.devices[index].nas == nas_state::UNAWARE {
                    let told = later(at, ticks(TOLD_WITHIN_S * unit_interval(words[3])));
                    let due = &mut self.devices[index].nas_due;
                    *due = (*due).min(told);
                    self.arm(index);
                }
            }
        }
    }

    /// A false base station refuses a share of the devices under the chosen towers: they keep the refusal
    /// until their users restart them.
    pub(in crate::network) fn refuse(&mut self, air: &Air, share: f64, at: Tick) {
        for index in 0..self.devices.len() {
            let device = &self.devices[index];
            let hears = self.slices[device.home as usize].chosen
                && !matches!(
                    device.nas & !Device::ASLEEP,
                    nas_state::REFUSED | nas_state::FLOODING | nas_state::DESTROYED
                );
            let word = air.draws.words(Purpose::Effect, self.number(index), at)[3];
            if hears && unit_interval(word) < share {
                if self.devices[index].has(flag::CONTEXT) {
                    self.lose_context(air, index, (Initiator::Implicit, at));
                }
                let patience = self.user_patience(air, index, later(at, air.timers.procedure));
                self.devices[index].nas = nas_state::REFUSED;
                self.devices[index].nas_due = patience;
                self.arm(index);
            }
        }
    }

    /// A share of the devices in scope is destroyed for good, in the order in which they would join the
    /// flood of this id.
    pub(in crate::network) fn destroy(
        &mut self,
        air: &Air,
        (id, scope): (u32, &Scope),
        share: f64,
        at: Tick,
    ) {
        for index in 0..self.devices.len() {
            let number = self.number(index);
            let rank = air.draws.unit(Purpose::Flood, number, u32::MAX - id);
            let alive = self.devices[index].nas != nas_state::DESTROYED;
            if !alive || rank >= share || !self.in_scope(air, index, scope) {
                continue;
            }
            self.devices[index].set(flag::WIFI, false);
            if self.devices[index].has(flag::CONTEXT) {
                self.lose_context(air, index, (Initiator::Implicit, at));
            }
            self.set_ims(index, false);
            self.set_ims_state(index, ims_state::NONE);
            let device = &mut self.devices[index];
            device.set(flag::VOLUNTARY, false);
            device.nas = nas_state::DESTROYED;
            (device.nas_due, device.ims_due) = (Device::IDLE, Device::IDLE);
            (device.call_due, device.redial_due) = (Device::IDLE, Device::IDLE);
            self.update_service(air, index, at);
        }
    }

    /// The wait until each device's next call becomes this multiple of what was left of it, by tower.
    pub(in crate::network) fn hasten_calls(&mut self, slower: &[f64], at: Tick) {
        for index in 0..self.devices.len() {
            let slower = slower[self.home(index).index()];
            let due = self.devices[index].call_due;
            if due == Device::IDLE || due <= at || slower.to_bits() == 1.0_f64.to_bits() {
                continue;
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to what a timer can express"
            )]
            let left = (f64::from(due - at) * slower).clamp(1.0, 1_350_000_000.0) as Tick;
            self.devices[index].call_due = later(at, left);
            self.arm(index);
        }
    }
}
