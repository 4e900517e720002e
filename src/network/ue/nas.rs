//! NAS: registration, its retries and back-offs, periodic updates (TS 24.501 §5.5.1, TS 24.301 §5.5).
//!
//! Every attempt is presumed to fail: when it is sent, the timer of the *next* attempt is set to guard
//! plus retry (or the long retry, after the last of a cycle), and only an accept or a reject moves it.
//! That folds T3510 and T3511 into one timer and cancels nothing.
//!
//! Invariant: draws of the n-th attempt depend on n alone.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::air::{Air, Place, TowerState, WAY_4G, WAY_5G};
use crate::network::core::{NOWHERE, Request, Verdict, fact};
use crate::network::counters::Initiator;
use crate::network::spec::Procedure;
use crate::population::{Device, flag};

use super::{EventKind, Shard, ims_state, later, nas_state, tick_at, ticks};

impl Shard {
    pub(super) fn nas_timer(&mut self, air: &Air, index: usize, at: Tick) {
        match self.devices[index].nas {
            nas_state::REGISTERED => self.periodic_timer(air, index, at),
            nas_state::ACCEPTED => {
                self.count(EventKind::Accepted);
                self.registered(air, index, at);
            }
            nas_state::WILL_RESTART | nas_state::REFUSED => self.switch_off(air, index, at),
            nas_state::RESELECTING | nas_state::NO_COVERAGE => self.reselect(air, index, at),
            nas_state::FLOODING => self.flood_timer(air, index, at),
            state => {
                if matches!(state, nas_state::UNAWARE | nas_state::RESTARTING) {
                    self.count(EventKind::Other);
                }
                self.attempt(air, index, at);
            }
        }
    }

    /// Try to register: barred, unheard, or sent; in every case the next try is set.
    #[inline(always)]
    pub(super) fn attempt(&mut self, air: &Air, index: usize, at: Tick) {
        let number = self.number(index);
        let place = self.place(air, index);
        let device = &mut self.devices[index];
        if !place.tower.on_air() {
            self.lose_cell(air, index, at);
            return;
        }
        let ordinal = u32::from(device.nas_ordinal);
        let words = air.draws.words(Purpose::NasAttempt, number, ordinal);
        device.nas_ordinal = device.nas_ordinal.wrapping_add(1);
        let again = device.nas_failures() > 0;
        if place.tower.barring() != 0 && self.is_barred(air, index, at, words) {
            return;
        }
        self.count(EventKind::Registration);
        if again {
            self.want_service(air, index, at);
        }
        if place.ways != 0 {
            let what = (at, Procedure::InitialRegistration, words[2]);
            self.send_from(air, index, what, place);
        }
        self.presume_failure(air, index, at, words[3]);
        if place.ways == 0 {
            self.sleep_unheard(index);
        }
    }

    /// Access barring: TS 36.331 §5.3.3.11 and TS 38.331 §5.3.14.5 draw the time as
    /// (0.7 + 0.6 × rand) × barring time.
    fn is_barred(&mut self, air: &Air, index: usize, at: Tick, words: [u32; 4]) -> bool {
        let device = &self.devices[index];
        let Some(barring) = air.barring(self.place(air, index).tower) else {
            return false;
        };
        let exempt =
            air.classes[device.class as usize].spec.priority || device.has(flag::IGNORES_BACKOFF);
        if exempt || unit_interval(words[0]) < barring.factor.get() {
            return false;
        }
        let factor = 0.7 + 0.6 * unit_interval(words[1]);
        self.want_service(air, index, at);
        self.devices[index].nas = nas_state::BARRED;
        self.devices[index].nas_due = later(at, ticks(barring.time.as_secs_f64() * factor));
        self.count(EventKind::Barred);
        true
    }

    /// A device that its user had switched off wants service again and does not get it: from here on
    /// that is harm.
    pub(super) fn want_service(&mut self, air: &Air, index: usize, at: Tick) {
        if self.devices[index].has(flag::VOLUNTARY) {
            self.devices[index].set(flag::VOLUNTARY, false);
            self.update_service(air, index, at);
        }
    }

