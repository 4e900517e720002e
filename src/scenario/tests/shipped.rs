//! The scenarios that are shipped: every one is good, and names the schema that is.
//!
//! Invariant: reads the repository's own files and nothing else.

use std::path::{Path, PathBuf};

use crate::scenario::{Scenario, ScenarioFile, json_schema};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// Scenario files, with the schema as seen from them.
fn shipped() -> Vec<(PathBuf, &'static str)> {
    let places = [
        ("", "schema.json"),
        ("known-answers", "../schema.json"),
        ("faults", "../schema.json"),
    ];
    let files = places.iter().flat_map(|(place, schema)| {
        let entries = std::fs::read_dir(folder().join(place)).expect("a directory");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let yaml = paths.filter(|path| path.extension().is_some_and(|e| e == "yaml"));
        yaml.map(|path| (path, *schema)).collect::<Vec<_>>()
    });
    files.collect()
}

#[test]
fn every_shipped_scenario_is_good_and_names_the_schema() {
    let files = shipped();
    assert!(files.len() >= 12, "{files:?}");
    for (path, schema) in files {
        let text = std::fs::read_to_string(&path).expect("a scenario");
        let first = text.lines().next().unwrap_or_default();
        let wanted = format!("# yaml-language-server: $schema={schema}");
        assert_eq!(first, wanted, "{}", path.display());
        if let Err(problems) = Scenario::from_path(&path) {
            panic!("{}: {problems:?}", path.display());
        }
    }
}

#[test]
fn the_shipped_schema_is_that_of_the_types() {
    let shipped = std::fs::read_to_string(folder().join("schema.json")).expect("a schema");
    let current = serde_json::to_string_pretty(&json_schema::<ScenarioFile>()).expect("JSON");
    assert!(
        shipped.trim_end() == current.trim_end(),
        "scenarios/schema.json is out of date: cellfall schema > scenarios/schema.json"
    );
}
