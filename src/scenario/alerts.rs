//! Whether public warnings can be sent as they are written.
//!
//! Invariant: what is wrong with one of them is said of that one.

use crate::topology::Topology;

use super::file::ScenarioFile;
use super::problem::Problems;

/// Each has a name of its own, an instant within the run, and an area with towers.
pub(super) fn check_alerts(file: &ScenarioFile, topology: &Topology, problems: &mut Problems) {
    for (index, alert) in file.alerts.iter().enumerate() {
        let path = |key: &str| format!("alerts[{index}].{key}");
        let mut before = file.alerts[..index].iter();
        if before.any(|other| other.name == alert.name) {
            let found = format!("\"{}\" again", alert.name);
            problems.push(&path("name"), found, "a name of its own", None);
        }
        if alert.at >= file.horizon {
            let allowed = format!("less than the horizon, {}", file.horizon);
            problems.push(&path("at"), alert.at.to_string(), allowed, None);
        }
        if let Err(error) = alert.towers(topology) {
            let allowed = "an area with at least one tower";
            problems.push(&path("area"), error.to_string(), allowed, None);
        }
    }
}
