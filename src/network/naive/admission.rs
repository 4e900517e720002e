//! What stands before an element: the tower's radio, a defect's rejects, pacing, overload control, a full queue.
//!
//! Invariant: whoever is turned away here has cost the element a reject at most.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::{Cause, Function, Procedure};
use crate::topology::NodeKind;

use super::Naive;
use super::core::{Ask, Job, Tidings};

impl Naive<'_> {
    /// What stands before the first visit: the tower's radio, then a defect's rejects, pacing, overload control.
    pub(super) fn admits(&mut self, job: &Job, element: usize) -> bool {
        let (ask, now_us) = (job.ask, self.now_us);
        if !ask.over_wifi && !self.radios[ask.tower / self.masts_per_radio].admits(now_us) {
            self.radio_rejects(job);
            return false;
        }
        if ask.procedure != Procedure::InitialRegistration {
            return true;
        }
        let words = self
            .words(Purpose::Effect, ask.device, ask.tie)
            .map(unit_interval);
        if let Some((cause, share)) = self.elements[element].reject
            && words[0] < share
        {
            self.turn_away(&ask, element, cause, 0);
            return false;
        }
        let region = self.masts[ask.tower].region;
        let mut pacings = self.pacings.iter_mut();
        let refuses = pacings.find_map(|p| (!p.admits(&ask, region, now_us)).then_some(p.pace));
        if let Some(pace) = refuses {
            let word = self.words(Purpose::NasAttempt, ask.device, ask.tie)[0];
            let backoff = pace.backoff.scaled(1.0 + unit_interval(word)).as_ticks();
            self.turn_away(&ask, element, Cause::CONGESTION, backoff);
            return false;
        }
        self.overload_lets_in(job, element, words)
    }

    fn overload_lets_in(&mut self, job: &Job, element: usize, words: [f64; 4]) -> bool {
        let server = &mut self.elements[element];
        let watched = matches!(server.kind, NodeKind::Amf | NodeKind::Mme);
        let Some(overload) = server.spec.overload.clone().filter(|_| watched) else {
            return true;
        };
        let wait_us = server.wait_ns(SimTime::from_us(self.now_us)) / 1_000;
        let mark = if server.overloaded {
            overload.stop_at
        } else {
            overload.start_at
        };
        server.overloaded = wait_us > mark.as_us();
        if !server.overloaded || job.ask.priority {
            return true;
        }
        if words[1] < overload.ran_reject.get() && !job.ask.ignores_backoff {
            self.radio_rejects(job);
            return false;
        }
        let backoff = overload
            .backoff
            .map(|backoff| backoff.draw(words[2], words[3]));
        if let Some(backoff) = backoff {
            self.turn_away(&job.ask, element, Cause::CONGESTION, backoff.as_ticks());
        }
        backoff.is_none()
    }

    /// Answer a registration with a reject, which costs the element two messages of fourteen, if it keeps an order
    /// of arrival; finding no room even for that, it is silent.
    fn turn_away(&mut self, ask: &Ask, element: usize, cause: Cause, backoff: Tick) {
        let visits = self
            .spec
            .core
            .procedures
            .visits(Procedure::InitialRegistration);
        let mobility = visits.iter().filter(|visit| visit.at == Function::Mobility);
        let work = mobility.map(|visit| visit.work.get()).sum::<f64>() * (1.0 / 7.0);
        let server = &mut self.elements[element];
        if server.is_in_order() {
            if server.is_full(0, self.now_us) {
                server.counts.dropped += 1;
                return;
            }
            let piece = server.piece(None, work, 0.5, self.now_us);
            self.take_in(element, 0, piece);
        }
        self.elements[element].counts.rejected += 1;
        self.reject(ask, element, cause, backoff);
    }

    fn reject(&mut self, ask: &Ask, element: usize, cause: Cause, backoff: Tick) {
        let travel = self.to_tower_us(ask.tower, element);
        if let Some(travel_us) = travel.filter(|_| !(ask.flood && ask.ignores_backoff)) {
            let tidings = Tidings::Rejected { cause, backoff };
            self.tell(ask, self.now_us + travel_us, tidings);
        }
    }

    /// The tower rejects the connection with a wait time: to NAS a lower-layer failure.
    fn radio_rejects(&mut self, job: &Job) {
        let ask = job.ask;
        if ask.procedure == Procedure::InitialRegistration && !ask.flood {
            let words = self.words(Purpose::Effect, ask.device, ask.tie.wrapping_add(1));
            let wait = self.spec.access.reject_wait;
            let wait = wait.draw(unit_interval(words[0]), unit_interval(words[1]));
            let cause = Cause(0);
            let at_us = self.now_us + wait.as_us();
            self.tell(&ask, at_us, Tidings::Rejected { cause, backoff: 0 });
        } else {
            self.lost(&job.ask);
        }
    }

    /// A full queue turns a request away.
    pub(super) fn full(&mut self, job: &Job, element: usize) {
        let server = &mut self.elements[element];
        server.counts.dropped += 1;
        if server.rejects_when_full() && job.ask.procedure == Procedure::InitialRegistration {
            server.counts.rejected += 1;
            self.reject(&job.ask, element, Cause::NETWORK_FAILURE, 0);
        } else {
            self.lost(&job.ask);
        }
    }
}
