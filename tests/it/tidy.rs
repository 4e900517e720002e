//! The rules of the house, held against every source: which room may use which, what a file says at its
//! head, how long it may be, who may print, and who may read the world's counters.
//!
//! Invariant: reads texts; runs nothing of the crate.

mod bites;
mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use source::{Complaint, Source};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files under `folder` with this extension, in order.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("the folder is part of the repository");
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|other| other == extension) {
                found.push(path);
            }
        }
    }
    found.sort_unstable();
    found
}

/// The path from the root of the repository, and the text.
fn read(path: &Path) -> (String, String) {
    let inside = path.strip_prefix(root()).expect("below the root");
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    (
        parts.join("/"),
        fs::read_to_string(path).expect("a readable text"),
    )
}

fn sources(folder: &str) -> Vec<Source> {
    let mut sources: Vec<Source> = files(folder, "rs")
        .iter()
        .map(|path| {
            let (path, text) = read(path);
            Source::new(&path, &text)
        })
        .collect();
    mark_test_files(&mut sources);
    sources
}

/// A file whose module is declared under `#[cfg(test)]` is test code, and so is all below it.
fn mark_test_files(sources: &mut [Source]) {
    let mut only_tests = Vec::new();
    for source in sources.iter() {
        for module in &source.test_modules {
            let mut path = source.modules();
            path.push(module);
            only_tests.push(path.join("::"));
        }
    }
    for source in sources {
        let own = source.modules().join("::");
        let below = |path: &String| own == *path || own.starts_with(&format!("{path}::"));
        if only_tests.iter().any(below) {
            source.become_test();
        }
    }
}

fn assert_none(complaints: &[Complaint]) {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Hold `rule` against the crate's sources.
fn hold(rule: fn(&Source) -> Vec<Complaint>) {
    let sources = sources("src");
    assert!(sources.len() > 50, "the sources are found");
    assert_none(&sources.iter().flat_map(rule).collect::<Vec<_>>());
}

/// Hold `rule` against the crate's sources, its tests and its benches.
fn hold_everywhere(rule: fn(&Source) -> Vec<Complaint>) {
    hold(rule);
    for folder in ["tests", "benches"] {
        assert_none(&sources(folder).iter().flat_map(rule).collect::<Vec<_>>());
    }
}

#[test]
fn rooms_use_only_rooms_above_them() {
    hold(rules::uses_only_rooms_above);
}

#[test]
fn every_room_has_a_place_in_the_order() {
    hold(rules::has_a_place_in_the_order);
}

#[test]
fn every_room_states_its_invariant() {
    hold(rules::rooms_state_their_invariant);
}

#[test]
fn every_file_opens_with_its_purpose() {
    hold_everywhere(rules::opens_with_its_purpose);
}

#[test]
fn every_file_is_short() {
    hold_everywhere(rules::is_short);
}

#[test]
fn gates_and_people_never_read_the_worlds_counters() {
    hold(rules::leaves_the_truth_alone);
}

#[test]
fn only_the_command_line_prints() {
    hold(rules::prints_nothing);
}

#[test]
fn nothing_is_left_for_later() {
    hold_everywhere(rules::leaves_nothing_for_later);
}

#[test]
fn every_scenario_names_its_schema() {
    let complaints = files("scenarios", "yaml")
        .into_iter()
        .chain(files("scenarios", "yml"))
        .flat_map(|path| {
            let (path, text) = read(&path);
            rules::names_its_schema(&path, &text)
        });
    assert_none(&complaints.collect::<Vec<_>>());
}

#[test]
fn a_file_declared_for_tests_is_test_code() {
    let mut sources = [
        Source::new("src/fault/mod.rs", "#[cfg(test)]\npub(crate) mod testing;"),
        Source::new("src/fault/testing/deep.rs", "use a;"),
        Source::new("src/fault/spread.rs", "use a;"),
    ];
    mark_test_files(&mut sources);
    let tests = sources
        .iter()
        .map(|source| source.tokens.last().expect("tokens").test);
    assert_eq!(tests.collect::<Vec<_>>(), [true, true, false]);
}
