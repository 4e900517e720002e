//! What stands before the first visit: the tower's radio, a defect's rejects, pacing, overload control.
//!
//! Invariant: whoever is turned away here has cost the element a reject at most.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::command::Cause;
use crate::network::spec::{Procedure, WhenFull};

use super::elements::{Elements, NO_LATENCY};
use super::pending::Trip;
use super::server::{Ask, Served};
use super::visits::Core;
use super::{Request, Verdict, VerdictKind, fact};

impl Core {
    /// What stands before the first visit: the tower's radio, then pacing, defects and overload control.
    #[inline]
    pub(super) fn admit(
        &mut self,
        elements: &Elements,
        trip: Trip<'_>,
        server: u16,
        now_us: u64,
    ) -> bool {
        let request = trip.request;
        if !request.has(fact::OVER_WIFI) {
            let admitted = self.radios.admit(request.tower, now_us);
            self.tally.connected(request, admitted);
            if !admitted {
                self.radio_reject(trip, now_us);
                return false;
            }
        }
        self.tally.requested(request, server);
        if request.procedure != Procedure::InitialRegistration {
            return true;
        }
        self.admit_registration(elements, trip, server, now_us)
    }

    fn admit_registration(
        &mut self,
        elements: &Elements,
        trip: Trip<'_>,
        server: u16,
        now_us: u64,
    ) -> bool {
        let request = trip.request;
        let draws = self.draws;
        let words = || draws.words(Purpose::Effect, request.device, request.tie);
        if let Some((cause, share)) = self.tempers[server as usize].reject
            && unit_interval(words()[0]) < share
        {
            self.turn_away(elements, trip, (server, now_us), (cause, 0));
            return false;
        }
        let region_of = &self.region_of_tower;
        let refused_by = self
            .pacers
            .iter_mut()
            .position(|pacer| !pacer.admits(request, region_of[request.tower as usize], now_us));
        if let Some(pacer) = refused_by {
            let backoff = self.pacers[pacer].backoff(self.draws, request);
            self.turn_away(
                elements,
                trip,
                (server, now_us),
                (Cause::CONGESTION, backoff),
            );
            return false;
        }
        self.watch_overload(server, now_us);
        let temper = &self.tempers[server as usize];
        let Some(overload) = temper
            .overload
            .as_ref()
            .filter(|_| temper.overloaded && !request.has(fact::PRIORITY))
        else {
            return true;
        };
        let words = words();
        if unit_interval(words[1]) < overload.ran_reject.get()
            && !request.has(fact::IGNORES_BACKOFF)
        {
            self.radio_reject(trip, now_us);
            return false;
        }
        if let Some(backoff) = overload.backoff {
            let wait = backoff
                .draw(unit_interval(words[2]), unit_interval(words[3]))
                .as_ticks();
            self.turn_away(elements, trip, (server, now_us), (Cause::CONGESTION, wait));
            return false;
        }
        true
    }

    fn watch_overload(&mut self, server: u16, now_us: u64) {
        if self.tempers[server as usize].overload.is_none() {
            return;
        }
        let wait_us = self.servers[server as usize].wait_ns(now_us * 1_000) / 1_000;
        let temper = &mut self.tempers[server as usize];
        if let Some(overload) = &temper.overload {
            let mark = if temper.overloaded {
                overload.stop_at
            } else {
                overload.start_at
            };
            temper.overloaded = wait_us > mark.as_us();
        }
    }

    /// Answer a registration with a reject, which costs the element some work.
    fn turn_away(
        &mut self,
        elements: &Elements,
        trip: Trip<'_>,
        (server, now_us): (u16, u64),
        answer: (Cause, Tick),
    ) {
        let ask = Ask {
            work: self.reject_work,
            priority: false,
            under_way: false,
            unit: 0.5,
        };
        let element = &mut self.servers[server as usize];
        if element.is_in_order()
            && element.offer(now_us * 1_000, || trip.job(), &ask) == Served::Full
        {
            return;
        }
        self.servers[server as usize].counts.rejected += 1;
        self.reject(elements, trip.request, (server, now_us), answer);
    }

    /// The tower rejects the connection with a wait time; to NAS that is a lower-layer failure.
    pub(super) fn radio_reject(&mut self, trip: Trip<'_>, now_us: u64) {
        let request = trip.request;
        if request.presumed_to_succeed() {
            self.fail(trip);
        } else if request.procedure == Procedure::InitialRegistration && !request.has(fact::FLOOD) {
            let words =
                self.draws
                    .words(Purpose::Effect, request.device, request.tie.wrapping_add(1));
            let wait = self
                .reject_wait
                .draw(unit_interval(words[0]), unit_interval(words[1]));
            self.verdict(
                request,
                VerdictKind::RegistrationRejected,
                now_us + wait.as_us(),
                request.member,
            );
        }
    }

    pub(super) fn turned_away(
        &mut self,
        elements: &Elements,
        trip: Trip<'_>,
        server: u16,
        now_us: u64,
    ) {
        let reject = self.servers[server as usize].when_full == WhenFull::Reject;
        if reject && trip.request.procedure == Procedure::InitialRegistration {
            self.servers[server as usize].counts.rejected += 1;
            let answer = (Cause::NETWORK_FAILURE, 0);
            self.reject(elements, trip.request, (server, now_us), answer);
        } else {
            self.fail(trip);
        }
    }

    fn reject(
        &mut self,
        elements: &Elements,
        request: &Request,
        (server, now_us): (u16, u64),
        answer: (Cause, Tick),
    ) {
        let (cause, backoff) = answer;
        self.tally.rejected(request, server, cause);
        let travel = elements.tower_to_us(request.tower, server);
        if request.has(fact::FLOOD) && request.has(fact::IGNORES_BACKOFF) || travel == NO_LATENCY {
            return;
        }
        self.verdicts.push(Verdict {
            at: SimTime::from_us(now_us + u64::from(travel)),
            sent: request.sent,
            device: request.device,
            backoff,
            kind: VerdictKind::RegistrationRejected,
            cause,
            member: request.member,
        });
    }
}
