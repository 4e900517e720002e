//! One core function element: finite rate, finite queue.
//!
//! First come first served at a constant rate is arithmetic: the finish of a piece of work is known when
//! it arrives. Other disciplines keep real queues. Either way waiting is bounded in seconds of work, and
//! work already taken is delayed when the rate falls and lost when the element goes down.
//!
//! At scale s a request stands for 1/s requests: it occupies the server 1/s times as long, but is itself
//! served in its own time.
//!
//! Invariant: knows pieces of work, not procedures.

use std::collections::VecDeque;

use crate::network::counters::FunctionCounts;
use crate::network::spec::{Discipline, FunctionSpec, ServiceTime, StaleWork, WhenFull};

/// A piece of work that waits in a queue with its owner.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Waiting<J> {
    pub(in crate::network) job: J,
    own_ns: u64,
    occupancy_ns: u64,
}

/// What became of work offered to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Served {
    /// It begins at once or its turn is known: finished then.
    Until { finish_ns: u64 },
    /// It begins now; the worker is free again at `free_ns`.
    Now { finish_ns: u64, free_ns: u64 },
    /// It waits for its turn.
    Waits,
    /// The queue is full.
    Full,
}

/// A core function element. `J` is what a waiting piece of work belongs to. What every request asks for comes
/// first, in as few cache lines as it takes.
#[derive(Debug)]
#[repr(C)]
pub(in crate::network) struct Server<J> {
    pub(in crate::network) up: bool,
    /// Whether it is up and swallows nothing.
    pub(in crate::network) sound: bool,
    in_order: bool,
    exponential: bool,
    pub(in crate::network) when_full: WhenFull,
    discipline: Discipline,
    pub(in crate::network) stale_work: StaleWork,
    /// Idle workers (other disciplines).
    idle: usize,
    /// Before this instant its only worker is certain not to fall free (other disciplines).
    free_ns: u64,
    bound_ns: u64,
    backlog_ns: [u64; 2],
    /// When each worker is free (in order of arrival only).
    busy_until_ns: Vec<u64>,
    pub(in crate::network) counts: FunctionCounts,
    /// The work offered last, where its time is not drawn, and its times: the same is offered again and again.
    usual: (f64, u64, u64),
    /// Time of one unit of work on one worker.
    unit_ns: f64,
    /// Work units per second at scale 1, as configured.
    rate: f64,
    /// Multiple of it that faults leave.
    factor: f64,
    /// Share of it that background load takes.
    background: f64,
    scale: f64,
    /// Waiting work by priority: ordinary, priority.
    queues: [VecDeque<Waiting<J>>; 2],
}

impl<J: Copy> Server<J> {
    /// An element with `rate` units per second at scale 1.
    pub(in crate::network) fn new(spec: &FunctionSpec, rate: f64, scale: f64) -> Self {
        let workers = usize::from(spec.workers.max(1));
        let mut server = Self {
            unit_ns: 0.0,
            usual: (0.0, 0, 0),
            up: true,
            sound: true,
            rate,
            factor: 1.0,
            background: 0.0,
            scale,
            discipline: spec.discipline,
            exponential: spec.service == ServiceTime::Exponential,
            stale_work: spec.stale_work,
            when_full: spec.when_full,
            bound_ns: spec.queue.as_us() * 1_000,
            busy_until_ns: vec![0; workers],
            idle: workers,
            free_ns: 0,
            in_order: spec.discipline == Discipline::Fifo && spec.stale_work == StaleWork::Served,
            queues: [VecDeque::new(), VecDeque::new()],
            backlog_ns: [0; 2],
            counts: FunctionCounts {
                up: true,
                ..FunctionCounts::default()
            },
        };
        server.unit_ns = server.unit_ns_now();
        server
    }

    /// Offer work at `now_ns`; `job` says whose it is, if it must wait.
    #[inline]
    pub(in crate::network) fn offer(
        &mut self,
        now_ns: u64,
        job: impl FnOnce() -> J,
        ask: &Ask,
    ) -> Served {
        let (own_ns, occupancy_ns) = self.times(ask.work, ask.unit);
        let served = if self.in_order {
            self.offer_in_order(now_ns, own_ns, occupancy_ns, ask.under_way)
        } else {
            self.offer_to_queue(now_ns, job, ask, (own_ns, occupancy_ns))
        };
        match served {
            Served::Full => self.counts.dropped += 1,
            Served::Until { .. } | Served::Now { .. } => {
                self.counts.busy_us += occupancy_ns / 1_000;
            }
            Served::Waits => {}
        }
        served
    }

