//! The loop of the core: arrivals and visits in time order.
//!
//! Invariant: events run in (time, keyed hash); what is final is told, what is not stays under way.

use crate::base::{Draws, Purpose, SimTime};
use crate::kernel::Calendar;
use crate::network::command::Cause;
use crate::network::spec::{
    LateAccept, NetworkSpec, OverloadSpec, PROCEDURES, Procedure, StaleWork,
};
use crate::topology::NodeKind;

use super::elements::{Elements, NO_LATENCY};
use super::incoming::Incoming;
use super::itinerary::Itinerary;
use super::pending::{HASH_BITS, Job, NOBODY, Pending, Step, key, tie};
use super::radio::Radios;
use super::server::{Ask, Served, Server};
use super::{NOWHERE, Pacer, Request, Verdict, VerdictKind, fact};

/// What an AMF or MME does beside serving.
#[derive(Clone, Debug, Default)]
pub(super) struct Temper {
    pub(super) reject: Option<(Cause, f64)>,
    pub(super) overload: Option<OverloadSpec>,
    pub(super) overloaded: bool,
}

/// The core of the network.
#[derive(Debug)]
pub(in crate::network) struct Core {
    pub(super) draws: Draws,
    pub(in crate::network) servers: Vec<Server<Job>>,
    pub(super) tempers: Vec<Temper>,
    pub(super) itinerary: Itinerary,
    pub(super) guards_us: [u64; PROCEDURES.len()],
    pub(super) late_accept: LateAccept,
    pub(super) reject_work: f64,
    pub(super) reject_wait: crate::base::Delay,
    pub(in crate::network) radios: Radios,
    pub(super) region_of_tower: Vec<u16>,
    pub(in crate::network) pacers: Vec<Pacer>,
    /// Requests of the last window.
    pub(super) arrivals: Incoming,
    /// Those of them that no element could take.
    pub(super) stranded: Vec<Request>,
    pub(super) under_way: Calendar<Pending>,
    pub(in crate::network) verdicts: Vec<Verdict>,
    pub(super) now_us: u64,
    /// The instant of what is being carried out.
    pub(super) clock_us: u64,
}

/// Turning a registration away with a reject costs this share of carrying it out: two of fourteen
/// messages.
const REJECT_SHARE: f64 = 1.0 / 7.0;

/// Microseconds of a bucket of what is under way, as a power of two: 256 µs.
const BUCKET_BITS: u32 = 8;

impl Core {
    pub(in crate::network) fn new(
        spec: &NetworkSpec,
        draws: Draws,
        kinds: &[NodeKind],
        servers: Vec<Server<Job>>,
        towers: (Radios, Vec<u16>),
    ) -> Self {
        let guard = |procedure| match procedure {
            Procedure::InitialRegistration | Procedure::PeriodicUpdate => spec.registration.guard,
            Procedure::ImsRegistration | Procedure::ImsRefresh => spec.ims.guard,
            Procedure::Call | Procedure::EmergencyCall => spec.calls.guard,
        };
        let (radios, region_of_tower) = towers;
        let itinerary = Itinerary::new(&spec.core.procedures);
        Self {
            draws,
            servers,
            tempers: kinds.iter().map(|&kind| temper(spec, kind)).collect(),
            guards_us: PROCEDURES.map(|procedure| guard(procedure).as_us()),
            late_accept: spec.registration.late_accept,
            reject_work: REJECT_SHARE * itinerary.mobility_work(),
            itinerary,
            reject_wait: spec.access.reject_wait,
            radios,
            region_of_tower,
            pacers: Vec::new(),
            arrivals: Incoming::default(),
            stranded: Vec::new(),
            under_way: Calendar::new(HASH_BITS + BUCKET_BITS),
            verdicts: Vec::new(),
            now_us: 0,
            clock_us: 0,
        }
    }

    /// Take the requests of a shard; they are served when the core advances.
    pub(in crate::network) fn take(&mut self, requests: &[Request]) {
        self.arrivals.take(requests);
    }

    /// Take the requests of a shard that found no way to the core.
    pub(in crate::network) fn take_stranded(&mut self, requests: &[Request]) {
        self.stranded.extend_from_slice(requests);
    }

    /// Requests that wait to be served.
    pub(in crate::network) fn asked_count(&self) -> usize {
        self.arrivals.len()
    }

    /// As far as here, everything is served.
    pub(in crate::network) fn served_to(&self) -> SimTime {
        SimTime::from_us(self.now_us)
    }

