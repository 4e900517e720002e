//! What no type can check in a search file.
//!
//! Invariant: every problem is reported, with its place in the file.

use crate::base::nearest;
use crate::fault::{DefectSpec, Finding};
use crate::scenario::Problems;

use super::file::{PossibleDefect, SearchFile};
use super::releases::drawn;

/// Report everything that is wrong with a search file to `problems`.
pub(super) fn check(file: &SearchFile, problems: &mut Problems) {
    for (index, stages) in file.stages.iter().enumerate() {
        let rises = stages.windows(2).all(|two| two[0] < two[1]);
        let starts = stages.first().is_some_and(|first| *first > 0.0);
        let ends = stages
            .last()
            .is_some_and(|last| (last - 100.0).abs() < 1e-9);
        if !(rises && starts && ends) {
            let found = format!("{stages:?}");
            let allowed = "percentages above 0 that rise to 100, such as [5, 25, 100]";
            problems.push(&format!("stages[{index}]"), found, allowed, None);
        }
    }
    for (path, is_empty) in [
        ("stages", file.stages.is_empty()),
        ("orders", file.orders.is_empty()),
        ("soaks", file.soaks.is_empty()),
    ] {
        if is_empty {
            problems.push(path, "an empty list", "at least one to try", None);
        }
    }
    for (index, set) in file.gates.iter().enumerate() {
        if file.gates[..index]
            .iter()
            .any(|other| other.name == set.name)
        {
            let found = format!("\"{}\" again", set.name);
            problems.push(
                &format!("gates[{index}].name"),
                found,
                "a name of its own",
                None,
            );
        }
    }
    let total: f64 = file.defects.iter().map(|defect| defect.weight).sum();
    if !file.defects.is_empty() && (total <= 0.0 || !total.is_finite()) {
        problems.push(
            "defects",
            "weights that add up to nothing",
            "a weight above 0",
            None,
        );
    }
    for (index, defect) in file.defects.iter().enumerate() {
        check_defect(defect, &format!("defects[{index}]"), problems);
    }
}

fn check_defect(possible: &PossibleDefect, path: &str, problems: &mut Problems) {
    let plain = serde_json::to_value(&possible.defect).expect("a defect is plain data");
    let known: Vec<String> = plain
        .as_object()
        .map(|keys| keys.keys().filter(|key| *key != "kind").cloned().collect())
        .unwrap_or_default();
    for key in possible.vary.keys() {
        if !known.contains(key) {
            let place = format!("{path}.vary.{key}");
            let words: Vec<&str> = known.iter().map(String::as_str).collect();
            let allowed = format!("a parameter of the defect: {}", words.join(", "));
            let meant = nearest(key, &words).map(str::to_owned);
            problems.push(&place, "an unknown parameter", allowed, meant);
            return;
        }
    }
    // The ends of a distribution are where a value leaves what is allowed.
    for share in [0.001, 0.5, 0.999] {
        let units = vec![share; possible.vary.len()];
        let found = match serde_json::from_value::<DefectSpec>(drawn(possible, &units)) {
            Ok(defect) => defect.defect().findings().into_iter().next(),
            Err(error) => Some(told(&error.to_string())),
        };
        if let Some((_, found, allowed)) = found {
            problems.push(&format!("{path}.vary"), found, allowed, None);
            return;
        }
    }
}

/// What a type says of a value that it refuses, as a finding.
fn told(error: &str) -> Finding {
    let (found, allowed) = error
        .split_once(", expected ")
        .unwrap_or((error, "values that the defect allows"));
    let found = found.trim_start_matches("found ");
    (String::new(), found.to_owned(), allowed.to_owned())
}
