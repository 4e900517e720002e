//! The built program, end to end: what it prints where, what it writes, and how it ends.
//!
//! Invariant: only what a user sees: arguments, streams, files, the exit code.

mod streams;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::support::{Done, done, program, scratch};

const SMALL: &str = "
description: A small night
scale: 0.1
horizon: 2h
start: 2024-02-22T02:00:00-06:00
topology: {source: generated, towers: 12, devices: 20000, states: [TX]}
";

const DEFECT: &str = "
change: {target: {kinds: [amf], count: 1}, defect: {kind: crash-on-start}}
rollout:
  start: 5m
  stages:
    - name: first
      drain: {mode: hard}
      soak: 30m
      gates: [{metric: RSR, success: '>= 1.1'}]
";

/// A sound change that meets a gate which nothing passes.
const STERN: &str = "
change: {target: {kinds: [amf], count: 1}}
rollout: {start: 5m, stages: [{soak: 30m, gates: [{metric: RSR, success: '>= 1.1'}]}]}
";

/// A folder with a scenario in it, where the program runs.
struct Place(PathBuf);

impl Place {
    fn new(name: &str, text: &str) -> Self {
        let folder = scratch(&format!("cli-{name}"));
        fs::write(folder.join("plan.yaml"), text).expect("it can be written");
        Self(folder)
    }

    fn command(&self, words: &[&str]) -> Command {
        program(&self.0, words)
    }

    fn run(&self, words: &[&str]) -> Done {
        done(&self.0, words)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.0.join(folder)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("readable")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).expect("the file is there")
    }
}

#[track_caller]
fn ends(done: &Done, code: i32) {
    assert_eq!(done.code, Some(code), "{done:#?}");
}

const FILES: [&str; 10] = [
    "events.csv",
    "gates.csv",
    "impact.csv",
    "kpi.csv",
    "report.html",
    "scenario.resolved.yaml",
    "signature.csv",
    "summary.json",
    "timing.json",
    "towers.csv",
];

#[test]
fn a_run_writes_its_directory_and_a_summary_of_80_columns() {
    let place = Place::new("run", SMALL);
    let done = place.run(&["run", "plan.yaml", "--out", "here"]);
    ends(&done, 0);
    assert_eq!(place.names("here"), FILES);
    assert!(
        done.out.contains("digest") || done.out.contains("Digest"),
        "{}",
        done.out
    );
    let widest = done.out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?} columns\n{}", done.out);
    assert!(done.err.contains("written to here"), "{}", done.err);
    assert!(!done.out.contains("written to"), "that is no result");
    let beside = place.names(".");
    assert_eq!(beside, ["here", "plan.yaml"], "nothing else is left");
}

#[test]
fn without_a_place_results_go_to_runs() {
    let place = Place::new("default", SMALL);
    ends(&place.run(&["run", "plan.yaml", "--seed", "9"]), 0);
    assert_eq!(place.names("runs"), ["plan-9"]);
}

#[test]
fn files_hold_the_canonical_command_and_nothing_of_the_machine() {
    let place = Place::new("canonical", SMALL);
    let whole = place.0.join("plan.yaml");
    let words = [
        "run",
        &whole.to_string_lossy(),
        "--threads",
        "2",
        "--out",
        "secret-place",
        "--seed",
        "5",
        "--scale",
        "0.05",
        "--set",
        "outputs.kpi_period=10m",
    ];
    ends(&place.run(&words), 0);
    let summary = place.text("secret-place/summary.json");
    let command = "cellfall run plan.yaml --seed 5 --scale 0.05 --set outputs.kpi_period=10m";
    assert!(summary.contains(command), "{summary}");
    for file in FILES.iter().filter(|file| **file != "timing.json") {
        let text = place.text(&format!("secret-place/{file}"));
        for word in ["--threads", "secret-place", &*place.0.to_string_lossy()] {
            assert!(!text.contains(word), "{word} in {file}");
        }
    }
}

/// Everything but `timing.json` is the same on any number of threads.
#[test]
fn two_runs_differ_in_timing_alone() {
    let place = Place::new("twice", &(SMALL.to_owned() + DEFECT));
    for (threads, out) in [("1", "a"), ("2", "b"), ("8", "c")] {
        place.run(&["run", "plan.yaml", "--threads", threads, "--out", out]);
    }
    for file in FILES.iter().filter(|file| **file != "timing.json") {
        let one = place.text(&format!("a/{file}"));
        assert!(!one.is_empty(), "{file}");
        for other in ["b", "c"] {
            assert!(
                one == place.text(&format!("{other}/{file}")),
                "{file} of {other}"
            );
        }
    }
}

#[test]
fn a_directory_that_exists_needs_force() {
    let place = Place::new("force", SMALL);
    ends(&place.run(&["run", "plan.yaml", "--out", "here"]), 0);
    let first = place.text("here/summary.json");
    let again = place.run(&["run", "plan.yaml", "--out", "here", "--seed", "2"]);
    ends(&again, 2);
    assert!(
        again.err.contains("here") && again.err.contains("--force"),
        "{}",
        again.err
    );
    assert_eq!(place.text("here/summary.json"), first, "it is untouched");
    ends(
        &place.run(&[
            "run",
            "plan.yaml",
            "--out",
            "here",
            "--seed",
            "2",
            "--force",
        ]),
        0,
    );
    assert_ne!(place.text("here/summary.json"), first);
}

