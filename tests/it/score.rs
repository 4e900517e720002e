//! `cellfall score` and `cellfall explain`, end to end.
//!
//! Invariant: only what a user sees: arguments, streams, files, the exit code.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::support::{Done, done, scratch};

/// A crash of one element: its stage fails.
const NIGHT: &str = "
horizon: 20m
scale: 0.05
start: 2024-02-22T02:00:00-06:00
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {amf_per_pool: 2, udm: 1, ims: 1}}
network: {ims: {enabled: false}}
change: {target: {kinds: [amf], count: 1}, defect: {kind: crash-on-start}}
rollout: {start: 2m, stages: [{name: first, drain: {mode: hard}, install: 1m}]}
";

/// Of three predicted figures one is hit, one is far off, and one cannot be expressed.
const PUBLISHED: &str = "
published:
  t0: 3m
  figures:
    - {quantity: {kind: record-count, record: stage-failed}, value: 1, tolerance: {absolute: 0}, label: stages failed, source: X1, tag: predicted}
    - {quantity: {kind: devices-affected}, value: 1000000000, source: X2, tag: predicted, note: a boast, miss: there are not so many devices}
    - {quantity: {kind: not-expressible, reason: shares on the exchange}, value: 0.1, source: X3, tag: predicted, note: markets are not simulated}
    - {quantity: {kind: record-time, record: element-installed}, value: 0m, tolerance: {absolute: 1m}, source: X4, tag: input}
    - {quantity: {kind: record-count, record: stage-failed, before: element-struck}, value: 0, tolerance: {absolute: 0}, label: stages before the harm, source: X5, tag: fit}
";

/// A folder with a night that has published figures, and one that has none.
fn place(name: &str) -> PathBuf {
    let folder = scratch(&format!("score-{name}"));
    let night = format!("{NIGHT}{PUBLISHED}");
    fs::write(folder.join("night.yaml"), night).expect("writable");
    fs::write(folder.join("bare.yaml"), NIGHT).expect("writable");
    folder
}

fn score(folder: &std::path::Path, more: &[&str]) -> Done {
    done(folder, &[&["score", "night.yaml"], more].concat())
}

#[test]
fn the_table_shows_each_figure_and_why_it_was_missed() {
    let folder = place("text");
    let said = score(&folder, &["--seeds", "2"]).with(0);
    let row = |word: &str| {
        let mut lines = said.out.lines();
        let line = lines.find(|line| line.trim_start().starts_with(word));
        line.unwrap_or_else(|| panic!("{word}\n{}", said.out))
    };
    assert!(
        row("stages failed").ends_with("hit   predicted"),
        "{}",
        said.out
    );
    assert!(
        row("devices without data").ends_with("MISS  predicted"),
        "{}",
        said.out
    );
    assert!(
        row("shares on the exchange").contains("not simulated"),
        "{}",
        said.out
    );
    assert!(
        row("element-installed").ends_with("hit   input"),
        "{}",
        said.out
    );
    assert!(
        row("stages before the harm").ends_with("fit"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("- devices without data: there are not so many devices")
    );
    let last = "1 of 3 predicted figures hit (33.3 %), median of 2 seeds";
    assert_eq!(said.out.lines().last(), Some(last));
    assert!(folder.join("runs/score/report.html").exists());
}

#[test]
fn json_has_one_object_for_each_figure() {
    let said = score(&place("json"), &["--seeds", "1", "--json"]).with(0);
    let rows: Value = serde_json::from_str(&said.out).expect("JSON");
    let rows = rows.as_array().expect("a list");
    assert_eq!(rows.len(), 5);
    for row in rows {
        let keys = [
            "incident",
            "quantity",
            "published",
            "tolerance",
            "tag",
            "simulated",
            "hit",
        ];
        assert!(keys.iter().all(|key| row.get(key).is_some()), "{row}");
        assert_eq!(row["incident"], "night");
    }
    let tags: Vec<&str> = rows.iter().filter_map(|row| row["tag"].as_str()).collect();
    assert_eq!(
        tags,
        ["predicted", "predicted", "predicted", "input", "fit"]
    );
    let hits: Vec<bool> = rows.iter().filter_map(|row| row["hit"].as_bool()).collect();
    assert_eq!(hits, [true, false, false, true, true]);
    assert_eq!(
        (&rows[0]["simulated"], &rows[2]["simulated"]),
        (&Value::from(1.0), &Value::Null)
    );
    assert_eq!(rows[1]["tolerance"]["min"], 9e8);
}

#[test]
fn the_share_that_is_required_decides_the_exit_code() {
    let folder = place("require");
    let with = |share| score(&folder, &["--seeds", "1", "--require", share]);
    assert!(with("0.33").with(0).out.contains("1 of 3"));
    assert!(
        with("0.34").with(1).out.contains("1 of 3"),
        "a failure is shown all the same"
    );
    assert!(with("1.2").with(2).err.contains("--require"));
}

#[test]
fn what_is_wrong_with_any_file_is_told_before_a_run_starts() {
    let folder = place("wrong");
    let odd =
        format!("{NIGHT}{PUBLISHED}").replace("kind: devices-affected", "kind: devices-afected");
    fs::write(folder.join("odd.yaml"), odd).expect("writable");
    let said = score(&folder, &["odd.yaml", "missing.yaml", "bare.yaml"]).with(2);
    assert_eq!(said.out, "");
    assert!(said.err.contains("odd.yaml:14"), "{}", said.err);
    assert!(said.err.contains("devices-affected"), "{}", said.err);
    assert!(said.err.contains("missing.yaml"), "{}", said.err);
    assert!(
        said.err.contains("bare.yaml: found no published figures"),
        "{}",
        said.err
    );
    assert!(!folder.join("runs").exists(), "nothing is left behind");
}

#[test]
fn a_rule_is_explained_and_a_slip_of_its_name_is_seen() {
    let folder = scratch("explain");
    let all = done(&folder, &["explain"]).with(0);
    let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let rules: Vec<String> = all.out.lines().filter_map(first).collect();
    assert!(
        rules.len() >= 10 && rules.contains(&"no-gate".to_owned()),
        "{rules:?}"
    );
    for rule in &rules {
        let said = done(&folder, &["explain", rule]).with(0);
        assert!(said.out.starts_with(&format!("{rule}: ")), "{}", said.out);
        let example = format!("lint: {{silence: [{{rule: {rule}, reason: ");
        assert!(said.out.contains(&example), "{}", said.out);
    }
    let slip = done(&folder, &["explain", "no-gaet"]).with(2);
    assert!(slip.err.contains("perhaps \"no-gate\""), "{}", slip.err);
    assert_eq!(slip.out, "");
    let unlike = done(&folder, &["explain", "weather"]).with(2);
    assert!(!unlike.err.contains("perhaps"), "{}", unlike.err);
    assert!(
        unlike.err.contains("no-gate, shared-element-first"),
        "{}",
        unlike.err
    );
}
