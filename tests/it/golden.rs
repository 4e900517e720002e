//! Golden runs: small scenarios whose summary and files are kept word for word.
//!
//! Each `tests/golden/NAME.yaml` has a `NAME.txt` with the summary that a reader sees and the digest of
//! every file. A change that alters results shows up here, line by line. If it is meant,
//! `BLESS=1 cargo test golden` writes the new text, and the commit says why it changed.
//!
//! Invariant: nothing here depends on the machine.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use cellfall::base::Digest;
use cellfall::report::{render, summary_text};
use cellfall::scenario::Scenario;
use cellfall::simulation::simulate;

use super::support::repository;

/// The scenarios, in the order of their names.
fn scenarios() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository("tests/golden")).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let mut scenarios: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    scenarios.sort();
    scenarios
}

/// What is kept of a run.
fn portrait(path: &PathBuf) -> String {
    let scenario = Scenario::from_path(path).expect("golden scenarios are sound");
    let result = simulate(&scenario, scenario.file().seed);
    let rendered = render(&result);
    let mut text = summary_text(&result, &rendered.digest, 80);
    text.push('\n');
    for (name, bytes) in &rendered.files {
        let mut digest = Digest::new();
        digest.write_bytes(bytes);
        writeln!(text, "{name}: {} bytes, {digest}", bytes.len()).expect("text takes everything");
    }
    text
}

/// The first line in which two texts differ.
fn first_difference(kept: &str, found: &str) -> Option<String> {
    let (mut kept, mut found) = (kept.lines(), found.lines());
    for number in 1.. {
        let (left, right) = (kept.next(), found.next());
        if left.is_none() && right.is_none() {
            return None;
        }
        if left != right {
            return Some(format!("line {number}: kept {left:?}, found {right:?}"));
        }
    }
    None
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "BLESS is how a test is told to rewrite"
)]
fn golden_runs_stay_as_they_are() {
    let bless = std::env::var("BLESS").is_ok_and(|value| value == "1");
    let scenarios = scenarios();
    assert!(scenarios.len() >= 2, "{scenarios:?}");
    let mut differences = Vec::new();
    for path in scenarios {
        let (found, place) = (portrait(&path), path.with_extension("txt"));
        if bless {
            fs::write(&place, &found).expect("the folder is writable");
        }
        let kept = fs::read_to_string(&place).unwrap_or_default();
        if let Some(difference) = first_difference(&kept, &found) {
            differences.push(format!("{}: {difference}", place.display()));
        }
    }
    assert!(
        differences.is_empty(),
        "{}\n(BLESS=1 cargo test golden writes the new ones)",
        differences.join("\n")
    );
}

#[test]
fn a_changed_line_is_found() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    let found = first_difference("a\nb\n", "a\nc\n").expect("they differ");
    assert_eq!(found, "line 2: kept Some(\"b\"), found Some(\"c\")");
    assert!(first_difference("", "a\n").is_some());
}
