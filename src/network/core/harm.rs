//! What faults and attackers do inside the core: work swallowed, replies thrown away, load from elsewhere.
//!
//! Invariant: an undisturbed core never comes here but for a look at an empty list in every window.

use crate::base::{Draws, Purpose, SimTime, TICK_US, Tick, unit_interval};
use crate::network::command::BlackHole;
use crate::network::spec::Procedure;

use super::elements::Elements;
use super::pending::{Trip, key};
use super::visits::Core;
use super::{NOWHERE, Request, fact};

/// Where load from elsewhere comes in.
#[derive(Clone, Debug)]
pub(in crate::network) enum Entry {
    /// Straight at an element.
    Server(u16),
    /// As registrations at these towers, with their pools.
    Towers(Vec<(u32, u16)>),
}

/// A source of load from elsewhere: a Poisson process.
#[derive(Clone, Debug)]
pub(in crate::network) struct Source {
    pub(in crate::network) id: u64,
    entry: Entry,
    /// Stands for its device in draws and in the order of what happens at one instant.
    number: u32,
    interval_us: f64,
    next_us: f64,
    sent: u32,
}

impl Source {
    /// A source of so many requests per second that are simulated.
    fn new(id: u64, entry: Entry, rate: f64, now: SimTime, draws: Draws) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a hash of its name")]
        let number = u32::MAX - 1 - (id ^ id >> 32) as u32 % (1 << 24);
        let mut source = Self {
            id,
            entry,
            number,
            interval_us: 1e6 / rate,
            next_us: micros(now),
            sent: 0,
        };
        source.next_us += source.wait_us(draws);
        source
    }

    /// Change the rate: what is left of the wait shrinks or grows.
    fn set_rate(&mut self, rate: f64, now: SimTime) {
        let now_us = micros(now);
        let interval_us = 1e6 / rate;
        self.next_us = now_us + (self.next_us - now_us) * interval_us / self.interval_us;
        self.interval_us = interval_us;
    }

    fn words(&self, draws: Draws) -> [u32; 4] {
        draws.words(Purpose::Flood, self.number, self.sent)
    }

    fn wait_us(&self, draws: Draws) -> f64 {
        -libm::log(unit_interval(self.words(draws)[0])) * self.interval_us
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a run is far shorter than 2^53 microseconds"
)]
fn micros(at: SimTime) -> f64 {
    at.as_us() as f64
}

impl Core {
    /// Set what an element swallows.
    pub(in crate::network) fn set_holes(&mut self, server: u16, holes: &[BlackHole]) {
        self.tempers[server as usize].holes = holes.to_vec();
        let element = &mut self.servers[server as usize];
        element.sound = element.up && holes.is_empty();
    }

    /// Throw away an element's replies to requests older than this.
    pub(in crate::network) fn set_patience(&mut self, server: u16, patience_us: Option<u64>) {
        self.tempers[server as usize].patience_us = patience_us;
        let shortest = self.tempers.iter().filter_map(|temper| temper.patience_us);
        let shortest = shortest.min().unwrap_or(u64::MAX);
        self.limits_us = self.guards_us.map(|guard| guard.min(shortest));
    }

    /// Begin, change or end load from elsewhere; `rate` is that of simulated requests.
    pub(in crate::network) fn set_source(&mut self, id: u64, to: Option<(Entry, f64)>) {
        let now = self.served_to();
        let place = self.sources.iter().position(|source| source.id == id);
        match (place, to.filter(|(_, rate)| *rate > 0.0)) {
            (Some(place), Some((entry, rate))) => {
                self.sources[place].set_rate(rate, now);
                self.sources[place].entry = entry;
            }
            (None, Some((entry, rate))) => {
                self.sources
                    .push(Source::new(id, entry, rate, now, self.draws));
            }
            (Some(place), None) => {
                self.sources.remove(place);
            }
            (None, None) => {}
        }
    }

    /// The work of one query at an element.
    pub(in crate::network) fn query_work(&self) -> f64 {
        let (_, last) = self.itinerary.last(Procedure::ImsRefresh);
        last.work.max(1e-9)
    }