    /// Run everything before `to`.
    pub(in crate::network) fn advance(&mut self, elements: &Elements, to: SimTime) {
        self.fail_stranded();
        let (end_us, end) = (to.as_us(), key(to.as_us(), 0));
        let mut arrivals = std::mem::take(&mut self.arrivals);
        arrivals.sort();
        let mut turn = 0;
        while let Some((at, device)) = arrivals.arrival(turn) {
            self.catch_up(elements, (at, tie(device, 0)).min((end, 0)), end_us);
            if at >= end {
                break;
            }
            let request = *arrivals.get(turn);
            turn += 1;
            self.enter(elements, &request, at >> HASH_BITS, end_us);
        }
        self.catch_up(elements, (end, 0), end_us);
        for (at, request) in arrivals.rest(turn) {
            let pending = Pending {
                job: fresh(request),
                step: Step::Arrive,
                from: NOWHERE,
                server: request.server,
                travel_us: 0,
            };
            self.under_way.push(at, pending.tie(), pending);
        }
        arrivals.clear();
        self.arrivals = arrivals;
        self.expire(to);
        self.now_us = end_us;
        self.clock_us = self.now_us;
    }

    /// Run what is under way, as far as `bound`.
    #[inline]
    fn catch_up(&mut self, elements: &Elements, bound: (u64, u64), end_us: u64) {
        while let Some((at, pending)) = self.under_way.pop_before(bound) {
            let now_us = at >> HASH_BITS;
            self.move_clock(now_us);
            let Pending { server, from, .. } = pending;
            match pending.step {
                Step::Arrive if from == NOWHERE => {
                    self.enter(elements, &pending.job.request, now_us, end_us)
                }
                Step::Arrive => self.visit(elements, &pending.job, server, (now_us, end_us)),
                Step::Answer => self.answer(elements, &pending.job, from, now_us),
                Step::Free => self.free(elements, from, now_us, end_us),
            }
        }
    }

    #[inline]
    fn move_clock(&mut self, now_us: u64) {
        assert!(now_us >= self.clock_us, "time never goes back");
        self.clock_us = now_us;
    }

    /// A request comes in.
    #[inline]
    fn enter(&mut self, elements: &Elements, request: &Request, now_us: u64, end_us: u64) {
        self.move_clock(now_us);
        let (server, job) = (request.server, fresh(request));
        if !self.servers[server as usize].up {
            self.servers[server as usize].counts.arrived += 1;
            self.fail(&job);
        } else if self.admit(elements, &job, server, now_us) {
            self.visit(elements, &job, server, (now_us, end_us));
        } else {
            self.servers[server as usize].counts.arrived += 1;
        }
    }

    /// A request is at an element.
    #[inline]
    fn visit(&mut self, elements: &Elements, job: &Job, server: u16, (now_us, end_us): (u64, u64)) {
        let request = &job.request;
        let element = &mut self.servers[server as usize];
        element.counts.arrived += 1;
        if !element.up {
            self.fail(job);
            return;
        }
        let stop = self.itinerary.stop(request.procedure, job.stage);
        let unit = if element.is_random() {
            let occasion = request.tie ^ u32::from(job.stage);
            self.draws.unit(Purpose::Service, request.device, occasion)
        } else {
            0.5
        };
        let ask = Ask {
            work: stop.work,
            priority: request.has(fact::PRIORITY),
            under_way: stop.under_way,
            unit,
        };
        match element.offer(now_us * 1_000, job, &ask) {
            Served::Until { finish_ns } => self.proceed(elements, job, server, (finish_ns, end_us)),
            Served::Now { finish_ns, free_ns } => {
                self.push_free(server, free_ns);
                self.proceed(elements, job, server, (finish_ns, end_us));
            }
            Served::Waits => {}
            Served::Full => self.turned_away(elements, job, server, now_us),
        }
    }

    /// A worker is free: take the next piece of work whose owner still waits, or any.
    fn free(&mut self, elements: &Elements, server: u16, now_us: u64, end_us: u64) {
        let element = &mut self.servers[server as usize];
        let Some(waiting) = element.next() else {
            return;
        };
        let job = waiting.job;
        let age_us = now_us.saturating_sub(job.request.sent_us());
        let stale = age_us > self.guards_us[job.request.procedure as usize];
        if stale && element.stale_work == StaleWork::Discarded {
            let (_, free_ns) = element.begin(now_us * 1_000, &waiting, 0.02);
            element.counts.wasted += 1;
            self.push_free(server, free_ns);
            self.fail(&job);
            return;
        }
        let (finish_ns, free_ns) = element.begin(now_us * 1_000, &waiting, 1.0);
        self.push_free(server, free_ns);
        self.proceed(elements, &job, server, (finish_ns, end_us));
    }

    /// A visit ends at `finish_ns`: on to the next, or back to the device.
    #[inline]
    fn proceed(
        &mut self,
        elements: &Elements,
        job: &Job,
        server: u16,
        (finish_ns, end_us): (u64, u64),
    ) {
        let served_us = finish_ns.div_ceil(1_000);
        let request = &job.request;
        let is_late = served_us.saturating_sub(request.sent_us())
            > self.guards_us[request.procedure as usize];
        let mut given_up = job.given_up;
        if is_late && request.presumed_to_succeed() && !given_up {
            self.fail(job);
            given_up = true;
        }
        let counts = &mut self.servers[server as usize].counts;
        counts.served += 1;
        counts.wasted += u64::from(is_late);
        let next = self.itinerary.next(request, job.stage + 1);
        let job = Job {
            request: *request,
            stage: next.unwrap_or(job.stage),
            given_up,
        };
        match next {
            Some(_) => self.go_on(elements, &job, server, (served_us, end_us)),
            None if served_us < end_us => self.answer(elements, &job, server, served_us),
            None => self.push(
                served_us,
                Pending {
                    job,
                    step: Step::Answer,
                    from: server,
                    server,
                    travel_us: 0,
                },
            ),
        }
    }

