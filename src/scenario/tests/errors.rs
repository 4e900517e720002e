//! Every kind of error, and the words for it.
//!
//! Invariant: one test for each way to be wrong.

use super::{attempt, complaints, plan};
use crate::scenario::fixture::Backbone;

#[test]
fn every_error_is_reported_at_once_in_file_order() {
    let text = "\
name: 2024
sede: 7
scale: 1.5
duration: \"15\"
limit: -3
rollout:
  on_fail: rol-back
  stages:
  - name: \"\"
    soka: 1h
    max_unavailable: many
  - soak: 5m
    approval: {uniform: {min: 1s, maks: 5s}}
faults:
- kind: crush
  dwell: 1s
- kind: crash
  share: 0.5
- factor: 0.5
hours: [1, 2, 3]
probe: everywhere
name: again
";
    assert_eq!(
        complaints(text, &[]),
        [
            "plan.yaml:1:7: name: found 2024, expected text in quotes",
            "plan.yaml:2:1: sede: found an unknown key, expected name, seed, scale, duration, note, \
             limit, rollout, faults, capacity, by_mode, hours, probe, backbone or counter (did you mean \"seed\"?)",
            "plan.yaml:3:8: scale: found 1.5, expected a number from 0 to 1",
            "plan.yaml:4:11: duration: found \"15\", expected a duration such as 15m",
            "plan.yaml:5:8: limit: found -3, expected a whole number of 0 or more",
            "plan.yaml:7:12: rollout.on_fail: found \"rol-back\", expected roll-back, halt or \
             isolate (did you mean \"roll-back\"?)",
            "plan.yaml:9:11: rollout.stages[0].name: found \"\", expected text that is not empty",
            "plan.yaml:10:5: rollout.stages[0].soka: found an unknown key, expected name, soak, \
             approval, max_unavailable or frozen (did you mean \"soak\"?)",
            "plan.yaml:11:22: rollout.stages[0].max_unavailable: found \"many\", expected a whole \
             number from 1 to 100",
            "plan.yaml:12:5: rollout.stages[1].name: found no such key, expected text that is not \
             empty",
            "plan.yaml:13:35: rollout.stages[1].approval.uniform.maks: found an unknown key, \
             expected min or max (did you mean \"max\"?)",
            "plan.yaml:15:9: faults[0].kind: found \"crush\", expected crash, regression or \
             state-loss (did you mean \"crash\"?)",
            "plan.yaml:17:3: faults[1].dwell: found no such key, expected a duration such as 15m",
            "plan.yaml:19:3: faults[2].kind: found no such key, expected crash, regression or \
             state-loss",
            "plan.yaml:20:8: hours: found a list of 3, expected a list of 2",
            "plan.yaml:21:8: probe: found \"everywhere\", expected all or none, or a whole number \
             from 0 to 65535, or a map with from, to",
            "plan.yaml:22:1: name: found a key for the second time, expected it once (line 1 has it)",
        ]
    );
}

/// The one complaint about `text`, without the name of the file.
fn complaint(text: &str) -> String {
    let all = complaints(text, &[]);
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0]
        .strip_prefix("plan.yaml:")
        .expect("the file's name")
        .to_owned()
}

#[test]
fn values_of_the_wrong_type_are_named() {
    for (text, expected) in [
        (
            "scale: '0.5'",
            "1:8: scale: found \"0.5\", expected a number from 0 to 1 without quotes",
        ),
        (
            "scale: .nan",
            "1:8: scale: found NaN, expected a number from 0 to 1",
        ),
        (
            "seed: 1.5",
            "1:7: seed: found 1.5, expected a whole number of 0 or more",
        ),
        (
            "name: yes\nnote: true",
            "2:7: note: found true, expected text in quotes",
        ),
        (
            "note: a;b",
            "1:7: note: found \"a;b\", expected text that matches ^[^;]*$",
        ),
        ("faults: {}", "1:9: faults: found a map, expected a list"),
        ("faults:", "1:7: faults: found nothing, expected a list"),
        (
            "rollout: [1]",
            "1:10: rollout: found a list of 1, expected a map of stages or on_fail",
        ),
        ("capacity: 5", "1:11: capacity: found 5, expected a map"),
        (
            "capacity: {a: -1}",
            "1:15: capacity.a: found -1, expected a number from 0 to 1000000000000",
        ),
        (
            "by_mode: {first: 1}",
            "1:11: by_mode.first: found an unknown key, expected first-in or last-in",
        ),
        (
            "by_mode: {first-in: 256}",
            "1:21: by_mode.first-in: found 256, expected a whole number from 0 to 255",
        ),
        (
            "duration: 15",
            "1:11: duration: found 15, expected a duration such as 15m",
        ),
        (
            "hours: [1, 300]",
            "1:12: hours[1]: found 300, expected a whole number from 0 to 255",
        ),
        (
            "probe: {from: 1}",
            "1:8: probe.to: found no such key, expected a whole number",
        ),
        (
            "probe: 70000",
            "1:8: probe: found 70000, expected a whole number from 0 to 65535",
        ),
        (
            "rollout: {stages: []}",
            "1:19: rollout.stages: found a list of 0, expected a list of at least 1",
        ),
        (
            "5",
            "1:1: found 5, expected a map of name, seed, scale, duration, note, limit, rollout, faults, capacity, by_mode, hours, probe, backbone or counter",
        ),
    ] {
        assert_eq!(complaint(text), expected);
    }
}

