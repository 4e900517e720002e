//! `cellfall plan`, end to end: a search on a tiny network.
//!
//! Invariant: only what a user sees: arguments, streams, files, the exit code.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use cellfall::scenario::{Scenario, json_schema};
use cellfall::study::search::{SearchFile, read_search};

use super::support::{files, output, repository, scratch};

const SCENARIO: &str = "
scale: 0.02
horizon: 4h
topology:
  source: generated
  states: [VT]
  towers: 12
  devices: 20000
  core: {amf_per_pool: 4, mme_per_pool: 1, udm: 1, ims: 1}
change: {target: {kinds: [amf]}, defect: {kind: crash-on-start, probability: 1}}
rollout: {start: 5m, stages: [{install: 5m, drain: {mode: hard}}]}
";

const SEARCH: &str = "
good: 0.5
defects:
  - defect: {kind: crash-after-dwell, restart_time: 3m}
    vary: {dwell: {kind: uniform, min: 6m, max: 16m}}
stages: [[100], [25, 100]]
orders: [name]
soaks: [1m, 20m]
gates:
  - name: none
  - name: up
    gates: [{metric: elements-up, success: '>= 1', scope: selected, failure_limit: 1}]
";

struct Place(PathBuf);

impl Place {
    fn new(name: &str, scenario: &str, search: &str) -> Self {
        let folder = scratch(&format!("plan-{name}"));
        fs::write(folder.join("night.yaml"), scenario).expect("it can be written");
        fs::write(folder.join("search.yaml"), search).expect("it can be written");
        Self(folder)
    }

    fn run(&self, words: &[&str]) -> Output {
        output(&self.0, words)
    }

    /// A search with this budget; anything else as further words.
    fn plan(&self, budget: &str, more: &[&str]) -> Output {
        let start = [
            "plan",
            "night.yaml",
            "--search",
            "search.yaml",
            "--budget",
            budget,
        ];
        self.run(&[&start, more].concat())
    }