    #[inline]
    fn offer_in_order(
        &mut self,
        now_ns: u64,
        own_ns: u64,
        occupancy_ns: u64,
        under_way: bool,
    ) -> Served {
        let worker = self.first_free();
        let start = self.busy_until_ns[worker].max(now_ns);
        if start > now_ns && start - now_ns >= self.bound_ns && !under_way {
            return Served::Full;
        }
        self.busy_until_ns[worker] = start + occupancy_ns;
        Served::Until {
            finish_ns: start + own_ns,
        }
    }

    fn offer_to_queue(
        &mut self,
        now_ns: u64,
        job: impl FnOnce() -> J,
        ask: &Ask,
        (own_ns, occupancy_ns): (u64, u64),
    ) -> Served {
        if self.idle > 0 {
            self.idle -= 1;
            self.free_ns = now_ns + occupancy_ns;
            return Served::Now {
                finish_ns: now_ns + own_ns,
                free_ns: self.free_ns,
            };
        }
        let queue = self.queue_of(ask.priority);
        if self.is_bound_reached(queue) && !ask.under_way {
            return Served::Full;
        }
        self.backlog_ns[queue] += occupancy_ns;
        self.queues[queue].push_back(Waiting {
            job: job(),
            own_ns,
            occupancy_ns,
        });
        Served::Waits
    }

    /// Whether work that is not under way and comes at `at_ns` is certain to find the queue full and to be
    /// dropped in silence, whatever else comes until then.
    #[inline]
    pub(in crate::network) fn stays_full(&self, at_ns: u64, priority: bool) -> bool {
        if self.when_full != WhenFull::Drop {
            return false;
        }
        if self.in_order {
            let free = self.busy_until_ns[self.first_free()];
            return free > at_ns && free - at_ns >= self.bound_ns;
        }
        let unchanged = self.idle == 0 && self.busy_until_ns.len() == 1 && at_ns < self.free_ns;
        unchanged && self.is_bound_reached(self.queue_of(priority))
    }

    fn is_bound_reached(&self, queue: usize) -> bool {
        let workers = u64::try_from(self.busy_until_ns.len()).expect("few workers");
        self.backlog_ns[queue] >= self.bound_ns.saturating_mul(workers)
    }

    fn queue_of(&self, priority: bool) -> usize {
        usize::from(self.discipline == Discipline::Priority && priority)
    }

    #[inline]
    fn first_free(&self) -> usize {
        if self.busy_until_ns.len() == 1 {
            return 0;
        }
        let workers = self.busy_until_ns.iter().enumerate();
        let (first, _) = workers
            .min_by_key(|(_, free)| **free)
            .expect("a server has a worker");
        first
    }

    /// A worker is free: the next piece of work, if any. Asked again if its owner has given up.
    pub(in crate::network) fn next(&mut self) -> Option<Waiting<J>> {
        let queue = usize::from(!self.queues[1].is_empty());
        let waiting = match self.discipline {
            Discipline::Lifo => self.queues[queue].pop_back(),
            _ => self.queues[queue].pop_front(),
        };
        if let Some(waiting) = &waiting {
            self.backlog_ns[queue] -= waiting.occupancy_ns;
        } else {
            self.idle += 1;
        }
        waiting
    }

    /// Begin a piece of waiting work; `cost` is the share of it that is done.
    pub(in crate::network) fn begin(
        &mut self,
        now_ns: u64,
        waiting: &Waiting<J>,
        cost: f64,
    ) -> (u64, u64) {
        let (own, occupancy) = (part(waiting.own_ns, cost), part(waiting.occupancy_ns, cost));
        self.counts.busy_us += occupancy / 1_000;
        self.free_ns = now_ns + occupancy;
        (now_ns + own, self.free_ns)
    }

