//! Detectors, end to end: alarm rules of every kind in a run, calibration, and the two commands.
//!
//! Invariant: only what a user of the library or of the program sees.

use std::fs;

use cellfall::scenario::Scenario;
use cellfall::simulation::simulate;
use cellfall::study::{DetectPlan, DetectStudy, Overseer, WatchError, detect_study};

use super::support::{output, scenario_with, scratch};

/// An hour in, the one element that registers the region's 5G phones is lost for good.
const NIGHT: &str = "
description: A release that never comes up
scale: 0.2
horizon: 2h
start: 2024-02-22T02:00:00-06:00
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 1, ims: 1}}
change: {target: {kinds: [amf, mme]}, defect: {kind: crash-on-start}}
rollout:
  start: 80m
  stages: [{drain: {mode: hard}, install: 1m, max_unavailable: 20, failed_allowed: 100}]
";

fn first_raised(rules: &str) -> Vec<(String, f64)> {
    let set = format!("response.alarms={rules}");
    let result = simulate(&scenario_with(NIGHT, &[&set]), 1);
    let raised = result
        .records
        .iter()
        .filter(|record| record.kind == "alarm-raised");
    raised
        .map(|record| (record.subject.clone(), record.at.as_minutes_f64()))
        .collect()
}

#[test]
fn every_detector_is_a_rule_that_a_scenario_can_use() {
    let raised = first_raised(
        "[{name: drop, metric: RM.RegisteredSubNbrMean, condition: '< 0.9', compared_with: 10m},
          {name: burn, detector: burn-rate, metric: call-success-rate},
          {name: cusum, detector: cusum, metric: RM.RegisteredSubNbrMean, tuning: {direction: fall, limit: 50}},
          {name: ewma, detector: ewma, metric: RM.RegisteredSubNbrMean, tuning: {direction: fall, limit: 50}},
          {name: evidence, detector: sequential, metric: call-success-rate},
          {name: silence, detector: absence, metric: RM.RegisteredSubNbrMean}]",
    );
    for name in ["drop", "burn", "cusum", "ewma", "evidence"] {
        let in_time =
            |(rule, minute): &(String, f64)| rule == name && (80.0..100.0).contains(minute);
        assert!(raised.iter().any(in_time), "{name}: {raised:?}");
    }
    assert!(
        raised.iter().all(|(rule, _)| rule != "silence"),
        "telemetry lives: {raised:?}"
    );
}

#[test]
fn a_network_whose_telemetry_dies_is_seen_by_absence_alone() {
    let rules = "[{name: burn, detector: burn-rate, metric: call-success-rate},
        {name: cusum, detector: cusum, metric: RM.RegisteredSubNbrMean},
        {name: silence, detector: absence, metric: RM.RegisteredSubNbrMean}]";
    let set = format!("response.alarms={rules}");
    let dead = "telemetry.counters={loss: 1}";
    let result = simulate(&scenario_with(NIGHT, &[&set, dead]), 1);
    let raised = result
        .records
        .iter()
        .filter(|record| record.kind == "alarm-raised");
    let names: Vec<&str> = raised.map(|record| record.subject.as_str()).collect();
    assert_eq!(names, ["silence"]);
}

