//! Comparing, interrupting, readers that go away, disks that are full: the program among others.
//!
//! Invariant: only what a user sees: arguments, streams, files, the exit code.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::super::support::repository;
use super::{DEFECT, Done, Place, SMALL, ends};

#[test]
fn compare_takes_scenarios_and_directories_on_one_seed() {
    let place = Place::new("compare", &(SMALL.to_owned() + DEFECT));
    fs::write(place.0.join("quiet.yaml"), SMALL).expect("writable");
    let done = place.run(&[
        "compare",
        "plan.yaml",
        "quiet.yaml",
        "--json",
        "--seed",
        "4",
        "--out",
        "kept",
    ]);
    ends(&done, 0);
    let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON alone");
    assert!(value.is_object(), "{value}");
    let kept = place.names("kept");
    assert_eq!(kept, ["1-plan-4", "2-quiet-4", "report.html"]);
    let (one, other) = (format!("kept/{}", kept[0]), format!("kept/{}", kept[1]));
    let again = place.run(&["compare", &one, &other, "--json"]);
    ends(&again, 0);
    let again: serde_json::Value = serde_json::from_str(&again.out).expect("JSON alone");
    assert_eq!(
        again,
        under_its_own_contract(value),
        "directories say what the runs said"
    );
    let text = place.run(&["compare", &one, "quiet.yaml"]);
    ends(&text, 0);
    assert!(text.out.contains("quiet"), "{}", text.out);
    ends(&place.run(&["compare", "plan.yaml", "none.yaml"]), 2);
}

/// A comparison without what other contracts would have told: a directory has kept its run's own alone.
fn under_its_own_contract(mut comparison: serde_json::Value) -> serde_json::Value {
    let signatures = comparison["signatures"].as_array_mut().expect("a list");
    for signature in signatures {
        let told = signature["told_from_first_under"].as_array_mut();
        let told = told.expect("a list");
        assert_eq!(told.len(), 3, "every contract");
        told.retain(|told| told["contract"] == "streaming-60s");
    }
    comparison
}

/// A run of its own and a run within a comparison give the same results.
#[test]
fn compare_runs_what_run_runs() {
    let place = Place::new("compare-run", SMALL);
    fs::write(place.0.join("bad.yaml"), SMALL.to_owned() + DEFECT).expect("writable");
    ends(
        &place.run(&["compare", "plan.yaml", "bad.yaml", "--out", "kept"]),
        0,
    );
    place.run(&["run", "bad.yaml", "--out", "alone", "--seed", "1"]);
    for file in ["kpi.csv", "events.csv", "impact.csv", "towers.csv"] {
        let (kept, alone) = (format!("kept/2-bad-1/{file}"), format!("alone/{file}"));
        assert!(place.text(&kept) == place.text(&alone), "{file}");
    }
}

/// A night too long to be over soon.
const LONG: &str = "
scale: 1.0
horizon: 72h
topology: {source: generated, towers: 12, devices: 2000000, states: [TX]}
";

#[test]
fn an_interrupt_ends_a_run_within_a_second_and_leaves_nothing() {
    let place = Place::new("interrupt", LONG);
    let mut child = place
        .command(&["run", "plan.yaml", "--out", "here"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    sleep(Duration::from_secs(4));
    assert!(child.try_wait().expect("its state").is_none(), "too quick");
    let killed = Command::new("/bin/kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill starts").success());
    let mut waited = 0;
    while child.try_wait().expect("its state").is_none() && waited < 40 {
        sleep(Duration::from_millis(50));
        waited += 1;
    }
    let done = Done::of(&child.wait_with_output().expect("it ends"));
    ends(&done, 130);
    // A second is what is promised; the rest is for a machine that is busy with other tests.
    assert!(waited < 30, "after {} ms", waited * 50);
    assert!(done.err.contains("interrupted"), "{}", done.err);
    assert_eq!(done.out, "");
    assert!(!place.0.join("here").exists(), "nothing looks complete");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new("pipe", SMALL);
    let mut child = place
        .command(&["schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut err = String::new();
    let stream = child.stderr.take();
    stream
        .expect("it is piped")
        .read_to_string(&mut err)
        .expect("text");
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), &*err), (Some(0), ""));
}

#[test]
fn a_full_disk_is_an_error() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let place = Place::new("full", SMALL);
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let mut command = place.command(&["schema"]);
    let output = command.stdout(full.expect("it opens")).output();
    let done = Done::of(&output.expect("the program starts"));
    ends(&done, 2);
    assert!(done.err.contains("standard output"), "{}", done.err);
}

/// Every shipped scenario is sound.
#[test]
fn shipped_scenarios_are_good() {
    let place = Place::new("shipped", SMALL);
    let folder = repository("scenarios");
    let entries = fs::read_dir(&folder).expect("the folder is there");
    let mut paths: Vec<String> = entries
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    paths.sort();
    assert!(paths.len() >= 2);
    for path in paths {
        let first = fs::read_to_string(&path).expect("text");
        assert!(
            first.starts_with("# yaml-language-server: $schema="),
            "{path}"
        );
        ends(&place.run(&["check", &path]), 0);
    }
}