    /// Let all sources send what they send before `to`.
    pub(super) fn emit(&mut self, elements: &Elements, to: SimTime) {
        if self.sources.is_empty() {
            return;
        }
        let mut sources = std::mem::take(&mut self.sources);
        let end_us = micros(to);
        for source in &mut sources {
            while source.next_us < end_us {
                self.emit_one(elements, source);
                source.sent = source.sent.wrapping_add(1);
                source.next_us += source.wait_us(self.draws);
            }
        }
        self.sources = sources;
    }

    fn emit_one(&mut self, elements: &Elements, source: &Source) {
        let [_, tie, place, radio] = source.words(self.draws);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an instant of the run"
        )]
        let at_us = source.next_us as u64;
        let at = u32::try_from(at_us.div_ceil(TICK_US)).unwrap_or(Tick::MAX);
        match &source.entry {
            Entry::Server(server) => {
                let (stage, _) = self.itinerary.last(Procedure::ImsRefresh);
                let request = Request {
                    server: *server,
                    stage,
                    ..foreign(source.number, at, tie, Procedure::ImsRefresh)
                };
                self.arrivals.push(key(at_us, tie), request);
            }
            Entry::Towers(towers) => {
                let last = u64::try_from(towers.len()).expect("few towers");
                let index = usize::try_from((u64::from(place) * last) >> 32).expect("a tower");
                let (tower, pool) = towers[index];
                let request = Request {
                    tower,
                    pool,
                    router: elements.router_of_tower[tower as usize],
                    facts: fact::IGNORES_BACKOFF
                        | fact::FLOOD
                        | if radio & 1 == 0 { fact::FIVE_G } else { 0 },
                    ..foreign(source.number, at, tie, Procedure::InitialRegistration)
                };
                self.receive(elements, request);
            }
        }
    }

    /// See where a request of nobody's goes; it comes to nothing if there is no way.
    fn receive(&mut self, elements: &Elements, mut request: Request) {
        let stage = self.itinerary.next(&request, 0);
        request.stage = stage.expect("a procedure has a visit");
        let stop = self.itinerary.stop(request.procedure, request.stage);
        let region = || self.region_of_tower[request.tower as usize];
        if let Some(server) = elements.pick(request.seeker(), stop.at, region) {
            request.server = server;
            request.travel_us = elements.tower_to_us(request.tower, server);
            self.arrivals.add(request);
        }
    }

    /// Whether an element that is not sound loses a piece of work that reaches it.
    #[cold]
    pub(super) fn swallows(&self, trip: Trip<'_>, server: u16) -> bool {
        if !self.servers[server as usize].up {
            return true;
        }
        let request = trip.request;
        let occasion = request.tie.wrapping_add(2 + u32::from(trip.stage));
        let unit = self.draws.unit(Purpose::Effect, request.device, occasion);
        let holes = self.tempers[server as usize].holes.iter();
        let mut here = holes.filter(|hole| hole.procedures.has(request.procedure));
        here.any(|hole| unit < hole.share.get())
    }

    /// Whether a reply that may be late is: for its device, or for the element's impatient caller.
    #[cold]
    pub(super) fn is_too_late(&self, request: &Request, server: u16, age_us: u64) -> bool {
        age_us > self.guards_us[request.procedure as usize] || self.is_thrown_away(server, age_us)
    }

    /// Whether a late reply ends the procedure: its device has given up, or nobody takes the reply on.
    #[cold]
    pub(super) fn is_abandoned(&self, request: &Request, server: u16, age_us: u64) -> bool {
        request.presumed_to_succeed() || self.is_thrown_away(server, age_us)
    }

    fn is_thrown_away(&self, server: u16, age_us: u64) -> bool {
        let patience = self.tempers[server as usize].patience_us;
        patience.is_some_and(|patience| age_us > patience)
    }
}

/// A request of a device that is none of the network's.
fn foreign(number: u32, sent: Tick, tie: u32, procedure: Procedure) -> Request {
    Request {
        sent,
        tie,
        device: number,
        tower: 0,
        travel_us: 0,
        server: NOWHERE,
        pool: 0,
        router: 0,
        procedure,
        stage: 0,
        class: 0,
        member: u8::MAX,
        facts: fact::OVER_WIFI | fact::IGNORES_BACKOFF | fact::FLOOD,
    }
}