    fn refused(&self, budget: &str, more: &[&str]) -> String {
        let output = self.plan(budget, more);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(!self.0.join("plans").exists(), "nothing is left behind");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

#[test]
fn a_search_gives_the_same_bytes_on_any_number_of_threads() {
    let place = Place::new("threads", SCENARIO, SEARCH);
    let on = |threads: &str, out: &str| {
        let output = place.plan("120", &["--threads", threads, "--out", out]);
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    assert_eq!(on("1", "one"), on("3", "three"));
    let (one, three) = (files(&place.0.join("one")), files(&place.0.join("three")));
    assert_eq!(one, three);
    assert!(one.iter().any(|(name, _)| name == "plans.csv"), "{one:?}");
}

#[test]
fn a_longer_soak_with_a_gate_buys_a_smaller_loss() {
    let place = Place::new("frontier", SCENARIO, SEARCH);
    let output = place.plan("160", &[]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(
        text.contains("50.0 % good release, 50.0 % crash-after-dwell"),
        "{text}"
    );
    // The crash comes 6 to 16 minutes after the start: a soak of 20 minutes sees it on one element of four.
    let careful = "25-100 %, name, soak 20m, gates up";
    assert!(text.contains(careful), "{text}");
    let csv = fs::read(place.0.join("plans/night-1/plans.csv")).expect("written");
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(csv.as_slice())
        .records()
        .collect::<Result<_, _>>()
        .expect("sound CSV");
    assert_eq!(
        rows.len(),
        9,
        "the scenario's own plan and 2 x 2 x 2 others"
    );
    let number = |row: &csv::StringRecord, at: usize| row[at].parse::<f64>().expect("a number");
    let on: Vec<&csv::StringRecord> = rows.iter().filter(|row| !row[0].is_empty()).collect();
    for (one, other) in on
        .iter()
        .flat_map(|one| on.iter().map(move |other| (one, other)))
    {
        let beats = [4, 6, 9]
            .iter()
            .all(|&at| number(one, at) <= number(other, at));
        assert!(one[0] == other[0] || !beats, "{one:?} beats {other:?}");
    }
    let find = |label: &str| rows.iter().find(|row| &row[1] == label).expect(label);
    let (careful, hasty) = (find(careful), find("100 %, name, soak 1m, gates none"));
    assert!(
        number(careful, 6) < 0.6 * number(hasty, 6),
        "{careful:?} {hasty:?}"
    );
    assert!(number(careful, 4) > number(hasty, 4));
}

#[test]
fn a_plan_of_the_frontier_is_a_scenario_ready_to_run() {
    let place = Place::new("ready", SCENARIO, SEARCH);
    assert!(place.plan("64", &["--out", "found"]).status.success());
    let plan = place.0.join("found/plan-1.yaml");
    let scenario = Scenario::from_path(&plan).expect("it is sound");
    assert_eq!(scenario.file().name, "night-plan-1");
    let head = fs::read_to_string(&plan).expect("written");
    assert!(head.starts_with("# Plan 1 of a search on night"), "{head}");
    let output = place.run(&["run", "found/plan-1.yaml", "--out", "run"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
}

#[test]
fn without_a_search_file_the_scenarios_own_defect_is_meant() {
    let place = Place::new("own", SCENARIO, "{}");
    let words = ["plan", "night.yaml", "--budget", "24", "--seed", "5"];
    let output = place.run(&words);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("50.0 % good release, 50.0 % crash-on-start"),
        "{text}"
    );
    assert!(
        text.contains("drawn at random"),
        "a small budget does not try every plan: {text}"
    );
    assert!(place.0.join("plans/night-5/plan-1.yaml").exists());
    let again = place.run(&words);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"));
}

#[test]
fn what_cannot_be_searched_is_refused_with_the_reason() {
    let place = Place::new("refused", SCENARIO, SEARCH);
    let error = place.refused("3", &[]);
    assert!(
        error.contains("a budget of 3 runs; expected at least 16"),
        "{error}"
    );
    let error = place.refused("64", &["--set", "change=null"]);
    assert!(error.contains("found no change in the scenario"), "{error}");
    let error = place.refused("64", &["--set", "rollout.start=x"]);
    assert!(error.contains("rollout.start"), "{error}");
    let none = Place::new("no-defect", SCENARIO, "{good: 0.5}");
    let error = none.refused("64", &["--set", "change.defect=null"]);
    assert!(error.contains("found no defect"), "{error}");
    let error = place.refused("64", &["--out", "night.yaml/plans"]);
    assert!(
        error.contains("night.yaml/plans: ") && !error.contains("worlds"),
        "it is told before the search: {error}"
    );
    let loss = Place::new("no-loss", SCENARIO, "loss: data.lost");
    let error = loss.refused("64", &[]);
    assert!(
        error.contains("no figure \"data.lost\"") && error.contains("data.lost_device_min"),
        "{error}"
    );
}

#[test]
fn everything_wrong_with_a_search_file_is_reported_at_once() {
    let wrong = "
good: 1.5
stages: [[50, 25, 100], [10]]
orders: []
soaks: [soon]
gates: [{name: a}, {name: a}]
defects:
  - weight: 1
    defect: {kind: crash-after-dwell}
    vary: {dwel: {kind: uniform, min: 1m, max: 2m}}
  - defect: {kind: crash-on-start}
    vary: {probability: {kind: uniform, min: 0.5, max: 3}}
";
    let place = Place::new("wrong", SCENARIO, wrong);
    let error = place.refused("64", &[]);
    for part in ["good", "soaks[0]"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    // What types say is mended first; then what they cannot say shows.
    let mended = wrong.replace("1.5", "0.5").replace("soon", "5m");
    let place = Place::new("wrong-values", SCENARIO, &mended);
    let error = place.refused("64", &[]);
    for part in [
        "search.yaml:3",
        "stages[0]",
        "stages[1]",
        "orders",
        "gates[1].name",
        "defects[0].vary.dwel",
        "dwell",
        "defects[1].vary",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn the_shipped_search_is_sound_and_its_schema_current() {
    let file = read_search(&repository("scenarios/plans/first-steps.yaml")).expect("it is sound");
    assert_eq!(file.defects.len(), 3);
    let shipped = fs::read_to_string(repository("scenarios/search-schema.json")).expect("a schema");
    let shipped: serde_json::Value = serde_json::from_str(&shipped).expect("JSON");
    let current = json_schema::<SearchFile>();
    assert!(
        shipped == current,
        "out of date: cellfall schema --search > scenarios/search-schema.json"
    );
}