#[test]
fn a_delay_is_checked_as_what_it_resembles() {
    let with = |delay: &str| {
        complaint(&format!(
            "rollout: {{stages: [{{name: a, approval: {delay}}}]}}"
        ))
    };
    let all = "a duration such as 15m, or a map with uniform, exponential or lognormal";
    assert_eq!(
        with("15"),
        format!("1:40: rollout.stages[0].approval: found 15, expected {all}")
    );
    assert_eq!(
        with("soon"),
        "1:40: rollout.stages[0].approval: found \"soon\", expected a duration such as 15m"
    );
    assert_eq!(
        with("{lognormal: {median: 1m}}"),
        "1:52: rollout.stages[0].approval.lognormal.p90: found no such key, expected a duration such as 15m"
    );
    assert_eq!(
        with("{exponental: {mean: 1m}}"),
        format!(
            "1:41: rollout.stages[0].approval: found a map with exponental, expected {all} (did you mean \"exponential\"?)"
        )
    );
}

#[test]
fn a_tagged_map_is_checked_against_its_kind_alone() {
    for (text, expected) in [
        (
            "faults: [{kind: regression, factor: 2}]",
            "1:37: faults[0].factor: found 2, expected a number from 0 to 1",
        ),
        (
            "faults: [{kind: regression, factor: 1, dwell: 5s}]",
            "1:40: faults[0].dwell: found an unknown key, expected kind, factor or then",
        ),
        (
            "faults: [{kind: [crash]}]",
            "1:17: faults[0].kind: found a list of 1, expected crash, regression or state-loss",
        ),
        (
            "faults: [crash]",
            "1:10: faults[0]: found \"crash\", expected a map with kind: crash, regression or state-loss",
        ),
        (
            "faults: [{kind: regression, factor: 1, then: [{kind: statelos}]}]",
            "1:54: faults[0].then[0].kind: found \"statelos\", expected crash, regression or state-loss (did you mean \"state-loss\"?)",
        ),
    ] {
        assert_eq!(complaint(text), expected);
    }
}

#[test]
fn a_map_told_by_its_only_key_is_checked_by_it() {
    assert_eq!(
        plan("backbone: {grid: {rows: 3}}", &[]).backbone,
        Backbone::Grid { rows: 3 }
    );
    assert_eq!(
        plan("backbone: generated", &[]).backbone,
        Backbone::Generated
    );
    for (text, expected) in [
        (
            "backbone: {grid: {rows: 300}}",
            "1:25: backbone.grid.rows: found 300, expected a whole number from 0 to 255",
        ),
        (
            "backbone: {file: 3}",
            "1:18: backbone.file: found 3, expected text in quotes",
        ),
        (
            "backbone: generate",
            "1:11: backbone: found \"generate\", expected generated, or a map with file or grid (did you mean \"generated\"?)",
        ),
        (
            "counter: los",
            "1:10: counter: found \"los\", expected \"\", calls or drops",
        ),
    ] {
        assert_eq!(complaint(text), expected);
    }
}

#[test]
fn other_names_of_keys_words_and_kinds_are_accepted() {
    let text = "rollout: {on_fail: undo, stages: [{name: a, bake: 5m}]}\nfaults: [{kind: slowdown, factor: 1}]";
    let proper = "rollout: {on_fail: roll-back, stages: [{name: a, soak: 5m}]}\nfaults: [{kind: regression, factor: 1}]";
    assert_eq!(plan(text, &[]), plan(proper, &[]));
    assert_eq!(plan("counter: losses", &[]).counter, "drops");
    assert_eq!(
        complaint("rollout: {stages: [{name: a, soak: 5m, bake: 5m}]}"),
        "1:40: rollout.stages[0].bake: found both soak and bake, which mean the same, expected one of them"
    );
}

#[test]
fn what_only_the_type_knows_has_its_place_too() {
    // The schema's pattern cannot tell that this is longer than 10,000 years; the type can.
    let text = "by_mode: {}\nrollout:\n  stages:\n  - name: a\n    soak: 99999999999999d\n";
    assert_eq!(
        complaint(text),
        "5:11: rollout.stages[0].soak: found \"99999999999999d\", expected a duration such as 15m"
    );
}

#[test]
fn a_later_check_finds_the_line_of_a_path() {
    let text = "seed: 1\nrollout:\n  stages:\n  - name: a\n    bake: 5m\n";
    let mut loaded = attempt(text, &["seed=2"]).expect("a plan");
    loaded
        .problems
        .warn("rollout.stages[0].soak", "a short soak", "an hour");
    loaded
        .problems
        .push("rollout.stages[0].approval", "no approval", "one", None);
    loaded
        .problems
        .push("seed", "2", "another", Some("3".to_owned()));
    loaded
        .problems
        .push("nowhere[3]", "nothing", "something", None);
    let name = "stages[0].name";
    loaded
        .problems
        .push_under("rollout", name, "\"a\"", "a longer name");
    loaded
        .problems
        .push_under("rollout.stages", "[0]", "one stage", "two");
    let problems = loaded.finish().expect_err("five errors");
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "plan.yaml:1:1: nowhere[3]: found nothing, expected something",
            "plan.yaml:4:5: rollout.stages[0].approval: found no approval, expected one",
            "plan.yaml:4:5: rollout.stages[0]: found one stage, expected two",
            "plan.yaml:4:11: rollout.stages[0].name: found \"a\", expected a longer name",
            "plan.yaml:5:11: warning: rollout.stages[0].soak: found a short soak, expected an hour",
            "--set seed=2: seed: found 2, expected another (did you mean \"3\"?)",
        ]
    );
}
