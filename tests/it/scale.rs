//! A nation at a smaller scale, and what a device costs in memory: promises that CI can check at its sizes.
//!
//! Invariant: the scenario has no step that waits for a detector, for a detector sees less at a small scale.

use cellfall::simulation::simulate;
use cellfall::study::RunFigures;

use super::support::{output, scenario_with, scratch};

/// One bad element cuts everybody off; people take the change back and restore at fixed times.
const NIGHT: &str = "
horizon: 6h
start: 2024-02-22T02:30:00-06:00
outputs: {reference: 12m}
topology: {source: generated, towers: 40, devices: 100000, states: [TX, NY]}
network: {core: {functions: {udm: {rate_per_million: 400.0, discipline: priority}}}}
change:
  target: {kinds: [amf], regions: [texas], count: 1}
  defect: {kind: protect-mode, trip_delay: 3m, auto_recover: null}
rollout:
  stages: [{drain: {mode: hard}, install: 12m}]
  rollback: {per_node: 20m}
response:
  alarms: []
  playbook:
    - {name: back-out, after: {at: 40m}, action: {kind: roll-back}}
    - {name: restore, after: {at: 65m}, action: {kind: restore, select: {kinds: [amf, mme]}, per_element: 1m, parallel: 8}}
";

/// The median of each figure over some seeds.
fn medians(scale: f64, seeds: u64) -> [f64; 4] {
    let scenario = scenario_with(NIGHT, &[&format!("scale={scale}")]);
    let runs: Vec<RunFigures> = (1..=seeds)
        .map(|seed| RunFigures::of(&simulate(&scenario, seed)))
        .collect();
    let keys = [
        "data.t50_s",
        "data.lost_device_min",
        "data.t90_s",
        "data.t99_s",
    ];
    keys.map(|key| {
        let values = runs.iter().map(|run| run.value(key));
        let mut values: Vec<f64> = values.map(|v| v.expect("everybody recovers")).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        f64::midpoint(values[middle], values[values.len() - 1 - middle])
    })
}

/// Medians differ by at most 2 % (half of the devices back, device-minutes lost), and by 5 % or one cycle of T3502
/// if that is longer (nine tenths, all but one in a hundred).
#[test]
fn smaller_scales_tell_the_same_story() {
    let whole = medians(1.0, 3);
    for scale in [0.25, 0.1] {
        let part = medians(scale, 9);
        let moved: Vec<f64> = whole.iter().zip(part).map(|(w, p)| (p - w).abs()).collect();
        let allowed = [
            whole[0] * 0.02,
            whole[1] * 0.02,
            (whole[2] * 0.05).max(835.0),
            (whole[3] * 0.05).max(835.0),
        ];
        let agrees = moved
            .iter()
            .zip(allowed)
            .all(|(moved, allowed)| *moved <= allowed);
        assert!(agrees, "scale {scale}: {part:?} instead of {whole:?}");
    }
}

/// The most memory that the program held, as its `timing.json` says, where the system tells.
fn peak_bytes(devices: u64) -> Option<f64> {
    let folder = scratch(&format!("memory-{devices}"));
    let text =
        "scale: 1\nhorizon: 20m\ntopology: {source: generated, towers: 40, states: [TX, NY]}\n";
    std::fs::write(folder.join("quiet.yaml"), text).expect("the folder is writable");
    let set = format!("topology.devices={devices}");
    let words = [
        "run",
        "quiet.yaml",
        "--threads",
        "1",
        "--set",
        &set,
        "--out",
        "out",
    ];
    let done = output(&folder, &words);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let timing = std::fs::read(folder.join("out/timing.json")).expect("a timing");
    let timing: serde_json::Value = serde_json::from_slice(&timing).expect("JSON");
    timing["peak_memory_bytes"].as_f64()
}

#[test]
fn a_device_more_costs_at_most_48_bytes() {
    let (few, many) = (1_000_000, 2_000_000);
    if let (Some(less), Some(more)) = (peak_bytes(few), peak_bytes(many)) {
        let slope = (more - less) / (many - few) as f64;
        assert!(
            slope > 24.0,
            "{slope} bytes for a device is too good to be true"
        );
        assert!(slope <= 48.0, "{slope} bytes for each device more");
    }
}

/// A small network with several front ends has elements of a useful size, so that a quiet day on it is quiet.
#[test]
fn a_quiet_day_with_few_devices_and_several_front_ends_is_exactly_zero() {
    let text = "
scale: 1
horizon: 24h
start: 2024-02-21T00:00:00-06:00
outputs: {kpi_period: 15m}
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 4, ims: 4}}
";
    let lost = |overrides: &[&str]| {
        let all = simulate(&scenario_with(text, overrides), 3).impact.all;
        let minutes: f64 = all
            .services
            .iter()
            .map(|service| service.device_minutes)
            .sum();
        (minutes, all.calls.blocked)
    };
    let (minutes, blocked) = lost(&[]);
    assert!(
        minutes.abs() < f64::MIN_POSITIVE,
        "{minutes} device-minutes lost"
    );
    assert_eq!(blocked, 0);
    let floorless = ["amf", "mme", "udm", "ims", "gateway", "epdg"]
        .map(|function| format!("network.core.functions.{function}.least_rate=0"));
    let floorless: Vec<&str> = floorless.iter().map(String::as_str).collect();
    assert!(
        lost(&floorless).0 > 0.0,
        "it is the least rate that does it"
    );
}
