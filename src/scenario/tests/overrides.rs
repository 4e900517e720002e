//! Overrides from the command line.
//!
//! Invariant: an override is checked as the file is, and named where it is wrong.

use super::{complaints, plan};
use crate::base::{PerSecond, Span};

const FILE: &str = "\
seed: 1
rollout:
  stages:
  - {name: a, bake: 5m}
capacity: {hss: 10}
";

#[test]
fn overrides_replace_create_and_append() {
    let plan = plan(
        FILE,
        &[
            "seed=7",
            "rollout.stages[0].soak=1h",
            "rollout.stages.1={name: b}",
            "rollout.stages[2].name=c",
            "capacity[\"amf.1\"]=1e3",
            "probe.from=-1",
            "probe.to=4",
            "note=a note with an = sign",
        ],
    );
    let stages = plan.rollout.expect("stages").stages;
    assert_eq!(plan.seed, 7);
    assert_eq!(stages[0].soak, Span::from_secs_f64(3600.0));
    assert_eq!(stages.len(), 3);
    assert_eq!(stages[2].name, "c");
    assert_eq!(plan.capacity["amf.1"], PerSecond::of(1000.0));
    assert_eq!(plan.capacity["hss"], PerSecond::of(10.0));
}

#[test]
fn an_alias_given_later_wins_over_the_file() {
    let proper = plan(FILE, &["rollout.stages[0].soak=2h"]);
    assert_eq!(plan(FILE, &["rollout.stages[0].pause=2h"]), proper);
}

#[test]
fn an_override_mends_the_file() {
    let broken = FILE.replace("seed: 1", "seed: one");
    assert_eq!(plan(&broken, &["seed=1"]), plan(FILE, &[]));
}

#[test]
fn an_empty_value_is_nothing() {
    assert_eq!(plan("note: x", &["note="]).note, None);
}

#[test]
fn wrong_overrides_are_named() {
    for (text, expected) in [
        (
            "seed=-1",
            "seed: found -1, expected a whole number of 0 or more",
        ),
        (
            "rollout.stages[0].soka=1h",
            "rollout.stages[0].soka: found an unknown key, expected name, soak, approval, max_unavailable or frozen (did you mean \"soak\"?)",
        ),
        (
            "rollout.stages[5].name=x",
            "rollout.stages: found a list of 1, expected an index from [0] to [1], which appends",
        ),
        (
            "rollout.stages.first.name=x",
            "rollout.stages: found a list of 1, expected an index from [0] to [1], which appends",
        ),
        (
            "seed.x=1",
            "seed: found 1, expected a map in which to set x",
        ),
        (
            "capacity[0]=1",
            "capacity: found a map, expected a list to index",
        ),
        ("seed", "found \"seed\", expected path.to.key=value"),
        ("=5", "found no path before =, expected path.to.key=value"),
        (
            "a..b=5",
            "found an empty key in the path \"a..b\", expected a path such as rollout.stages[0].soak",
        ),
    ] {
        assert_eq!(
            complaints(FILE, &[text]),
            [format!("--set {text}: {expected}")]
        );
    }
    let syntax = complaints(FILE, &["seed=[1, 2"]);
    assert_eq!(syntax.len(), 1);
    assert!(syntax[0].starts_with("--set seed=[1, 2: "), "{syntax:?}");
}

#[test]
fn errors_of_the_file_come_before_those_of_overrides() {
    let all = complaints("seed: one\nscale: 2", &["limit=x", "note=[]", "scale=3"]);
    let starts: Vec<&str> = all
        .iter()
        .filter_map(|line| line.split(" found").next())
        .collect();
    assert_eq!(
        starts,
        [
            "plan.yaml:1:7: seed:",
            "--set limit=x: limit:",
            "--set note=[]: note:",
            "--set scale=3: scale:",
        ]
    );
}
