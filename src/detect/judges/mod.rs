//! The ways in which a gate's metric can be judged. A new one is one file here and one line in the
//! registry.
//!
//! Invariant: a judge is a pure function of the gate, its question and the view.

use crate::base::Problem;
use crate::change::{GateSpec, Measurement};
use crate::telemetry::OperatorView;

use super::judge::Question;

mod threshold;

/// A way to judge a gate's metric.
#[derive(Debug)]
pub struct Judge {
    /// The word for it.
    pub name: &'static str,
    /// One measurement.
    pub measure: fn(&GateSpec, &Question, &OperatorView) -> Measurement,
}

/// Every judge.
static JUDGES: [Judge; 1] = [threshold::JUDGE];

/// The judge with this name.
///
/// # Errors
/// If there is none: a problem with an empty path, and the nearest name.
pub fn find_judge(name: &str) -> Result<&'static Judge, Problem> {
    let names = JUDGES.each_ref().map(|judge| judge.name);
    JUDGES
        .iter()
        .find(|judge| judge.name == name)
        .ok_or_else(|| Problem::unknown_name("", name, "judge", &names))
}