#[test]
fn rules_that_cannot_work_are_refused_with_their_place() {
    let complaint = |rule: &str| -> String {
        let set = format!("response.alarms=[{{name: a, {rule}}}]");
        let text = Scenario::from_text("test", NIGHT, &[set]);
        let problems = text
            .err()
            .unwrap_or_else(|| panic!("{rule} is not refused"));
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    for (rule, place) in [
        ("detector: burn-rate, metric: queue-wait", "metric"),
        (
            "detector: burn-rate, metric: RSR, tuning: {objective: 1}",
            "objective",
        ),
        (
            "detector: burn-rate, metric: RSR, over: 1m, tuning: {short: 1h}",
            "short",
        ),
        (
            "detector: cusum, metric: RSR, condition: '< 1'",
            "condition",
        ),
        ("detector: cusum, metric: RSR, tuning: {limit: -1}", "limit"),
        (
            "detector: ewma, metric: RSR, tuning: {smoothing: 0}",
            "smoothing",
        ),
        ("detector: ewma, metric: RSR, tuning: {slack: 1}", "slack"),
        ("detector: seasonal, metric: RSR", "telemetry.retention"),
        ("detector: seasonal, metric: RSR, tuning: {days: 1}", "days"),
        (
            "detector: sequential, metric: RSR, compared_with: 1h",
            "compared_with",
        ),
    ] {
        let found = complaint(rule);
        assert!(found.contains(place), "{rule}: {found}");
    }
}

fn study(text: &str, plan: &DetectPlan) -> Result<DetectStudy, WatchError> {
    let overseer = Overseer {
        threads: 2,
        is_stopped: &|| false,
        run_done: &|| {},
    };
    detect_study(&[scenario_with(text, &["scale=0.05"])], plan, &overseer)
}

fn plan(history_days: usize) -> DetectPlan {
    DetectPlan {
        history_days,
        calibration_days: 1,
        check_days: 1,
        nights: 2,
        budget_per_week: 7.0,
    }
}

#[test]
fn detectors_are_calibrated_on_days_without_trouble_and_fire_on_nights_with_it() {
    let found = study(NIGHT, &plan(2)).expect("a study");
    let night = &found.nights[0];
    assert!(night.full_blast_s.is_some(), "everybody is out");
    for (one, outcome) in found.candidates.iter().zip(&night.candidates) {
        let within = one.calibration_alarms <= 1 || !one.is_calibrated;
        assert!(within, "one false alarm a day is allowed: {one:?}");
        assert_eq!(outcome.silence.watched, 2);
        assert!(outcome.preventable_minutes <= night.lost_minutes + 1e-6);
        assert!(
            one.alarms_per_day.high >= 2.99,
            "one day proves little: {one:?}"
        );
    }
    let fired = |name: &str| {
        let place = found.candidates.iter().position(|one| one.name == name);
        night.candidates[place.expect(name)].silence.happened
    };
    assert_eq!(fired("threshold RM.RegisteredSubNbrMean"), 2);
    assert_eq!(fired("seasonal RM.RegisteredSubNbrMean"), 2);
    assert_eq!(fired("absence RM.RegisteredSubNbrMean"), 0);
}

#[test]
fn without_history_a_seasonal_detector_cannot_be_evaluated() {
    let found = study(NIGHT, &plan(1)).expect("a study");
    for one in &found.candidates {
        let says = one
            .obstacle
            .as_ref()
            .is_some_and(|why| why.contains("2 days of history"));
        assert_eq!(says, one.detector == "seasonal", "{one:?}");
    }
}

#[test]
fn a_limit_needs_as_many_days_as_its_budget_allows_one_alarm_on() {
    let weekly = DetectPlan {
        budget_per_week: 1.0,
        ..plan(2)
    };
    let found = study(NIGHT, &weekly).expect("a study");
    for one in &found.candidates {
        let needs = one.obstacle.as_deref().unwrap_or_default();
        let says = needs.contains("needs 7 days without trouble");
        assert_eq!(says, one.is_calibrated, "{one:?}");
    }
}

#[test]
fn where_every_report_is_lost_only_absence_can_be_evaluated() {
    let deaf = format!("{NIGHT}telemetry: {{counters: {{loss: 1}}}}\n");
    let found = study(&deaf, &plan(2)).expect("a study");
    for (one, outcome) in found.candidates.iter().zip(&found.nights[0].candidates) {
        let is_deaf = one.obstacle.is_some();
        assert_eq!(is_deaf, one.detector != "absence", "{one:?}");
        if is_deaf {
            assert_eq!((outcome.silence.happened, one.floor), (0, None), "{one:?}");
            assert_eq!((one.calibration_alarms, one.check_alarms), (0, 0));
        }
    }
}

#[test]
fn limits_of_one_network_are_not_used_on_another() {
    let overseer = Overseer {
        threads: 2,
        is_stopped: &|| false,
        run_done: &|| {},
    };
    let later = scenario_with(NIGHT, &["scale=0.05", "start=2024-02-22T05:00:00-06:00"]);
    let scenarios = [scenario_with(NIGHT, &["scale=0.05"]), later];
    let error = detect_study(&scenarios, &plan(0), &overseer).expect_err("another hour");
    assert!(
        error.to_string().contains("found another start than"),
        "{error}"
    );
}

#[test]
fn a_study_without_nights_is_refused() {
    let none = DetectPlan {
        nights: 0,
        ..plan(0)
    };
    let error = study(NIGHT, &none).expect_err("no night");
    assert!(matches!(error, WatchError::Plan(_)), "{error}");
}

#[test]
fn both_commands_give_the_same_bytes_on_any_number_of_threads() {
    let folder = scratch("detectors-commands");
    fs::write(folder.join("night.yaml"), NIGHT).expect("writable");
    let gating = "rollout.stages.0.gates=[{metric: elements-up, success: '>= 1'}, {metric: RSR, fail: '< 0.9'}]";
    let gated = ["gates", "night.yaml", "--scale", "0.05", "--set", gating];
    let judged = [
        "detect",
        "night.yaml",
        "--scale",
        "0.02",
        "--days",
        "1",
        "--check-days",
        "1",
        "--history",
        "0",
        "--nights",
        "1",
        "--budget",
        "7",
        "--json",
    ];
    for words in [&gated[..], &judged[..]] {
        let with = |threads: &str| {
            let words: Vec<&str> = words
                .iter()
                .copied()
                .chain(["--threads", threads])
                .collect();
            let done = output(&folder, &words);
            let err = String::from_utf8_lossy(&done.stderr).into_owned();
            assert_eq!(done.status.code(), Some(0), "{err}");
            String::from_utf8(done.stdout).expect("text")
        };
        let one = with("1");
        assert_eq!(one, with("2"));
        assert!(
            words.contains(&"--json") || one.lines().all(|l| l.chars().count() <= 80),
            "{one}"
        );
    }
    let none = output(&folder, &["gates", "night.yaml"]);
    assert_eq!(none.status.code(), Some(2));
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(
        said.contains("found no gate") && said.contains("--set"),
        "{said}"
    );
}
