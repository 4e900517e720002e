//! What becomes of requests: answers that leave the core, work that comes to nothing, callers that give up.
//!
//! Invariant: a device is told once, and only where the truth is not what it presumes.

use crate::base::SimTime;
use crate::network::command::Cause;
use crate::network::spec::{LateAccept, Procedure};

use super::elements::{Elements, NO_LATENCY};
use super::pending::{Pending, Step, Trip, in_order};
use super::visits::Core;
use super::{NOWHERE, Request, Verdict, VerdictKind, fact};

impl Core {
    /// The answer leaves the core.
    #[inline]
    pub(super) fn answer(&mut self, elements: &Elements, trip: Trip<'_>, server: u16, now_us: u64) {
        let request = trip.request;
        if trip.given_up || request.has(fact::FLOOD) {
            return;
        }
        let to_router_us = elements.router_to_us(request.router, server);
        if to_router_us == NO_LATENCY {
            self.fail(trip);
            return;
        }
        let (at_router_us, gives_up_us) =
            (now_us + u64::from(to_router_us), self.gives_up_us(request));
        if request.presumed_to_succeed() && at_router_us + elements.longest_access_us <= gives_up_us
        {
            return;
        }
        let at_us = at_router_us + u64::from(elements.access_us[request.tower as usize]);
        let late = at_us > gives_up_us;
        match request.procedure {
            Procedure::InitialRegistration if !late || self.late_accept == LateAccept::Taken => {
                let member = elements.member_of(request, server);
                self.tally.accepted(request, server);
                self.verdict(request, VerdictKind::RegistrationAccepted, at_us, member);
            }
            Procedure::ImsRegistration if !late => {
                self.verdict(request, VerdictKind::ImsAccepted, at_us, 0);
            }
            Procedure::InitialRegistration | Procedure::ImsRegistration => {}
            _ if late => self.give_up_in_time(trip),
            _ => {}
        }
    }

    /// Its caller will have given up before it is answered: let that happen when the guard expires.
    pub(super) fn give_up_in_time(&mut self, trip: Trip<'_>) {
        if trip.request.presumed_to_succeed() {
            let pending = Pending::at(trip.job(), Step::GiveUp, NOWHERE);
            self.push(self.gives_up_us(trip.request).max(self.clock_us), pending);
        }
    }

    /// When the caller of a request gives up.
    #[inline]
    pub(super) fn gives_up_us(&self, request: &Request) -> u64 {
        request.sent_us() + self.guards_us[request.procedure as usize]
    }

    /// A request came to nothing, in silence; its device is told only if it presumed otherwise.
    pub(super) fn fail(&mut self, trip: Trip<'_>) {
        self.fail_known(trip, self.clock_us);
    }

    /// The same, where that is known since `known_us`.
    fn fail_known(&mut self, trip: Trip<'_>, known_us: u64) {
        let request = trip.request;
        if trip.given_up || request.has(fact::FLOOD) || !request.presumed_to_succeed() {
            return;
        }
        let kind = match request.procedure {
            Procedure::PeriodicUpdate => VerdictKind::UpdateFailed,
            Procedure::ImsRefresh => VerdictKind::RefreshFailed,
            Procedure::Call => VerdictKind::CallFailed,
            _ => VerdictKind::EmergencyFailed,
        };
        let at_us = self.gives_up_us(request).max(known_us);
        self.verdict(request, kind, at_us, request.member);
    }

    pub(super) fn verdict(&mut self, request: &Request, kind: VerdictKind, at_us: u64, member: u8) {
        self.verdicts.push(Verdict {
            at: SimTime::from_us(at_us),
            sent: request.sent,
            device: request.device,
            backoff: 0,
            kind,
            cause: Cause(0),
            member,
        });
    }

    /// Callers whose guard expires before `to` while their work waits in a queue give up.
    pub(super) fn expire(&mut self, to: SimTime) {
        let mut expired = Vec::new();
        for server in &mut self.servers {
            for job in server.waiting_mut() {
                let request = &job.request;
                let gives_up_us = request.sent_us() + self.guards_us[request.procedure as usize];
                if request.presumed_to_succeed() && !job.given_up && gives_up_us < to.as_us() {
                    expired.push(*job);
                    job.given_up = true;
                }
            }
        }
        for job in in_order(expired) {
            self.fail_known(job.trip(), 0);
        }
    }
}
