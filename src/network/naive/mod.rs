//! The network once more, slowly and obviously: what the fast engine must agree with.
//!
//! One binary heap, one event at a time. No windows, no shards, no timing wheel, no sleeping devices, no
//! presumed verdicts: a guard timer is an event, the end of a piece of service is an event, an answer is an
//! event. Elements keep their work in plain deques and take it off one piece after the other.
//!
//! It shares with the fast engine what is no behaviour: the graph and its routes, the specs, the commands, the
//! counters, and the random draws (the same purpose and occasion for the same decision). Everything that
//! happens is written here a second time, from the rules:
//!
//! 1. Events run in the order of microseconds; at one of them the timers of devices first, then the core's, by the
//!    keyed hash of the request, its device and its visit. A worker that falls free comes before those.
//! 2. Device timers lie on ticks of 64 µs, and whatever the core tells a device is rounded up to them.
//! 3. What the core decides it tells at once; the device dates what it does about it by when it learns: an answer
//!    after its way back, a silence when the guard expires.
//! 4. A command finds everything done that lies before it, and nothing that lies at its own instant.
//!
//! Invariant: calls no transition code of the fast engine.

mod access;
mod admission;
mod calls;
mod commands;
mod compare;
mod core;
mod element;
mod graph;
mod ims;
mod nas;
mod phone;
mod services;
mod worlds;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::base::{Draws, SimTime, Span, Tick};
use crate::network::{ClassCounts, ElementStatus, NetworkInput, NetworkSpec, Snapshot};
use crate::population::Demand;
use crate::topology::Topology;

use access::{Mast, Openness, Pacing, Radio};
use core::{Ask, Job, Tidings};
use element::Element;
use graph::Graph;
use phone::Phone;

/// What can happen.
#[derive(Clone, Debug)]
enum Event {
    /// A timer of a device.
    Timer { device: usize, layer: Layer },
    /// A request reaches an element.
    Arrives {
        job: Job,
        element: usize,
        first: bool,
    },
    /// A worker of an element has done all that a piece of work keeps it busy with.
    Free {
        element: usize,
        worker: usize,
        serial: u64,
    },
    /// A piece of work is done at an element.
    Done { element: usize, serial: u64 },
    /// A caller has waited long enough.
    GuardExpires { ask: Ask },
    /// A device is told something that it learns at `at`.
    Told {
        ask: Ask,
        at: SimTime,
        tidings: Tidings,
    },
}

/// The four timers of a device, in the order in which they fire at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Nas,
    Ims,
    Call,
    Redial,
}

/// Whose turn it is: microseconds, devices before the core, keyed hash, device, visit, nanoseconds.
type Turn = (u64, bool, u32, u32, u8, u64);

/// An event in the heap.
#[derive(Clone, Debug)]
struct Entry {
    turn: Turn,
    /// Of two events with one turn, the one that was set first.
    number: u64,
    event: Event,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.turn, self.number) == (other.turn, other.number)
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.turn, self.number).cmp(&(other.turn, other.number))
    }
}

/// A flood in progress.
#[derive(Clone, Debug)]
struct Flooding {
    id: u32,
    flood: crate::network::Flood,
    since: SimTime,
}

/// The network.
#[derive(Debug)]
struct Naive<'a> {
    topology: &'a Topology,
    spec: &'a NetworkSpec,
    classes: Vec<crate::population::ClassSpec>,
    demands: Vec<Option<Demand>>,
    /// The pool that serves a class everywhere.
    dedicated: Vec<Option<usize>>,
    draws: Draws,
    scale: f64,
    heap: BinaryHeap<Reverse<Entry>>,
    pushed: u64,
    now_us: u64,
    phones: Vec<Phone>,
    masts: Vec<Mast>,
    open: Openness,
    graph: Graph,
    elements: Vec<Element>,
    radios: Vec<Radio>,
    masts_per_radio: usize,
    pacings: Vec<Pacing>,
    floods: Vec<Option<Flooding>>,
    status: Vec<ElementStatus>,
    /// Requests whose caller still waits.
    waiting: BTreeSet<u64>,
    asked: u64,
    serial: u64,
    /// Counters by region, then by class; what depends on the present is filled in by `snapshot`.
    counts: Vec<Vec<ClassCounts>>,
    events: [u64; 9],
}

/// Events by kind, as the run reports them.
#[derive(Clone, Copy)]
enum Kind {
    Registration,
    Barred,
    Periodic,
    ImsRegistration,
    ImsRefresh,
    Call,
    Accepted,
    Other,
    Flood,
}