    /// The owners of all that waits, in no particular order.
    pub(in crate::network) fn waiting_mut(&mut self) -> impl Iterator<Item = &mut J> {
        self.queues
            .iter_mut()
            .flatten()
            .map(|waiting| &mut waiting.job)
    }

    /// Throw away all that waits; what is in service goes on.
    pub(in crate::network) fn purge(&mut self, now_ns: u64) -> Vec<J> {
        self.backlog_ns = [0; 2];
        for free in &mut self.busy_until_ns {
            *free = (*free).min(now_ns);
        }
        self.queues
            .iter_mut()
            .flat_map(|queue| queue.drain(..))
            .map(|waiting| waiting.job)
            .collect()
    }

    /// Lose everything, in service or waiting.
    pub(in crate::network) fn lose_all(&mut self, now_ns: u64) -> Vec<J> {
        self.idle = self.busy_until_ns.len();
        self.purge(now_ns)
    }

    /// Change capacity; returns how much longer a given piece of work takes now.
    pub(in crate::network) fn set_speed(
        &mut self,
        now_ns: u64,
        factor: f64,
        background: f64,
    ) -> f64 {
        let before = self.unit_ns;
        self.factor = factor.max(1e-9);
        self.background = background.clamp(0.0, 0.99);
        self.unit_ns = self.unit_ns_now();
        self.usual = (0.0, 0, 0);
        let slower = self.unit_ns / before;
        self.free_ns = now_ns;
        for free in &mut self.busy_until_ns {
            *free = now_ns + part(free.saturating_sub(now_ns), slower);
        }
        for (queue, backlog) in self.queues.iter_mut().zip(&mut self.backlog_ns) {
            *backlog = 0;
            for waiting in queue {
                waiting.own_ns = part(waiting.own_ns, slower);
                waiting.occupancy_ns = part(waiting.occupancy_ns, slower);
                *backlog += waiting.occupancy_ns;
            }
        }
        slower
    }

    /// Multiple of the configured rate that faults leave.
    pub(in crate::network) fn factor(&self) -> f64 {
        self.factor
    }

    /// Share of capacity that background load takes.
    pub(in crate::network) fn background(&self) -> f64 {
        self.background
    }

    /// Whether it serves in order of arrival and serves everything, so that a finish is known at arrival.
    pub(in crate::network) fn is_in_order(&self) -> bool {
        self.in_order
    }

    /// Whether its service times are drawn.
    pub(in crate::network) fn is_random(&self) -> bool {
        self.exponential
    }

    /// Work units per second at scale 1.
    pub(in crate::network) fn rate(&self) -> f64 {
        self.rate
    }

    /// How long a piece of ordinary work that arrives now would wait.
    pub(in crate::network) fn wait_ns(&self, now_ns: u64) -> u64 {
        let workers = u64::try_from(self.busy_until_ns.len()).expect("few workers");
        let in_order = self
            .busy_until_ns
            .iter()
            .min()
            .map_or(0, |free| free.saturating_sub(now_ns));
        in_order + (self.backlog_ns[0] + self.backlog_ns[1]) / workers
    }

    fn unit_ns_now(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "few workers")]
        let workers = self.busy_until_ns.len() as f64;
        1e9 * workers / (self.rate * self.factor * (1.0 - self.background)).max(1e-6)
    }

    #[inline]
    fn times(&mut self, work: f64, unit: f64) -> (u64, u64) {
        if self.exponential {
            let own = -libm::log(unit) * work * self.unit_ns;
            return (round(own), round(own / self.scale));
        }
        if self.usual.0.to_bits() != work.to_bits() {
            let own = work * self.unit_ns;
            self.usual = (work, round(own), round(own / self.scale));
        }
        (self.usual.1, self.usual.2)
    }
}

