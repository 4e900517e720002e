//! IMS: registration, refreshes, back-offs (TS 24.229 §5.1.1, RFC 5626 §4.5).
//!
//! Invariant: over home radio it follows the registration; over Wi-Fi it stands by itself.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::Procedure;

use super::phone::Ims;
use super::{Kind, Layer, Naive, later, ticks};

impl Naive<'_> {
    /// Begin some time after `at`.
    pub(super) fn start_ims(&mut self, device: usize, at: Tick) {
        if !self.spec.ims.enabled || !self.phones[device].voice {
            return;
        }
        let words = self.ims_words(device).map(unit_interval);
        let after = self.spec.ims.start_after.draw(words[2], words[3]);
        let least = self.spec.registration.procedure_time.as_ticks().max(1);
        self.phones[device].ims_failures = 0;
        self.phones[device].ims = Ims::Trying;
        self.set_timer(device, Layer::Ims, later(at, after.as_ticks().max(least)));
    }

    pub(super) fn ims_timer(&mut self, device: usize, at: Tick) {
        match self.phones[device].ims {
            Ims::Accepted => self.ims_registered(device, at),
            Ims::Registered => self.ims_refresh(device, at),
            Ims::Idle | Ims::Trying | Ims::Refreshing => self.ims_attempt(device, at),
        }
    }

    fn ims_attempt(&mut self, device: usize, at: Tick) {
        let phone = &self.phones[device];
        if !phone.wifi && !phone.context {
            // Nothing to ask over; the next registration starts it again.
            self.phones[device].in_ims = false;
            self.phones[device].ims = Ims::Idle;
            self.set_timer(device, Layer::Ims, None);
            self.account(device, at);
            return;
        }
        self.count(Kind::ImsRegistration);
        if self.phones[device].ims_failures > 0 {
            self.want_service(device, at);
        }
        self.cell(device).ims_attempts += 1;
        let words = self.next_ims_words(device);
        self.send(device, at, Procedure::ImsRegistration, words[1]);
        let guard = later(at, self.spec.ims.guard.as_ticks()).unwrap_or(Tick::MAX);
        self.ims_back_off(device, guard, unit_interval(words[0]));
    }

    /// Wait between half and the whole of base × 2^failures, at most the longest back-off.
    fn ims_back_off(&mut self, device: usize, from: Tick, unit: f64) {
        let (base, most) = (self.spec.ims.backoff_base, self.spec.ims.backoff_max);
        let phone = &mut self.phones[device];
        let whole = base.as_secs_f64() * f64::from(1_u32 << phone.ims_failures);
        let wait_s = whole.min(most.as_secs_f64()) * (0.5 + 0.5 * unit);
        phone.ims_failures = (phone.ims_failures + 1).min(15);
        if phone.ims != Ims::Refreshing {
            phone.ims = Ims::Trying;
        }
        self.set_timer(device, Layer::Ims, later(from, ticks(wait_s)));
    }

    fn ims_refresh(&mut self, device: usize, at: Tick) {
        self.count(Kind::ImsRefresh);
        let phone = &self.phones[device];
        if !phone.wifi && !phone.context {
            self.ims_attempt(device, at);
            return;
        }
        let (five_g, four_g) = self.ways(self.serving(device), phone.class);
        let has_way = phone.wifi && self.open.wifi || five_g || four_g;
        self.cell(device).ims_attempts += 1;
        let words = self.next_ims_words(device);
        if has_way {
            self.send(device, at, Procedure::ImsRefresh, words[1]);
            let refresh = self.spec.ims.refresh.as_ticks();
            self.set_timer(device, Layer::Ims, later(at, refresh));
        } else {
            self.phones[device].ims = Ims::Refreshing;
            let guard = later(at, self.spec.ims.guard.as_ticks()).unwrap_or(Tick::MAX);
            self.ims_back_off(device, guard, unit_interval(words[0]));
        }
    }

    /// IMS has let it in; it learns at `at`.
    pub(super) fn ims_accepted(&mut self, device: usize, at: SimTime) {
        if matches!(self.phones[device].ims, Ims::Trying | Ims::Refreshing) {
            let effective = at + self.spec.ims.procedure_time;
            self.phones[device].ims = Ims::Accepted;
            self.set_timer(device, Layer::Ims, Some(effective.ceil_tick()));
        }
    }

    fn ims_registered(&mut self, device: usize, at: Tick) {
        self.count(Kind::Accepted);
        self.cell(device).ims_successes += 1;
        let phone = &mut self.phones[device];
        (phone.in_ims, phone.ims_failures, phone.ims) = (true, 0, Ims::Registered);
        let refresh = self.spec.ims.refresh.as_ticks();
        self.set_timer(device, Layer::Ims, later(at, refresh));
        self.back_in_service(device);
        self.account(device, at);
    }

    /// No answer to a refresh by `at`: what is registered stays so while the device tries anew.
    pub(super) fn refresh_failed(&mut self, device: usize, at: SimTime) {
        if self.phones[device].ims == Ims::Registered {
            let words = self.next_ims_words(device);
            self.phones[device].ims = Ims::Refreshing;
            self.ims_back_off(device, at.ceil_tick(), unit_interval(words[0]));
        }
    }

    fn ims_words(&self, device: usize) -> [u32; 4] {
        let ordinal = self.phones[device].ims_ordinal;
        self.words(Purpose::ImsAttempt, device, u32::from(ordinal))
    }

    fn next_ims_words(&mut self, device: usize) -> [u32; 4] {
        let words = self.ims_words(device);
        let ordinal = &mut self.phones[device].ims_ordinal;
        *ordinal = ordinal.wrapping_add(1);
        words
    }
}
