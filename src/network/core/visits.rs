//! The loop of the core: arrivals and visits in time order.
//!
//! Invariant: events run in (time, keyed hash); what is final is told, what is not stays under way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::{Draws, Purpose, SimTime};
use crate::network::command::{BlackHole, Cause};
use crate::network::spec::{
    Function, LateAccept, NetworkSpec, OverloadSpec, PROCEDURES, Procedure, StaleWork,
};
use crate::topology::NodeKind;

use super::elements::{Elements, NO_LATENCY};
use super::incoming::{Asked, Incoming};
use super::pending::{Ahead, HASH_BITS, Job, NOBODY, NOWHERE, Pending, Step, key};
use super::radio::Radios;
use super::server::{Offer, Served, Server};
use super::{Pacer, Request, Source, Verdict, VerdictKind};

/// What an AMF or MME does beside serving.
#[derive(Clone, Debug, Default)]
pub(super) struct Temper {
    pub(super) reject: Option<(Cause, f64)>,
    pub(super) overload: Option<OverloadSpec>,
    pub(super) overloaded: bool,
    pub(super) holes: Vec<BlackHole>,
    /// Replies to requests older than this are thrown away.
    pub(super) patience_us: Option<u64>,
}

/// The core of the network.
#[derive(Debug)]
pub(in crate::network) struct Core {
    pub(super) draws: Draws,
    pub(in crate::network) elements: Elements,
    pub(in crate::network) servers: Vec<Server<Job>>,
    pub(super) tempers: Vec<Temper>,
    pub(super) visits: Vec<Vec<(Function, f64, bool)>>,
    pub(super) guards_us: [u64; PROCEDURES.len()],
    /// The guards, or the shortest patience of any element if that is shorter.
    pub(super) limits_us: [u64; PROCEDURES.len()],
    pub(super) sources: Vec<Source>,
    pub(super) late_accept: LateAccept,
    pub(super) reject_work: f64,
    pub(super) reject_wait: crate::base::Delay,
    pub(in crate::network) radios: Radios,
    pub(super) region_of_tower: Vec<u16>,
    pub(in crate::network) pacers: Vec<Pacer>,
    pub(super) arrivals: Incoming,
    /// Requests of the last window, shard by shard.
    pub(super) asked: Vec<Vec<Request>>,
    /// Empty lists to be used again.
    pub(super) spare: Vec<Vec<Request>>,
    pub(super) under_way: BinaryHeap<Reverse<Pending>>,
    pub(in crate::network) verdicts: Vec<Verdict>,
    pub(super) now_us: u64,
    /// The instant of what is being carried out.
    pub(super) clock_us: u64,
}

/// Turning a registration away with a reject costs this share of carrying it out: two of fourteen
/// messages.
const REJECT_SHARE: f64 = 1.0 / 7.0;

impl Core {
    pub(in crate::network) fn new(
        spec: &NetworkSpec,
        draws: Draws,
        elements: Elements,
        servers: Vec<Server<Job>>,
        towers: (Radios, Vec<u16>),
    ) -> Self {
        let overload = |kind: NodeKind| match kind {
            NodeKind::Amf => spec.core.functions.amf.overload.clone(),
            NodeKind::Mme => spec.core.functions.mme.overload.clone(),
            _ => None,
        };
        let tempers = elements
            .kinds
            .iter()
            .map(|&kind| Temper {
                overload: overload(kind),
                ..Temper::default()
            })
            .collect();
        let visits = PROCEDURES.map(|procedure| {
            let visits = spec.core.procedures.visits(procedure).iter();
            visits
                .map(|visit| (visit.at, visit.work.get(), visit.under_way))
                .collect()
        });
        let guard = |procedure| match procedure {
            Procedure::InitialRegistration | Procedure::PeriodicUpdate => spec.registration.guard,
            Procedure::ImsRegistration | Procedure::ImsRefresh => spec.ims.guard,
            Procedure::Call | Procedure::EmergencyCall | Procedure::EmergencyAttach => {
                spec.calls.guard
            }
        };
        let (radios, region_of_tower) = towers;
        Self {
            draws,
            elements,
            servers,
            tempers,
            visits: visits.into(),
            guards_us: PROCEDURES.map(|procedure| guard(procedure).as_us()),
            limits_us: PROCEDURES.map(|procedure| guard(procedure).as_us()),
            sources: Vec::new(),
            late_accept: spec.registration.late_accept,
            reject_work: REJECT_SHARE * mobility_work(spec),
            reject_wait: spec.access.reject_wait,
            radios,
            region_of_tower,
            pacers: Vec::new(),
            arrivals: Incoming::default(),
            asked: Vec::new(),
            spare: Vec::new(),
            under_way: BinaryHeap::new(),
            verdicts: Vec::new(),
            now_us: 0,
            clock_us: 0,
        }
    }