/// What is asked of a server.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Ask {
    /// Units of work.
    pub(in crate::network) work: f64,
    /// It goes before ordinary work, where there is a difference.
    pub(in crate::network) priority: bool,
    /// It is taken even if the queue is full.
    pub(in crate::network) under_way: bool,
    /// Between 0 and 1, for random service times.
    pub(in crate::network) unit: f64,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "nanoseconds of a run fit"
)]
fn round(ns: f64) -> u64 {
    (ns + 0.5) as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "rounding to the nanosecond is what is meant"
)]
pub(super) fn part(ns: u64, share: f64) -> u64 {
    if share.to_bits() == 1.0_f64.to_bits() {
        ns
    } else {
        round(ns as f64 * share)
    }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose, Span};

    fn ask(unit: f64) -> Ask {
        Ask {
            work: 1.0,
            priority: false,
            under_way: false,
            unit,
        }
    }

    /// Mean wait, in seconds, of Poisson arrivals at `load` on workers that serve 1 per second together.
    fn mean_wait(workers: u8, service: ServiceTime, load: f64, queue: Span) -> (f64, f64) {
        let spec = FunctionSpec {
            workers,
            queue,
            service,
            ..FunctionSpec::default()
        };
        let mut server = Server::new(&spec, 1.0, 1.0);
        let draws = Draws::new(5);
        let (mut now, mut waited, mut full) = (0.0, 0.0, 0.0);
        let n = 400_000;
        for k in 0..n {
            let words = draws.words(Purpose::Service, 0, k);
            now += -libm::log(crate::base::unit_interval(words[0])) / load;
            let now_ns = round(now * 1e9);
            let wait = server.wait_ns(now_ns);
            match server.offer(now_ns, || 0, &ask(crate::base::unit_interval(words[1]))) {
                Served::Full => full += 1.0,
                _ => waited += wait as f64 / 1e9,
            }
        }
        (waited / (f64::from(n) - full), full / f64::from(n))
    }

    #[test]
    fn one_deterministic_server_waits_as_pollaczek_and_khinchine_say() {
        let (wait, _) = mean_wait(1, ServiceTime::Deterministic, 0.8, Span::from_hours(1));
        let expected = 0.8 / (2.0 * (1.0 - 0.8));
        assert!(
            (wait / expected - 1.0).abs() < 0.03,
            "M/D/1 waits {wait}, expected {expected}"
        );
    }

    #[test]
    fn three_exponential_workers_wait_as_erlang_c_says() {
        let (wait, _) = mean_wait(3, ServiceTime::Exponential, 0.8, Span::from_hours(1));
        let offered: f64 = 2.4; // load × workers
        let tail = offered.powi(3) / 6.0 * 3.0 / (3.0 - offered);
        let erlang_c = tail / (1.0 + offered + offered * offered / 2.0 + tail);
        let expected = erlang_c / (1.0 - 0.8);
        assert!(
            (wait / expected - 1.0).abs() < 0.04,
            "M/M/3 waits {wait}, expected {expected}"
        );
    }

    #[test]
    fn workers_without_a_queue_block_as_erlang_b_says() {
        let (_, blocked) = mean_wait(4, ServiceTime::Exponential, 0.7, Span::from_us(0));
        let offered: f64 = 2.8;
        let terms: Vec<f64> = (0..=4)
            .scan(1.0, |term, k| {
                if k > 0 {
                    *term *= offered / f64::from(k);
                }
                Some(*term)
            })
            .collect();
        let expected = terms[4] / terms.iter().sum::<f64>();
        assert!(
            (blocked / expected - 1.0).abs() < 0.03,
            "blocked {blocked}, expected {expected}"
        );
    }

    #[test]
    fn half_the_speed_doubles_what_is_left() {
        let mut server = Server::new(&FunctionSpec::default(), 10.0, 1.0);
        for _ in 0..20 {
            server.offer(0, || 0, &ask(0.5));
        }
        assert_eq!(server.wait_ns(0), 2_000_000_000);
        let slower = server.set_speed(1_000_000_000, 0.5, 0.0);
        assert!((slower - 2.0).abs() < 1e-9);
        assert_eq!(server.wait_ns(1_000_000_000), 2_000_000_000);
    }

    #[test]
    fn scale_multiplies_occupancy_and_not_the_time_of_a_request() {
        let mut server = Server::new(&FunctionSpec::default(), 10.0, 0.01);
        assert_eq!(
            server.offer(0, || 0, &ask(0.5)),
            Served::Until {
                finish_ns: 100_000_000
            }
        );
        assert_eq!(server.wait_ns(0), 10_000_000_000);
    }
}