    /// Set the timer as if no answer came.
    #[inline(always)]
    fn presume_failure(&mut self, air: &Air, index: usize, at: Tick, word: u32) {
        let timers = &air.timers;
        let failures = self.devices[index].nas_failures() + 1;
        let unit = unit_interval(word);
        if failures < timers.attempts || self.devices[index].has(flag::IGNORES_BACKOFF) {
            let device = &mut self.devices[index];
            device.set_nas_failures(failures.min(14));
            device.nas = nas_state::TRYING;
            device.nas_due = later(at, timers.guard + timers.late(timers.retry, unit));
        } else if self.devices[index].has(flag::FIVE_G)
            && !self.devices[index].has(flag::N1_DISABLED)
        {
            // Five failures in 5GS: the device tries EPS with a counter of its own.
            let device = &mut self.devices[index];
            device.set(flag::N1_DISABLED, true);
            device.set_nas_failures(0);
            device.nas = nas_state::TRYING;
            device.nas_due = later(at, timers.guard + timers.late(timers.retry, unit));
        } else {
            self.wait_long(air, index, later(at, timers.guard), unit);
        }
    }

    /// Wait for the long retry, or until the user loses patience.
    pub(super) fn wait_long(&mut self, air: &Air, index: usize, from: Tick, unit: f64) {
        let due = later(from, air.timers.late(air.timers.long_retry, unit));
        let class = &air.classes[self.devices[index].class as usize];
        let patience = self.patience_beyond(air, index, from, class.patient_below);
        let device = &mut self.devices[index];
        device.set_nas_failures(0);
        device.set(flag::N1_DISABLED, false);
        if patience < due {
            device.nas = nas_state::REFUSED;
            device.nas_due = patience;
        } else {
            device.nas = nas_state::LONG_WAIT;
            device.nas_due = due;
        }
    }

    /// When the user of a phone without service restarts it: awake users only (7 h to 23 h).
    pub(super) fn user_patience(&self, air: &Air, index: usize, from: Tick) -> Tick {
        self.patience_beyond(air, index, from, 0.0)
    }

    /// The same; never, if the user's draw lies below `patient_below`.
    fn patience_beyond(&self, air: &Air, index: usize, from: Tick, patient_below: f64) -> Tick {
        let device = &self.devices[index];
        let tower = self.home_state(index);
        let rate = air.classes[device.class as usize]
            .spec
            .restarts_per_day_without_service
            .get()
            / 86_400.0;
        if rate <= 0.0 {
            return Device::IDLE;
        }
        let word = air.draws.words(
            Purpose::UserAction,
            self.number(index),
            u32::from(device.nas_ordinal),
        )[0];
        let unit = unit_interval(word);
        if unit < patient_below {
            return Device::IDLE;
        }
        let mut awake_s = -libm::log(unit) / rate;
        let local = air.local_s(tower, from) % 86_400.0;
        let (morning, evening) = (7.0 * 3_600.0, 23.0 * 3_600.0);
        let mut wait_s = (morning - local).max(0.0);
        let mut today = evening - local.max(morning);
        if today <= 0.0 {
            wait_s = 86_400.0 - local + morning;
            today = evening - morning;
        }
        while awake_s > today {
            awake_s -= today;
            wait_s += today + 8.0 * 3_600.0;
            today = evening - morning;
        }
        later(from, ticks(wait_s + awake_s))
    }

    /// The user switches it off and on: sticky refusals and counters are cleared.
    fn switch_off(&mut self, air: &Air, index: usize, at: Tick) {
        self.count(EventKind::Other);
        let words = air.draws.words(
            Purpose::Periodic,
            self.number(index),
            1 << 16 | u32::from(self.devices[index].nas_ordinal),
        );
        let off = air
            .spec
            .registration
            .restart_time
            .draw(unit_interval(words[0]), unit_interval(words[1]));
        let was_well = self.devices[index].has(flag::CONTEXT);
        let by = if self.is_heard(air, index) {
            Initiator::Device
        } else {
            Initiator::Implicit
        };
        self.end_context(air, index, by);
        self.set_ims(index, false);
        self.set_ims_state(index, ims_state::NONE);
        let device = &mut self.devices[index];
        device.set_nas_failures(0);
        device.set(flag::N1_DISABLED, false);
        device.set(flag::VOLUNTARY, was_well);
        device.ims_due = Device::IDLE;
        device.nas = nas_state::RESTARTING;
        device.nas_due = later(at, off.as_ticks().max(1));
        self.update_service(air, index, at);
        if self.devices[index].has(flag::WIFI) {
            self.start_ims(air, index, later(at, off.as_ticks().max(1)));
        }
    }

    /// Ask the core for a procedure, with a number that orders it among others of one instant; an unheard
    /// request goes nowhere.
    pub(super) fn send(&mut self, air: &Air, index: usize, at: Tick, what: (Procedure, u32)) {
        let place = self.place(air, index);
        self.send_from(air, index, (at, what.0, what.1), place);
    }

