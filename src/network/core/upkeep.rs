//! What operators, faults and attackers do to elements, and what becomes of the work inside.
//!
//! Invariant: between windows only; work is lost, delayed or kept, never forgotten.

use std::collections::BTreeSet;

use crate::base::SimTime;
use crate::network::command::Cause;

use super::pending::{HASH_BITS, Job, Pending, Step, Trip, in_order, key};
use super::server::part;
use super::visits::Core;

/// How fast an element is to serve.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Speed {
    pub(in crate::network) server: u16,
    /// Multiple of its configured rate.
    pub(in crate::network) factor: f64,
    /// Share that background load takes of it.
    pub(in crate::network) background: f64,
}

impl Core {
    /// Set the reject that an AMF or MME answers registrations with.
    pub(in crate::network) fn set_reject(&mut self, server: u16, reject: Option<(Cause, f64)>) {
        self.tempers[server as usize].reject = reject;
    }

    /// An element begins or ceases to serve; ceasing loses what is in it.
    pub(in crate::network) fn set_up(&mut self, server: u16, up: bool, now: SimTime) {
        if self.servers[server as usize].up == up {
            return;
        }
        self.servers[server as usize].up = up;
        self.servers[server as usize].sound = up && self.tempers[server as usize].holes.is_empty();
        self.servers[server as usize].counts.up = up;
        if !up {
            self.lose(server, now);
        }
    }

    /// Throw away what waits in an element; what is in service goes on.
    pub(in crate::network) fn purge(&mut self, server: u16, now: SimTime) {
        let lost = self.servers[server as usize].purge(now.as_us() * 1_000);
        self.fail_all(lost);
        if self.servers[server as usize].is_in_order() {
            // In order of arrival, what waits is under way already.
            self.keep_under_way(|other| other == server, now, |_, _| None);
        }
    }

    fn lose(&mut self, server: u16, now: SimTime) {
        let lost = self.servers[server as usize].lose_all(now.as_us() * 1_000);
        self.fail_all(lost);
        self.keep_under_way(|other| other == server, now, |_, _| None);
    }

    /// Change the capacity of elements: what is inside them is delayed or hastened.
    pub(in crate::network) fn set_speeds(&mut self, now: SimTime, speeds: &[Speed]) {
        let mut slower = vec![1.0_f64; self.servers.len()];
        for speed in speeds {
            let server = &mut self.servers[speed.server as usize];
            slower[speed.server as usize] =
                server.set_speed(now.as_us() * 1_000, speed.factor, speed.background);
        }
        let is_changed = |server: u16| {
            let slower = slower.get(server as usize);
            slower.is_some_and(|slower| slower.to_bits() != 1.0_f64.to_bits())
        };
        if !speeds.iter().any(|speed| is_changed(speed.server)) {
            return;
        }
        self.keep_under_way(is_changed, now, |at_us, pending| {
            let left_us = at_us - u64::from(pending.travel_us) - now.as_us();
            let left_us = part(left_us, slower[pending.from as usize]);
            Some(now.as_us() + left_us + u64::from(pending.travel_us))
        });
    }

    /// Give everything that is being served at `now` by an element `concerned` the time that `keep` says; drop
    /// what it gives none.
    fn keep_under_way(
        &mut self,
        concerned: impl Fn(u16) -> bool,
        now: SimTime,
        keep: impl Fn(u64, &Pending) -> Option<u64>,
    ) {
        let (mut lost, mut too_late) = (Vec::new(), Vec::new());
        let mut in_time = BTreeSet::new();
        let mut kept = Vec::new();
        for (mut at, tie, mut pending) in self.under_way.drain() {
            let at_us = at >> HASH_BITS;
            if concerned(pending.from) && at_us - u64::from(pending.travel_us) > now.as_us() {
                let Some(at_us) = keep(at_us, &pending) else {
                    if pending.step != Step::Free {
                        lost.push(pending.job);
                    }
                    continue;
                };
                at = key(at_us, pending.job.request.tie);
                if pending.step != Step::Free && self.is_late(pending.job.trip(), at_us) {
                    too_late.push(pending.job);
                    pending.job.given_up = true;
                } else if self.is_in_time_after_all(&pending, now, at_us) {
                    in_time.insert(pending.job.identity());
                    pending.job.given_up = false;
                }
            }
            kept.push((at, tie, pending));
        }
        let gives_up_no_more = |pending: &Pending| {
            pending.step == Step::GiveUp && in_time.contains(&pending.job.identity())
        };
        for (at, tie, pending) in kept {
            if !gives_up_no_more(&pending) {
                self.under_way.push(at, tie, pending);
            }
        }
        for job in too_late {
            self.give_up_in_time(job.trip());
        }
        self.fail_all(lost);
    }

    /// Whether work of which it was certain that its caller would give up first will now be done before that.
    fn is_in_time_after_all(&self, pending: &Pending, now: SimTime, at_us: u64) -> bool {
        let job = &pending.job;
        let gives_up_us = self.gives_up_us(&job.request);
        let patient = self.tempers[pending.from as usize].patience_us.is_none();
        job.given_up
            && job.request.presumed_to_succeed()
            && pending.step != Step::Free
            && patient
            && gives_up_us > now.as_us()
            && at_us <= gives_up_us
    }

    /// Whether a caller that takes silence for success has given up at `at_us`, and nobody knows yet.
    #[inline]
    pub(super) fn is_late(&self, trip: Trip<'_>, at_us: u64) -> bool {
        let request = trip.request;
        request.presumed_to_succeed() && !trip.given_up && at_us > self.gives_up_us(request)
    }

    pub(super) fn fail_all(&mut self, lost: Vec<Job>) {
        for job in in_order(lost) {
            self.fail(job.trip());
        }
    }
}
