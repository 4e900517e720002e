//! `cellfall batch` and then `cellfall summarize`: a study on a tiny network, and what its runs say.
//!
//! Invariant: expected figures are worked out from the table of runs that the study wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{output as run, program, scratch};

const SCENARIO: &str = "
scale: 0.02
horizon: 3h
topology: {source: generated, states: [VT], towers: 12, devices: 20000, core: {amf_per_pool: 3, udm: 1, ims: 1}}
change: {target: {kinds: [amf]}, defect: {kind: crash-after-dwell, dwell: 10m, restart_time: 3m}}
rollout:
  start: 5m
  stages:
    - select: {count: 1}
      install: 5m
      soak: 1m
      gates: [{metric: elements-up, success: '>= 1', scope: selected, failure_limit: 1}]
    - install: 5m
";

const STUDY: &str = "
base: night.yaml
design: {kind: paired}
factors:
  - {name: soak, key: 'rollout.stages[0].soak', meaning: Soak of the first stage, levels: {kind: list, values: [1m, 30m]}}
replications: 6
";

/// A folder with a finished study in `study`.
fn study(name: &str) -> PathBuf {
    let folder = scratch(&format!("summarize-{name}"));
    fs::write(folder.join("night.yaml"), SCENARIO).expect("it can be written");
    fs::write(folder.join("study.yaml"), STUDY).expect("it can be written");
    let output = run(&folder, &["batch", "study.yaml", "--out", "study"]);
    assert!(output.status.success(), "{output:?}");
    folder
}

type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).expect("the file is there");
    let rows = reader.deserialize().collect::<Result<_, _>>();
    rows.expect("sound CSV")
}