impl<'a> Naive<'a> {
    /// Build the network and bring its devices to life.
    fn new(input: &NetworkInput<'a>) -> Self {
        let (topology, spec) = (input.topology, input.spec);
        let classes = input.population.classes.clone();
        let demand = |class| spec.calls.enabled.then(|| Demand::of(class)).flatten();
        let dedicated = |class: &crate::population::ClassSpec| {
            let pools = topology.pools().iter();
            pools
                .map(|pool| pool.dedicated_to.as_deref())
                .position(|name| name == Some(&class.name))
        };
        let graph = Graph::new(topology, input.seed);
        let (radios, masts_per_radio) = Radio::all(topology, spec, input.scale);
        let mut naive = Self {
            topology,
            spec,
            demands: classes.iter().map(demand).collect(),
            dedicated: classes.iter().map(dedicated).collect(),
            draws: Draws::new(input.seed),
            scale: input.scale,
            heap: BinaryHeap::new(),
            pushed: 0,
            now_us: 0,
            phones: Vec::new(),
            masts: Mast::all(topology, spec, input.clock),
            open: Openness::default(),
            elements: Vec::new(),
            graph,
            radios,
            masts_per_radio,
            pacings: Vec::new(),
            floods: Vec::new(),
            status: vec![ElementStatus::Up; topology.nodes().len()],
            waiting: BTreeSet::new(),
            asked: 0,
            serial: 0,
            counts: vec![vec![ClassCounts::default(); classes.len()]; topology.regions().len()],
            events: [0; 9],
            classes,
        };
        naive.elements = naive.build_elements();
        naive.open = naive.openness();
        naive.bring_to_life(input.population);
        naive.set_background(SimTime::ZERO);
        naive
    }

    /// Let everything happen that lies before `to`.
    fn run_until(&mut self, to: SimTime) {
        while let Some(Reverse(next)) = self.heap.peek() {
            if next.turn.0 >= to.as_us() {
                break;
            }
            let Reverse(entry) = self.heap.pop().expect("just seen");
            assert!(entry.turn.0 >= self.now_us, "time never goes back");
            self.now_us = entry.turn.0;
            self.happen(entry.event);
        }
        self.now_us = to.as_us();
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Timer { device, layer } => self.timer(device, layer),
            Event::Arrives {
                job,
                element,
                first,
            } => self.arrives(job, element, first),
            Event::Free {
                element,
                worker,
                serial,
            } => self.worker_free(element, worker, serial),
            Event::Done { element, serial } => self.work_done(element, serial),
            Event::GuardExpires { ask } => self.guard_expires(&ask),
            Event::Told { ask, at, tidings } => self.told(&ask, at, tidings),
        }
    }

    /// A timer fires, unless it was moved since it was set.
    fn timer(&mut self, device: usize, layer: Layer) {
        let at = SimTime::from_us(self.now_us).ceil_tick();
        if self.phones[device].due(layer) != Some(at) {
            return;
        }
        match layer {
            Layer::Nas => self.nas_timer(device, at),
            Layer::Ims => self.ims_timer(device, at),
            Layer::Call => self.call_timer(device, at),
            Layer::Redial => self.redial_timer(device, at),
        }
    }

    /// Set (or move, or stop) a timer of a device.
    fn set_timer(&mut self, device: usize, layer: Layer, due: Option<Tick>) {
        *self.phones[device].due_mut(layer) = due;
        if let Some(due) = due {
            let at_us = SimTime::from_tick(due).as_us();
            let number = u32::try_from(device).expect("few devices");
            let turn = (at_us, false, 0, number, layer as u8, 0);
            self.push(turn, Event::Timer { device, layer });
        }
    }

    fn push(&mut self, turn: Turn, event: Event) {
        assert!(turn.0 >= self.now_us, "time never goes back");
        self.pushed += 1;
        let number = self.pushed;
        self.heap.push(Reverse(Entry {
            turn,
            number,
            event,
        }));
    }

    fn count(&mut self, kind: Kind) {
        self.events[kind as usize] += 1;
    }

    /// The counters of a device's region and class.
    fn cell(&mut self, device: usize) -> &mut ClassCounts {
        let phone = &self.phones[device];
        &mut self.counts[self.masts[phone.home].region][phone.class]
    }

    /// The counters now.
    fn snapshot(&self, now: SimTime) -> Snapshot {
        let mut classes = self.counts.clone();
        for phone in &self.phones {
            let cell = &mut classes[self.masts[phone.home].region][phone.class];
            phone.add_to(cell, now.ceil_tick());
        }
        let nodes = &self.graph.nodes;
        let last = nodes.iter().map(|node| node.index()).max();
        let mut functions = vec![None; last.map_or(0, |last| last + 1)];
        for (element, node) in self.elements.iter().zip(nodes) {
            functions[node.index()] = Some(element.counts_at(now));
        }
        Snapshot {
            at: now,
            classes,
            functions,
            registrations: Vec::new(),
            towers: Vec::new(),
        }
    }
}

/// Ticks in a number of seconds: at least one, and no more than a run can last.
fn ticks(seconds: f64) -> Tick {
    (seconds * 15_625.0).clamp(1.0, 1_350_000_000.0) as Tick
}

/// A tick later by a span; never, if that is past what a timer can express.
fn later(at: Tick, span: Tick) -> Option<Tick> {
    at.checked_add(span).filter(|&due| due != Tick::MAX)
}

/// The timer that fires first.
fn sooner(one: Option<Tick>, other: Option<Tick>) -> Option<Tick> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A timer made late by its jitter.
fn with_jitter(timer: Span, jitter: f64, unit: f64) -> Tick {
    let timer = timer.as_ticks();
    timer + (f64::from(timer) * jitter * unit) as Tick
}
