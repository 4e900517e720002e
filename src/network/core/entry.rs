//! What stands before the first visit: the tower's radio, a defect's rejects, pacing, overload control.
//!
//! Invariant: whoever is turned away here has cost the element a reject at most.

use crate::base::{Purpose, SimTime, Tick, unit_interval};
use crate::network::command::Cause;
use crate::network::spec::{Procedure, WhenFull};

use super::elements::NO_LATENCY;
use super::pending::Job;
use super::server::{Offer, Served};
use super::visits::Core;
use super::{Request, Verdict, VerdictKind};

impl Core {
    /// What stands before the first visit: the tower's radio, then pacing, defects and overload control.
    pub(super) fn admit(&mut self, job: &Job, server: u16, now_us: u64) -> bool {
        let request = &job.request;
        if !request.over_wifi {
            let admitted = self.radios.admit(request.tower, now_us);
            self.tally.connected(request, admitted);
            if !admitted {
                self.radio_reject(job, now_us);
                return false;
            }
        }
        self.tally.requested(request, server);
        if request.procedure != Procedure::InitialRegistration {
            return true;
        }
        self.admit_registration(job, server, now_us)
    }

    fn admit_registration(&mut self, job: &Job, server: u16, now_us: u64) -> bool {
        let request = job.request;
        let region = self.region_of_tower[request.tower as usize];
        let draws = self.draws;
        let words = || draws.words(Purpose::Effect, request.device, request.tie);
        if let Some((cause, share)) = self.tempers[server as usize].reject
            && unit_interval(words()[0]) < share
        {
            self.turn_away(job, server, now_us, (cause, 0));
            return false;
        }
        let refused_by = self
            .pacers
            .iter_mut()
            .position(|pacer| !pacer.admits(&request, region, now_us));
        if let Some(pacer) = refused_by {
            let backoff = self.pacers[pacer].backoff(self.draws, &request);
            self.turn_away(job, server, now_us, (Cause::CONGESTION, backoff));
            return false;
        }
        self.watch_overload(server, now_us);
        let temper = &self.tempers[server as usize];
        let Some(overload) = temper
            .overload
            .as_ref()
            .filter(|_| temper.overloaded && !request.priority)
        else {
            return true;
        };
        let words = words();
        if unit_interval(words[1]) < overload.ran_reject.get() && !request.ignores_backoff {
            self.radio_reject(job, now_us);
            return false;
        }
        if let Some(backoff) = overload.backoff {
            let wait = backoff
                .draw(unit_interval(words[2]), unit_interval(words[3]))
                .as_ticks();
            self.turn_away(job, server, now_us, (Cause::CONGESTION, wait));
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
    pub(super) fn turn_away(&mut self, job: &Job, server: u16, now_us: u64, answer: (Cause, Tick)) {
        let offer = Offer {
            job: Job {
                given_up: true,
                ..*job
            },
            work: self.reject_work,
            priority: false,
            under_way: false,
            unit: 0.5,
        };
        let element = &mut self.servers[server as usize];
        if element.is_in_order() && element.offer(now_us * 1_000, &offer) == Served::Full {
            return;
        }
        self.servers[server as usize].counts.rejected += 1;
        self.reject(&job.request, server, now_us, answer);
    }

    /// The tower rejects the connection with a wait time; to NAS that is a lower-layer failure.
    pub(super) fn radio_reject(&mut self, job: &Job, now_us: u64) {
        let request = &job.request;
        if request.presumed_to_succeed() {
            self.fail(job);
        } else if request.procedure == Procedure::InitialRegistration && !request.flood {
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

    pub(super) fn turned_away(&mut self, job: &Job, server: u16, now_us: u64) {
        let reject = self.servers[server as usize].when_full == WhenFull::Reject;
        if reject && job.request.procedure == Procedure::InitialRegistration {
            self.servers[server as usize].counts.rejected += 1;
            self.reject(&job.request, server, now_us, (Cause::NETWORK_FAILURE, 0));
        } else {
            self.fail(job);
        }
    }

    pub(super) fn reject(
        &mut self,
        request: &Request,
        server: u16,
        now_us: u64,
        answer: (Cause, Tick),
    ) {
        let (cause, backoff) = answer;
        self.tally.rejected(request, server, cause);
        let travel = self.elements.tower_to_us(request.tower, server);
        if request.flood && request.ignores_backoff || travel == NO_LATENCY {
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
