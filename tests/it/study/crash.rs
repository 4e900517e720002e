//! Studies that are killed, interrupted or run out of disk, and go on.
//!
//! Invariant: when exactly the blow falls is left to chance; what comes out is not.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{Done, Place, STUDY};

/// A study of 200 runs, long enough to be struck several times.
fn long_study() -> String {
    STUDY.replace("replications: 5", "replications: 25")
}

/// Milliseconds that differ from call to call (Park and Miller 1988).
struct Moments(u64);

impl Iterator for Moments {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.0 = self.0 * 48_271 % 2_147_483_647;
        Some(Duration::from_millis(self.0 % 400))
    }
}

#[test]
fn killed_at_random_it_resumes_to_the_same_bytes() {
    let place = Place::new("kill", &long_study());
    place.batch("undisturbed", &[]).with(0);
    let mut kept = 0;
    let mut strikes = 0;
    for moment in Moments(20_240_222).take(12) {
        let mut command =
            place.command(&["batch", "study.yaml", "--out", "struck", "--resume", "-q"]);
        let mut child = command
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        sleep(moment);
        drop(child.kill());
        let ended = child.wait().expect("it ends");
        strikes += usize::from(ended.code().is_none());
        let journal = fs::read(place.0.join("struck").join("journal.jsonl")).unwrap_or_default();
        let runs = journal
            .split(|byte| *byte == b'\n')
            .filter(|l| l.windows(12).any(|w| w == b"\"line\":\"run\""))
            .count();
        let is_finished = place.0.join("struck").join("study.json").exists();
        assert!(
            runs >= kept || is_finished,
            "{kept} runs were kept, then {runs}"
        );
        kept = runs;
    }
    assert!(strikes > 0, "it was never struck while at work");
    place.batch("struck", &["--resume"]).with(0);
    place.assert_same("undisturbed", "struck");
}

/// A limit on the size of files is met as a full disk is: the write fails.
#[test]
#[cfg(unix)]
fn a_full_disk_loses_nothing_that_was_recorded() {
    let place = Place::new("disk", STUDY);
    place.batch("undisturbed", &[]).with(0);
    let script = "trap '' XFSZ; ulimit -f 24; exec \"$0\" batch study.yaml --out full";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_cellfall")]);
    let output = command
        .current_dir(&place.0)
        .output()
        .expect("there is a shell");
    let done = Done::of(&output).with(2);
    assert!(done.err.contains("full/journal.jsonl: "), "{}", done.err);
    assert!(!place.0.join("full").join("study.json").exists());
    let done = place.batch("full", &[]).with(2);
    assert!(
        done.err.contains("--resume goes on with it"),
        "{}",
        done.err
    );
    let done = place.batch("full", &["--resume"]).with(0);
    let (_, before) = done
        .err
        .split_once("going on after ")
        .expect("it kept something");
    assert!(!before.starts_with("0 "), "{}", done.err);
    place.assert_same("undisturbed", "full");
}

/// The tables do not fit although the journal did.
#[test]
#[cfg(unix)]
fn tables_that_do_not_fit_are_not_left_half_written() {
    let place = Place::new("tables", STUDY);
    place.batch("out", &[]).with(0);
    place.batch("whole", &["--shard", "1/1"]).with(0);
    let runs = fs::metadata(place.0.join("out").join("runs.csv"))
        .expect("there")
        .len();
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; exec \"$0\" merge whole --out small",
        runs / 2_048
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_cellfall")]);
    let output = command
        .current_dir(&place.0)
        .output()
        .expect("there is a shell");
    Done::of(&output).with(2);
    assert!(place.files("small").is_empty(), "nothing is left");
    place.run(&["merge", "whole", "--out", "small"]).with(0);
    place.assert_same("out", "small");
}

#[test]
#[cfg(unix)]
fn interrupted_it_stops_and_goes_on() {
    let place = Place::new("interrupt", &long_study());
    let mut command = place.command(&["batch", "study.yaml", "--out", "out"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let journal = place.0.join("out").join("journal.jsonl");
    while fs::read(&journal).unwrap_or_default().len() < 20_000 {
        sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    Command::new("kill")
        .args(["-INT", &id])
        .status()
        .expect("there is kill");
    let done = Done::of(&child.wait_with_output().expect("it ends")).with(130);
    assert!(done.err.contains("interrupted; "), "{}", done.err);
    place.batch("out", &["--resume"]).with(0);
    place.batch("undisturbed", &[]).with(0);
    place.assert_same("undisturbed", "out");
}
