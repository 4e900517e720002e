//! Refusals: what a device does about a reject cause (TS 24.501 §5.5.1.2.5, TS 24.301 §5.5.1.2.5).
//!
//! Invariant: what is sticky heals by the user alone.

use crate::base::{Purpose, Tick, unit_interval};
use crate::network::air::Air;
use crate::network::command::Cause;
use crate::network::core::Verdict;
use crate::population::flag;

use super::{Shard, later, nas_state};

impl Shard {
    pub(super) fn nas_rejected(&mut self, air: &Air, index: usize, verdict: &Verdict) {
        if self.devices[index].nas == nas_state::FLOODING {
            let until = later(
                verdict.at.ceil_tick(),
                verdict.backoff.max(air.timers.procedure),
            );
            self.devices[index].nas_due = self.devices[index].nas_due.max(until);
            return;
        }
        if !matches!(
            self.devices[index].nas,
            nas_state::TRYING | nas_state::LONG_WAIT | nas_state::REFUSED
        ) {
            return;
        }
        let cell = self.cell(index);
        self.cells[cell].registration_rejects += 1;
        let at = verdict.at.ceil_tick();
        self.want_service(air, index, verdict.sent);
        let word = air.draws.words(
            Purpose::NasAttempt,
            self.number(index),
            u32::from(self.devices[index].nas_ordinal),
        )[3];
        let unit = unit_interval(word);
        let stubborn = self.devices[index].has(flag::IGNORES_BACKOFF);
        if verdict.backoff > 0 && !stubborn {
            let device = &mut self.devices[index];
            device.set_nas_failures(0);
            device.nas = nas_state::BACK_OFF;
            device.nas_due = later(at, verdict.backoff.max(air.timers.procedure));
        } else if verdict.cause == Cause::IDENTITY_UNKNOWN
            || verdict.cause == Cause::IMPLICITLY_DETACHED
        {
            self.retry_after(index, at, air.timers.procedure);
        } else if verdict.cause == Cause::N1_MODE_NOT_ALLOWED
            && self.devices[index].has(flag::FIVE_G)
        {
            self.devices[index].set(flag::N1_DISABLED, true);
            self.devices[index].set_nas_failures(0);
            self.retry_after(index, at, air.timers.procedure);
        } else if verdict.cause.is_sticky() && !stubborn {
            let patience = self.user_patience(air, index, later(at, air.timers.procedure));
            self.devices[index].nas = nas_state::REFUSED;
            self.devices[index].nas_due = patience;
        } else if matches!(verdict.cause.0, 95..=99 | 111) && !stubborn {
            // Protocol errors set the attempt counter to its limit at once (TS 24.501 §5.5.1.2.5).
            self.wait_long(air, index, later(at, air.timers.procedure), unit);
        } else if self.devices[index].nas == nas_state::TRYING {
            let retry = air.timers.late(air.timers.retry, unit);
            self.retry_after(index, at, retry);
        } else {
            self.wait_long(air, index, later(at, air.timers.procedure), unit);
        }
    }

    fn retry_after(&mut self, index: usize, at: Tick, wait: Tick) {
        let device = &mut self.devices[index];
        device.nas = nas_state::TRYING;
        device.nas_due = later(at, wait.max(1));
    }
}
