//! The kernel's two queues alone, under the hold model: take the next, push it again somewhat later.
//!
//! Invariant: nothing is measured but the queue; increments are drawn beforehand.

use std::hint::black_box;

use cellfall::base::{Draws, Purpose, SimTime, Span, Tick};
use cellfall::kernel::{Agenda, Phase, Timers};
use criterion::{BenchmarkId, Criterion, Throughput};

const TICKS_PER_S: f64 = 15_625.0;

/// Increments before they repeat: a prime, so that no entity keeps its own.
const INCREMENTS: u32 = 65_521;

/// Events of one iteration.
const HOLDS: u32 = 1 << 20;

/// Exponential increments of this mean, at least one tick.
fn increments(mean_s: f64) -> Vec<Tick> {
    let draws = Draws::new(1);
    let exponential = |n| -libm::log(draws.unit(Purpose::Traits, n, 0)) * mean_s * TICKS_PER_S;
    (0..INCREMENTS)
        .map(|n| to_tick(exponential(n)).max(1))
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "minutes of ticks"
)]
fn to_tick(ticks: f64) -> Tick {
    ticks as Tick
}

/// A shard whose time is pushed on; begun anew before 32 bits of ticks run out.
struct Hold {
    timers: Timers,
    entities: u32,
    increments: Vec<Tick>,
    next: usize,
}

impl Hold {
    fn new(entities: u32, mean_s: f64) -> Self {
        let mut hold = Self {
            timers: Timers::new(),
            entities,
            increments: increments(mean_s),
            next: 0,
        };
        hold.fill();
        hold
    }

    fn fill(&mut self) {
        self.timers = Timers::new();
        for entity in 0..self.entities {
            let at = self.increments[(entity % INCREMENTS) as usize];
            self.timers
                .push(at, u16::try_from(entity).expect("at most 65,536"));
        }
    }

    /// Take and push again `holds` timers.
    fn run(&mut self, holds: u32) -> Tick {
        let mut last = 0;
        for _ in 0..holds {
            let fired = self
                .timers
                .pop_before(Tick::MAX, &())
                .expect("timers for ever");
            last = fired.at;
            let increment = self.increments[self.next];
            self.next = (self.next + 1) % self.increments.len();
            self.timers.push(fired.at + increment, fired.entity);
        }
        if last > Tick::MAX / 2 {
            self.fill();
        }
        last
    }
}

fn timers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("timers_hold");
    group.throughput(Throughput::Elements(u64::from(HOLDS)));
    for (entities, mean_s) in [
        (1_024, 60.0),
        (16_384, 60.0),
        (65_536, 10.0),
        (65_536, 60.0),
        (65_536, 300.0),
    ] {
        let name = BenchmarkId::new(format!("mean_{mean_s}_s"), entities);
        let mut hold = Hold::new(entities, mean_s);
        group.bench_function(name, |bencher| bencher.iter(|| black_box(hold.run(HOLDS))));
    }
    group.finish();
}

fn agenda(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("agenda_hold");
    let increments = increments(60.0);
    for orders in [64_u32, 4_096] {
        group.throughput(Throughput::Elements(u64::from(orders) * 16));
        group.bench_function(BenchmarkId::from_parameter(orders), |bencher| {
            bencher.iter(|| black_box(hold_agenda(orders, &increments)));
        });
    }
    group.finish();
}

/// Fill an agenda and take and push again every order sixteen times.
fn hold_agenda(orders: u32, increments: &[Tick]) -> SimTime {
    let mut agenda = Agenda::new();
    let later = |at: SimTime, n: u32| {
        let increment = increments[n as usize % increments.len()];
        at + SimTime::from_tick(increment).since(SimTime::ZERO) + Span::from_us(1)
    };
    for order in 0..orders {
        agenda.push(later(SimTime::ZERO, order), Phase::World, order, order);
    }
    let mut now = SimTime::ZERO;
    for n in 0..orders * 16 {
        now = agenda.next_at().expect("orders for ever");
        let (_, order) = agenda.pop_at(now).expect("due now");
        agenda.push(later(now, n), Phase::World, order, order);
    }
    now
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    timers(&mut criterion);
    agenda(&mut criterion);
    criterion.final_summary();
}
