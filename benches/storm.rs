//! Storm W2 on one thread, in registration attempts per second; beside it the kernel alone, which fires
//! the retries of the same devices and does nothing else.
//!
//! Invariant: `network` runs the code path of every scenario, accounting included.

mod support;

use std::time::Duration;

use cellfall::base::{Draws, Purpose, Tick};
use cellfall::kernel::{Timers, Workers};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};

use support::{HORIZON_S, Storm, weather};

const TICKS_PER_S: Tick = 15_625;

/// The retries of one shard, with nobody to answer them: 15 s + 10 s, and 15 s + 12 min after five.
struct Retries {
    timers: Timers,
    failures: Vec<u8>,
}

impl Retries {
    fn new(first: u32, devices: u16) -> Self {
        let (draws, mut timers) = (Draws::new(1), Timers::new());
        for device in 0..devices {
            let word = draws.words(Purpose::Onset, first + u32::from(device), 0)[0];
            timers.push(word % (10 * TICKS_PER_S), device);
        }
        Self {
            timers,
            failures: vec![0; usize::from(devices)],
        }
    }

    fn advance(&mut self, to: Tick) -> u64 {
        let mut attempts = 0;
        while let Some(fired) = self.timers.pop_before(to, &()) {
            attempts += 1;
            let failures = &mut self.failures[usize::from(fired.entity)];
            *failures = (*failures + 1) % 5;
            let wait_s = if *failures == 0 { 15 + 720 } else { 15 + 10 };
            self.timers
                .push(fired.at + wait_s * TICKS_PER_S, fired.entity);
        }
        attempts
    }
}

/// As many seconds as the storm lasts, in windows of 10 s over all shards, as the network goes.
fn retry_unheard(mut shards: Vec<Retries>) -> u64 {
    let end = Tick::try_from(HORIZON_S).expect("a few hours") * TICKS_PER_S;
    let mut attempts = 0;
    for to in (0..=end).step_by(10 * TICKS_PER_S as usize) {
        attempts += shards
            .iter_mut()
            .map(|shard| shard.advance(to))
            .sum::<u64>();
    }
    attempts
}

fn retries(devices: u64) -> Vec<Retries> {
    const SHARD: u64 = 16_384;
    (0..devices)
        .step_by(16_384)
        .map(|first| {
            let size = u16::try_from(SHARD.min(devices - first)).expect("a shard is small");
            Retries::new(u32::try_from(first).expect("below 2^32"), size)
        })
        .collect()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let workers = Workers::new(1).expect("the calling thread");
    let mut group = criterion.benchmark_group("storm_w2");
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    for devices in [100_000_u64, 1_000_000] {
        let storm = Storm::new(devices);
        let attempts = weather(storm.network(&workers));
        group.throughput(Throughput::Elements(attempts));
        group.bench_function(BenchmarkId::new("network", devices), |bencher| {
            bencher.iter_batched(
                || storm.network(&workers),
                |network| weather(network),
                BatchSize::PerIteration,
            );
        });
        group.throughput(Throughput::Elements(retry_unheard(retries(devices))));
        group.bench_function(BenchmarkId::new("kernel_alone", devices), |bencher| {
            bencher.iter_batched(|| retries(devices), retry_unheard, BatchSize::PerIteration);
        });
    }
    group.finish();
    criterion.final_summary();
}