    /// On to the element of the next visit.
    #[inline]
    fn go_on(
        &mut self,
        elements: &Elements,
        job: &Job,
        from: u16,
        (served_us, end_us): (u64, u64),
    ) {
        let request = &job.request;
        let stop = self.itinerary.stop(request.procedure, job.stage);
        let region = self.region_of_tower[request.tower as usize];
        let router = elements.router_of_tower[request.tower as usize];
        let Some(server) = elements.pick(request, stop.at, router, region) else {
            self.fail(job);
            return;
        };
        let travel_us = elements.between_us(from, server);
        if travel_us == NO_LATENCY {
            self.fail(job);
            return;
        }
        let at_us = served_us + u64::from(travel_us);
        let is_silent = !request.presumed_to_succeed() && !stop.under_way;
        if is_silent && at_us < end_us {
            let element = &mut self.servers[server as usize];
            if element.stays_full(at_us * 1_000, request.has(fact::PRIORITY)) {
                // Nothing can change before it arrives there and is dropped: that is done with now.
                element.counts.arrived += 1;
                element.counts.dropped += 1;
                return;
            }
        }
        let pending = Pending {
            job: *job,
            step: Step::Arrive,
            from,
            server,
            travel_us,
        };
        self.push(at_us, pending);
    }

    /// The answer leaves the core.
    fn answer(&mut self, elements: &Elements, job: &Job, server: u16, now_us: u64) {
        let request = &job.request;
        let travel = elements.tower_to_us(request.tower, server);
        if job.given_up || request.has(fact::FLOOD) || travel == NO_LATENCY {
            return;
        }
        let at_us = now_us + u64::from(travel);
        let late = at_us - request.sent_us() > self.guards_us[request.procedure as usize];
        match request.procedure {
            Procedure::InitialRegistration if !late || self.late_accept == LateAccept::Taken => {
                let member = elements.member_of(request, server);
                self.verdict(request, VerdictKind::RegistrationAccepted, at_us, member);
            }
            Procedure::ImsRegistration if !late => {
                self.verdict(request, VerdictKind::ImsAccepted, at_us, 0);
            }
            Procedure::InitialRegistration | Procedure::ImsRegistration => {}
            _ if late => self.fail(job),
            _ => {}
        }
    }

    /// Requests that found no element fail.
    fn fail_stranded(&mut self) {
        let mut stranded = std::mem::take(&mut self.stranded);
        for request in stranded.drain(..) {
            self.fail(&fresh(&request));
        }
        self.stranded = stranded;
    }

    /// A request came to nothing, in silence; its device is told only if it presumed otherwise.
    pub(super) fn fail(&mut self, job: &Job) {
        let request = &job.request;
        if job.given_up || request.has(fact::FLOOD) || !request.presumed_to_succeed() {
            return;
        }
        let kind = match request.procedure {
            Procedure::PeriodicUpdate => VerdictKind::UpdateFailed,
            Procedure::ImsRefresh => VerdictKind::RefreshFailed,
            Procedure::Call => VerdictKind::CallFailed,
            _ => VerdictKind::EmergencyFailed,
        };
        let gives_up_us = request.sent_us() + self.guards_us[request.procedure as usize];
        let at_us = gives_up_us.max(self.clock_us);
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
    fn expire(&mut self, to: SimTime) {
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
        self.fail_all(expired);
    }

    fn push_free(&mut self, server: u16, free_ns: u64) {
        let job = Job {
            request: NOBODY,
            stage: 0,
            given_up: true,
        };
        let free = Pending {
            job,
            step: Step::Free,
            from: server,
            server,
            travel_us: 0,
        };
        self.push(free_ns.div_ceil(1_000), free);
    }

    /// Let something happen at `at_us`.
    #[inline]
    fn push(&mut self, at_us: u64, pending: Pending) {
        self.under_way
            .push(key(at_us, pending.job.request.tie), pending.tie(), pending);
    }
}

/// A request before its first visit.
#[inline]
fn fresh(request: &Request) -> Job {
    Job {
        request: *request,
        stage: request.stage,
        given_up: false,
    }
}

fn temper(spec: &NetworkSpec, kind: NodeKind) -> Temper {
    let functions = &spec.core.functions;
    let overload = match kind {
        NodeKind::Amf => functions.amf.overload.clone(),
        NodeKind::Mme => functions.mme.overload.clone(),
        _ => None,
    };
    Temper {
        overload,
        ..Temper::default()
    }
}
