//! The order contract, clause by clause: what a run may depend on, and what not.
//!
//! Invariant: two runs that must be equal are compared byte by byte, in every file that they write.

use std::ops::ControlFlow;

use cellfall::base::{Record, SimTime, Span};
use cellfall::kernel::{Agenda, Phase, RunEnd, Workers, World, run};
use cellfall::network::{ClassCounts, Network, NetworkInput};
use cellfall::scenario::Scenario;
use cellfall::simulation::{Keep, RunResult, Settings, Silent, simulate, simulate_with};

use super::storm::Storm;
use super::support::{assert_same_files, region_rows, scenario, scenario_with};

/// A night in which everything happens: a change with a defect that spreads, a storm, people who bar,
/// throttle, purge and let in again, queues of all disciplines, more than one worker, overload control.
const BUSY: &str = "
scale: 0.2
horizon: 4h
start: 2024-02-22T05:00:00-06:00
topology:
  source: generated
  towers: 40
  devices: 100000
  states: [TX, NY, CA]
network:
  access: {setups_per_second: 20.0, wilt: {enabled: true}}
  core:
    functions:
      amf: {rate_per_million: 350000.0, workers: 4, discipline: priority, overload: {start_at: 1s}}
      mme: {rate_per_million: 350000.0, discipline: lifo}
      udm: {rate_per_million: 400.0, least_rate: 0.0, discipline: priority, queue: 8s}
change:
  target: {kinds: [amf, mme], regions: [texas]}
  defect: {kind: crash-after-dwell, dwell: 5m, restart_time: {uniform: {min: 1m, max: 5m}}}
rollout:
  start: 10m
  stages:
    - {name: first, select: {count: 2}, drain: {mode: hard}, install: 2m, soak: 5m, failed_allowed: 9}
    - {name: rest, order: random, max_unavailable: 2, install: 3m, failed_allowed: 9}
attacks:
  - {kind: signalling-storm, start: 70m, duration: 30m, share: 0.05, rate_per_device: 0.2}
response:
  detect: {exponential: {mean: 5m}}
  triage: 5m
  decide: 5m
  playbook:
    - {name: bar, action: {kind: bar, barring: {factor: 0.5, time: 64s}}}
    - {name: back, after: {at: 110m}, action: {kind: roll-back}}
    - {name: purge, after: {at: 2h}, action: {kind: purge, select: {kinds: [udm]}}}
    - {name: in, after: {step: purge}, action: {kind: re-admit, pace: {rate: 200.0}}}
    - {name: well, after: {at: 150m}, action: {kind: announce, share: 0.5}}
";

fn under(scenario: &Scenario, settings: Settings) -> RunResult {
    simulate_with(scenario, 11, settings, &mut Silent).expect("nobody interrupts")
}

#[test]
fn the_busy_night_is_busy() {
    let result = simulate(&scenario(BUSY), 11);
    let happened = |kind| result.records.iter().any(|record| record.kind == kind);
    for kind in ["stage-started", "element-reached", "attack-ended"] {
        assert!(happened(kind), "{kind} in {:#?}", kinds(&result.records));
    }
    let all = &result.impact.all;
    assert!(all.services[0].device_minutes > 1_000.0, "{all:?}");
    assert!(
        all.registered.successes < all.registered.attempts,
        "{all:?}"
    );
}

