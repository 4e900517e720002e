//! Users: calls, redials, emergency calls; and phones that a flood has taken over.
//!
//! Invariant: when the n-th call is made does not depend on what became of the others.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::Procedure;

use super::phone::Nas;
use super::services::{EMERGENCY, VOICE};
use super::{Kind, Layer, Naive, later, ticks};

impl Naive<'_> {
    pub(super) fn call_timer(&mut self, device: usize, at: Tick) {
        let phone = &self.phones[device];
        let words = self.words(Purpose::Call, device, u32::from(phone.call_ordinal));
        let demand = self.demands[phone.class].as_ref().expect("a caller");
        let is_emergency = unit_interval(words[1]) < demand.emergency_share();
        self.schedule_call(device, at);
        self.phones[device].redials = 0;
        self.phones[device].last_was_emergency = is_emergency;
        self.set_timer(device, Layer::Redial, None);
        if is_emergency {
            self.emergency_call(device, at, words[2]);
        } else {
            self.call(device, at, words[2]);
        }
    }

    pub(super) fn redial_timer(&mut self, device: usize, at: Tick) {
        self.set_timer(device, Layer::Redial, None);
        let words = self.words(Purpose::Redial, device, self.redial_occasion(device));
        if self.phones[device].last_was_emergency {
            self.cell(device).emergency_redials += 1;
            self.emergency_call(device, at, words[2]);
        } else {
            self.call(device, at, words[2]);
        }
    }

    fn redial_occasion(&self, device: usize) -> u32 {
        let phone = &self.phones[device];
        u32::from(phone.call_ordinal) | u32::from(phone.redials) << 16
    }

    /// Set the timer of the next call.
    pub(super) fn schedule_call(&mut self, device: usize, at: Tick) {
        let phone = &self.phones[device];
        let Some(demand) = &self.demands[phone.class] else {
            return;
        };
        let ordinal = phone.call_ordinal.wrapping_add(1);
        let word = self.words(Purpose::Call, device, u32::from(ordinal))[0];
        let local_s = self.masts[phone.home].local_s(at);
        let wait_s = demand.wait_s(local_s, -libm::log(unit_interval(word)));
        self.phones[device].call_ordinal = ordinal;
        self.set_timer(device, Layer::Call, later(at, ticks(wait_s)));
    }

    fn call(&mut self, device: usize, at: Tick, tie: u32) {
        if self.phones[device].voluntary {
            return;
        }
        self.count(Kind::Call);
        self.cell(device).calls += 1;
        if self.is_entitled(device) {
            let again = self.phones[device].redials != 0;
            self.cell(device).priority_calls += 1;
            self.cell(device).priority_redials += u64::from(again);
        }
        if self.phones[device].is_out(VOICE) {
            self.call_blocked(device, at);
        } else {
            self.send(device, at, Procedure::Call, tie);
        }
    }

    /// A call came to nothing at `at`: does the user try again?
    pub(super) fn call_blocked(&mut self, device: usize, at: Tick) {
        let originated = self.classes[self.phones[device].class].originated.get();
        let first = self.phones[device].redials == 0;
        let number = self.dial_again(device, at);
        self.cell(device).calls_blocked += 1;
        let entitled = self.is_entitled(device);
        self.cell(device).priority_blocked += u64::from(entitled);
        self.cell(device).calls_first_blocked += u64::from(first && number < originated);
    }

    /// A fixed trait: whether the user may dial priority service, which no phone has over Wi-Fi.
    fn is_entitled(&self, device: usize) -> bool {
        let phone = &self.phones[device];
        let word = self.words(Purpose::Traits, device, 4)[0];
        !phone.wifi && unit_interval(word) < self.classes[phone.class].priority_service.get()
    }

    /// An emergency call came to nothing at `at`.
    pub(super) fn emergency_blocked(&mut self, device: usize, at: Tick) {
        self.cell(device).emergency_blocked += 1;
        self.dial_again(device, at);
    }

    fn dial_again(&mut self, device: usize, at: Tick) -> f64 {
        let redial = self.classes[self.phones[device].class].redial;
        let occasion = self.redial_occasion(device) | 1 << 31;
        let words = self
            .words(Purpose::Redial, device, occasion)
            .map(unit_interval);
        let done = self.phones[device].redials;
        if done < redial.most.min(15) && words[0] < redial.probability.get() {
            let after = redial.after.draw(words[1], words[2]).as_ticks().max(1);
            self.phones[device].redials = done + 1;
            self.set_timer(device, Layer::Redial, later(at, after));
        }
        words[3]
    }

    fn emergency_call(&mut self, device: usize, at: Tick, tie: u32) {
        self.count(Kind::Call);
        self.cell(device).emergency_calls += 1;
        if self.phones[device].is_out(EMERGENCY) {
            self.emergency_blocked(device, at);
        } else if !self.phones[device].sos {
            let phone = &self.phones[device];
            let procedure = if phone.context || phone.wifi {
                Procedure::EmergencyCall
            } else {
                Procedure::EmergencyAttach
            };
            self.send(device, at, procedure, tie);
        }
    }

    /// A phone in a flood sends, and sets the time of its next message.
    pub(super) fn flood_timer(&mut self, device: usize, at: Tick, slot: usize) {
        let Some(state) = self.floods.get(slot).cloned().flatten() else {
            self.leave_flood(device, at);
            return;
        };
        let ordinal = self.phones[device].nas_ordinal;
        self.phones[device].nas_ordinal = ordinal.wrapping_add(1);
        let words = self.words(Purpose::Flood, device, u32::from(ordinal));
        let rate = state.flood.rate_per_device.get().max(1e-9);
        let wait = ticks(-libm::log(unit_interval(words[0])) / rate);
        self.set_timer(device, Layer::Nas, later(at, wait));
        let running_s = SimTime::from_tick(at).since(state.since).as_secs_f64();
        let strength = running_s / state.flood.ramp.as_secs_f64().max(1e-6);
        if unit_interval(words[1]) >= strength {
            return;
        }
        if state.flood.obeys_backoff && self.flood_is_barred(device, at, words[3]) {
            return;
        }
        self.count(Kind::Flood);
        self.send(device, at, Procedure::InitialRegistration, words[2]);
    }

    fn flood_is_barred(&mut self, device: usize, at: Tick, word: u32) -> bool {
        let Some(barring) = self.masts[self.serving(device)].barring else {
            return false;
        };
        let (through, unit) = (barring.factor.get(), unit_interval(word));
        if unit < through {
            return false;
        }
        let rest = (unit - through) / (1.0 - through).max(1e-9);
        let wait = ticks(barring.time.as_secs_f64() * (0.7 + 0.6 * rest));
        self.not_before(device, later(at, wait));
        self.count(Kind::Barred);
        true
    }

    /// Put the registration timer off until `due` at least.
    pub(super) fn not_before(&mut self, device: usize, due: Option<Tick>) {
        let now = self.phones[device].due(Layer::Nas);
        let due = now.zip(due).map(|(now, due)| now.max(due));
        self.set_timer(device, Layer::Nas, due);
    }

    pub(super) fn leave_flood(&mut self, device: usize, at: Tick) {
        self.phones[device].nas_failures = 0;
        if self.phones[device].context {
            self.schedule_periodic(device, at, self.spec.registration.periodic.as_ticks());
        } else {
            let soon = self.spec.registration.procedure_time.as_ticks().max(1);
            self.phones[device].nas = Nas::Unaware;
            self.set_timer(device, Layer::Nas, later(at, soon));
        }
    }
}
