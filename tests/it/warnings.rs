//! Public warnings in a scenario: sent, carried or lost, told and scored.

use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate};

/// A small network that loses its mobile core for half an hour from 00:30 on; warnings before, within and after.
const NIGHT: &str = "
topology: {source: generated, towers: 30, devices: 30000, states: [TX]}
scale: 0.1
horizon: 2h
response:
  playbook:
    - {name: cut, after: {at: 30m}, action: {kind: isolate, select: {kinds: [amf, mme]}, parallel: 100}}
    - {name: mend, after: {at: 60m}, action: {kind: restore, select: {kinds: [amf, mme]}, parallel: 100}}
alerts:
  - {name: storm, at: 10m}
  - {name: flood, at: 45m}
  - {name: all-clear, at: 90m}
published:
  figures:
    - {quantity: {kind: alerts-broadcast}, value: 2, tolerance: {absolute: 0}, source: here, tag: predicted}
    - {quantity: {kind: alert-reach, alert: storm}, value: 1, source: here, tag: predicted}
    - {quantity: {kind: alert-reach, alert: flood}, value: 0, tolerance: {absolute: 0}, source: here, tag: predicted}
";

fn run(overrides: &[&str]) -> RunResult {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    let scenario = Scenario::from_text("warnings", NIGHT, &overrides);
    simulate(&scenario.unwrap_or_else(|found| panic!("{found:?}")), 1)
}

#[test]
fn a_warning_is_lost_while_the_core_is_cut_off_and_changes_nothing_else() {
    let night = run(&[]);
    let alerts = &night.impact.alerts;
    let told: Vec<(u64, u64)> = alerts.iter().map(|a| (a.towers, a.told)).collect();
    assert_eq!(told, [(30, 30), (30, 0), (30, 30)]);
    assert_eq!(alerts[1].reached, 0);
    assert!(alerts[2].reached_share() > 0.9, "{alerts:?}");
    let hits: Vec<String> = night
        .published
        .iter()
        .map(|f| format!("{:?}", f.outcome))
        .collect();
    assert_eq!(hits, ["Hit", "Hit", "Hit"]);
    let sent: Vec<_> = night
        .records
        .iter()
        .filter(|r| r.kind == "alert-sent")
        .collect();
    assert_eq!(sent.len(), 3);
    assert!(
        sent[1].detail.contains("0 of 30 towers"),
        "{}",
        sent[1].detail
    );
    let silent = run(&["alerts=[]"]);
    assert_eq!(
        night.events, silent.events,
        "a warning is heard, and changes nothing"
    );
    assert_eq!(night.impact.all, silent.impact.all);
}

#[test]
fn what_is_wrong_with_a_warning_is_said() {
    for (alerts, expected) in [
        ("[{name: a, at: 1m}, {name: a, at: 2m}]", "\"a\" again"),
        ("[{name: a, at: 3h}]", "less than the horizon"),
        (
            "[{name: a, at: 1m, area: {regions: [mars]}}]",
            "no element has \"mars\"",
        ),
        (
            "[{name: a, at: 1m, area: {kinds: [udm]}}]",
            "at least one tower",
        ),
    ] {
        let overrides = [format!("alerts={alerts}")];
        let found = Scenario::from_text("warnings", NIGHT, &overrides).expect_err(alerts);
        let text: Vec<String> = found.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        assert!(text.contains(expected), "{alerts}: {text}");
        assert!(text.contains("alerts["), "{text}");
    }
}

/// The users entitled to priority service are a few; their calls fail as others do, and are counted apart.
#[test]
fn priority_calls_are_counted_among_all_calls() {
    let share = |share: f64| {
        let class =
            format!("{{name: phone, share: 1, wifi_calling: 0, priority_service: {share}}}");
        let result = run(&[&format!("population.classes=[{class}]")]);
        *result.impact.series.all.last().expect("a sample")
    };
    let (none, some, all) = (share(0.0), share(0.2), share(1.0));
    assert_eq!(none.priority_calls, 0);
    assert!(some.priority_calls > 0 && some.priority_calls < some.calls / 3);
    assert_eq!(
        [none.calls, some.calls],
        [all.calls; 2],
        "being entitled changes no call"
    );
    assert!(all.priority_blocked > 0 && all.priority_blocked <= all.calls_blocked);
}