    #[inline(always)]
    fn send_from(
        &mut self,
        air: &Air,
        index: usize,
        (at, procedure, tie): (Tick, Procedure, u32),
        place: Place,
    ) {
        let device = &self.devices[index];
        let over_wifi = device.has(flag::WIFI)
            && !matches!(
                procedure,
                Procedure::InitialRegistration | Procedure::PeriodicUpdate
            );
        let wants_5g = device.flags & (flag::FIVE_G | flag::N1_DISABLED) == flag::FIVE_G;
        let rat = if wants_5g { WAY_5G } else { WAY_4G };
        if place.ways & rat == 0 && !over_wifi {
            return;
        }
        let class = &air.classes[device.class as usize];
        let priority = class.priority || procedure == Procedure::EmergencyCall;
        // What the user of an infected phone asks for is asked in earnest.
        let is_flood =
            device.nas == nas_state::FLOODING && procedure == Procedure::InitialRegistration;
        let facts = bit(wants_5g, fact::FIVE_G)
            | bit(over_wifi, fact::OVER_WIFI)
            | bit(priority, fact::PRIORITY)
            | bit(ignores_backoff(air, device), fact::IGNORES_BACKOFF)
            | bit(is_flood, fact::FLOOD);
        let request = Request {
            sent: at,
            tie,
            device: self.number(index),
            tower: place.serving.0,
            travel_us: 0,
            server: NOWHERE,
            pool: place.pool,
            router: place.tower.router,
            procedure,
            stage: 0,
            class: device.class,
            member: device.member,
            facts,
        };
        if procedure == Procedure::InitialRegistration {
            let cell = place.region as usize * self.classes + request.class as usize;
            self.cells[cell].registration_attempts += 1;
        }
        self.route(air, place.tower, request);
    }

    /// See where a request goes first, and hand it over.
    #[inline(always)]
    fn route(&mut self, air: &Air, tower: TowerState, mut request: Request) {
        let (stage, function) = air.itinerary.first(&request);
        request.stage = stage;
        let region = || tower.region;
        let server = air.elements.pick(request.seeker(), function, region);
        let Some(server) = server else {
            self.stranded.push(request);
            return;
        };
        request.server = server;
        let to_element_us = air.elements.router_to_us(tower.router, server);
        request.travel_us = to_element_us.saturating_add(tower.access_us());
        self.outbox.push(request);
    }

    pub(super) fn nas_accepted(
        &mut self,
        air: &Air,
        index: usize,
        verdict: &Verdict,
        now: SimTime,
    ) {
        let device = &mut self.devices[index];
        if !matches!(
            device.nas,
            nas_state::TRYING | nas_state::LONG_WAIT | nas_state::REFUSED
        ) {
            return;
        }
        device.member = verdict.member;
        let effective = verdict.at + air.spec.registration.procedure_time;
        if effective.ceil_tick() < now.ceil_tick() {
            self.count(EventKind::Accepted);
            self.registered(air, index, effective.ceil_tick());
        } else {
            device.nas = nas_state::ACCEPTED;
            device.nas_due = tick_at(effective, now);
        }
    }

    /// The device is registered from `at` on.
    fn registered(&mut self, air: &Air, index: usize, at: Tick) {
        let cell = self.cell(index);
        self.cells[cell].registration_successes += 1;
        self.set_context(index, true);
        self.devices[index].set_nas_failures(0);
        self.schedule_periodic(air, index, at, air.timers.periodic);
        if !self.devices[index].has(flag::IMS) && self.ims_state(index) == ims_state::NONE {
            self.start_ims(air, index, at);
        }
        self.back_in_service(air, index);
        self.update_service(air, index, at);
    }

    /// A device that its user had switched off has all that it wants again.
    pub(super) fn back_in_service(&mut self, air: &Air, index: usize) {
        let device = &mut self.devices[index];
        let ims = device.has(flag::IMS) || !device.has(flag::VOICE) || !air.spec.ims.enabled;
        if ims && device.has(flag::CONTEXT) {
            device.set(flag::VOLUNTARY, false);
        }
    }

