//! PHOLD (Fujimoto, "Performance of Time Warp under synthetic workloads", 1990) on the timing wheel:
//! 10,000 logical processes with 16 events each to begin with; every event sends one to a process chosen
//! uniformly, after a lookahead of 0.1 and an exponential delay of mean 0.9. One unit of time is a second.
//!
//! `one_wheel` is a single shard that pushes as it goes. `four_shards` advances in windows of the
//! lookahead and exchanges between them what one shard sends to another; `four_shards_two_threads` does so
//! on two threads. All three run the same events: draws are keyed by (process, its n-th event), and the
//! sum of all (process, time) is compared.
//!
//! Invariant: uses the kernel's public parts alone.

use cellfall::base::{Draws, Purpose, Tick, unit_interval};
use cellfall::kernel::{Timers, Workers};
use criterion::{BatchSize, Criterion, Throughput};

const PROCESSES: u16 = 10_000;
const EVENTS_EACH: u32 = 16;
const TICKS_PER_UNIT: f64 = 15_625.0;
const LOOKAHEAD: Tick = 1_562;
const HORIZON: Tick = 10 * 15_625;

/// An event for a process of another shard.
#[derive(Clone, Copy)]
struct Message {
    at: Tick,
    process: u16,
}

/// The processes whose number leaves `index` when divided by `shards`.
struct Shard {
    index: u16,
    shards: u16,
    timers: Timers,
    events: Vec<u32>,
    outbox: Vec<Message>,
    draws: Draws,
    count: u64,
    checksum: u64,
}

impl Shard {
    fn new(index: u16, shards: u16) -> Self {
        let own = PROCESSES.div_ceil(shards);
        let mut shard = Self {
            index,
            shards,
            timers: Timers::new(),
            events: vec![EVENTS_EACH; usize::from(own)],
            outbox: Vec::new(),
            draws: Draws::new(1),
            count: 0,
            checksum: 0,
        };
        for process in (index..PROCESSES).step_by(usize::from(shards)) {
            for event in 0..EVENTS_EACH {
                let words = shard.draws.words(Purpose::Traits, process.into(), event);
                shard.timers.push(delay(words[0]), process / shards);
            }
        }
        shard
    }

    fn advance(&mut self, to: Tick) {
        while let Some(fired) = self.timers.pop_before(to, &()) {
            let process = fired.entity * self.shards + self.index;
            let event = &mut self.events[usize::from(fired.entity)];
            let words = self.draws.words(Purpose::Traits, process.into(), *event);
            *event += 1;
            self.count += 1;
            self.checksum = self
                .checksum
                .wrapping_add(u64::from(process) << 32 | u64::from(fired.at));
            let message = Message {
                at: fired.at + delay(words[0]),
                process: target(words[1]),
            };
            if message.process % self.shards == self.index {
                self.take(message);
            } else {
                self.outbox.push(message);
            }
        }
    }

    fn take(&mut self, message: Message) {
        self.timers.push(message.at, message.process / self.shards);
    }
}

/// Lookahead plus an exponential time.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few seconds of ticks"
)]
fn delay(word: u32) -> Tick {
    LOOKAHEAD + (-libm::log(unit_interval(word)) * 0.9 * TICKS_PER_UNIT) as Tick
}

fn target(word: u32) -> u16 {
    let scaled = (u64::from(word) * u64::from(PROCESSES)) >> 32;
    u16::try_from(scaled).expect("below the number of processes")
}

fn shards(count: u16) -> Vec<Shard> {
    (0..count).map(|index| Shard::new(index, count)).collect()
}

/// Run to the horizon; returns the number of events and the sum over them.
fn phold(mut shards: Vec<Shard>, workers: &Workers) -> (u64, u64) {
    if let [alone] = &mut shards[..] {
        alone.advance(HORIZON);
        return (alone.count, alone.checksum);
    }
    let mut now = 0;
    while now < HORIZON {
        now = (now + LOOKAHEAD).min(HORIZON);
        workers.each(&mut shards, true, |shard| shard.advance(now));
        exchange(&mut shards);
    }
    shards.iter().fold((0, 0), |(count, sum), shard| {
        (count + shard.count, sum.wrapping_add(shard.checksum))
    })
}

/// Hand over what shards sent to each other.
fn exchange(shards: &mut [Shard]) {
    for from in 0..shards.len() {
        let mut outbox = std::mem::take(&mut shards[from].outbox);
        for message in outbox.drain(..) {
            let to = usize::from(message.process) % shards.len();
            shards[to].take(message);
        }
        shards[from].outbox = outbox;
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("phold");
    let expected = phold(shards(1), &Workers::new(1).expect("the calling thread"));
    group.throughput(Throughput::Elements(expected.0));
    group.sample_size(20);
    let cases = [
        ("one_wheel", 1, 1),
        ("four_shards", 4, 1),
        ("four_shards_two_threads", 4, 2),
    ];
    for (name, count, threads) in cases {
        let workers = Workers::new(threads).expect("a few threads");
        assert_eq!(phold(shards(count), &workers), expected, "{name}");
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || shards(count),
                |shards| phold(shards, &workers),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    criterion.final_summary();
}
