//! A core function: workers, and deques of work that they take off one piece after the other.
//!
//! A piece keeps a worker busy for its own time divided by the scale, and is done after its own time. Waiting
//! is bounded in time, not in places. In order of arrival, a worker goes on to the next piece without a gap, to
//! the nanosecond; in any other order it takes it up at the next whole microsecond.
//!
//! Invariant: knows pieces of work, not procedures.

use std::collections::VecDeque;

use crate::base::SimTime;
use crate::network::{Discipline, FunctionCounts, FunctionSpec, ServiceTime, StaleWork, WhenFull};
use crate::topology::NodeKind;

use super::core::Job;

/// A piece of work; a reject belongs to nobody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) job: Option<Job>,
    pub(super) own_ns: u64,
    pub(super) occupancy_ns: u64,
    pub(super) arrived_ns: u64,
}

/// A worker at work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Busy {
    pub(super) until_ns: u64,
    pub(super) serial: u64,
}

/// A piece that is being served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Serving {
    pub(super) job: Job,
    pub(super) until_us: u64,
    pub(super) serial: u64,
}

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) kind: NodeKind,
    pub(super) spec: FunctionSpec,
    pub(super) up: bool,
    pub(super) rate: f64,
    pub(super) factor: f64,
    pub(super) background: f64,
    scale: f64,
    pub(super) workers: Vec<Option<Busy>>,
    /// Ordinary work, and work that goes first.
    pub(super) queues: [VecDeque<Piece>; 2],
    pub(super) serving: Vec<Serving>,
    pub(super) overloaded: bool,
    pub(super) reject: Option<(crate::network::Cause, f64)>,
    pub(super) counts: FunctionCounts,
}

impl Element {
    pub(super) fn new(kind: NodeKind, spec: &FunctionSpec, rate: f64, scale: f64) -> Self {
        Self {
            kind,
            spec: spec.clone(),
            up: true,
            rate,
            factor: 1.0,
            background: 0.0,
            scale,
            workers: vec![None; usize::from(spec.workers.max(1))],
            queues: [VecDeque::new(), VecDeque::new()],
            serving: Vec::new(),
            overloaded: false,
            reject: None,
            counts: FunctionCounts::default(),
        }
    }

    /// Whether it serves in order of arrival, and everything.
    pub(super) fn is_in_order(&self) -> bool {
        self.spec.discipline == Discipline::Fifo && self.spec.stale_work == StaleWork::Served
    }

    pub(super) fn rejects_when_full(&self) -> bool {
        self.spec.when_full == WhenFull::Reject
    }

    /// Nanoseconds that one worker takes for one unit of work.
    pub(super) fn unit_ns(&self) -> f64 {
        let workers = self.workers.len() as f64;
        1e9 * workers / (self.rate * self.factor * (1.0 - self.background)).max(1e-6)
    }

    /// A piece of so much work that arrives now; `unit` draws its time where that is random.
    pub(super) fn piece(&self, job: Option<Job>, work: f64, unit: f64, now_us: u64) -> Piece {
        let mean = work * self.unit_ns();
        let own = match self.spec.service {
            ServiceTime::Deterministic => mean,
            ServiceTime::Exponential => -libm::log(unit) * work * self.unit_ns(),
        };
        Piece {
            job,
            own_ns: nearest(own),
            occupancy_ns: nearest(own / self.scale),
            arrived_ns: now_us * 1_000,
        }
    }

    /// Which queue a piece waits in.
    pub(super) fn queue_of(&self, priority: bool) -> usize {
        usize::from(priority && self.spec.discipline == Discipline::Priority)
    }

    /// Whether a piece that arrives now finds too much work before it.
    pub(super) fn is_full(&self, queue: usize, now_us: u64) -> bool {
        let bound_ns = self.spec.queue.as_us() * 1_000;
        if self.workers.contains(&None) {
            return false;
        }
        if self.is_in_order() {
            let wait_ns = self.next_turn_ns().saturating_sub(now_us * 1_000);
            wait_ns > 0 && wait_ns >= bound_ns
        } else {
            self.backlog_ns(queue) / self.workers.len() as u64 >= bound_ns
        }
    }

