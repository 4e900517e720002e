//! One busy hour of a healthy network, and the hour of an outage at several sizes, in device events per second.
//!
//! Invariant: runs scenarios as the program does, with telemetry, people and score; building the network is
//! part of a run and is measured with it.

use std::time::Duration;

use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate};
use criterion::{BenchmarkId, Criterion, Throughput};

/// A part of a nation at this size, from five in the afternoon.
fn network(devices: u64) -> String {
    format!(
        "
scale: 1.0
horizon: 1h
start: 2024-02-22T17:00:00-06:00
topology: {{source: generated, towers: {}, devices: {devices}, states: [TX, NY, CA]}}
network: {{core: {{functions: {{udm: {{rate_per_million: 400.0, discipline: priority}}}}}}}}
",
        devices / 1_700
    )
}

/// One bad element makes all others protect themselves after ten minutes; nobody does anything about it.
const OUTAGE: &str = "
change:
  target: {kinds: [amf], regions: [texas], count: 1}
  defect: {kind: protect-mode, trip_delay: 3m, auto_recover: 20m}
rollout: {stages: [{drain: {mode: hard}, install: 7m}]}
response: {alarms: [], playbook: []}
";

fn hour(text: &str) -> RunResult {
    let scenario = Scenario::from_text("hour", text, &[]).expect("a sound scenario");
    simulate(&scenario, 1)
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, rest, sizes) in [
        ("busy_hour", "", &[1_000_000][..]),
        ("outage_hour", OUTAGE, &[100_000, 400_000, 1_600_000]),
    ] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_secs(1));
        for &devices in sizes {
            let text = network(devices) + rest;
            group.throughput(Throughput::Elements(hour(&text).event_count()));
            group.bench_function(BenchmarkId::from_parameter(devices), |bencher| {
                bencher.iter(|| hour(&text));
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
