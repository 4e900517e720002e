//! Registration: attempts, retries, refusals, periodic updates (TS 24.501 §5.5.1, TS 24.301 §5.5).
//!
//! A device that has sent a registration sets its next try at once, to guard plus retry: that is what happens
//! unless it is told otherwise.
//!
//! Invariant: draws of the n-th attempt depend on n alone.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::{Cause, Procedure};

use super::phone::{Ims, Nas};
use super::{Kind, Layer, Naive, later, sooner, ticks, with_jitter};

impl Naive<'_> {
    pub(super) fn nas_timer(&mut self, device: usize, at: Tick) {
        match self.phones[device].nas {
            Nas::Registered => self.periodic_timer(device, at),
            Nas::Accepted => self.registered(device, at),
            Nas::WillRestart | Nas::Refused => self.switch_off(device, at),
            Nas::Reselecting | Nas::NoCoverage => self.reselect(device, at),
            Nas::Flooding(slot) => self.flood_timer(device, at, slot),
            Nas::Unaware | Nas::Restarting => {
                self.count(Kind::Other);
                self.attempt(device, at);
            }
            Nas::Trying | Nas::LongWait | Nas::Barred | Nas::BackOff => self.attempt(device, at),
        }
    }

    /// Try to register.
    pub(super) fn attempt(&mut self, device: usize, at: Tick) {
        if !self.masts[self.serving(device)].on_air {
            self.lose_cell(device, at);
            return;
        }
        let words = self.next_nas_words(device);
        if self.is_barred(device, at, words) {
            return;
        }
        self.count(Kind::Registration);
        if self.phones[device].nas_failures > 0 {
            self.want_service(device, at);
        }
        self.send(device, at, Procedure::InitialRegistration, words[2]);
        self.unless_answered(device, at, unit_interval(words[3]));
    }

    /// Barring times are (0.7 + 0.6 × rand) × barring time (TS 36.331 §5.3.3.11, TS 38.331 §5.3.14.5).
    fn is_barred(&mut self, device: usize, at: Tick, words: [u32; 4]) -> bool {
        let phone = &self.phones[device];
        let Some(barring) = self.masts[self.serving(device)].barring else {
            return false;
        };
        let exempt = self.classes[phone.class].priority || phone.stubborn;
        if exempt || unit_interval(words[0]) < barring.factor.get() {
            return false;
        }
        let wait_s = barring.time.as_secs_f64() * (0.7 + 0.6 * unit_interval(words[1]));
        self.want_service(device, at);
        self.phones[device].nas = Nas::Barred;
        self.set_timer(device, Layer::Nas, later(at, ticks(wait_s)));
        self.count(Kind::Barred);
        true
    }

    /// What a device does that sent at `at`, unless it is answered: retry, fall back, or wait long.
    fn unless_answered(&mut self, device: usize, at: Tick, unit: f64) {
        let spec = &self.spec.registration;
        let retry = with_jitter(spec.retry, spec.timer_jitter.get(), unit);
        let guard = spec.guard.as_ticks();
        let phone = &mut self.phones[device];
        let failures = phone.nas_failures + 1;
        if failures < spec.attempts || phone.stubborn {
            phone.nas_failures = failures.min(14);
        } else if phone.five_g && !phone.n1_disabled {
            // All attempts in 5GS failed: the same again in EPS.
            phone.n1_disabled = true;
            phone.nas_failures = 0;
        } else {
            self.wait_long(device, later(at, guard).unwrap_or(Tick::MAX), unit);
            return;
        }
        phone.nas = Nas::Trying;
        self.set_timer(device, Layer::Nas, later(at, guard + retry));
    }

    /// Wait for the long retry, or until the user loses patience.
    fn wait_long(&mut self, device: usize, from: Tick, unit: f64) {
        let spec = &self.spec.registration;
        let wait = with_jitter(spec.long_retry, spec.timer_jitter.get(), unit);
        let due = later(from, wait);
        let patience = self.patience(device, from);
        let loses_patience = patience.is_some() && sooner(patience, due) != due;
        let phone = &mut self.phones[device];
        (phone.nas_failures, phone.n1_disabled) = (0, false);
        phone.nas = if loses_patience {
            Nas::Refused
        } else {
            Nas::LongWait
        };
        let due = if loses_patience { patience } else { due };
        self.set_timer(device, Layer::Nas, due);
    }

    /// When a user restarts a phone without service: an exponential time, of which only the hours from 7 to 23
    /// count.
    fn patience(&self, device: usize, from: Tick) -> Option<Tick> {
        let phone = &self.phones[device];
        let class = &self.classes[phone.class];
        let rate = class.restarts_per_day_without_service.get() / 86_400.0;
        if rate <= 0.0 {
            return None;
        }
        let word = self.words(Purpose::UserAction, device, u32::from(phone.nas_ordinal))[0];
        let mut awake_s = -libm::log(unit_interval(word)) / rate;
        let local = self.masts[phone.home].local_s(from) % 86_400.0;
        let (morning, evening) = (7.0 * 3_600.0, 23.0 * 3_600.0);
        let mut wait_s = (morning - local).max(0.0);
        let mut today = evening - local.max(morning);
        if today <= 0.0 {
            (wait_s, today) = (86_400.0 - local + morning, evening - morning);
        }
        while awake_s > today {
            awake_s -= today;
            wait_s += today + 8.0 * 3_600.0;
            today = evening - morning;
        }
        later(from, ticks(wait_s + awake_s))
    }

    /// The user switches it off and on.
    fn switch_off(&mut self, device: usize, at: Tick) {
        self.count(Kind::Other);
        let occasion = 1 << 16 | u32::from(self.phones[device].nas_ordinal);
        let words = self
            .words(Purpose::Periodic, device, occasion)
            .map(unit_interval);
        let off = self.spec.registration.restart_time.draw(words[0], words[1]);
        let off = off.as_ticks().max(1);
        let phone = &mut self.phones[device];
        phone.voluntary = phone.context;
        (phone.context, phone.in_ims, phone.ims) = (false, false, Ims::Idle);
        (phone.nas_failures, phone.n1_disabled) = (0, false);
        phone.nas = Nas::Restarting;
        self.set_timer(device, Layer::Ims, None);
        self.set_timer(device, Layer::Nas, later(at, off));
        self.account(device, at);
        if self.phones[device].wifi {
            self.start_ims(device, later(at, off).unwrap_or(Tick::MAX));
        }
    }

    /// The core has let it in; it learns at `at`.
    pub(super) fn accepted(&mut self, device: usize, at: SimTime, member: u8) {
        let phone = &mut self.phones[device];
        if matches!(phone.nas, Nas::Trying | Nas::LongWait | Nas::Refused) {
            (phone.member, phone.nas) = (member, Nas::Accepted);
            let effective = at + self.spec.registration.procedure_time;
            self.set_timer(device, Layer::Nas, Some(effective.ceil_tick()));
        }
    }

    fn registered(&mut self, device: usize, at: Tick) {
        self.count(Kind::Accepted);
        self.cell(device).registration_successes += 1;
        let phone = &mut self.phones[device];
        (phone.context, phone.nas_failures) = (true, 0);
        self.schedule_periodic(device, at, self.spec.registration.periodic.as_ticks());
        let phone = &self.phones[device];
        if !phone.in_ims && phone.ims == Ims::Idle {
            self.start_ims(device, at);
        }
        self.back_in_service(device);
        self.account(device, at);
    }

    /// Set the periodic timer, or the moment before it at which the user switches the device off.
    pub(super) fn schedule_periodic(&mut self, device: usize, at: Tick, period: Tick) {
        let class = &self.classes[self.phones[device].class];
        let ordinal = self.phones[device].nas_ordinal;
        let unit = unit_interval(self.words(Purpose::Periodic, device, u32::from(ordinal))[0]);
        let rate = class.restarts_per_day.get() / 86_400.0;
        let restart = (rate > 0.0).then(|| ticks(-libm::log(unit) / rate));
        let phone = &mut self.phones[device];
        phone.nas_ordinal = ordinal.wrapping_add(1);
        phone.timer_restarted = false;
        let (nas, due) = match restart {
            _ if !self.spec.registration.periodic_updates => (Nas::Registered, None),
            Some(restart) if restart < period => (Nas::WillRestart, later(at, restart)),
            _ => (Nas::Registered, later(at, period)),
        };
        phone.nas = nas;
        self.set_timer(device, Layer::Nas, due);
    }

    /// The periodic timer fires: activity in the meantime had restarted it, or an update is due.
    fn periodic_timer(&mut self, device: usize, at: Tick) {
        self.count(Kind::Periodic);
        let period = self.spec.registration.periodic.as_ticks();
        let ordinal = self.phones[device].nas_ordinal;
        let words = self.periodic_words(device, ordinal);
        let quiet = self.quiet_for(device, at, words[1]);
        let unwatched = if self.phones[device].timer_restarted {
            let before = self.periodic_words(device, ordinal.wrapping_sub(1));
            period - self.quiet_for(device, at, before[1]).min(period)
        } else {
            period
        };
        if quiet < unwatched {
            self.schedule_periodic(device, at, period - quiet);
            self.phones[device].timer_restarted = true;
            return;
        }
        self.cell(device).periodic_updates += 1;
        let phone = &self.phones[device];
        let (five_g, four_g) = self.ways(self.serving(device), phone.class);
        if !five_g && !four_g {
            self.unless_answered(device, at, unit_interval(words[3]));
        } else if phone.five_g && phone.n1_disabled && five_g {
            // Back to 5GS, while the old context still serves.
            self.phones[device].n1_disabled = false;
            self.attempt(device, at);
        } else {
            self.send(device, at, Procedure::PeriodicUpdate, words[2]);
            self.schedule_periodic(device, at, period);
        }
    }

    fn periodic_words(&self, device: usize, ordinal: u16) -> [u32; 4] {
        self.words(Purpose::Periodic, device, 1 << 17 | u32::from(ordinal))
    }

    /// How long ago the device last had something to send.
    fn quiet_for(&self, device: usize, at: Tick, word: u32) -> Tick {
        ticks(-libm::log(unit_interval(word)) * self.uplink_interval_s(device, at))
    }

    pub(super) fn uplink_interval_s(&self, device: usize, at: Tick) -> f64 {
        let phone = &self.phones[device];
        let hour = self.masts[phone.home].hour(at);
        let interval_s = self.classes[phone.class].uplink_interval_s.at(hour);
        interval_s * self.spec.registration.onset.spread
    }

    /// No answer to an update by `at`.
    pub(super) fn update_failed(&mut self, device: usize, at: SimTime) {
        if matches!(self.phones[device].nas, Nas::Registered | Nas::WillRestart) {
            let words = self.next_nas_words(device);
            let guard = self.spec.registration.guard.as_ticks();
            let asked = at.ceil_tick().saturating_sub(guard);
            self.unless_answered(device, asked, unit_interval(words[3]));
        }
    }

    /// A reject that the device learns of at `at` (TS 24.501 §5.5.1.2.5, TS 24.301 §5.5.1.2.5).
    pub(super) fn rejected(&mut self, device: usize, sent: Tick, at: SimTime, why: (Cause, Tick)) {
        let (cause, backoff) = why;
        let at = at.ceil_tick();
        let procedure = self.spec.registration.procedure_time.as_ticks();
        let nas = self.phones[device].nas;
        if let Nas::Flooding(_) = nas {
            self.not_before(device, later(at, backoff.max(procedure)));
            return;
        }
        if !matches!(nas, Nas::Trying | Nas::LongWait | Nas::Refused) {
            return;
        }
        self.cell(device).registration_rejects += 1;
        self.want_service(device, sent);
        let phone = &self.phones[device];
        let ordinal = u32::from(phone.nas_ordinal);
        let unit = unit_interval(self.words(Purpose::NasAttempt, device, ordinal)[3]);
        let obeys = !phone.stubborn;
        let soon = later(at, procedure).unwrap_or(Tick::MAX);
        let fresh = cause == Cause::IDENTITY_UNKNOWN || cause == Cause::IMPLICITLY_DETACHED;
        if backoff > 0 && obeys {
            self.phones[device].nas_failures = 0;
            self.rest(device, Nas::BackOff, later(at, backoff.max(procedure)));
        } else if fresh {
            self.rest(device, Nas::Trying, later(at, procedure.max(1)));
        } else if cause == Cause::N1_MODE_NOT_ALLOWED && phone.five_g {
            self.phones[device].n1_disabled = true;
            self.phones[device].nas_failures = 0;
            self.rest(device, Nas::Trying, later(at, procedure.max(1)));
        } else if cause.is_sticky() && obeys {
            self.rest(device, Nas::Refused, self.patience(device, soon));
        } else if matches!(cause.0, 95..=99 | 111) && obeys || nas != Nas::Trying {
            self.wait_long(device, soon, unit);
        } else {
            let spec = &self.spec.registration;
            let retry = with_jitter(spec.retry, spec.timer_jitter.get(), unit);
            self.rest(device, Nas::Trying, later(at, retry.max(1)));
        }
    }

    pub(super) fn rest(&mut self, device: usize, nas: Nas, due: Option<Tick>) {
        self.phones[device].nas = nas;
        self.set_timer(device, Layer::Nas, due);
    }

    fn next_nas_words(&mut self, device: usize) -> [u32; 4] {
        let ordinal = self.phones[device].nas_ordinal;
        self.phones[device].nas_ordinal = ordinal.wrapping_add(1);
        self.words(Purpose::NasAttempt, device, u32::from(ordinal))
    }
}
