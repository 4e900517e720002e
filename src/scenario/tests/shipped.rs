//! The scenarios that are shipped: every one is good, and names the schema that is.
//!
//! Invariant: reads the repository's own files and nothing else.

use std::path::{Path, PathBuf};

use crate::base::PerSecond;
use crate::impact::{Quantity, Tag, Unit, Value};
use crate::network::{Function, ProceduresSpec};
use crate::population::ClassSpec;
use crate::scenario::{Scenario, ScenarioFile, json_schema};
use crate::topology::NodeKind;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// Scenario files, with the schema as seen from them.
fn shipped() -> Vec<(PathBuf, &'static str)> {
    let places = [
        ("", "schema.json"),
        ("faults", "../schema.json"),
        ("incidents", "../schema.json"),
        ("known-answers", "../schema.json"),
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

/// The replays of incidents.
fn replays() -> Vec<(String, Scenario)> {
    let all = shipped().into_iter();
    let replays = all.filter(|(path, _)| path.parent().is_some_and(|p| p.ends_with("incidents")));
    replays
        .map(|(path, _)| {
            let name = path.display().to_string();
            (name, Scenario::from_path(path).expect("it is good"))
        })
        .collect()
}

#[test]
fn no_replay_fits_twice_and_no_tolerance_is_wide() {
    for (name, scenario) in replays() {
        let figures = &scenario.file().published.figures;
        let fits = figures.iter().filter(|figure| figure.tag == Tag::Fit);
        assert!(fits.count() <= 1, "{name}");
        assert!(
            figures.iter().any(|figure| figure.tag == Tag::Predicted),
            "{name}"
        );
        for figure in figures.iter().filter(|figure| figure.tag != Tag::Derived) {
            let about = format!("{name}: {}", figure.label);
            assert!(!figure.source.is_empty(), "{about}: a source");
            if matches!(figure.quantity, Quantity::NotExpressible { .. }) {
                assert!(
                    !figure.note.is_empty(),
                    "{about}: why it cannot be expressed"
                );
                continue;
            }
            let value = figure.value.number();
            let (least, most) = figure.tolerance.bounds(value);
            let is_short_time = matches!(figure.value, Value::Time(_)) && value < 7_200.0;
            let wide = if is_short_time { 900.0 } else { 0.25 * value };
            let wide = if matches!(figure.quantity.unit(), Unit::Share) {
                wide.max(0.05)
            } else {
                wide
            };
            assert!(most - value <= wide + 1e-9, "{about}: up to {most}");
            assert!(value - least <= wide + 1e-9, "{about}: from {least}");
        }
    }
}

/// The shared procedures; where there is no 5G core, with the two transactions of a 4G attach and no others.
fn procedures_of(scenario: &Scenario, shared: &ScenarioFile) -> ProceduresSpec {
    let mut procedures = shared.network.core.procedures.clone();
    let visits = procedures.initial_registration.iter_mut();
    let mut amf = scenario.topology().nodes_of_kind(NodeKind::Amf);
    if amf.next().is_none() {
        for visit in visits.filter(|visit| visit.at == Function::Udm) {
            visit.work = PerSecond::of(2.0);
        }
    }
    procedures
}

#[test]
fn replays_share_devices_timers_and_habits() {
    let shared = Scenario::from_path(folder().join("replay-defaults.yaml")).expect("it is good");
    let shared = shared.file();
    for (name, scenario) in replays() {
        let file = scenario.file();
        let network = |file: &ScenarioFile| {
            let network = &file.network;
            (
                network.registration.clone(),
                network.ims.clone(),
                network.calls.clone(),
            )
        };
        assert_eq!(network(file), network(shared), "{name}");
        let procedures = &file.network.core.procedures;
        assert_eq!(*procedures, procedures_of(&scenario, shared), "{name}");
        for (own, common) in file
            .population
            .classes
            .iter()
            .zip(&shared.population.classes)
        {
            let with_its_share = ClassSpec {
                share: own.share,
                ..common.clone()
            };
            assert_eq!(*own, with_its_share, "{name}: only the mix may differ");
        }
        let people = |file: &ScenarioFile| {
            let response = &file.response;
            [response.detect, response.triage, response.decide]
        };
        assert_eq!(people(file), people(shared), "{name}");
    }
}
