//! Study files: every error at once, the schema, and the studies that are shipped.
//!
//! Invariant: only what a user sees.

use std::fs;

use super::super::support::repository;
use super::{Place, STUDY};

#[test]
fn every_kind_of_error_is_reported_at_once() {
    let place = Place::new(
        "errors",
        "\
base: plan.yaml
sede: 7
set: {scale: 0.1}
design: {kind: soboll, samples: 8}
plans:
- {name: a, scenario: none.yaml}
- {set: {scale: 0.5}}
- {name: c, set: {horizon: forever}}
factors:
- name: soak
  key: rollout.stages[0].soka
  levels: {kind: list, values: [1m, 2m]}
- name: soak
  key: rollout..soak
  levels: {kind: linear, from: 1m, to: 3, count: 2}
- name: scale
  key: scale
  levels: {kind: list, values: [0.5, 2]}
- name: seed
  key: seed
  levels: {kind: drawn, from: {kind: uniform, min: 3, max: 1}}
- name: jitter
  key: network.registration.timer_jitter
  levels: {kind: log, from: 0, to: 1, count: 1}
replications: {outcome: data.t91_s, round: 20, most: 10}
outcomes: ['data.*', voice.t90]
",
    );
    let done = place.run(&["check", "--study", "study.yaml"]).with(2);
    let found: Vec<&str> = done.err.lines().collect();
    let expected = [
        "study.yaml:2:1: sede: found an unknown key, expected name, description, base, set, seed, design, plans, factors,",
        "study.yaml:4:16: design.kind: found \"soboll\", expected grid, paired or sobol (did you mean \"sobol\"?)",
        "study.yaml:6:23: plans[0].scenario: found none.yaml: no such file, expected a scenario file",
        "study.yaml:7:3: plans[1].name: found no such key, expected text",
        "study.yaml:8:28: plans[2].set.horizon: found \"forever\" for horizon, expected a duration such as 15m",
        "study.yaml:11:8: factors[0].key: found an unknown key for rollout.stages[0].soka, expected name, select, order,",
        "study.yaml:13:9: factors[1].name: found \"soak\" again, expected a name of its own",
        "study.yaml:14:8: factors[1].key: found an empty key in \"rollout..soak\", expected a key of the scenario such as",
        "study.yaml:15:11: factors[1].levels: found numbers beside durations, expected all numbers, or all durations",
        "study.yaml:18:38: factors[2].levels.values[1]: found 2 for scale, expected a number from 0.000001 to 1",
        "study.yaml:19:9: factors[3].name: found \"seed\", expected none of run, point, replication, seed, plan, scenario_hash,",
        "study.yaml:20:8: factors[3].key: found seed, expected another key: the design gives seeds (see `replications`)",
        "study.yaml:21:52: factors[3].levels.from.min: found 3, expected at most 1, its max",
        "study.yaml:24:46: factors[4].levels.count: found 1, expected a whole number from 2 to 10000",
        "study.yaml:25:25: replications.outcome: found \"data.t91_s\", expected a name of an outcome, perhaps \"data.t90_s\"",
        "study.yaml:25:54: replications.most: found 10, expected at least 20, one round",
        "study.yaml:26:22: outcomes[1]: found \"voice.t90\", expected a name of an outcome, perhaps \"voice.t90_s\" (known:",
    ];
    for (line, start) in found.iter().zip(expected) {
        assert!(line.starts_with(start), "found    {line}\nexpected {start}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    let batch = place.batch("out", &[]).with(2);
    assert_eq!(batch.err, done.err);
    assert!(!place.0.join("out").exists(), "nothing is begun");
}

#[test]
fn a_file_that_is_none_is_refused() {
    for (text, expected) in [
        ("base: [", "study.yaml:"),
        ("", "nothing but blanks and comments"),
        ("[1, 2]", "expected a map"),
        ("{}", "base: found no such key"),
        ("base: ''", "base: found no file, expected a scenario file"),
        (
            "base: plan.yaml\nreplications: 99999999\n",
            "replications: found",
        ),
        (
            "base: plan.yaml\nseed: 18446744073709551615\nreplications: 2\n",
            "seed: found",
        ),
        (
            "base: plan.yaml\ndesign: {kind: sobol, samples: 4}\n",
            "factors: found 0 factors, expected 1 to 32",
        ),
    ] {
        let place = Place::new("none", text);
        let done = place.batch("out", &[]).with(2);
        assert!(done.err.contains(expected), "{text:?}: {}", done.err);
    }
}

#[test]
fn a_good_study_is_good() {
    let place = Place::new("good", STUDY);
    let done = place.run(&["check", "--study", "study.yaml"]).with(0);
    assert_eq!(done.out, "study.yaml: good\n");
}

/// A key that is wrong is so with every level.
#[test]
fn a_stage_that_is_not_there_is_told_once() {
    let study = STUDY.replace("rollout.stages[0].install", "rollout.stages[4].install");
    let place = Place::new("stage", &study);
    let done = place.run(&["check", "--study", "study.yaml"]).with(2);
    let about = done.err.lines().filter(|line| line.contains("factors[0]"));
    let about: Vec<&str> = about.collect();
    assert!(
        about.len() == 1 && about[0].contains("factors[0].key: found a list of 1"),
        "{}",
        done.err
    );
}

/// The scenario silences a rule which the study leaves nothing to say.
#[test]
fn what_a_study_sets_makes_no_silence_idle() {
    let place = Place::new("silence", STUDY);
    let plan =
        place.text("plan.yaml") + "lint: {silence: [{rule: certificate-ends, reason: a test}]}\n";
    fs::write(place.0.join("plan.yaml"), plan).expect("writable");
    let done = place.run(&["check", "plan.yaml"]).with(0);
    assert!(done.err.contains("nothing to say here"), "{}", done.err);
    let study = format!("{STUDY}set: {{horizon: 15m}}\n");
    fs::write(place.0.join("study.yaml"), study).expect("writable");
    let done = place.run(&["check", "--study", "study.yaml"]).with(0);
    assert_eq!(done.err, "");
}

#[test]
fn the_shipped_schema_is_that_of_the_types() {
    let place = Place::new("schema", STUDY);
    let done = place.run(&["schema", "--study"]).with(0);
    let shipped = fs::read_to_string(repository("scenarios/study-schema.json")).expect("a schema");
    assert!(
        done.out == shipped,
        "scenarios/study-schema.json is out of date: cellfall schema --study > scenarios/study-schema.json"
    );
}

#[test]
fn every_shipped_study_is_good_and_names_its_schema() {
    let entries = fs::read_dir(repository("scenarios/studies")).expect("a folder");
    let paths: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    assert!(paths.len() >= 3, "{paths:?}");
    let place = Place::new("shipped", STUDY);
    for path in paths {
        let text = fs::read_to_string(&path).expect("a study");
        let first = text.lines().next().unwrap_or_default();
        assert_eq!(
            first,
            "# yaml-language-server: $schema=../study-schema.json",
            "{}",
            path.display()
        );
        let name = path.display().to_string();
        place.run(&["check", "--study", &name]).with(0);
    }
}
