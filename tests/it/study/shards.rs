//! Shards, and what `merge` refuses.
//!
//! Invariant: only what a user sees.

use std::fs;

use super::{Place, STUDY};

/// Run every shard of so many, into folders named by their numbers.
fn shards(place: &Place, count: usize) {
    for index in 1..=count {
        let shard = format!("{index}/{count}");
        place
            .batch(&index.to_string(), &["--shard", &shard])
            .with(0);
    }
}

fn refused(place: &Place, words: &[&str]) -> String {
    let done = place
        .run(&[&["merge", "--out", "merged"], words].concat())
        .with(2);
    assert!(!place.0.join("merged").join("study.json").exists());
    done.err
}

#[test]
fn merged_shards_are_the_study_byte_for_byte() {
    let place = Place::new("merge", STUDY);
    place.batch("whole", &[]).with(0);
    shards(&place, 3);
    place
        .run(&["merge", "3", "1", "2", "--out", "merged"])
        .with(0);
    place.assert_same("whole", "merged");
    place
        .run(&["merge", "1", "2", "3", "--out", "merged"])
        .with(2);
    place
        .run(&["merge", "1", "2", "3", "--out", "merged", "--force"])
        .with(0);
    place.assert_same("whole", "merged");
}

#[test]
fn more_shards_than_runs_are_merged_too() {
    let place = Place::new("empty-shards", "base: plan.yaml\nreplications: 2\n");
    place.batch("whole", &[]).with(0);
    shards(&place, 4);
    place
        .run(&["merge", "1", "2", "3", "4", "--out", "merged"])
        .with(0);
    place.assert_same("whole", "merged");
}

#[test]
fn missing_and_doubled_shards_are_named() {
    let place = Place::new("missing", STUDY);
    shards(&place, 4);
    let text = refused(&place, &["1", "3"]);
    assert!(
        text.contains("found no shard 2, 4 of 4, expected every shard once"),
        "{text}"
    );
    let text = refused(&place, &["1", "2", "3", "4", "2"]);
    assert!(
        text.contains("found shard 2 both in 2/journal.jsonl and in 2/journal.jsonl"),
        "{text}"
    );
    let text = refused(&place, &["1", "2", "none", "plan.yaml"]);
    for directory in ["none", "plan.yaml"] {
        let expected =
            format!("{directory}: found no journal.jsonl, expected the directory of a shard");
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn a_merge_never_writes_over_a_shard() {
    let place = Place::new("over", STUDY);
    shards(&place, 2);
    place.batch("other", &["--shard", "1/5"]).with(0);
    let before = [place.files("1"), place.files("other")];
    for force in [&[][..], &["--force"]] {
        let words = [&["merge", "1", "2", "--out", "./1"], force].concat();
        let text = place.run(&words).with(2).err;
        assert!(text.contains("1: found a shard in --out"), "{text}");
    }
    let text = place
        .run(&["merge", "1", "2", "--out", "other"])
        .with(2)
        .err;
    assert!(
        text.contains("other: an unfinished study, or a shard"),
        "{text}"
    );
    assert_eq!(before, [place.files("1"), place.files("other")]);
}

#[test]
fn shards_of_something_else_are_refused() {
    let place = Place::new("foreign", STUDY);
    shards(&place, 2);
    fs::write(
        place.0.join("study.yaml"),
        STUDY.replace("seed: 10", "seed: 11"),
    )
    .expect("writable");
    place.batch("other", &["--shard", "2/2"]).with(0);
    let text = refused(&place, &["1", "other"]);
    assert!(
        text.contains("other/journal.jsonl: found study study ("),
        "{text}"
    );
    // The scenario is part of the study.
    fs::write(place.0.join("study.yaml"), STUDY).expect("writable");
    let plan = place.text("plan.yaml");
    fs::write(
        place.0.join("plan.yaml"),
        plan.replace("horizon: 20m", "horizon: 21m"),
    )
    .expect("writable");
    place.batch("longer", &["--shard", "2/2"]).with(0);
    let text = refused(&place, &["1", "longer"]);
    assert!(
        text.contains("longer/journal.jsonl: found study study ("),
        "{text}"
    );
    let text = place
        .batch("1", &["--shard", "1/2", "--resume"])
        .with(2)
        .err;
    assert!(
        text.contains("1/journal.jsonl: found study study ("),
        "{text}"
    );
    fs::write(place.0.join("plan.yaml"), plan).expect("writable");
    place.batch("third", &["--shard", "3/3"]).with(0);
    let text = refused(&place, &["1", "2", "third"]);
    assert!(
        text.contains("third/journal.jsonl: found a shard count of 3, expected 2"),
        "{text}"
    );
}

#[test]
fn a_shard_cut_short_is_refused_and_can_be_finished() {
    let place = Place::new("truncated", STUDY);
    place.batch("whole", &[]).with(0);
    shards(&place, 2);
    let path = place.0.join("2").join("journal.jsonl");
    let whole = fs::read(&path).expect("there");
    for (length, why) in [
        (whole.len() - 1, "a line is damaged"),
        (whole.len() / 2, "a line is damaged"),
        (whole.len() - 40, "a line is damaged"),
    ] {
        fs::write(&path, &whole[..length]).expect("writable");
        let text = refused(&place, &["1", "2"]);
        assert!(
            text.contains("2/journal.jsonl: cut off after") && text.contains(why),
            "{text}"
        );
    }
    fs::write(&path, &whole[..10]).expect("writable");
    let text = refused(&place, &["1", "2"]);
    assert!(text.contains("expected a study's journal"), "{text}");
    let kept = whole.len() / 2;
    fs::write(&path, &whole[..kept]).expect("writable");
    place.batch("2", &["--shard", "2/2", "--resume"]).with(0);
    place.run(&["merge", "1", "2", "--out", "merged"]).with(0);
    place.assert_same("whole", "merged");
}

#[test]
fn other_files_in_the_way_are_left_alone() {
    let place = Place::new("in-the-way", STUDY);
    fs::create_dir(place.0.join("out")).expect("writable");
    fs::write(place.0.join("out").join("thesis.txt"), "years of work").expect("writable");
    for more in [&[][..], &["--force"], &["--resume"]] {
        let text = place.batch("out", more).with(2).err;
        assert!(text.contains("found thesis.txt"), "{text}");
    }
    assert_eq!(place.text("out/thesis.txt"), "years of work");
    assert_eq!(place.files("out").len(), 1);
    let text = place.batch("plan.yaml", &[]).with(2).err;
    assert!(
        text.contains("plan.yaml: found a file, expected a directory"),
        "{text}"
    );
}

/// A Slurm that takes nothing: without a configuration, say.
#[test]
#[cfg(unix)]
fn what_slurm_refuses_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new("no-slurm", STUDY);
    let tools = place.0.join("tools");
    fs::create_dir(&tools).expect("writable");
    let submit = || {
        let mut command = place.command(&["batch", "study.yaml", "--slurm", "--out", "out"]);
        let output = command.env("PATH", &tools).output().expect("it starts");
        let done = super::Done::of(&output).with(2);
        assert!(!place.0.join("out.shards").exists(), "{}", done.err);
        done.err
    };
    let text = submit();
    assert!(text.contains("is Slurm installed here?"), "{text}");
    let sbatch = tools.join("sbatch");
    fs::write(&sbatch, "#!/bin/sh\nexit 1\n").expect("writable");
    fs::set_permissions(&sbatch, fs::Permissions::from_mode(0o755)).expect("ours");
    let text = submit();
    assert!(text.contains("nothing was submitted"), "{text}");
}