    /// Take the requests of a shard; they are served when the core advances.
    pub(in crate::network) fn take(&mut self, requests: &mut Vec<Request>) {
        if !requests.is_empty() {
            let spare = self.spare.pop().unwrap_or_default();
            self.asked.push(std::mem::replace(requests, spare));
        }
    }

    /// Requests that wait to be served.
    pub(in crate::network) fn asked_count(&self) -> usize {
        self.asked.iter().map(Vec::len).sum()
    }

    /// As far as here, everything is served.
    pub(in crate::network) fn served_to(&self) -> SimTime {
        SimTime::from_us(self.now_us)
    }

    /// See where each request goes, and when it arrives.
    fn receive(&mut self) {
        let mut asked = std::mem::take(&mut self.asked);
        for mut requests in asked.drain(..) {
            for request in requests.drain(..) {
                self.receive_one(request);
            }
            self.spare.push(requests);
        }
        self.asked = asked;
    }

    pub(super) fn receive_one(&mut self, request: Request) {
        let stage = self.first_stage(&request);
        let (function, ..) = self.visits[request.procedure as usize][stage as usize];
        let region = self.region_of_tower[request.tower as usize];
        let router = self.elements.router_of_tower[request.tower as usize];
        let Some(choice) = self.elements.pick(&request, function, router, region) else {
            let job = Job {
                request,
                stage,
                given_up: false,
            };
            self.fail(&job);
            return;
        };
        let travel_us = self.elements.tower_to_us(request.tower, choice.server);
        let at_us = request.sent_us() + u64::from(travel_us);
        let asked = Asked {
            request,
            server: choice.server,
            stage,
        };
        self.arrivals.push(key(at_us, request.tie), asked);
    }

    /// Run everything before `to`.
    pub(in crate::network) fn advance(&mut self, to: SimTime) {
        let end = key(to.as_us(), 0);
        self.receive();
        self.emit(to);
        let mut arrivals = std::mem::take(&mut self.arrivals);
        arrivals.sort();
        let mut next = 0;
        loop {
            let arrival = arrivals.arrival(next);
            let waiting = self.under_way.peek().map(|Reverse(pending)| pending);
            let waiting = waiting.map(|pending| (pending.key, pending.job.request.device));
            let pending = match (arrival, waiting) {
                (Some(a), Some(w)) if w < a => self.under_way.pop().expect("just peeked").0,
                (Some((key, _)), _) => {
                    next += 1;
                    Pending::arriving(key, arrivals.get(next - 1))
                }
                (None, Some(_)) => self.under_way.pop().expect("just peeked").0,
                (None, None) => break,
            };
            if pending.key >= end {
                self.under_way.push(Reverse(pending));
                break;
            }
            self.step(&pending, to.as_us());
        }
        let rest = arrivals.rest(next);
        self.under_way
            .extend(rest.map(|(key, asked)| Reverse(Pending::arriving(key, asked))));
        arrivals.clear();
        self.arrivals = arrivals;
        self.expire(to);
        self.now_us = to.as_us();
        self.clock_us = self.now_us;
    }

    fn step(&mut self, pending: &Pending, end_us: u64) {
        let now_us = pending.key >> HASH_BITS;
        assert!(now_us >= self.clock_us, "time never goes back");
        self.clock_us = now_us;
        match pending.step {
            Step::Arrive => self.arrive(pending, now_us, end_us),
            Step::Answer => self.answer(&pending.job, pending.from, now_us),
            Step::Free => self.free(pending.from, now_us, end_us),
        }
    }

    fn arrive(&mut self, pending: &Pending, now_us: u64, end_us: u64) {
        let (job, server) = (pending.job, pending.server);
        self.servers[server as usize].counts.arrived += 1;
        if !self.servers[server as usize].sound && self.swallows(&job, server) {
            self.fail(&job);
            return;
        }
        let first = pending.from == NOWHERE;
        if first && !self.admit(&job, server, now_us) {
            return;
        }
        let (_, work, under_way) = self.visits[job.request.procedure as usize][job.stage as usize];
        let unit = if self.servers[server as usize].is_random() {
            let occasion = job.request.tie ^ u32::from(job.stage);
            self.draws
                .unit(Purpose::Service, job.request.device, occasion)
        } else {
            0.5
        };
        let offer = Offer {
            job,
            work,
            priority: job.request.priority,
            under_way,
            unit,
        };
        match self.servers[server as usize].offer(now_us * 1_000, &offer) {
            Served::Until { finish_ns } => self.proceed(job, server, finish_ns, end_us),
            Served::Now { finish_ns, free_ns } => {
                self.push_free(server, free_ns);
                self.proceed(job, server, finish_ns, end_us);
            }
            Served::Waits => {}
            Served::Full => self.turned_away(&job, server, now_us),
        }
    }

