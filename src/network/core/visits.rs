//! The loop of the core: arrivals and visits in time order.
//!
//! Invariant: events run in (time, keyed hash); what is final is told, what is not stays under way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::{Draws, Purpose, SimTime, Tick, unit_interval};
use crate::network::command::Cause;
use crate::network::spec::{
    Function, LateAccept, NetworkSpec, OverloadSpec, PROCEDURES, Procedure, StaleWork, WhenFull,
};
use crate::topology::NodeKind;

use super::elements::{Elements, NO_LATENCY};
use super::incoming::{Asked, Incoming};
use super::radio::Radios;
use super::server::{Offer, Served, Server, part};
use super::{Pacer, Request, Verdict, VerdictKind};

/// A request on its way through its visits.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Job {
    request: Request,
    stage: u8,
    /// It has been answered as failed already; what is done for it still is wasted.
    given_up: bool,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Arrives at `server` for its stage.
    Arrive,
    /// Its last visit ends: the answer leaves `from`.
    Answer,
    /// A worker of `from` is free.
    Free,
}

/// Something that will happen on the core side.
#[derive(Clone, Copy, Debug)]
struct Pending {
    /// Microseconds << 24 | hash.
    key: u64,
    step: Step,
    /// The element that serves it until `key` less `travel_us`; `NOWHERE` if it is between elements.
    from: u16,
    server: u16,
    travel_us: u32,
    job: Job,
}

const NOWHERE: u16 = u16::MAX;
const HASH_BITS: u32 = 24;

impl Pending {
    /// A request comes in at `key`.
    #[inline]
    fn arriving(key: u64, asked: &Asked) -> Self {
        Self {
            key,
            step: Step::Arrive,
            from: NOWHERE,
            server: asked.server,
            travel_us: 0,
            job: Job {
                request: asked.request,
                stage: asked.stage,
                given_up: false,
            },
        }
    }

    fn rank(&self) -> (u64, u32, u8) {
        (self.key, self.job.request.device, self.job.stage)
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}
impl Eq for Pending {}
impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Pending {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// What an AMF or MME does beside serving.
#[derive(Clone, Debug, Default)]
struct Temper {
    reject: Option<(Cause, f64)>,
    overload: Option<OverloadSpec>,
    overloaded: bool,
}

/// The core of the network.
#[derive(Debug)]
pub(in crate::network) struct Core {
    draws: Draws,
    pub(in crate::network) elements: Elements,
    pub(in crate::network) servers: Vec<Server<Job>>,
    tempers: Vec<Temper>,
    visits: Vec<Vec<(Function, f64, bool)>>,
    guards_us: [u64; PROCEDURES.len()],
    late_accept: LateAccept,
    reject_work: f64,
    reject_wait: crate::base::Delay,
    pub(in crate::network) radios: Radios,
    region_of_tower: Vec<u16>,
    pub(in crate::network) pacers: Vec<Pacer>,
    arrivals: Incoming,
    under_way: BinaryHeap<Reverse<Pending>>,
    pub(in crate::network) verdicts: Vec<Verdict>,
    now_us: u64,
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
            Procedure::Call | Procedure::EmergencyCall => spec.calls.guard,
        };
        let (radios, region_of_tower) = towers;
        Self {
            draws,
            elements,
            servers,
            tempers,
            visits: visits.into(),
            guards_us: PROCEDURES.map(|procedure| guard(procedure).as_us()),
            late_accept: spec.registration.late_accept,
            reject_work: REJECT_SHARE * mobility_work(spec),
            reject_wait: spec.access.reject_wait,
            radios,
            region_of_tower,
            pacers: Vec::new(),
            arrivals: Incoming::default(),
            under_way: BinaryHeap::new(),
            verdicts: Vec::new(),
            now_us: 0,
        }
    }

