//! The core side: a request goes from element to element, and an answer comes back or does not.
//!
//! Invariant: knows requests; of devices it knows how to tell them something.

use crate::base::{Purpose, SimTime, Span, Tick, unit_interval};
use crate::network::{Cause, Function, LateAccept, Procedure, StaleWork, Visit};

use super::element::{Busy, Piece, Serving, stretched};
use super::phone::Nas;
use super::{Event, Naive};

/// A request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) id: u64,
    pub(super) sent: Tick,
    /// Orders what happens at one instant.
    pub(super) tie: u32,
    pub(super) device: usize,
    pub(super) tower: usize,
    pub(super) pool: usize,
    pub(super) class: usize,
    pub(super) procedure: Procedure,
    /// The member that held its context last.
    pub(super) member: u8,
    pub(super) five_g: bool,
    pub(super) over_wifi: bool,
    pub(super) priority: bool,
    pub(super) ignores_backoff: bool,
    pub(super) flood: bool,
}

/// A request on one of its visits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) ask: Ask,
    stage: usize,
}

/// What a device is told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tidings {
    Accepted { member: u8 },
    Rejected { cause: Cause, backoff: Tick },
    Failed,
}

impl Ask {
    fn sent_us(&self) -> u64 {
        SimTime::from_tick(self.sent).as_us()
    }
}

/// Whether a device takes silence for a yes until its guard expires, and then for a no.
fn waits_for_failure(procedure: Procedure) -> bool {
    !matches!(
        procedure,
        Procedure::InitialRegistration | Procedure::ImsRegistration
    )
}

