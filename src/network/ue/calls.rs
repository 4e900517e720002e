//! What users do: calls by the hour, redials, emergency calls; and what a phone under attack control
//! sends.
//!
//! Invariant: when the n-th call is made does not depend on what became of the others.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::air::Air;
use crate::network::core::Verdict;
use crate::network::spec::Procedure;
use crate::population::{Device, flag};

use super::{EventKind, Shard, later, nas_state, ticks};

impl Shard {
    pub(super) fn call_timer(&mut self, air: &Air, index: usize, at: Tick) {
        let words = self.call_words(air, index);
        let class = self.devices[index].class;
        let demand = air.classes[class as usize]
            .demand
            .as_ref()
            .expect("only callers have a call timer");
        let is_emergency = unit_interval(words[1]) < demand.emergency_share();
        self.schedule_call(air, index, at);
        self.devices[index].set_redials(0);
        self.devices[index].redial_due = Device::IDLE;
        if is_emergency {
            self.emergency_call(air, index, at, words);
        } else {
            self.call(air, index, at, words);
        }
    }

    pub(super) fn redial_timer(&mut self, air: &Air, index: usize, at: Tick) {
        self.devices[index].redial_due = Device::IDLE;
        let redials = u32::from(self.devices[index].redials());
        let occasion = u32::from(self.devices[index].call_ordinal) | redials << 16;
        let words = air
            .draws
            .words(Purpose::Redial, self.number(index), occasion);
        if self.last_was_emergency(air, index) {
            let cell = self.cell(index);
            self.cells[cell].emergency_redials += 1;
            self.emergency_call(air, index, at, words);
        } else {
            self.call(air, index, at, words);
        }
    }

    /// Whether the last call that the user set out to make was an emergency call: drawn again, as no device
    /// remembers it.
    fn last_was_emergency(&self, air: &Air, index: usize) -> bool {
        let device = &self.devices[index];
        let demand = air.classes[device.class as usize].demand.as_ref();
        let last = u32::from(device.call_ordinal.wrapping_sub(1));
        let word = air.draws.words(Purpose::Call, self.number(index), last)[1];
        demand.is_some_and(|demand| unit_interval(word) < demand.emergency_share())
    }

    /// Set the timer of the next call.
    pub(super) fn schedule_call(&mut self, air: &Air, index: usize, at: Tick) {
        let class = self.devices[index].class;
        let Some(demand) = air.classes[class as usize].demand.as_ref() else {
            return;
        };
        let home = self.home(index);
        let ordinal = self.devices[index].call_ordinal.wrapping_add(1);
        self.devices[index].call_ordinal = ordinal;
        let unit = air
            .draws
            .unit(Purpose::Call, self.number(index), u32::from(ordinal));
        let local_s = air.local_s(self.home_state(index), at);
        let wait_s = demand.wait_s(local_s, -libm::log(unit) / air.demand(home));
        self.devices[index].call_due = later(at, ticks(wait_s));
    }

    fn call(&mut self, air: &Air, index: usize, at: Tick, words: [u32; 4]) {
        if self.devices[index].has(flag::VOLUNTARY) {
            return;
        }
        self.count(EventKind::Call);
        let cell = self.cell(index);
        self.cells[cell].calls += 1;
        if self.is_entitled(air, index) {
            self.cells[cell].priority_calls += 1;
            self.cells[cell].priority_redials += u64::from(self.devices[index].redials() > 0);
        }
        if self.without_voice(index) {
            self.blocked(air, index, at);
        } else {
            self.send(air, index, at, (Procedure::Call, words[2]));
        }
    }

    /// A fixed trait of a device: whether its user is entitled to priority service.
    fn is_entitled(&self, air: &Air, index: usize) -> bool {
        let device = &self.devices[index];
        let share = air.classes[device.class as usize].spec.priority_service;
        if share.get() <= 0.0 || device.has(flag::WIFI) {
            return false;
        }
        let word = air.draws.words(Purpose::Traits, self.number(index), 4)[0];
        unit_interval(word) < share.get()
    }

    /// A call came to nothing: count it, and see whether the user tries again.
    fn blocked(&mut self, air: &Air, index: usize, at: Tick) {
        let cell = self.cell(index);
        self.cells[cell].calls_blocked += 1;
        self.cells[cell].priority_blocked += u64::from(self.is_entitled(air, index));
        let first = self.devices[index].redials() == 0;
        let word = self.try_again(air, index, at);
        let spec = &air.classes[self.devices[index].class as usize].spec;
        let is_own = unit_interval(word) < spec.originated.get();
        self.cells[cell].calls_first_blocked += u64::from(first && is_own);
    }