fn kinds(records: &[Record]) -> Vec<&'static str> {
    let mut kinds: Vec<_> = records.iter().map(|record| record.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

#[test]
fn repeated_runs_write_the_same_bytes() {
    let scenario = scenario(BUSY);
    let first = simulate(&scenario, 11);
    assert_same_files(&first, &simulate(&scenario, 11), "repeated");
    let other = simulate(&scenario, 12);
    assert_ne!(first.events, other.events, "the seed does nothing");
}

#[test]
fn threads_change_nothing() {
    let scenario = scenario(BUSY);
    let settings = |threads| Settings {
        threads,
        shard_size: 1_500,
        ..Settings::default()
    };
    let one = under(&scenario, settings(1));
    for threads in [2, 8] {
        let other = under(&scenario, settings(threads));
        assert_same_files(&one, &other, &format!("{threads} threads"));
    }
}

#[test]
fn what_is_left_out_changes_no_figure() {
    let gate_on_towers = "
rollout: {start: 1m, stages: [{name: a, install: 1m, drain: {mode: hard}, soak: 5m, failed_allowed: 9, gates: [{metric: RRC.ConnEstabAtt, fail: '>= 0'}]}]}
change: {target: {kinds: [amf]}}
response: {alarms: [{name: silence, metric: RSR, detector: absence, for: 2m}]}
telemetry: {towers: {period: 30s, delay: 0s}, counters: {preset: pm-15min}}
topology: {source: generated, towers: 12, devices: 20000, states: [TX]}
scale: 0.1
horizon: 1h
";
    for text in [BUSY, gate_on_towers] {
        let scenario = scenario(text);
        let all = under(&scenario, Settings::default());
        let settings = Settings {
            keep: Keep::Score,
            ..Settings::default()
        };
        let score = under(&scenario, settings);
        assert_eq!(all.impact, score.impact);
        assert_eq!(all.records, score.records);
        assert_eq!(all.events, score.events);
        assert_eq!(all.gate_reports, score.gate_reports);
        assert_eq!(all.stages, score.stages);
        let failed = all.gates.iter().any(|gate| !gate.passed);
        assert_eq!(
            failed,
            text == gate_on_towers,
            "the gate has read what towers count"
        );
        assert!(score.kpi.devices.is_empty() && score.places.frames.is_empty());
    }
}

#[test]
fn shard_sizes_change_nothing() {
    let scenario = scenario(BUSY);
    let one = under(&scenario, Settings::default());
    for shard_size in [300, 4_000, 65_536] {
        let settings = Settings {
            shard_size,
            ..Settings::default()
        };
        let other = under(&scenario, settings);
        assert_same_files(&one, &other, &format!("shards of {shard_size}"));
    }
}

#[test]
fn window_lengths_change_nothing() {
    let scenario = scenario(BUSY);
    let one = under(&scenario, Settings::default());
    for window_ms in [97, 500, 3_000] {
        let settings = Settings {
            window: Some(Span::from_millis(window_ms)),
            shard_size: 7_000,
            threads: 2,
            ..Settings::default()
        };
        let other = under(&scenario, settings);
        assert_same_files(&one, &other, &format!("windows of {window_ms} ms"));
    }
}

/// Time never goes back, and rows of a table are in its order.
#[test]
fn records_and_samples_are_in_the_order_of_time() {
    let result = simulate(&scenario(BUSY), 11);
    let records = result.records.windows(2);
    assert!(records.into_iter().all(|pair| pair[0].at <= pair[1].at));
    let rows = result.kpi.devices.windows(2);
    assert!(rows.into_iter().all(|pair| pair[0].at <= pair[1].at));
    assert!(result.records.len() > 20);
}

/// Two plans on one seed: the same records, and the same counts everywhere, until the plans differ.
#[test]
fn two_plans_meet_the_same_world_until_they_differ() {
    let early = simulate(&scenario(BUSY), 11);
    let late = scenario_with(BUSY, &["rollout.stages.1.max_unavailable=1"]);
    let late = simulate(&late, 11);
    // The first difference: the second stage works on two elements at a time, or on one.
    let second = early
        .records
        .iter()
        .filter(|record| record.kind == "stage-started")
        .nth(1)
        .expect("a second stage")
        .at;
    assert!(second > SimTime::from_secs(900.0) && second < SimTime::from_secs(4_000.0));
    let before = |result: &RunResult| -> Vec<Record> {
        let records = result.records.iter();
        records.filter(|r| r.at < second).cloned().collect()
    };
    assert!(before(&early).len() > 3);
    assert_eq!(before(&early), before(&late));
    let rows = |result: &RunResult| -> Vec<_> {
        let rows = result.kpi.devices.iter();
        rows.filter(|row| row.at < second).cloned().collect()
    };
    assert!(rows(&early) == rows(&late), "the worlds part too early");
    assert_ne!(early.records, late.records);
}

/// Two regions that share UDM and IMS only.
const TWO_REGIONS: &str = "
scale: 0.2
horizon: 5h
start: 2024-02-22T06:00:00-06:00
topology:
  source: generated
  towers: 30
  devices: 60000
  states: [TX, NY]
network: {core: {functions: {udm: {rate_per_million: 100000.0}, ims: {rate_per_million: 100000.0}}}}
";

fn of_each(result: &RunResult, region: &str, what: fn(&ClassCounts) -> u64) -> Vec<u64> {
    let rows = region_rows(result, region).into_iter();
    rows.map(|row| what(&row.counts)).collect()
}

/// What holds: users' luck. Calls, emergency calls and restarts of the other region are the same in
/// every minute, whatever happens here, because they are drawn by person and occasion. What the regions
/// share (UDM, IMS) is far from full, so the other region loses nothing either.
#[test]
fn a_region_that_the_fault_never_touches_has_the_same_day() {
    let quiet = simulate(&scenario(TWO_REGIONS), 5);
    let hurt = format!(
        "{TWO_REGIONS}
change: {{target: {{kinds: [amf, mme], regions: [texas]}}, defect: {{kind: crash-on-start}}}}
rollout: {{start: 1h, on_fail: halt, stages: [{{max_unavailable: 2, drain: {{mode: hard}}}}]}}
"
    );
    let hurt = simulate(&scenario(&hurt), 5);
    let lost = of_each(&hurt, "texas", |c| c.out[1]).into_iter().max();
    assert!(lost > Some(0), "the fault hurts where it is");
    let region = "northeast";
    for (what, count) in [
        ("calls", (|c| c.calls) as fn(&ClassCounts) -> u64),
        ("emergency calls", |c| c.emergency_calls),
        ("registrations", |c| c.registration_attempts),
        ("registered", |c| c.registered),
        ("out", |c| c.out.iter().sum()),
    ] {
        let (one, other) = (
            of_each(&quiet, region, count),
            of_each(&hurt, region, count),
        );
        assert!(one.iter().any(|&n| n > 0) || what == "out", "no {what}");
        assert_eq!(one, other, "{what}");
    }
}

/// One more attack draws its luck from a stream of its own: calls in the other region stay as they were.
#[test]
fn one_more_draw_moves_no_other() {
    let plain = simulate(&scenario(TWO_REGIONS), 5);
    let stormy = format!(
        "{TWO_REGIONS}
attacks:
  - kind: signalling-storm
    start: 1h
    duration: 1h
    regions: [texas]
    share: 0.02
    rate_per_device: 0.01
"
    );
    let stormy = simulate(&scenario(&stormy), 5);
    let flood = |result: &RunResult| {
        let event = result
            .events
            .iter()
            .find(|(name, _)| name == "flood messages");
        event.expect("they are counted").1
    };
    assert_eq!(flood(&plain), 0);
    assert!(flood(&stormy) > 1_000, "{}", flood(&stormy));
    for region in ["northeast", "texas"] {
        let calls = |result| of_each(result, region, |c| c.calls);
        assert_eq!(calls(&plain), calls(&stormy), "calls in {region}");
        assert!(calls(&plain).iter().sum::<u64>() > 1_000);
    }
}

/// A network that is watched device by device.
struct Watched<'a> {
    network: Network<'a>,
    /// Minute in which each device was first seen registered.
    first: Vec<Option<u32>>,
    minute: u32,
}