    /// Take requests of a shard; they are sorted with all others when the window ends.
    pub(in crate::network) fn take(&mut self, requests: &mut Vec<Request>) {
        for request in requests.drain(..) {
            let stage = self.first_stage(&request);
            let (function, ..) = self.visits[request.procedure as usize][stage as usize];
            let region = self.region_of_tower[request.tower as usize];
            let router = self.elements.router_of_tower[request.tower as usize];
            let Some(choice) = self.elements.pick(&request, function, router, region) else {
                self.fail(&Job {
                    request,
                    stage,
                    given_up: false,
                });
                continue;
            };
            let travel_us = self.elements.from_tower_us(request.tower, choice.server);
            let at_us = request.sent_us() + u64::from(travel_us);
            let asked = Asked {
                request,
                server: choice.server,
                stage,
            };
            self.arrivals.push(key(at_us, request.tie), asked);
        }
    }

    /// Run everything before `to`.
    pub(in crate::network) fn advance(&mut self, to: SimTime) {
        let end = key(to.as_us(), 0);
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
    }

    fn step(&mut self, pending: &Pending, end_us: u64) {
        let now_us = pending.key >> HASH_BITS;
        assert!(now_us >= self.now_us, "time never goes back");
        match pending.step {
            Step::Arrive => self.arrive(pending, now_us, end_us),
            Step::Answer => self.answer(&pending.job, pending.from, now_us),
            Step::Free => self.free(pending.from, now_us, end_us),
        }
    }