#[test]
fn force_does_not_replace_what_is_no_run() {
    let place = Place::new("not-a-run", SMALL);
    fs::create_dir(place.0.join("mine")).expect("writable");
    fs::write(place.0.join("mine/thesis.txt"), "years").expect("writable");
    ends(
        &place.run(&["run", "plan.yaml", "--out", "mine", "--force"]),
        2,
    );
    assert_eq!(place.names("mine"), ["thesis.txt"]);
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_the_run() {
    let place = Place::new("file", SMALL);
    let done = place.run(&["run", "plan.yaml", "--out", "plan.yaml/below"]);
    ends(&done, 2);
    assert!(done.err.contains("plan.yaml/below"), "{}", done.err);
    assert_eq!(place.names("."), ["plan.yaml"]);
}

#[test]
fn json_on_stdout_parses_and_is_the_summary() {
    let place = Place::new("json", SMALL);
    let done = place.run(&["run", "plan.yaml", "--out", "here", "--json"]);
    ends(&done, 0);
    let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON alone");
    assert_eq!(value["seed"], 1);
    assert_eq!(done.out, place.text("here/summary.json"));
    for file in ["here/timing.json", "here/summary.json"] {
        serde_json::from_str::<serde_json::Value>(&place.text(file)).expect("JSON");
    }
}

#[test]
fn quiet_runs_say_nothing_on_stderr() {
    let place = Place::new("quiet", SMALL);
    let done = place.run(&["run", "plan.yaml", "--out", "here", "--quiet"]);
    ends(&done, 0);
    assert_eq!(done.err, "");
}

#[test]
fn verify_runs_again_and_says_so() {
    let place = Place::new("verify", SMALL);
    let done = place.run(&["run", "plan.yaml", "--out", "here", "--verify"]);
    ends(&done, 0);
    assert!(done.err.contains("verified"), "{}", done.err);
}

#[test]
fn a_gate_that_fails_ends_with_1_and_keeps_the_results() {
    let place = Place::new("gate", &(SMALL.to_owned() + STERN));
    let done = place.run(&["run", "plan.yaml", "--out", "here"]);
    ends(&done, 1);
    assert_eq!(place.names("here"), FILES);
    assert!(place.text("here/events.csv").contains("gate"));
}

#[test]
fn wrong_use_ends_with_2() {
    let place = Place::new("use", SMALL);
    for words in [
        &["run"][..],
        &["fly"],
        &["run", "plan.yaml", "--threads", "0"],
        &["run", "plan.yaml", "--scale", "2"],
        &["run", "plan.yaml", "--seed", "x"],
        &["compare", "plan.yaml"],
        &["run", "none.yaml"],
        &["run", "plan.yaml", "--set", "sede=1"],
    ] {
        let done = place.run(words);
        ends(&done, 2);
        assert_eq!(done.out, "", "{words:?} prints no result");
        assert!(!done.err.is_empty(), "{words:?} says why");
        assert_eq!(place.names("."), ["plan.yaml"], "{words:?}");
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    let place = Place::new("help", SMALL);
    for words in [&["--help"][..], &["--version"], &["run", "--help"]] {
        let done = place.run(words);
        ends(&done, 0);
        assert!(done.out.contains("cellfall"), "{done:?}");
        assert_eq!(done.err, "");
    }
}

#[test]
fn errors_name_file_line_and_column_all_at_once() {
    let place = Place::new("errors", "sede: 1\nscale: 7\nhorizon: soon\n");
    for command in ["check", "run", "topology"] {
        let done = place.run(&[command, "plan.yaml"]);
        ends(&done, 2);
        for start in ["plan.yaml:1:1: ", "plan.yaml:2:8: ", "plan.yaml:3:10: "] {
            assert!(
                done.err.lines().any(|line| line.starts_with(start)),
                "{command}: {done:#?}"
            );
        }
    }
}

#[test]
fn check_is_content_with_sound_files_and_speaks_json() {
    let place = Place::new("check", SMALL);
    let done = place.run(&["check", "plan.yaml"]);
    ends(&done, 0);
    assert!(done.out.starts_with("plan.yaml: good"), "{done:?}");
    fs::write(place.0.join("bad.yaml"), "seed: x\n").expect("writable");
    let done = place.run(&["check", "plan.yaml", "bad.yaml", "--json"]);
    ends(&done, 2);
    let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON alone");
    assert_eq!(value[0]["errors"].as_array().map(Vec::len), Some(0));
    assert_eq!(value[1]["errors"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_schema_is_a_schema() {
    let done = Place::new("schema", SMALL).run(&["schema"]);
    ends(&done, 0);
    let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    for key in ["topology", "population", "rollout", "attacks", "response"] {
        assert!(value["properties"][key].is_object(), "{key}");
    }
}

#[test]
fn completions_know_the_commands() {
    let place = Place::new("completions", SMALL);
    for shell in ["bash", "zsh", "fish"] {
        let done = place.run(&["completions", shell]);
        ends(&done, 0);
        assert!(done.out.contains("compare"), "{shell}");
    }
    ends(&place.run(&["completions", "dos"]), 2);
}

#[test]
fn a_topology_is_shown_and_its_exports_load_again() {
    let place = Place::new("topology", SMALL);
    let words = [
        "topology",
        "plan.yaml",
        "--graphml",
        "net.graphml",
        "--csv",
        "tables",
    ];
    let done = place.run(&words);
    ends(&done, 0);
    assert!(done.out.contains("tower"), "{}", done.out);
    assert_eq!(place.names("tables"), ["edges.csv", "nodes.csv"]);
    ends(&place.run(&words), 2);
    for (name, source) in [
        ("g.yaml", "{source: graphml, file: net.graphml}"),
        (
            "c.yaml",
            "{source: csv, nodes: tables/nodes.csv, edges: tables/edges.csv}",
        ),
    ] {
        fs::write(place.0.join(name), format!("topology: {source}\n")).expect("writable");
        let again = place.run(&["topology", name]);
        ends(&again, 0);
        assert_eq!(again.out, done.out, "{name}");
    }
}
