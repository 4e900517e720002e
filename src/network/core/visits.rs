//! The loop of the core: arrivals and visits in time order.
//!
//! Invariant: events run in (time, keyed hash); what is final is told, what is not stays under way.

use crate::base::{Draws, Purpose, SimTime};
use crate::kernel::Calendar;
use crate::network::command::{BlackHole, Cause};
use crate::network::spec::{
    LateAccept, NetworkSpec, OverloadSpec, PROCEDURES, Procedure, StaleWork,
};
use crate::topology::NodeKind;

use super::elements::{Elements, NO_LATENCY};
use super::incoming::Incoming;
use super::itinerary::Itinerary;
use super::pending::{HASH_BITS, Job, NOBODY, Pending, Step, Trip, key, tie};
use super::radio::Radios;
use super::server::{Ask, Served, Server};
use super::tally::Tally;
use super::{NOWHERE, Pacer, Request, Source, Verdict, fact};

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
    pub(in crate::network) servers: Vec<Server<Job>>,
    pub(super) tempers: Vec<Temper>,
    pub(super) itinerary: Itinerary,
    pub(super) guards_us: [u64; PROCEDURES.len()],
    /// The guards, or the shortest patience of any element if that is shorter.
    pub(super) limits_us: [u64; PROCEDURES.len()],
    pub(super) sources: Vec<Source>,
    pub(super) late_accept: LateAccept,
    pub(super) reject_work: f64,
    pub(super) reject_wait: crate::base::Delay,
    pub(in crate::network) radios: Radios,
    pub(in crate::network) tally: Tally,
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
            Procedure::Call | Procedure::EmergencyCall | Procedure::EmergencyAttach => {
                spec.calls.guard
            }
        };
        let (radios, region_of_tower) = towers;
        let itinerary = Itinerary::new(&spec.core.procedures);
        Self {
            tally: Tally::new(servers.len(), region_of_tower.len()),
            draws,
            servers,
            tempers: kinds.iter().map(|&kind| temper(spec, kind)).collect(),
            guards_us: PROCEDURES.map(|procedure| guard(procedure).as_us()),
            limits_us: PROCEDURES.map(|procedure| guard(procedure).as_us()),
            sources: Vec::new(),
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
    pub(in crate::network) fn take(&mut self, shard: usize, requests: &mut Vec<Request>) {
        self.arrivals.take(shard, requests);
    }

    /// Take the requests of a shard that found no way to the core.
    pub(in crate::network) fn take_stranded(&mut self, requests: &mut Vec<Request>) {
        self.stranded.append(requests);
    }

    /// As far as here, everything is served.
    pub(in crate::network) fn served_to(&self) -> SimTime {
        SimTime::from_us(self.now_us)
    }

    /// Run everything before `to`.
    pub(in crate::network) fn advance(&mut self, elements: &Elements, to: SimTime) {
        self.fail_stranded();
        self.emit(elements, to);
        let (end_us, end) = (to.as_us(), key(to.as_us(), 0));
        let mut arrivals = std::mem::take(&mut self.arrivals);
        arrivals.sort();
        let mut turn = 0;
        while let Some((at, device)) = arrivals.arrival(turn) {
            self.catch_up(elements, (at, tie(device, 0)).min((end, 0)), end_us);
            if at >= end {
                break;
            }
            let request = arrivals.get(turn, |request| self.tally.bring_near(request.tower));
            turn += 1;
            self.enter(elements, request, at >> HASH_BITS, end_us);
        }
        self.catch_up(elements, (end, 0), end_us);
        for (at, request) in arrivals.rest(turn) {
            let pending = Pending {
                job: Trip::new(request).job(),
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

    /// Run what is under way, as far as `bound`: for most requests, nothing is.
    #[inline]
    fn catch_up(&mut self, elements: &Elements, bound: (u64, u64), end_us: u64) {
        if self.under_way.soonest() <= bound.0 {
            self.run_under_way(elements, bound, end_us);
        }
    }

    #[inline(never)]
    fn run_under_way(&mut self, elements: &Elements, bound: (u64, u64), end_us: u64) {
        while let Some((at, place)) = self.under_way.next_before(bound) {
            let pending = self.under_way.take(place);
            let now_us = at >> HASH_BITS;
            self.move_clock(now_us);
            let Pending { server, from, .. } = pending;
            match pending.step {
                Step::Arrive if from == NOWHERE => {
                    self.enter(elements, &pending.job.request, now_us, end_us);
                }
                Step::Arrive => {
                    self.arrive(elements, pending.job.trip(), server, (now_us, end_us));
                }
                Step::Depart => {
                    self.go_on(elements, pending.job.trip(), from, (now_us, end_us));
                }
                Step::Answer => self.answer(elements, pending.job.trip(), from, now_us),
                Step::GiveUp => self.fail(pending.job.trip()),
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
    #[inline(always)]
    fn enter(&mut self, elements: &Elements, request: &Request, now_us: u64, end_us: u64) {
        self.move_clock(now_us);
        let (server, trip) = (request.server, Trip::new(request));
        if !self.servers[server as usize].sound && self.swallows(trip, server) {
            self.servers[server as usize].counts.arrived += 1;
            self.fail(trip);
        } else if self.admit(elements, trip, server, now_us) {
            self.visit(elements, trip, server, (now_us, end_us));
        } else {
            self.servers[server as usize].counts.arrived += 1;
        }
    }

    /// A request reaches the element of a later visit.
    fn arrive(&mut self, elements: &Elements, trip: Trip<'_>, server: u16, now: (u64, u64)) {
        if !self.servers[server as usize].sound && self.swallows(trip, server) {
            self.servers[server as usize].counts.arrived += 1;
            self.fail(trip);
        } else {
            self.visit(elements, trip, server, now);
        }
    }

    /// A request is at an element.
    #[inline(always)]
    fn visit(
        &mut self,
        elements: &Elements,
        trip: Trip<'_>,
        server: u16,
        (now_us, end_us): (u64, u64),
    ) {
        let request = trip.request;
        let element = &mut self.servers[server as usize];
        element.counts.arrived += 1;
        let stop = self.itinerary.stop(request.procedure, trip.stage);
        let unit = if element.is_random() {
            let occasion = request.tie ^ u32::from(trip.stage);
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
        let finish_ns = match element.offer(now_us * 1_000, || trip.job(), &ask) {
            Served::Until { finish_ns } => finish_ns,
            Served::Now { finish_ns, free_ns } => {
                self.push_free(server, free_ns);
                finish_ns
            }
            Served::Waits => return,
            Served::Full => return self.turned_away(elements, trip, server, now_us),
        };
        self.proceed(elements, trip, server, (finish_ns, end_us));
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
            self.fail(job.trip());
            return;
        }
        let (finish_ns, free_ns) = element.begin(now_us * 1_000, &waiting, 1.0);
        self.push_free(server, free_ns);
        self.proceed(elements, job.trip(), server, (finish_ns, end_us));
    }

    /// A visit ends at `finish_ns`: on to the next, or back to the device.
    #[inline(always)]
    fn proceed(
        &mut self,
        elements: &Elements,
        mut trip: Trip<'_>,
        server: u16,
        (finish_ns, end_us): (u64, u64),
    ) {
        let served_us = finish_ns.div_ceil(1_000);
        let request = trip.request;
        let age_us = served_us.saturating_sub(request.sent_us());
        let is_late = age_us > self.limits_us[request.procedure as usize]
            && self.is_too_late(request, server, age_us);
        if is_late && !trip.given_up && self.is_abandoned(request, server, age_us) {
            self.give_up_in_time(trip);
            trip.given_up = true;
        }
        let counts = &mut self.servers[server as usize].counts;
        counts.served += 1;
        counts.wasted += u64::from(is_late);
        let next = self.itinerary.next(request, trip.stage + 1);
        trip.stage = next.unwrap_or(trip.stage);
        match next {
            Some(_) if served_us < end_us => {
                self.go_on(elements, trip, server, (served_us, end_us));
            }
            None if served_us < end_us => self.answer(elements, trip, server, served_us),
            // By then, an element may have gone, or come.
            Some(_) => self.push(served_us, Pending::at(trip.job(), Step::Depart, server)),
            None => self.push(served_us, Pending::at(trip.job(), Step::Answer, server)),
        }
    }

    /// On to the element of the next visit.
    #[inline(always)]
    fn go_on(
        &mut self,
        elements: &Elements,
        trip: Trip<'_>,
        from: u16,
        (served_us, end_us): (u64, u64),
    ) {
        let request = trip.request;
        let stop = self.itinerary.stop(request.procedure, trip.stage);
        let region = || self.region_of_tower[request.tower as usize];
        let Some(server) = elements.pick(request.seeker(), stop.at, region) else {
            self.fail(trip);
            return;
        };
        let travel_us = elements.between_us(from, server);
        if travel_us == NO_LATENCY {
            self.fail(trip);
            return;
        }
        let at_us = served_us + u64::from(travel_us);
        let is_silent = !request.presumed_to_succeed() && !stop.under_way;
        if is_silent && at_us < end_us {
            let element = &mut self.servers[server as usize];
            if element.sound && element.stays_full(at_us * 1_000, request.has(fact::PRIORITY)) {
                // Nothing can change before it arrives there and is dropped: that is done with now.
                element.counts.arrived += 1;
                element.counts.dropped += 1;
                return;
            }
        }
        self.travel(trip, (from, server), travel_us, at_us);
    }

    /// A request is on its way from one element to the next.
    #[inline(never)]
    fn travel(&mut self, trip: Trip<'_>, (from, server): (u16, u16), travel_us: u32, at_us: u64) {
        let too_late = self.is_late(trip, at_us);
        if too_late {
            self.give_up_in_time(trip);
        }
        let mut job = trip.job();
        job.given_up |= too_late;
        let pending = Pending {
            job,
            step: Step::Arrive,
            from,
            server,
            travel_us,
        };
        self.push(at_us, pending);
    }

    /// Requests that found no element fail.
    fn fail_stranded(&mut self) {
        let mut stranded = std::mem::take(&mut self.stranded);
        for request in stranded.drain(..) {
            self.fail(Trip::new(&request));
        }
        self.stranded = stranded;
    }

    fn push_free(&mut self, server: u16, free_ns: u64) {
        let job = Job {
            request: NOBODY,
            stage: 0,
            given_up: true,
        };
        let free = Pending::at(job, Step::Free, server);
        self.push(free_ns.div_ceil(1_000), free);
    }

    /// Let something happen at `at_us`.
    #[inline]
    pub(super) fn push(&mut self, at_us: u64, pending: Pending) {
        self.under_way
            .push(key(at_us, pending.job.request.tie), pending.tie(), pending);
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
