//! Studies, end to end: files, shards, crashes, memory, as a user meets them.
//!
//! Invariant: only what a user sees: arguments, streams, files, the exit code.

mod crash;
mod file;
mod shards;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::support::{Done, done, files, program, scratch};

/// A dozen towers for ten minutes: a run takes a few milliseconds.
const SCENARIO: &str = "
description: A small night
horizon: 20m
scale: 0.05
start: 2024-02-22T02:00:00-06:00
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 1, ims: 1}}
network: {ims: {enabled: false}}
change: {target: {kinds: [amf], count: 1}, defect: {kind: crash-on-start}}
rollout:
  start: 2m
  stages: [{name: first, drain: {mode: hard}, install: 1m, soak: 5m}]
";

/// Eight points, on five seeds.
const STUDY: &str = "
base: plan.yaml
seed: 10
design: {kind: paired}
plans:
- {name: as-it-is}
- {name: gentle, set: {'rollout.stages[0].drain': {mode: graceful, time: 1m}}}
factors:
- {name: install, key: 'rollout.stages[0].install', levels: {kind: list, values: [1m, 3m]}}
- {name: rate, key: network.core.functions.udm.rate_per_million, unit: 1/s, levels: {kind: log, from: 50, to: 5000, count: 2}}
- {name: churn, key: network.registration.timer_jitter, levels: {kind: drawn, from: {kind: uniform, min: 0, max: 0.2}}}
replications: 5
";

/// A folder with a scenario and a study in it, where the program runs.
struct Place(PathBuf);

impl Place {
    fn new(name: &str, study: &str) -> Self {
        let folder = scratch(&format!("study-{name}"));
        fs::write(folder.join("plan.yaml"), SCENARIO).expect("writable");
        fs::write(folder.join("study.yaml"), study).expect("writable");
        Self(folder)
    }

    fn command(&self, words: &[&str]) -> Command {
        program(&self.0, words)
    }

    fn run(&self, words: &[&str]) -> Done {
        done(&self.0, words)
    }

    /// Run the study into `out`, with further arguments.
    fn batch(&self, out: &str, more: &[&str]) -> Done {
        self.run(&[&["batch", "study.yaml", "--out", out], more].concat())
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).expect("the file is there")
    }

    /// Names and contents of all files in a folder, in order.
    fn files(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        files(&self.0.join(folder))
    }

    /// Both folders hold the same files, byte for byte.
    #[track_caller]
    fn assert_same(&self, one: &str, other: &str) {
        let (one, other) = (self.files(one), self.files(other));
        let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
            files.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&one), names(&other));
        for ((name, left), (_, right)) in one.iter().zip(&other) {
            assert!(left == right, "{name} differs");
        }
    }
}

/// The cells of a table, row by row, and where each column is.
fn table(csv: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = csv.lines().map(split);
    (lines.next().expect("a header"), lines.collect())
}

#[test]
fn one_row_for_each_run_in_the_order_of_the_study() {
    let place = Place::new("rows", STUDY);
    let done = place.batch("out", &[]).with(0);
    assert!(place.text("out/report.html").contains("<h1>"), "a page");
    assert!(
        done.out.starts_with("study: 40 runs, 0 failed\n"),
        "{}",
        done.out
    );
    let (columns, rows) = table(&place.text("out/runs.csv"));
    assert_eq!(
        columns[..11],
        [
            "run",
            "point",
            "replication",
            "seed",
            "plan",
            "install",
            "rate",
            "churn",
            "scenario_hash",
            "version",
            "failure"
        ]
    );
    assert_eq!(rows.len(), 40);
    for (number, row) in rows.iter().enumerate() {
        let (point, replication) = (number % 8, number / 8);
        let expected = [number, point, replication, 10 + replication].map(|n| n.to_string());
        assert_eq!(row[..4], expected);
        assert_eq!(row[4], if point < 4 { "as-it-is" } else { "gentle" });
        assert_eq!(row[5], if point % 4 < 2 { "60" } else { "180" });
        assert_eq!(row[6], if point % 2 == 0 { "50" } else { "5000" });
        assert_eq!(
            row[7],
            rows[replication * 8][7],
            "plans share what is drawn"
        );
        assert_eq!(row.len(), columns.len());
    }
    let column = |name: &str| {
        columns
            .iter()
            .position(|column| column == name)
            .expect(name)
    };
    let peak = |row: usize| {
        rows[row][column("data.peak_devices")]
            .parse::<f64>()
            .expect("a number")
    };
    assert!(peak(0) > 0.0, "the release crashes");
    assert_ne!(rows[0][7], rows[8][7], "another replication draws anew");
    assert!(rows.iter().all(|row| row[column("observed_s")] == "1080"));
}

/// A row is what `run` gives for the same scenario, overrides and seed.
/// Whoever waits for `study.json`, a cluster's script say, finds everything beside it.
#[test]
fn what_says_that_a_study_is_complete_comes_last() {
    let place = Place::new("last", STUDY);
    let mut child = place
        .command(&["batch", "study.yaml", "--out", "out", "--quiet"])
        .spawn()
        .expect("the program starts");
    let out = place.0.join("out");
    while !out.join("study.json").exists() {
        if child.try_wait().expect("a child of ours").is_some() {
            break;
        }
        std::hint::spin_loop();
    }
    let missing = ["runs.csv", "runs.parquet", "columns.json", "report.html"];
    let missing = missing.into_iter().find(|name| !out.join(name).exists());
    assert!(child.wait().expect("a child of ours").success());
    assert_eq!(missing, None);
}