fn number(row: &Row, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

#[test]
fn what_the_runs_say_can_be_worked_out_from_their_table() {
    let folder = study("figures");
    let output = run(&folder, &["summarize", "study", "--out", "said"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(
        text.starts_with("12 runs: 2 points on the same seeds\n"),
        "{text}"
    );
    assert!(
        text.contains("soak=1m") && text.contains("soak=30m"),
        "{text}"
    );
    let runs = rows(&folder.join("study/runs.csv"));
    let outcome = "data.lost_device_min";
    let at = |soak: &str| -> Vec<f64> {
        let runs = runs.iter().filter(|run| run["soak"] == soak);
        runs.map(|run| number(run, outcome)).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (short, long) = (at("60"), at("1800"));
    let said = rows(&folder.join("said/distributions.csv"));
    let found = said.iter().find(|row| {
        row["outcome"] == outcome && row["parameters"] == "soak=30m" && row["statistic"] == "mean"
    });
    let found = found.expect("the mean at a point");
    assert!((number(found, "value") / mean(&long) - 1.0).abs() < 1e-9);
    assert!(number(found, "low") <= mean(&long) && mean(&long) <= number(found, "high"));
    let differences = rows(&folder.join("said/differences.csv"));
    let found = differences
        .iter()
        .find(|row| row["outcome"] == outcome)
        .expect("a difference");
    assert!((number(found, "mean") - (mean(&long) - mean(&short))).abs() < 1e-6 * mean(&short));
    let lower = short.iter().zip(&long).filter(|(a, b)| b < a).count();
    assert_eq!(found["lower"], lower.to_string());
    // The crash comes ten minutes after the start: half an hour of soak sees it, one minute does not.
    assert_eq!(lower, 6);
    let drivers = rows(&folder.join("said/sensitivity.csv"));
    let found = drivers
        .iter()
        .find(|row| row["outcome"] == outcome)
        .expect("a driver");
    assert!(number(found, "value") < -0.8, "{found:?}");
    assert!(
        text.contains("What drives it: More soak makes it strongly lower"),
        "{text}"
    );
}

#[test]
fn the_same_study_says_the_same_again() {
    let folder = study("again");
    let once = run(&folder, &["summarize", "study", "--outcome", "voice.*"]);
    let again = run(&folder, &["summarize", "study", "--outcome", "voice.*"]);
    assert_eq!(once.stdout, again.stdout);
    let text = String::from_utf8_lossy(&once.stdout);
    assert!(
        text.contains("VOICE.PEAK_DEVICES") && !text.contains("DATA."),
        "{text}"
    );
}

#[test]
fn what_is_no_study_is_refused_with_the_reason() {
    let folder = study("refused");
    let refused = |words: &[&str]| {
        let output = run(&folder, words);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let error = refused(&["summarize", "nowhere"]);
    assert!(
        error.contains("expected the directory of a finished study"),
        "{error}"
    );
    let error = refused(&["summarize", "study", "--outcome", "data.lost"]);
    assert!(
        error.contains("no outcome \"data.lost\"")
            && error.contains("known: data.lost_device_min,"),
        "{error}"
    );
    assert!(error.contains("more)") && error.len() < 800, "{error}");
    run(
        &folder,
        &["batch", "study.yaml", "--shard", "1/9", "--out", "shard"],
    );
    let error = refused(&["summarize", "shard"]);
    assert!(
        error.contains("shard: found an unfinished study"),
        "{error}"
    );
    let error = refused(&["summarize", "night.yaml"]);
    assert!(
        error.contains("expected the directory of a finished study"),
        "{error}"
    );
    let error = refused(&["summarize", "study", "--out", "night.yaml"]);
    assert!(
        error.contains("night.yaml: found a file, expected a directory"),
        "{error}"
    );
    let csv = folder.join("study/runs.csv");
    let whole = fs::read_to_string(&csv).expect("written");
    fs::write(&csv, &whole[..whole.len() - 40]).expect("it can be written");
    let error = refused(&["summarize", "study"]);
    assert!(error.contains("runs.csv"), "{error}");
}

#[test]
fn a_table_that_was_edited_is_summarised_with_a_warning() {
    let folder = study("edited");
    let words = ["summarize", "study", "--outcome", "data.peak_devices"];
    let warned = || {
        let output = run(&folder, &words);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr)
            .contains("runs.csv: warning: not as the study wrote it")
    };
    assert!(!warned());
    let csv = folder.join("study/runs.csv");
    let whole = fs::read_to_string(&csv).expect("written");
    let last = whole.trim_end().rfind('\n').expect("several lines");
    fs::write(&csv, &whole[..=last]).expect("it can be written");
    assert!(warned());
}

#[test]
fn points_whose_names_do_not_fit_go_by_numbers() {
    let folder = study("narrow");
    let long = "name: the-soak-of-the-first-stage-as-the-change-board-would-have-it";
    let renamed = STUDY.replace("name: soak", long);
    fs::write(folder.join("long.yaml"), renamed).expect("it can be written");
    run(&folder, &["batch", "long.yaml", "--out", "long"]);
    let words = ["summarize", "long", "--outcome", "data.lost_device_min"];
    let output = program(&folder, &words).env("COLUMNS", "80").output();
    let text = String::from_utf8(output.expect("it starts").stdout).expect("UTF-8");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let name = "the-soak-of-the-first-stage-as-the-change-board-would-have-it";
    for line in [
        format!("  1: {name}=1m"),
        format!("  2: {name}=30m"),
        "  Less point 1, on the same seeds:".to_owned(),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(
        text.lines().any(|line| line.starts_with("  2       6  ")),
        "{text}"
    );
}

#[test]
fn the_report_names_runs_that_give_the_figures_again() {
    let folder = study("report");
    let words = ["summarize", "study", "--outcome", "data.*", "--out", "said"];
    assert!(run(&folder, &words).status.success());
    let page = fs::read_to_string(folder.join("said/report.html")).expect("written");
    let runs = rows(&folder.join("study/runs.csv"));
    for row in &runs {
        let dot = format!("<title>run {}, seed {}: ", row["run"], row["seed"]);
        assert!(page.contains(&dot), "{dot}");
    }
    let listed: Vec<&str> = page.split("id=\"run-").skip(1).collect();
    assert_eq!(listed.len(), runs.len(), "every run has its row");
    let (number, _) = listed[1].split_once('"').expect("its number");
    let (_, code) = listed[1].split_once("<code>").expect("it says how");
    let (line, _) = code.split_once("</code>").expect("a command");
    let line = line.replace("&quot;", "\"").replace("&#39;", "'");
    let program = env!("CARGO_BIN_EXE_cellfall");
    let line = line.replacen("cellfall", &format!("'{program}'"), 1) + " --quiet --out again";
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", &line]).current_dir(&folder).output();
    assert!(
        output.expect("there is a shell").status.code() < Some(2),
        "{line}"
    );
    let summary = fs::read_to_string(folder.join("again/summary.json")).expect("written");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let row = runs
        .iter()
        .find(|row| row["run"] == number)
        .expect("in the table");
    let lost = summary["figures"]["data.lost_device_min"].as_f64();
    assert_eq!(lost, Some(number_of(row)), "{line}");
}

fn number_of(row: &Row) -> f64 {
    number(row, "data.lost_device_min")
}

#[test]
fn no_name_of_a_study_becomes_markup() {
    let folder = study("hostile");
    let hostile = "</script><img src=x onerror=alert(1)>";
    let text = STUDY.replace("name: soak", &format!("name: '{hostile}'"))
        + &format!("name: '{hostile}'\ndescription: '{hostile}'\n");
    fs::write(folder.join("hostile.yaml"), text).expect("it can be written");
    let done = run(&folder, &["batch", "hostile.yaml", "--out", "bad"]);
    assert!(done.status.success(), "{done:?}");
    assert!(
        run(&folder, &["summarize", "bad", "--out", "bad"])
            .status
            .success()
    );
    let drawn = run(&folder, &["plot", "bad", "--out", "pictures"]);
    assert!(drawn.status.success(), "{drawn:?}");
    let pictures = fs::read_dir(folder.join("pictures")).expect("a folder");
    let mut kinds = Vec::new();
    for picture in pictures {
        let path = picture.expect("readable").path();
        let svg = fs::read_to_string(&path).expect("a picture");
        assert!(
            svg.starts_with("<svg xmlns") && !svg.contains("<img"),
            "{path:?}"
        );
        assert!(!svg.contains("NaN"), "{path:?}");
        kinds.push(path.display().to_string());
    }
    for kind in ["-runs.svg", "-differences.svg"] {
        assert!(kinds.iter().any(|name| name.ends_with(kind)), "{kinds:?}");
    }
    let page = fs::read_to_string(folder.join("bad/report.html")).expect("written");
    assert!(page.contains("&lt;img src=x"), "the name is shown");
    assert!(!page.contains("<img"), "as text");
    assert_eq!(page.matches("<script").count(), 2);
    // What a summary leaves beside a study is the study's to replace.
    let again = run(
        &folder,
        &["batch", "hostile.yaml", "--out", "bad", "--force"],
    );
    assert!(again.status.success(), "{again:?}");
    let other = fs::read_to_string(folder.join("bad/report.html")).expect("made anew");
    assert!(!other.contains("<img"), "as text");
    assert!(
        !folder
            .join("bad")
            .join(cellfall::report::SUMMARY_FILES[0])
            .exists()
    );
}
