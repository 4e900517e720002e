//! What YAML allows, what is allowed of it here, and files that cannot be read.
//!
//! Invariant: every oddity of the text has a defined answer with a line and a column.

use std::fs;
use std::path::PathBuf;

use super::super::{DEPTH_MAX, FILE_BYTES_MAX, load};
use super::{Plan, complaints, plan};

#[test]
fn yaml_that_is_no_scenario_is_refused_with_its_place() {
    for (text, expected) in [
        ("", "plan.yaml:1:1: found nothing but blanks and comments"),
        (
            "# only this\n",
            "plan.yaml:1:1: found nothing but blanks and comments",
        ),
        (
            "seed: 1\n---\nseed: 2\n",
            "plan.yaml:2:1: found a second document in one file",
        ),
        (
            "rollout:\n\tstages: []\n",
            "plan.yaml:2:2: found a tab in the indentation",
        ),
        (
            "seed: [1, 2\n",
            "plan.yaml:1:7: found text that is not YAML: unclosed bracket '['",
        ),
        (
            "seed: *nothing\n",
            "plan.yaml:1:7: found an alias without an anchor before it",
        ),
        (
            "note: &a [*a]\n",
            "plan.yaml:1:11: found an alias inside the value it stands for",
        ),
        (
            "note: !secret x\n",
            "plan.yaml:1:15: found the tag \"!secret\", expected no tag",
        ),
        (
            "<<: 5\n",
            "plan.yaml:1:1: found 5 after <<, where a map belongs",
        ),
        (
            "? [a]\n: 5\n",
            "plan.yaml:1:3: found a list of 1 as a key, where a word belongs",
        ),
    ] {
        let all = complaints(text, &[]);
        assert!(all[0].starts_with(expected), "{text:?}: {all:#?}");
    }
}

#[test]
fn anchors_and_merges_work_and_keep_their_places() {
    let text = "\
rollout:
  stages:
  - &first {name: a, bake: 5m, max_unavailable: 7}
  - <<: *first
    name: b
  - *first
";
    let stages = plan(text, &[]).rollout.expect("stages").stages;
    assert_eq!(stages[1].name, "b");
    assert_eq!(stages[1].max_unavailable, 7);
    assert_eq!(stages[2], stages[0]);
    let wrong = complaints(&text.replace('7', "700"), &[]);
    assert_eq!(wrong.len(), 3);
    assert!(
        wrong
            .iter()
            .all(|line| line.starts_with("plan.yaml:3:49: ")),
        "{wrong:#?}"
    );
}

#[test]
fn aliases_of_aliases_are_bounded() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        text = format!("{text}a{level}: &a{level} [{inner}]\n");
    }
    let all = complaints(&text, &[]);
    assert!(
        all[0].contains(": found more than 1000000 values"),
        "{}",
        all[0]
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = DEPTH_MAX + 1;
    let flow = format!("note: {}{}", "[".repeat(deep), "]".repeat(deep));
    let block = format!("note:\n {}x", "- ".repeat(deep));
    for text in [flow, block] {
        let all = complaints(&text, &[]);
        assert!(
            all[0].contains("nested deeper than 64 levels"),
            "{}",
            all[0]
        );
    }
    let mut chain = "a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n".to_owned();
    for level in 1..10 {
        let below = level - 1;
        chain = format!("{chain}a{level}: &a{level} [[[[[[[[[*a{below}]]]]]]]]]\n");
    }
    let all = complaints(&chain, &[]);
    assert!(
        all[0].contains("nested deeper than 64 levels"),
        "{}",
        all[0]
    );
}

#[test]
fn editors_on_any_system_write_the_same_plan() {
    let text = "name: x\nnote: |\n  two\n  lines\nrollout:\n  stages:\n  - name: a\n";
    let unix = plan(text, &[]);
    assert_eq!(plan(&text.replace('\n', "\r\n"), &[]), unix);
    assert_eq!(plan(&format!("\u{feff}{text}"), &[]), unix);
    let wrong = "\u{feff}sede: 1\r\nscale: 2\r\n";
    let places: Vec<String> = complaints(wrong, &[])
        .iter()
        .map(|line| line[..13].to_owned())
        .collect();
    assert_eq!(places, ["plan.yaml:1:1", "plan.yaml:2:8"]);
}

#[test]
fn words_that_older_yaml_took_for_truth_are_words() {
    let plan = plan(
        "name: no\nnote: on\ncapacity: {off: 1, 5: 2, true: 3, 1e3: 4}",
        &[],
    );
    assert_eq!(plan.name, "no");
    assert_eq!(plan.note.as_deref(), Some("on"));
    assert_eq!(
        plan.capacity.keys().collect::<Vec<_>>(),
        ["1e3", "5", "off", "true"]
    );
}

#[test]
fn whole_numbers_may_be_written_short() {
    assert_eq!(plan("seed: 1e6", &[]).seed, 1_000_000);
    assert_eq!(plan("seed: 18446744073709551615", &[]).seed, u64::MAX);
    assert_eq!(plan("seed: 0x10", &[]).seed, 16);
    assert_eq!(complaints("seed: 18446744073709551616", &[]).len(), 1);
}

#[test]
fn json_is_read_as_yaml_is() {
    let yaml = "name: x\nscale: 0.25\nrollout:\n  stages:\n  - {name: a, soak: 1h, frozen: true}\nfaults: [{kind: state-loss}]\n";
    let json = "{\"$schema\": \"plan.json\",\n\t\"name\": \"x\", \"scale\": 0.25, \"rollout\": {\"stages\": [{\"name\": \"a\", \"soak\": \"1h\", \"frozen\": true}]},\n\t\"faults\": [{\"kind\": \"state-loss\"}], \"note\": null}";
    assert_eq!(plan(json, &[]), plan(yaml, &[]));
}

/// A folder for the files of one test.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("cellfall-{}-{name}", std::process::id()));
    fs::create_dir_all(&path).expect("a folder for the test");
    path
}

fn file_complaint(path: &std::path::Path) -> String {
    let problems = load::<Plan>(path, &[]).expect_err("a file that cannot be used");
    assert_eq!(problems.len(), 1);
    let name = path.display().to_string();
    let line = problems[0].to_string();
    line.strip_prefix(&name)
        .expect("the file's name")
        .to_owned()
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = folder("unreadable");
    let file = folder.join("plan.yaml");
    assert_eq!(
        file_complaint(&file),
        ": found no such file, expected a scenario file"
    );
    assert_eq!(
        file_complaint(&folder),
        ": found a folder, expected a scenario file"
    );
    fs::write(&file, b"seed: 1\nname: \xe9t\xe9\n").expect("a file");
    assert_eq!(
        file_complaint(&file),
        ":2:7: found the byte 0xe9, expected UTF-8 text"
    );
    let huge = fs::File::create(&file).expect("a file");
    huge.set_len(FILE_BYTES_MAX + 1).expect("a sparse file");
    assert_eq!(
        file_complaint(&file),
        ": found a larger file, expected at most 16 MiB"
    );
    fs::remove_dir_all(&folder).expect("the folder of the test");
}

#[test]
fn a_file_knows_its_folder() {
    let folder = folder("folder");
    let file = folder.join("plan.yaml");
    fs::write(&file, "seed: 3").expect("a file");
    let loaded = load::<Plan>(&file, &["seed=4".to_owned()]).expect("a plan");
    assert_eq!((loaded.value.seed, loaded.base), (4, folder.clone()));
    fs::remove_dir_all(&folder).expect("the folder of the test");
}