    fn backlog_ns(&self, queue: usize) -> u64 {
        self.queues[queue]
            .iter()
            .map(|piece| piece.occupancy_ns)
            .sum()
    }

    /// When a worker will first be free of all that waits, in order of arrival.
    fn next_turn_ns(&self) -> u64 {
        let free = self
            .workers
            .iter()
            .map(|w| w.map_or(0, |busy| busy.until_ns));
        let mut free: Vec<u64> = free.collect();
        for piece in &self.queues[0] {
            let first = free.iter_mut().min().expect("a worker");
            *first = piece.arrived_ns.max(*first) + piece.occupancy_ns;
        }
        free.into_iter().min().expect("a worker")
    }

    /// How long a piece that arrives now would wait: for its turn, or for what waits already.
    pub(super) fn wait_ns(&self, now: SimTime) -> u64 {
        if self.is_in_order() {
            self.next_turn_ns().saturating_sub(now.as_us() * 1_000)
        } else {
            (self.backlog_ns(0) + self.backlog_ns(1)) / self.workers.len() as u64
        }
    }

    /// The next piece in the order of the discipline.
    pub(super) fn next_piece(&mut self) -> Option<Piece> {
        let queue = usize::from(!self.queues[1].is_empty());
        match self.spec.discipline {
            Discipline::Lifo => self.queues[queue].pop_back(),
            Discipline::Fifo | Discipline::Priority => self.queues[queue].pop_front(),
        }
    }

    /// Throw away what waits. An element that serves in order of arrival forgets what it is serving as well.
    pub(super) fn purge(&mut self) -> Vec<Job> {
        if self.is_in_order() {
            return self.lose_all();
        }
        let waiting = self.queues.iter_mut().flat_map(|queue| queue.drain(..));
        waiting.filter_map(|piece| piece.job).collect()
    }

    /// Lose everything, in service or waiting.
    pub(super) fn lose_all(&mut self) -> Vec<Job> {
        self.workers.fill(None);
        let waiting = self.queues.iter_mut().flat_map(|queue| queue.drain(..));
        let serving = self.serving.drain(..).map(|serving| serving.job);
        waiting
            .filter_map(|piece| piece.job)
            .chain(serving)
            .collect()
    }

    /// Change the speed at `now`: all that is not done takes so many times as long.
    pub(super) fn change_speed(&mut self, now: SimTime, factor: f64, background: f64) {
        let before = self.unit_ns();
        self.factor = factor.max(1e-9);
        self.background = background.clamp(0.0, 0.99);
        let slower = self.unit_ns() / before;
        let now_us = now.as_us();
        let in_order = self.is_in_order();
        for busy in self.workers.iter_mut().flatten() {
            let left_ns = busy.until_ns.saturating_sub(now_us * 1_000);
            busy.until_ns = now_us * 1_000
                + if in_order {
                    stretched(left_ns, slower)
                } else {
                    stretched(left_ns / 1_000, slower) * 1_000
                };
        }
        for serving in &mut self.serving {
            serving.until_us = now_us + stretched(serving.until_us - now_us, slower);
        }
        for piece in self.queues.iter_mut().flatten() {
            piece.own_ns = stretched(piece.own_ns, slower);
            piece.occupancy_ns = stretched(piece.occupancy_ns, slower);
        }
    }

    pub(super) fn counts_at(&self, now: SimTime) -> FunctionCounts {
        FunctionCounts {
            background: self.background,
            backlog_us: self.wait_ns(now) / 1_000,
            up: self.up,
            ..self.counts
        }
    }
}

impl PartialEq for Busy {
    fn eq(&self, other: &Self) -> bool {
        self.serial == other.serial
    }
}

fn nearest(ns: f64) -> u64 {
    (ns + 0.5) as u64
}

/// A time made longer (or shorter) by a factor.
pub(super) fn stretched(time: u64, factor: f64) -> u64 {
    nearest(time as f64 * factor)
}