#[test]
fn a_row_is_a_run() {
    let place = Place::new("row", STUDY);
    place.batch("out", &[]).with(0);
    let (columns, rows) = table(&place.text("out/runs.csv"));
    let row = &rows[21];
    let sets = [
        "rollout.stages[0].drain={mode: graceful, time: 1m}".to_owned(),
        format!("rollout.stages[0].install={}s", row[5]),
        format!("network.core.functions.udm.rate_per_million={}", row[6]),
        format!("network.registration.timer_jitter={}", row[7]),
    ];
    let mut words = vec!["run", "plan.yaml", "--json", "--seed", &row[3]];
    words.extend(sets.iter().flat_map(|set| ["--set", set.as_str()]));
    let done = place.run(&words).with(0);
    let summary: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(summary["scenario_hash"], row[8].as_str());
    for (name, value) in summary["figures"].as_object().expect("figures") {
        let column = columns
            .iter()
            .position(|column| column == name)
            .expect(name);
        let cell: Option<f64> = row[column].parse().ok();
        assert_eq!(cell, value.as_f64(), "{name}");
    }
}

#[test]
fn threads_and_memory_change_nothing() {
    let place = Place::new("threads", STUDY);
    place.batch("one", &["--threads", "1"]).with(0);
    place.batch("three", &["--threads", "3"]).with(0);
    place.assert_same("one", "three");
    place
        .batch("tight", &["--threads", "3", "--memory", "50MiB"])
        .with(0);
    place.assert_same("one", "tight");
    let done = place.batch("none", &["--memory", "20MiB"]).with(2);
    assert!(done.err.contains("--memory allows 20 MiB"), "{}", done.err);
}

#[test]
fn a_run_that_fails_is_a_row_and_the_exit_code() {
    // Neither is wrong by itself; together they make windows too short.
    let place = Place::new(
        "failure",
        "
base: plan.yaml
factors:
- {name: ims, key: network.ims.enabled, levels: {kind: list, values: [false, true]}}
- {name: time, key: network.ims.procedure_time, levels: {kind: list, values: [1s, 10ms]}}
outcomes: [data.t90_s, gates.*]
",
    );
    let done = place.batch("out", &[]).with(3);
    assert!(
        done.out.starts_with("study: 4 runs, 1 failed\n"),
        "{}",
        done.out
    );
    assert!(
        done.err
            .contains("run 3 failed: --set network.ims.procedure_time"),
        "{}",
        done.err
    );
    let (columns, rows) = table(&place.text("out/runs.csv"));
    assert_eq!(
        columns[9..],
        [
            "data.t90_s",
            "gates.passed",
            "gates.failed",
            "gates.first_failed_s"
        ]
    );
    assert_eq!(rows.len(), 4);
    assert!(
        place
            .text("out/runs.csv")
            .contains("network.ims.procedure_time: found 10ms")
    );
    place.batch("out", &["--resume"]).with(3);
    place.batch("out", &[]).with(2);
    place.batch("out", &["--force"]).with(3);
}

#[test]
fn memory_does_not_grow_with_the_number_of_runs() {
    let peak = |replications: u32| {
        let study = format!(
            "base: plan.yaml\nset: {{horizon: 1m, change: null}}\nreplications: {replications}\n"
        );
        let place = Place::new(&format!("memory-{replications}"), &study);
        let done = place.batch("out", &["--threads", "2"]).with(0);
        let (_, held) = done
            .err
            .split_once("at most ")
            .expect("it says how much it held");
        let digits: String = held
            .chars()
            .take_while(|c| *c != ' ')
            .filter(char::is_ascii_digit)
            .collect();
        digits.parse::<f64>().expect("KiB")
    };
    let (few, many) = (peak(100), peak(1_500));
    assert!(
        many < 1.1 * few,
        "{few} KiB after 100 runs, {many} KiB after 1,500"
    );
}

#[test]
fn rounds_go_on_until_the_mean_is_known() {
    let study = |half_width: f64| {
        format!(
            "
base: plan.yaml
design: {{kind: paired}}
factors:
- {{name: install, key: 'rollout.stages[0].install', levels: {{kind: list, values: [1m, 3m]}}}}
replications: {{outcome: data.lost_device_min, half_width: {half_width}, round: 3, most: 14}}
outcomes: [data.lost_device_min]
"
        )
    };
    let rows = |half_width: f64, threads: &str| {
        let place = Place::new(
            &format!("rounds-{half_width}-{threads}"),
            &study(half_width),
        );
        place.batch("out", &["--threads", threads]).with(0);
        table(&place.text("out/runs.csv")).1
    };
    assert_eq!(rows(100.0, "2").len(), 6, "one round is enough");
    assert_eq!(rows(1e-9, "2").len(), 28, "nothing is enough");
    let (one, other) = (rows(0.09, "1"), rows(0.09, "3"));
    assert_eq!(one.len() % 6, 0, "whole rounds");
    assert!((7..28).contains(&one.len()), "neither one round nor all");
    assert_eq!(one, other);
    let place = Place::new("rounds-shard", &study(0.1));
    let done = place.batch("out", &["--shard", "1/2"]).with(2);
    assert!(done.err.contains("`replications: 14`"), "{}", done.err);
    let done = place.batch("out", &["--slurm"]).with(2);
    assert!(
        done.err.contains("cannot be judged in shards"),
        "{}",
        done.err
    );
}