    /// See whether and when the user dials again. Leaves a number for other uses.
    fn try_again(&mut self, air: &Air, index: usize, at: Tick) -> u32 {
        let device = &self.devices[index];
        let redial = air.classes[device.class as usize].spec.redial;
        let done = device.redials();
        let occasion = u32::from(device.call_ordinal) | u32::from(done) << 16 | 1 << 31;
        let words = air
            .draws
            .words(Purpose::Redial, self.number(index), occasion);
        if done < redial.most.min(15) && unit_interval(words[0]) < redial.probability.get() {
            let after = redial
                .after
                .draw(unit_interval(words[1]), unit_interval(words[2]));
            let device = &mut self.devices[index];
            device.set_redials(done + 1);
            device.redial_due = later(at, after.as_ticks().max(1));
        }
        words[3]
    }

    /// The core did not answer a call.
    pub(super) fn call_failed(&mut self, air: &Air, index: usize, verdict: &Verdict) {
        self.blocked(air, index, verdict.at.ceil_tick());
    }

    fn emergency_call(&mut self, air: &Air, index: usize, at: Tick, words: [u32; 4]) {
        self.count(EventKind::Call);
        let cell = self.cell(index);
        self.cells[cell].emergency_calls += 1;
        if self.without_emergency(index) {
            self.emergency_blocked(air, index, at);
        } else if !self.in_sos(index) {
            let device = &self.devices[index];
            let is_known = device.flags & (flag::CONTEXT | flag::WIFI) != 0;
            let procedure = if is_known {
                Procedure::EmergencyCall
            } else {
                Procedure::EmergencyAttach
            };
            self.send(air, index, at, (procedure, words[2]));
        }
    }

    /// The core did not answer an emergency call.
    pub(super) fn emergency_failed(&mut self, air: &Air, index: usize, verdict: &Verdict) {
        self.emergency_blocked(air, index, verdict.at.ceil_tick());
    }

    /// An emergency call came to nothing: its user dials again as after any other call.
    fn emergency_blocked(&mut self, air: &Air, index: usize, at: Tick) {
        let cell = self.cell(index);
        self.cells[cell].emergency_blocked += 1;
        self.try_again(air, index, at);
    }

    fn call_words(&self, air: &Air, index: usize) -> [u32; 4] {
        air.draws.words(
            Purpose::Call,
            self.number(index),
            u32::from(self.devices[index].call_ordinal),
        )
    }

    /// A phone under attack control sends a registration request and sets the time of the next.
    pub(super) fn flood_timer(&mut self, air: &Air, index: usize, at: Tick) {
        let slot = self.devices[index].nas_failures() as usize;
        let Some(state) = air.floods.get(slot).and_then(Option::as_ref) else {
            self.leave_flood(air, index, at);
            return;
        };
        let ordinal = self.devices[index].nas_ordinal;
        self.devices[index].nas_ordinal = ordinal.wrapping_add(1);
        let words = air
            .draws
            .words(Purpose::Flood, self.number(index), u32::from(ordinal));
        let rate = state.flood.rate_per_device.get().max(1e-9);
        self.devices[index].nas_due = later(at, ticks(-libm::log(unit_interval(words[0])) / rate));
        let running_s = SimTime::from_tick(at).since(state.since).as_secs_f64();
        let strength = running_s / state.flood.ramp.as_secs_f64().max(1e-6);
        if unit_interval(words[1]) < strength {
            if state.flood.obeys_backoff && self.flood_is_barred(air, index, at, words[3]) {
                return;
            }
            self.count(EventKind::Flood);
            self.send(air, index, at, (Procedure::InitialRegistration, words[2]));
        }
    }

    /// A phone in a flood that obeys access barring is barred like any other.
    fn flood_is_barred(&mut self, air: &Air, index: usize, at: Tick, word: u32) -> bool {
        let Some(barring) = air.barring(self.place(air, index).tower) else {
            return false;
        };
        let through = barring.factor.get();
        let unit = unit_interval(word);
        if unit < through {
            return false;
        }
        let rest = (unit - through) / (1.0 - through).max(1e-9);
        let wait = ticks(barring.time.as_secs_f64() * (0.7 + 0.6 * rest));
        let due = &mut self.devices[index].nas_due;
        *due = (*due).max(later(at, wait));
        self.count(EventKind::Barred);
        true
    }

    /// The flood is over for this device.
    pub(super) fn leave_flood(&mut self, air: &Air, index: usize, at: Tick) {
        self.devices[index].set_nas_failures(0);
        if self.devices[index].has(flag::CONTEXT) {
            self.schedule_periodic(air, index, at, air.timers.periodic);
        } else {
            self.devices[index].nas = nas_state::UNAWARE;
            self.devices[index].nas_due = later(at, air.timers.procedure.max(1));
        }
    }
}
