//! Gates, end to end: each judge in a run, what is told of it, and what it is worth.
//!
//! Invariant: only what a user of the library or of the program sees.

use cellfall::simulation::{GateReport, RunResult, simulate};

use super::support::scenario_with;

/// A dozen towers and three regions of one AMF pool each, of which a release makes one crash.
const NIGHT: &str = "
description: A release that crashes its element five minutes after each start
scale: 0.2
horizon: 2h
start: 2024-02-22T02:00:00-06:00
topology: {source: generated, towers: 24, devices: 40000, states: [TX, CA, NY], core: {udm: 1, ims: 1}}
network: {core: {functions: {udm: {rate_per_million: 5000}}}}
change:
  target: {kinds: [amf], count: 2}
  defect: {kind: crash-after-dwell, dwell: 5m, restart_time: 3m, contexts_lost: 1}
rollout:
  start: 40m
  stages:
    - name: first
      select: {count: 1}
      drain: {mode: hard}
      soak: 30m
      gates: [{metric: elements-up, success: '>= 1', scope: selected}]
    - {name: rest, soak: 5m}
  rollback: {per_node: 5m}
";

fn night(gates: &str) -> RunResult {
    let set = format!("rollout.stages.0.gates={gates}");
    let scenario = scenario_with(NIGHT, &[&set]);
    simulate(&scenario, 3)
}

fn only(result: &RunResult) -> &GateReport {
    let [gate] = result.gate_reports.as_slice() else {
        panic!("one gate: {:?}", result.gate_reports);
    };
    gate
}

#[test]
fn a_gate_tells_its_floor_when_it_acted_and_what_was_exposed() {
    let result =
        night("[{metric: elements-up, success: '>= 1', scope: selected, failure_limit: 1}]");
    let gate = only(&result);
    assert_eq!(gate.outcome, "failed");
    // A minute's report, five seconds late, and one more minute as the first failure is tolerated.
    let floor = gate.floor.expect("it is not blind").as_secs_f64();
    assert!((floor - 125.0).abs() < 1e-9, "{floor}");
    let (started, acted) = (gate.started.expect("run"), gate.acted.expect("failed"));
    let after = acted.since(started).as_secs_f64();
    // The element crashes five minutes into the soak; nobody can act sooner than the floor after that.
    assert!((300.0 + 60.0..600.0).contains(&after), "{after}");
    assert!(
        (gate.exposed_elements - 0.5).abs() < 1e-9,
        "one of two elements"
    );
    assert!(gate.exposed_subscribers > 0.0 && gate.exposed_subscribers < 1.0);
    assert!(result.gate_failed());
}

#[test]
fn every_judge_of_canary_and_control_sees_a_canary_that_fails() {
    for gate in [
        "[{judge: sequential, metric: drop-share, scope: selected}]",
        "[{judge: mann-whitney, metric: elements-up, scope: selected, canary: {window: 2m}}]",
        "[{judge: control-group, metric: elements-up, scope: selected, fail: '< -0.1'}]",
        "[{metric: elements-up, success: '>= 1', scope: selected, for: 1m}]",
    ] {
        let result = night(gate);
        let told = only(&result);
        let sees = !gate.contains("drop-share");
        assert_eq!(told.outcome == "failed", sees, "{gate}: {told:?}");
        assert!(told.measured + told.without_data > 0, "{gate}: {told:?}");
    }
}

#[test]
fn the_rank_test_does_not_see_a_canary_that_is_down_less_than_half_of_the_time() {
    // Three minutes in eight: the median of all differences from the control stays nil.
    let result =
        night("[{judge: mann-whitney, metric: elements-up, scope: selected, initial_delay: 8m}]");
    let gate = only(&result);
    assert_eq!(gate.outcome, "passed", "as Kayenta's judge would have it");
    assert!(gate.measured > 0);
}

#[test]
fn no_judge_takes_lost_reports_for_good_or_bad_news() {
    for gate in [
        "[{metric: elements-up, success: '>= 1', scope: selected}]",
        "[{judge: mann-whitney, metric: elements-up, scope: selected}]",
        "[{judge: sequential, metric: RSR, scope: selected}]",
        "[{judge: control-group, metric: RSR, scope: selected, fail: '< -0.1'}]",
    ] {
        let gates = format!("rollout.stages.0.gates={gate}");
        let scenario = scenario_with(
            NIGHT,
            &[
                &gates,
                "telemetry={counters: {loss: 1}, functions: {loss: 1}}",
            ],
        );
        let result = simulate(&scenario, 3);
        let told = only(&result);
        assert_eq!((told.measured, told.outcome), (0, "inconclusive"), "{gate}");
        assert!(told.without_data > 0, "{gate}");
    }
}

#[test]
fn a_gate_without_data_waits_for_a_person_as_its_stage_says() {
    let deaf = "[{metric: registered-share, fail: '< 0.1', min_samples: 1000000000}]";
    let result = night(deaf);
    let gate = only(&result);
    assert_eq!(gate.floor, None, "so many samples never come");
    assert_eq!((gate.measured, gate.outcome), (0, "inconclusive"));
    assert_eq!(gate.without_data, 5, "four are tolerated");
    let lenient = deaf.replace("min_samples", "on_no_data: pass, min_samples");
    assert_eq!(only(&night(&lenient)).outcome, "passed");
    let strict = deaf.replace("min_samples", "on_no_data: fail, min_samples");
    assert_eq!(only(&night(&strict)).outcome, "failed");
}
