//! What history teaches, out of mechanisms alone: nobody told the network how long an outage lasts or when it ends.
//!
//! Invariant: worlds are small, so what is asserted are orders of magnitude and directions, never a published figure.

use std::path::Path;

use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate};

use super::super::support::repository;
use super::{at, between, dropped, minutes, missing, run};

/// A replay of an incident, on a small scale.
fn replay(name: &str, overrides: &[&str]) -> RunResult {
    let path = repository(&format!("scenarios/incidents/{name}.yaml"));
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    let scenario = Scenario::with_overrides(Path::new(&path), &overrides);
    simulate(
        &scenario.unwrap_or_else(|problems| panic!("{problems:?}")),
        1,
    )
}

/// Share of all devices that are out of a service (by its place) at a minute.
fn out(result: &RunResult, service: usize, minute: f64) -> f64 {
    at(result, minute, |c| c.out[service]) / result.simulated_devices as f64
}

/// The night of AT&T, its first half, with one device in ten thousand.
const ATT: [&str; 2] = ["scale=0.0001", "horizon=14h"];

#[test]
fn a_network_falls_in_minutes_and_returns_in_hours() {
    let night = replay("att-2024-02-22", &ATT);
    let began = minutes(&night, "fault-loaded")[0];
    assert!(out(&night, 1, began) < 0.01);
    assert!(
        out(&night, 1, began + 10.0) > 0.95,
        "down within ten minutes"
    );
    let core_is_back = *minutes(&night, "action-finished").last().expect("restored");
    assert!(
        out(&night, 1, core_is_back + 60.0) > 0.5,
        "an hour later, half are still out"
    );
    assert!(
        out(&night, 1, core_is_back + 480.0) < 0.1,
        "eight hours later, few are"
    );
}

#[test]
fn an_outage_lasts_a_hundred_times_its_trigger_until_the_amplifying_nodes_are_isolated() {
    let late = "response.playbook.0.after={at: 10h}";
    let isolated = run("db-inconsistency", &["horizon=12h", late]);
    let trigger = minutes(&isolated, "element-installed")[0] - 30.0;
    assert!(
        trigger <= 5.0,
        "the voice nodes are away for five minutes: {trigger}"
    );
    for hour in 2..10 {
        let from = f64::from(hour) * 60.0;
        assert!(
            dropped(&isolated, from, from + 60.0) > 1_000,
            "in hour {hour}"
        );
    }
    assert!((600.0 - 30.0) / trigger > 100.0);
    assert_eq!(
        dropped(&isolated, 660.0, 720.0),
        0,
        "an hour after the isolation, nothing"
    );
    let never = run("db-inconsistency", &["horizon=12h", "response.playbook=[]"]);
    assert!(dropped(&never, 660.0, 720.0) > 1_000, "without it, no end");
    let others = "response.playbook.0.action.select={names: [ims-3, ims-4]}";
    let wrong = run("db-inconsistency", &["horizon=12h", late, others]);
    assert!(
        dropped(&wrong, 660.0, 720.0) > 1_000,
        "the wrong nodes help nobody"
    );
}

/// Rogers' day until the first attempt to mend it, with one device in two thousand.
const ROGERS: [&str; 4] = [
    "scale=0.0005",
    "horizon=10h",
    "response.playbook=[]",
    "alerts=[]",
];

#[test]
fn phases_are_clean_until_the_one_that_touches_the_routes() {
    let day = replay("rogers-2022-07-08", &ROGERS);
    let first_fall = minutes(&day, "element-struck")[0];
    let passed = minutes(&day, "stage-passed");
    let clean = passed.iter().filter(|at| **at < first_fall).count();
    assert_eq!(clean, 5, "{passed:?}");
    assert!(
        out(&day, 1, first_fall - 1.0) < 0.01,
        "nobody had noticed any of them"
    );
    assert!(out(&day, 1, first_fall + 5.0) > 0.95);
    let harmless = [&ROGERS[..], &["change.defect=null"]].concat();
    let harmless = replay("rogers-2022-07-08", &harmless);
    assert!(
        out(&harmless, 1, first_fall + 5.0) < 0.01,
        "it is the filter"
    );
}

#[test]
fn emergency_calls_fail_where_cells_stay_up_without_a_core() {
    let wilting = "network.access.wilt={enabled: true, after: 5m}";
    let failed = |more: &[&str]| {
        let day = replay("rogers-2022-07-08", &[&ROGERS[..], more].concat());
        (
            out(&day, 3, 420.0),
            at(&day, 420.0, |c| c.sos) / day.simulated_devices as f64,
        )
    };
    let (held, elsewhere) = failed(&[]);
    assert!(held > 0.5 && elsewhere < 0.01, "{held} {elsewhere}");
    let (left, elsewhere) = failed(&[wilting]);
    assert!(left < 0.2 * held, "{left} of {held}");
    assert!(
        elsewhere > 0.5,
        "they use other operators' cells: {elsewhere}"
    );
}

#[test]
fn an_all_clear_before_the_storm_is_over_brings_a_second_surge() {
    let slow = "network.core.functions.udm={rate_per_million: 300, least_rate: 0}";
    let well = |minute: u32| {
        format!(
            "response.playbook=[{{name: well, after: {{at: {minute}m}}, action: {{kind: announce, share: 0.9}}}}]"
        )
    };
    let attempts = |response: &str| {
        let result = run("state-loss", &[slow, response]);
        assert!(missing(&result, 75.0) > 0.3, "the storm is not over");
        between(&result, 75.0, 85.0, |c| c.registration_attempts)
    };
    let (surge, quiet) = (attempts(&well(75)), attempts("response.playbook=[]"));
    assert!(
        surge > 1.2 * quiet,
        "{surge} with the announcement, {quiet} without"
    );
}