    fn arrive(&mut self, pending: &Pending, now_us: u64, end_us: u64) {
        let (job, server) = (pending.job, pending.server);
        self.servers[server as usize].counts.arrived += 1;
        if !self.servers[server as usize].up {
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
    fn proceed(&mut self, mut job: Job, server: u16, finish_ns: u64, end_us: u64) {
        let finish_us = finish_ns.div_ceil(1_000);
        let request = job.request;
        let late = finish_us.saturating_sub(request.sent_us())
            > self.guards_us[request.procedure as usize];
        if late && request.presumed_to_succeed() && !job.given_up {
            self.fail(&job);
            job.given_up = true;
        }
        self.servers[server as usize].counts.served += 1;
        self.servers[server as usize].counts.wasted += u64::from(late);
        let Some(stage) = self.next_stage(&request, job.stage + 1) else {
            if finish_us < end_us {
                self.answer(&job, server, finish_us);
            } else {
                self.push(finish_us, Step::Answer, server, server, (0, job));
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
                self.push(
                    finish_us + u64::from(travel_us),
                    Step::Arrive,
                    server,
                    next,
                    (travel_us, job),
                );
            }
            _ => self.fail(&job),
        }
    }

    /// The answer leaves the core.
    fn answer(&mut self, job: &Job, server: u16, now_us: u64) {
        let request = &job.request;
        let travel = self.elements.from_tower_us(request.tower, server);
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
                self.verdict(request, VerdictKind::ImsAccepted, at_us, 0)
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
    fn fail(&mut self, job: &Job) {
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
        let at_us = request.sent_us() + self.guards_us[request.procedure as usize];
        self.verdict(request, kind, at_us, request.member);
    }

    fn turned_away(&mut self, job: &Job, server: u16, now_us: u64) {
        let reject = self.servers[server as usize].when_full == WhenFull::Reject;
        if reject && job.request.procedure == Procedure::InitialRegistration {
            self.servers[server as usize].counts.rejected += 1;
            self.reject(&job.request, server, now_us, Cause::NETWORK_FAILURE, 0);
        } else {
            self.fail(job);
        }
    }

    fn reject(&mut self, request: &Request, server: u16, now_us: u64, cause: Cause, backoff: Tick) {
        let travel = self.elements.from_tower_us(request.tower, server);
        if request.flood || travel == NO_LATENCY {
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

    fn verdict(&mut self, request: &Request, kind: VerdictKind, at_us: u64, member: u8) {
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

    /// What stands before the first visit: the tower's radio, then pacing, defects and overload control.
    fn admit(&mut self, job: &Job, server: u16, now_us: u64) -> bool {
        let request = &job.request;
        if !request.over_wifi && !self.radios.admit(request.tower, now_us) {
            self.radio_reject(job, now_us);
            return false;
        }
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
    fn turn_away(&mut self, job: &Job, server: u16, now_us: u64, answer: (Cause, Tick)) {
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
        self.reject(&job.request, server, now_us, answer.0, answer.1);
    }

    /// The tower rejects the connection with a wait time; to NAS that is a lower-layer failure.
    fn radio_reject(&mut self, job: &Job, now_us: u64) {
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

    /// Callers whose guard expires before `to` while their work waits in a queue give up.
    fn expire(&mut self, to: SimTime) {
        let mut expired = Vec::new();
        for server in &self.servers {
            expired.extend(server.waiting().map(|waiting| waiting.job).filter(|job| {
                let request = &job.request;
                let gives_up_us = request.sent_us() + self.guards_us[request.procedure as usize];
                request.presumed_to_succeed() && (self.now_us..to.as_us()).contains(&gives_up_us)
            }));
        }
        expired.sort_unstable_by_key(|job| (job.request.sent, job.request.tie, job.request.device));
        for job in expired {
            self.fail(&job);
        }
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
        self.push(
            free_ns.div_ceil(1_000),
            Step::Free,
            server,
            server,
            (0, job),
        );
    }

    fn push(&mut self, at_us: u64, step: Step, from: u16, server: u16, what: (u32, Job)) {
        let (travel_us, job) = what;
        let pending = Pending {
            key: key(at_us, job.request.tie),
            step,
            from,
            server,
            travel_us,
            job,
        };
        self.under_way.push(Reverse(pending));
    }

    // What operators, faults and attackers do to elements.

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
        self.servers[server as usize].counts.up = up;
        self.elements.up[server as usize] = up;
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
            self.keep_under_way(server, now, |_| false);
        }
    }

    fn lose(&mut self, server: u16, now: SimTime) {
        let lost = self.servers[server as usize].lose_all(now.as_us() * 1_000);
        self.fail_all(lost);
        self.keep_under_way(server, now, |_| false);
    }

    /// Change an element's capacity: what is inside is delayed or hastened.
    pub(in crate::network) fn set_speed(
        &mut self,
        server: u16,
        now: SimTime,
        factor: f64,
        background: f64,
    ) {
        let slower =
            self.servers[server as usize].set_speed(now.as_us() * 1_000, factor, background);
        if slower.to_bits() == 1.0_f64.to_bits() {
            return;
        }
        self.keep_under_way(server, now, |pending| {
            let left_us = (pending.key >> HASH_BITS) - u64::from(pending.travel_us) - now.as_us();
            let at_us = now.as_us() + part(left_us, slower) + u64::from(pending.travel_us);
            pending.key = key(at_us, pending.job.request.tie);
            true
        });
    }

    /// Apply `keep` to everything that is being served by `server` at `now`; drop what it refuses.
    fn keep_under_way(&mut self, server: u16, now: SimTime, keep: impl Fn(&mut Pending) -> bool) {
        let mut all = std::mem::take(&mut self.under_way).into_vec();
        let mut lost = Vec::new();
        all.retain_mut(|Reverse(pending)| {
            let in_service = pending.from == server
                && (pending.key >> HASH_BITS) - u64::from(pending.travel_us) > now.as_us();
            if !in_service || keep(pending) {
                return true;
            }
            if !matches!(pending.step, Step::Free) {
                lost.push(pending.job);
            }
            false
        });
        self.under_way = all.into();
        self.fail_all(lost);
    }

    fn fail_all(&mut self, mut lost: Vec<Job>) {
        lost.sort_unstable_by_key(|job| (job.request.sent, job.request.tie, job.request.device));
        for job in lost {
            self.fail(&job);
        }
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

const NOBODY: Request = Request {
    sent: 0,
    tie: 0,
    device: u32::MAX,
    tower: 0,
    pool: 0,
    procedure: Procedure::InitialRegistration,
    class: 0,
    member: 0,
    five_g: false,
    over_wifi: false,
    priority: false,
    ignores_backoff: true,
    flood: true,
};

#[inline]
fn key(at_us: u64, tie: u32) -> u64 {
    at_us << HASH_BITS | u64::from(tie >> 8)
}