impl World for Watched<'_> {
    type Order = ();

    fn advance(&mut self, _: SimTime, to: SimTime) {
        self.network.advance(to);
    }

    fn handle(&mut self, now: SimTime, (): (), agenda: &mut Agenda<()>) {
        self.minute += 1;
        let registered = self.network.registered_devices();
        self.first.resize(registered.len(), None);
        for (first, is_registered) in self.first.iter_mut().zip(registered) {
            if is_registered && first.is_none() {
                *first = Some(self.minute);
            }
        }
        agenda.push(now + Span::from_secs(30), Phase::Sample, 0, ());
    }

    fn longest_window(&self) -> Span {
        self.network.lookahead()
    }

    fn progress(&mut self, _: SimTime) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// When each device of a scenario was first seen registered, in half minutes.
fn recoveries(scenario: &Scenario, seed: u64) -> Vec<Option<u32>> {
    let file = scenario.file();
    let workers = Workers::new(1).expect("one thread");
    let input = NetworkInput {
        topology: scenario.topology(),
        population: &file.population,
        spec: &file.network,
        clock: scenario.clock(),
        scale: file.scale,
        seed,
        absent: &[],
        shard_size: 32_768,
    };
    let network = Network::new(&input, &workers).expect("the scenario is sound");
    let window = Span::from_hours(1);
    let mut watched = Watched {
        network,
        first: Vec::new(),
        minute: 0,
    };
    let mut agenda = Agenda::new();
    agenda.push(SimTime::ZERO, Phase::Sample, 0, ());
    let end = run(
        &mut watched,
        &mut agenda,
        window,
        SimTime::ZERO + file.horizon,
    );
    assert_eq!(end, RunEnd::Horizon);
    watched.first
}

/// Correlation of the ranks of two columns, ties at their mean rank (Spearman 1904).
fn rank_correlation(pairs: &[(f64, f64)]) -> f64 {
    let left: Vec<f64> = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let right: Vec<f64> = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let mean = f64::midpoint(pairs.len() as f64, 1.0);
    let (mut both, mut one, mut other) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(&right) {
        let (left, right) = (left - mean, right - mean);
        both += left * right;
        one += left * left;
        other += right * right;
    }
    both / (one * other).sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let same = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]).is_eq();
    let mut before = 0;
    for tied in order.chunk_by(same) {
        for &index in tied {
            ranks[index] = before as f64 + f64::midpoint(tied.len() as f64, 1.0);
        }
        before += tied.len();
    }
    ranks
}

#[test]
fn the_rank_correlation_bites() {
    let rising: Vec<(f64, f64)> = (0..100).map(|i| (f64::from(i), f64::from(i / 3))).collect();
    assert!(rank_correlation(&rising) > 0.99);
    let falling: Vec<(f64, f64)> = rising.iter().map(|p| (p.0, -p.1)).collect();
    assert!(rank_correlation(&falling) < -0.99);
}

/// Who recovers first does not depend on numbering: over 100,000 devices of one class on equal towers,
/// chance alone leaves ± 0.003.
#[test]
fn recovery_does_not_follow_the_numbers_of_devices() {
    let storm = Storm::w2(100_000).text();
    let mut worst = 0.0_f64;
    for seed in 1..=6 {
        let first = recoveries(&scenario(&storm), seed);
        let pairs: Vec<(f64, f64)> = first
            .iter()
            .enumerate()
            .filter_map(|(device, half_minute)| Some((device as f64, f64::from((*half_minute)?))))
            .collect();
        assert_eq!(pairs.len(), 100_000, "all recover");
        let found = rank_correlation(&pairs);
        worst = worst.max(found.abs());
    }
    assert!(worst < 0.01, "{worst}");
}