impl Naive<'_> {
    /// A device asks for a procedure, if anybody hears it.
    pub(super) fn send(&mut self, device: usize, at: Tick, procedure: Procedure, tie: u32) {
        use Procedure::{EmergencyCall, InitialRegistration, PeriodicUpdate};
        let phone = &self.phones[device];
        let tower = self.serving(device);
        let over_wifi = phone.wifi && !matches!(procedure, InitialRegistration | PeriodicUpdate);
        let five_g = phone.five_g && !phone.n1_disabled;
        let ways = self.ways(tower, phone.class);
        let heard = if five_g { ways.0 } else { ways.1 };
        if !heard && !over_wifi {
            return;
        }
        let flood = match phone.nas {
            Nas::Flooding(slot) if procedure == InitialRegistration => Some(slot),
            _ => None,
        };
        let defies = |slot: usize| {
            let state = self.floods.get(slot).and_then(Option::as_ref);
            state.is_none_or(|state| !state.flood.obeys_backoff)
        };
        let ask = Ask {
            id: self.asked,
            sent: at,
            tie,
            device,
            tower,
            pool: self.pool_of(tower, phone.class),
            class: phone.class,
            procedure,
            member: phone.member,
            five_g,
            over_wifi,
            priority: self.classes[phone.class].priority || procedure == EmergencyCall,
            ignores_backoff: flood.map_or(phone.stubborn, defies),
            flood: flood.is_some(),
        };
        self.asked += 1;
        if procedure == InitialRegistration {
            self.cell(device).registration_attempts += 1;
        }
        self.enter(ask);
    }

    /// A request sets out for its first visit.
    fn enter(&mut self, ask: Ask) {
        if waits_for_failure(ask.procedure) && !ask.flood {
            self.waiting.insert(ask.id);
            let gives_up_us = ask.sent_us() + self.guard(ask.procedure).as_us();
            self.push_core(gives_up_us, &ask, u8::MAX, Event::GuardExpires { ask });
        }
        let stage = self.next_stage(&ask, 0).expect("a procedure has a visit");
        let job = Job { ask, stage };
        let function = self.visit(&job).at;
        let element = self.pick(&ask, function);
        let travel = element.and_then(|e| Some((e, self.to_tower_us(ask.tower, e)?)));
        match travel {
            Some((element, travel_us)) => {
                let first = true;
                let event = Event::Arrives {
                    job,
                    element,
                    first,
                };
                self.push_core(ask.sent_us() + travel_us, &ask, stage as u8, event);
            }
            None => self.lost(&job.ask),
        }
    }

    fn push_core(&mut self, at_us: u64, ask: &Ask, stage: u8, event: Event) {
        let turn = (at_us, true, ask.tie >> 8, ask.device as u32, stage, 0);
        self.push(turn, event);
    }

    fn visit(&self, job: &Job) -> Visit {
        self.spec.core.procedures.visits(job.ask.procedure)[job.stage]
    }

    /// The visit at or after `stage`; only Wi-Fi calling enters by its gateway.
    fn next_stage(&self, ask: &Ask, stage: usize) -> Option<usize> {
        let visits = self.spec.core.procedures.visits(ask.procedure);
        (stage..visits.len()).find(|&stage| visits[stage].at != Function::Epdg || ask.over_wifi)
    }

    fn guard(&self, procedure: Procedure) -> Span {
        match procedure {
            Procedure::InitialRegistration | Procedure::PeriodicUpdate => {
                self.spec.registration.guard
            }
            Procedure::ImsRegistration | Procedure::ImsRefresh => self.spec.ims.guard,
            Procedure::Call | Procedure::EmergencyCall | Procedure::EmergencyAttach => {
                self.spec.calls.guard
            }
        }
    }

    /// A request reaches an element.
    pub(super) fn arrives(&mut self, job: Job, element: usize, first: bool) {
        self.elements[element].counts.arrived += 1;
        if !self.elements[element].up {
            self.lost(&job.ask);
            return;
        }
        if first && !self.admits(&job, element) {
            return;
        }
        let visit = self.visit(&job);
        let occasion = job.ask.tie ^ job.stage as u32;
        let word = self.words(Purpose::Service, job.ask.device, occasion)[0];
        let server = &self.elements[element];
        let piece = server.piece(
            Some(job),
            visit.work.get(),
            unit_interval(word),
            self.now_us,
        );
        let queue = server.queue_of(job.ask.priority);
        if server.is_full(queue, self.now_us) && !visit.under_way {
            self.full(&job, element);
        } else {
            self.take_in(element, queue, piece);
        }
    }

    /// A piece of work begins, if a worker is idle, or waits.
    pub(super) fn take_in(&mut self, element: usize, queue: usize, piece: Piece) {
        let idle = self.elements[element]
            .workers
            .iter()
            .position(Option::is_none);
        match idle {
            Some(worker) => self.begin(element, worker, piece, piece.arrived_ns),
            None => self.elements[element].queues[queue].push_back(piece),
        }
    }

    /// A worker begins a piece of work at `start_ns`.
    fn begin(&mut self, element: usize, worker: usize, piece: Piece, start_ns: u64) {
        let in_order = self.elements[element].is_in_order();
        let free_ns = start_ns + piece.occupancy_ns;
        let until_ns = if in_order {
            free_ns
        } else {
            free_ns.div_ceil(1_000) * 1_000
        };
        self.serial += 1;
        let serial = self.serial;
        self.elements[element].workers[worker] = Some(Busy { until_ns, serial });
        self.push_free(element, worker);
        self.elements[element].counts.busy_us += piece.occupancy_ns / 1_000;
        if let Some(job) = piece.job {
            let serving = Serving {
                job,
                until_us: (start_ns + piece.own_ns).div_ceil(1_000),
                serial,
            };
            self.elements[element].serving.push(serving);
            self.push_done(element, &serving);
        }
    }

    fn push_free(&mut self, element: usize, worker: usize) {
        let Some(Busy { until_ns, serial }) = self.elements[element].workers[worker] else {
            return;
        };
        let turn = (until_ns.div_ceil(1_000), true, 0, u32::MAX, 0, until_ns);
        let event = Event::Free {
            element,
            worker,
            serial,
        };
        self.push(turn, event);
    }

    fn push_done(&mut self, element: usize, serving: &Serving) {
        let serial = serving.serial;
        let stage = serving.job.stage as u8;
        let event = Event::Done { element, serial };
        self.push_core(serving.until_us, &serving.job.ask, stage, event);
    }

    /// A worker is free: on to the next piece.
    pub(super) fn worker_free(&mut self, element: usize, worker: usize, serial: u64) {
        let server = &mut self.elements[element];
        let Some(busy) = server.workers[worker].filter(|busy| busy.serial == serial) else {
            return;
        };
        if busy.until_ns.div_ceil(1_000) != self.now_us {
            return;
        }
        server.workers[worker] = None;
        let Some(piece) = server.next_piece() else {
            return;
        };
        if server.is_in_order() {
            self.begin(element, worker, piece, busy.until_ns.max(piece.arrived_ns));
            return;
        }
        let start_ns = self.now_us * 1_000;
        let discards = server.spec.stale_work == StaleWork::Discarded;
        let stale = piece
            .job
            .filter(|job| discards && self.is_late(&job.ask, self.now_us));
        if let Some(job) = stale {
            let thrown_away = Piece {
                job: None,
                occupancy_ns: stretched(piece.occupancy_ns, 0.02),
                ..piece
            };
            self.elements[element].counts.wasted += 1;
            self.begin(element, worker, thrown_away, start_ns);
            self.lost(&job.ask);
        } else {
            self.begin(element, worker, piece, start_ns);
        }
    }

    fn is_late(&self, ask: &Ask, at_us: u64) -> bool {
        at_us > ask.sent_us() + self.guard(ask.procedure).as_us()
    }

    /// A visit is over: on to the next, or back with the answer.
    pub(super) fn work_done(&mut self, element: usize, serial: u64) {
        let now_us = self.now_us;
        let server = &mut self.elements[element];
        let is_it = |s: &Serving| s.serial == serial && s.until_us == now_us;
        let Some(place) = server.serving.iter().position(is_it) else {
            return;
        };
        let Job { ask, stage } = server.serving.swap_remove(place).job;
        let is_late = self.is_late(&ask, now_us);
        self.elements[element].counts.served += 1;
        self.elements[element].counts.wasted += u64::from(is_late);
        let Some(stage) = self.next_stage(&ask, stage + 1) else {
            self.answer(&ask, element);
            return;
        };
        let job = Job { ask, stage };
        let next = self.pick(&ask, self.visit(&job).at);
        let travel = next.and_then(|next| Some((next, self.between_us(element, next)?)));
        match travel {
            Some((element, travel_us)) => {
                let first = false;
                let event = Event::Arrives {
                    job,
                    element,
                    first,
                };
                self.push_core(now_us + travel_us, &ask, stage as u8, event);
            }
            None => self.lost(&job.ask),
        }
    }

    /// The answer leaves the core. What comes after the guard has expired is ignored, an accept perhaps apart.
    fn answer(&mut self, ask: &Ask, element: usize) {
        let Some(travel_us) = self.to_tower_us(ask.tower, element) else {
            self.lost(ask);
            return;
        };
        let at_us = self.now_us + travel_us;
        let late = self.is_late(ask, at_us);
        let taken = self.spec.registration.late_accept == LateAccept::Taken;
        match ask.procedure {
            Procedure::InitialRegistration if !ask.flood && (!late || taken) => {
                let member = self.member_of(ask, element);
                self.tell(ask, at_us, Tidings::Accepted { member });
            }
            Procedure::ImsRegistration if !late => {
                self.tell(ask, at_us, Tidings::Accepted { member: 0 });
            }
            Procedure::InitialRegistration | Procedure::ImsRegistration => {}
            _ if !late => {
                self.waiting.remove(&ask.id);
            }
            _ => {}
        }
    }

    /// The place in its pool of the element that took a registration to its end, or started it.
    fn member_of(&self, ask: &Ask, element: usize) -> u8 {
        let members = &self.graph.pools[ask.pool];
        let list = if ask.five_g {
            &members.amf
        } else {
            &members.mme
        };
        let it = list.iter().find(|choice| choice.element == element);
        it.map_or(ask.member, |choice| choice.member)
    }

    /// A request came to nothing, in silence.
    pub(super) fn lost(&mut self, ask: &Ask) {
        if self.waiting.remove(&ask.id) {
            let gives_up_us = ask.sent_us() + self.guard(ask.procedure).as_us();
            self.tell(ask, gives_up_us.max(self.now_us), Tidings::Failed);
        }
    }

    pub(super) fn guard_expires(&mut self, ask: &Ask) {
        if self.waiting.remove(&ask.id) {
            self.tell(ask, self.now_us, Tidings::Failed);
        }
    }

    /// Tell a device something that it learns at `at_us`.
    pub(super) fn tell(&mut self, ask: &Ask, at_us: u64, tidings: Tidings) {
        let (ask, at) = (*ask, SimTime::from_us(at_us));
        self.push_core(self.now_us, &ask, 254, Event::Told { ask, at, tidings });
    }

    pub(super) fn told(&mut self, ask: &Ask, at: SimTime, tidings: Tidings) {
        let device = ask.device;
        match (tidings, ask.procedure) {
            (Tidings::Accepted { .. }, Procedure::ImsRegistration) => {
                self.ims_accepted(device, at);
            }
            (Tidings::Accepted { member }, _) => self.accepted(device, at, member),
            (Tidings::Rejected { cause, backoff }, _) => {
                self.rejected(device, ask.sent, at, (cause, backoff));
            }
            (Tidings::Failed, Procedure::PeriodicUpdate) => self.update_failed(device, at),
            (Tidings::Failed, Procedure::ImsRefresh) => self.refresh_failed(device, at),
            (Tidings::Failed, Procedure::Call) => self.call_blocked(device, at.ceil_tick()),
            (Tidings::Failed, _) => self.emergency_blocked(device, at.ceil_tick()),
        }
    }

    /// Let an element work faster or slower from now on.
    pub(super) fn set_speed(&mut self, element: usize, now: SimTime, factor: f64, background: f64) {
        self.elements[element].change_speed(now, factor, background);
        for worker in 0..self.elements[element].workers.len() {
            self.push_free(element, worker);
        }
        for serving in self.elements[element].serving.clone() {
            self.push_done(element, &serving);
        }
    }
}