    /// A worker is free: take the next piece of work whose owner still waits, or any.
    fn free(&mut self, server: u16, now_us: u64, end_us: u64) {
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
        self.proceed(job, server, finish_ns, end_us);
    }

    /// A visit ends at `finish_ns`: on to the next, or back to the device.
    pub(super) fn proceed(&mut self, mut job: Job, server: u16, finish_ns: u64, end_us: u64) {
        let served_us = finish_ns.div_ceil(1_000);
        let request = job.request;
        let age_us = served_us.saturating_sub(request.sent_us());
        let is_late = age_us > self.limits_us[request.procedure as usize]
            && self.is_too_late(&request, server, age_us);
        if is_late && !job.given_up && self.is_abandoned(&request, server, age_us) {
            self.fail(&job);
            job.given_up = true;
        }
        self.servers[server as usize].counts.served += 1;
        self.servers[server as usize].counts.wasted += u64::from(is_late);
        let Some(stage) = self.next_stage(&request, job.stage + 1) else {
            if served_us < end_us {
                self.answer(&job, server, served_us);
            } else {
                self.push(
                    served_us,
                    &Ahead {
                        step: Step::Answer,
                        from: server,
                        server,
                        travel_us: 0,
                        job,
                    },
                );
            }
            return;
        };
        job.stage = stage;
        let function = self.visits[request.procedure as usize][stage as usize].0;
        let region = self.region_of_tower[request.tower as usize];
        let router = self.elements.router_of_tower[request.tower as usize];
        let next = self
            .elements
            .pick(&request, function, router, region)
            .map(|choice| choice.server);
        let travel = next.map(|next| (next, self.elements.between_us(server, next)));
        match travel {
            Some((next, travel_us)) if travel_us != NO_LATENCY => {
                let step = Step::Arrive;
                self.push(
                    served_us + u64::from(travel_us),
                    &Ahead {
                        step,
                        from: server,
                        server: next,
                        travel_us,
                        job,
                    },
                );
            }
            _ => self.fail(&job),
        }
    }

    /// The answer leaves the core.
    fn answer(&mut self, job: &Job, server: u16, now_us: u64) {
        let request = &job.request;
        let travel = self.elements.tower_to_us(request.tower, server);
        if job.given_up || request.flood || travel == NO_LATENCY {
            return;
        }
        let at_us = now_us + u64::from(travel);
        let late = at_us - request.sent_us() > self.guards_us[request.procedure as usize];
        match request.procedure {
            Procedure::InitialRegistration if !late || self.late_accept == LateAccept::Taken => {
                let member = self.member_of(request, server);
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

    /// The member of the request's pool that is, or took the request to, this server.
    fn member_of(&self, request: &Request, server: u16) -> u8 {
        let members = &self.elements.pools[request.pool as usize];
        let list = if request.five_g {
            &members.amf
        } else {
            &members.mme
        };
        list.iter()
            .find(|choice| choice.server == server)
            .map_or(request.member, |choice| choice.member)
    }

    /// A request came to nothing, in silence; its device is told only if it presumed otherwise.
    pub(super) fn fail(&mut self, job: &Job) {
        let request = &job.request;
        if job.given_up || request.flood || !request.presumed_to_succeed() {
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

    fn first_stage(&self, request: &Request) -> u8 {
        self.next_stage(request, 0)
            .expect("a procedure has a visit")
    }

    /// The next visit at or after `stage`; the entry of Wi-Fi calling is skipped on home radio.
    fn next_stage(&self, request: &Request, stage: u8) -> Option<u8> {
        let visits = &self.visits[request.procedure as usize];
        (stage..)
            .zip(&visits[usize::from(stage).min(visits.len())..])
            .find(|(_, (function, ..))| *function != Function::Epdg || request.over_wifi)
            .map(|(stage, _)| stage)
    }

    fn push_free(&mut self, server: u16, free_ns: u64) {
        let job = Job {
            request: NOBODY,
            stage: 0,
            given_up: true,
        };
        let free = Ahead {
            step: Step::Free,
            from: server,
            server,
            travel_us: 0,
            job,
        };
        self.push(free_ns.div_ceil(1_000), &free);
    }

    /// Let something happen at `at_us`.
    fn push(&mut self, at_us: u64, what: &Ahead) {
        let Ahead {
            step,
            from,
            server,
            travel_us,
            job,
        } = *what;
        let key = key(at_us, job.request.tie);
        self.under_way.push(Reverse(Pending {
            key,
            step,
            from,
            server,
            travel_us,
            job,
        }));
    }
}

/// Work of an initial registration at the AMF or MME.
fn mobility_work(spec: &NetworkSpec) -> f64 {
    let visits = spec
        .core
        .procedures
        .visits(Procedure::InitialRegistration)
        .iter();
    visits
        .filter(|visit| visit.at == Function::Mobility)
        .map(|visit| visit.work.get())
        .sum()
}