    /// Set the periodic timer anew, or the moment before it at which the user switches the device off.
    pub(super) fn schedule_periodic(&mut self, air: &Air, index: usize, at: Tick, period: Tick) {
        let device = &self.devices[index];
        let class = &air.classes[device.class as usize];
        let restart_rate = class.spec.restarts_per_day.get() / 86_400.0;
        let number = self.number(index);
        let ordinal = u32::from(device.nas_ordinal);
        let unit = air.draws.unit(Purpose::Periodic, number, ordinal);
        let restart = if restart_rate > 0.0 && unit >= class.content_below {
            ticks(-libm::log(unit) / restart_rate)
        } else {
            Device::IDLE
        };
        let device = &mut self.devices[index];
        device.nas_ordinal = device.nas_ordinal.wrapping_add(1);
        device.set(flag::TIMER_RESTARTED, false);
        if !air.spec.registration.periodic_updates {
            device.nas = nas_state::REGISTERED;
            device.nas_due = Device::IDLE;
        } else if restart < period {
            device.nas = nas_state::WILL_RESTART;
            device.nas_due = later(at, restart);
        } else {
            device.nas = nas_state::REGISTERED;
            device.nas_due = later(at, period);
        }
    }

    /// The periodic timer fires: restarted in the meantime by uplink activity, or an update is due.
    fn periodic_timer(&mut self, air: &Air, index: usize, at: Tick) {
        self.count(EventKind::Periodic);
        let device = self.devices[index];
        let words = self.periodic_words(air, index, device.nas_ordinal);
        let quiet = self.quiet_for(air, index, at, words);
        if quiet < self.unwatched(air, index, at) {
            self.schedule_periodic(air, index, at, air.timers.periodic - quiet);
            self.devices[index].set(flag::TIMER_RESTARTED, true);
            return;
        }
        let cell = self.cell(index);
        self.cells[cell].periodic_updates += 1;
        let heard = self.place(air, index).ways;
        if heard == 0 {
            // Unheard: the update fails like any attempt, and is retried like one.
            self.presume_failure(air, index, at, words[3]);
            return;
        }
        if device.has(flag::N1_DISABLED) && device.has(flag::FIVE_G) && heard & WAY_5G != 0 {
            // Back to 5GS: a registration with a new core, while the old context still serves.
            self.devices[index].set(flag::N1_DISABLED, false);
            self.attempt(air, index, at);
            return;
        }
        self.send(air, index, at, (Procedure::PeriodicUpdate, words[2]));
        self.schedule_periodic(air, index, at, air.timers.periodic);
    }

    fn periodic_words(&self, air: &Air, index: usize, ordinal: u16) -> [u32; 4] {
        let occasion = 1 << 17 | u32::from(ordinal);
        air.draws
            .words(Purpose::Periodic, self.number(index), occasion)
    }

    /// How long ago the device last had something to send, looking back from `at`.
    fn quiet_for(&self, air: &Air, index: usize, at: Tick, words: [u32; 4]) -> Tick {
        let tower = self.home_state(index);
        let class = &air.classes[self.devices[index].class as usize].spec;
        let interval_s =
            class.uplink_interval_s.at(air.hour(tower, at)) * air.spec.registration.onset.spread;
        ticks(-libm::log(unit_interval(words[1])) * interval_s)
    }

    /// The part of the period before `at` of which it is not known yet whether the device was quiet: all of
    /// it, or what lies after the last look.
    fn unwatched(&self, air: &Air, index: usize, at: Tick) -> Tick {
        let device = &self.devices[index];
        if !device.has(flag::TIMER_RESTARTED) {
            return air.timers.periodic;
        }
        let words = self.periodic_words(air, index, device.nas_ordinal.wrapping_sub(1));
        let quiet = self.quiet_for(air, index, at, words);
        air.timers.periodic - quiet.min(air.timers.periodic)
    }

    /// An update that was presumed to succeed did not.
    pub(super) fn update_failed(&mut self, air: &Air, index: usize, verdict: &Verdict) {
        let device = &self.devices[index];
        if !matches!(device.nas, nas_state::REGISTERED | nas_state::WILL_RESTART) {
            return;
        }
        let words = air.draws.words(
            Purpose::NasAttempt,
            self.number(index),
            u32::from(device.nas_ordinal),
        );
        self.devices[index].nas_ordinal = device.nas_ordinal.wrapping_add(1);
        // Its guard has expired: only the retry is left to wait for.
        let asked = verdict.at.ceil_tick().saturating_sub(air.timers.guard);
        self.presume_failure(air, index, asked, words[3]);
    }
}

/// Whether a device ignores back-off: a stubborn one, or one in a flood that does not obey.
fn ignores_backoff(air: &Air, device: &Device) -> bool {
    if device.nas != nas_state::FLOODING {
        return device.has(flag::IGNORES_BACKOFF);
    }
    let state = air.floods.get(device.nas_failures() as usize);
    state
        .and_then(Option::as_ref)
        .is_none_or(|state| !state.flood.obeys_backoff)
}

/// A fact's bit, if it is one.
#[inline]
fn bit(is: bool, fact: u8) -> u8 {
    if is { fact } else { 0 }
}
