//! IMS: registration, refreshes and back-offs (TS 24.229 §5.1.1, RFC 5626 §4.5).
//!
//! Over home radio IMS follows NAS; over Wi-Fi it stands by itself.
//!
//! Invariant: draws of the n-th attempt depend on n alone.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::air::Air;
use crate::network::core::Verdict;
use crate::network::spec::Procedure;
use crate::population::{Device, flag};

use super::{EventKind, Shard, ims_state, later, tick_at, ticks};

impl Shard {
    /// Begin to register with IMS some time after `at`.
    pub(super) fn start_ims(&mut self, air: &Air, index: usize, at: Tick) {
        if !air.spec.ims.enabled || !self.devices[index].has(flag::VOICE) {
            return;
        }
        let words = self.ims_words(air, index);
        let after = air
            .spec
            .ims
            .start_after
            .draw(unit_interval(words[2]), unit_interval(words[3]));
        self.devices[index].set_ims_failures(0);
        self.set_ims_state(index, ims_state::TRYING);
        self.devices[index].ims_due = later(at, after.as_ticks().max(air.timers.procedure).max(1));
    }

    pub(super) fn ims_timer(&mut self, air: &Air, index: usize, at: Tick) {
        match self.ims_state(index) {
            ims_state::ACCEPTED => {
                self.count(EventKind::Accepted);
                self.ims_registered(air, index, at);
            }
            ims_state::REGISTERED => self.ims_refresh(air, index, at),
            _ => self.ims_attempt(air, index, at),
        }
    }

    fn ims_attempt(&mut self, air: &Air, index: usize, at: Tick) {
        let device = &self.devices[index];
        if !device.has(flag::WIFI) && !device.has(flag::CONTEXT) {
            // Without a NAS registration there is nothing to ask over; NAS starts it again.
            self.set_ims(index, false);
            self.set_ims_state(index, ims_state::NONE);
            self.devices[index].ims_due = Device::IDLE;
            self.update_service(air, index, at);
            return;
        }
        self.count(EventKind::ImsRegistration);
        if self.devices[index].ims_failures() > 0 {
            self.want_service(air, index, at);
        }
        let cell = self.cell(index);
        self.cells[cell].ims_attempts += 1;
        let words = self.ims_words(air, index);
        self.devices[index].ims_ordinal = self.devices[index].ims_ordinal.wrapping_add(1);
        self.send(air, index, at, (Procedure::ImsRegistration, words[1]));
        self.back_off(
            air,
            index,
            later(at, air.timers.ims_guard),
            unit_interval(words[0]),
        );
    }

    /// Wait between half and the whole of base × 2^failures, at most the longest back-off.
    fn back_off(&mut self, air: &Air, index: usize, from: Tick, unit: f64) {
        let failures = self.devices[index].ims_failures();
        let whole = air.timers.ims_backoff_base_s * f64::from(1_u32 << failures.min(15));
        let wait_s = whole.min(air.timers.ims_backoff_max_s) * (0.5 + 0.5 * unit);
        self.devices[index].set_ims_failures(failures + 1);
        self.devices[index].ims_due = later(from, ticks(wait_s));
        if self.ims_state(index) != ims_state::REFRESHING {
            self.set_ims_state(index, ims_state::TRYING);
        }
    }

    pub(super) fn ims_accepted(
        &mut self,
        air: &Air,
        index: usize,
        verdict: &Verdict,
        now: SimTime,
    ) {
        if !matches!(
            self.ims_state(index),
            ims_state::TRYING | ims_state::REFRESHING
        ) {
            return;
        }
        let effective = verdict.at + air.spec.ims.procedure_time;
        if effective.ceil_tick() < now.ceil_tick() {
            self.count(EventKind::Accepted);
            self.ims_registered(air, index, effective.ceil_tick());
        } else {
            self.set_ims_state(index, ims_state::ACCEPTED);
            self.devices[index].ims_due = tick_at(effective, now);
        }
    }

    fn ims_registered(&mut self, air: &Air, index: usize, at: Tick) {
        let cell = self.cell(index);
        self.cells[cell].ims_successes += 1;
        self.set_ims(index, true);
        self.devices[index].set_ims_failures(0);
        self.set_ims_state(index, ims_state::REGISTERED);
        self.devices[index].ims_due = later(at, air.timers.ims_refresh);
        self.back_in_service(air, index);
        self.update_service(air, index, at);
    }

    fn ims_refresh(&mut self, air: &Air, index: usize, at: Tick) {
        self.count(EventKind::ImsRefresh);
        let device = &self.devices[index];
        if !device.has(flag::WIFI) && !device.has(flag::CONTEXT) {
            self.ims_attempt(air, index, at);
            return;
        }
        let cell = self.cell(index);
        self.cells[cell].ims_attempts += 1;
        let words = self.ims_words(air, index);
        self.devices[index].ims_ordinal = self.devices[index].ims_ordinal.wrapping_add(1);
        if self.has_way(air, index) {
            self.send(air, index, at, (Procedure::ImsRefresh, words[1]));
            self.devices[index].ims_due = later(at, air.timers.ims_refresh);
        } else {
            self.set_ims_state(index, ims_state::REFRESHING);
            self.back_off(
                air,
                index,
                later(at, air.timers.ims_guard),
                unit_interval(words[0]),
            );
        }
    }

    /// A refresh that was presumed to succeed did not: the registration stays valid for the ten minutes
    /// that remain of it, while the device tries anew.
    pub(super) fn refresh_failed(&mut self, air: &Air, index: usize, verdict: &Verdict) {
        if self.ims_state(index) != ims_state::REGISTERED {
            return;
        }
        let words = self.ims_words(air, index);
        self.devices[index].ims_ordinal = self.devices[index].ims_ordinal.wrapping_add(1);
        self.set_ims_state(index, ims_state::REFRESHING);
        self.back_off(air, index, verdict.at.ceil_tick(), unit_interval(words[0]));
    }

    fn has_way(&self, air: &Air, index: usize) -> bool {
        let over_wifi = self.devices[index].has(flag::WIFI) && air.wifi_open;
        over_wifi || self.place(air, index).ways != 0
    }

    fn ims_words(&self, air: &Air, index: usize) -> [u32; 4] {
        air.draws.words(
            Purpose::ImsAttempt,
            self.number(index),
            u32::from(self.devices[index].ims_ordinal),
        )
    }
}
