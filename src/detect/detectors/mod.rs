//! The ways in which an alarm rule can read the operator's view. A new one is one file here and one
//! line in the registry.
//!
//! Invariant: a detector is a pure function of what it watches, the view and the instant.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::base::{Problem, SimTime};
use crate::telemetry::OperatorView;

use super::alarm::{AlarmSpec, Reading, Watch};

mod absence;
mod threshold;

/// A way to read the view.
#[derive(Debug)]
pub struct Detector {
    /// The word for it in rules.
    pub name: &'static str,
    /// What is wrong with a rule for this detector in particular.
    pub check: fn(&AlarmSpec) -> Vec<Problem>,
    /// What it makes of the view.
    pub read: fn(&Watch, &OperatorView, SimTime) -> Reading,
}

/// Every detector.
static DETECTORS: [Detector; 2] = [threshold::DETECTOR, absence::DETECTOR];

/// The detector with this name.
///
/// # Errors
/// If there is none: a problem with an empty path, and the nearest name.
pub fn find_detector(name: &str) -> Result<&'static Detector, Problem> {
    let names = DETECTORS.each_ref().map(|detector| detector.name);
    DETECTORS
        .iter()
        .find(|detector| detector.name == name)
        .ok_or_else(|| Problem::unknown_name("", name, "detector", &names))
}

/// The JSON Schema of a key that holds the name of a detector.
pub fn detector_name_schema(_: &mut SchemaGenerator) -> Schema {
    let names = DETECTORS.each_ref().map(|detector| detector.name);
    json_schema!({ "type": "string", "enum": names })
}
