//! The ways in which a gate's metric can be judged. A new one is one file here and one line in the
//! registry.
//!
//! Invariant: a judge is a pure function of the gate, its question and the view.

use crate::base::{Problem, Span};
use crate::change::{CanarySpec, Control, GateScope, GateSpec, Measurement};
use crate::telemetry::{Metric, OperatorView};

use super::judge::Question;
use super::shares::counts_successes;

mod control_group;
mod kayenta;
mod mann_whitney;
mod sequential;
mod threshold;

/// A way to judge a gate's metric.
#[derive(Debug)]
pub struct Judge {
    /// The word for it.
    pub name: &'static str,
    /// What is wrong with a gate for this judge in particular; paths are relative to the gate.
    pub check: fn(&GateSpec) -> Vec<Problem>,
    /// One measurement.
    pub measure: fn(&GateSpec, &Question<'_>, &OperatorView) -> Measurement,
    /// How many reports of a trouble it needs at least before it can fail a gate, given how long one
    /// covers; none if its window never holds enough.
    pub reports: fn(&GateSpec, Span) -> Option<u64>,
}

/// Every judge.
static JUDGES: [Judge; 4] = [
    threshold::JUDGE,
    mann_whitney::JUDGE,
    sequential::JUDGE,
    control_group::JUDGE,
];

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

/// The canary section of a gate, or its defaults.
fn canary(gate: &GateSpec) -> CanarySpec {
    gate.canary.clone().unwrap_or_default()
}

/// A judge that compares with bounds needs one.
fn needs_bounds(gate: &GateSpec) -> Option<Problem> {
    let has_one = gate.success.is_some() || gate.fail.is_some();
    let problem = || Problem::new("success", "nothing", "a bound in success, fail or both");
    (!has_one).then(problem)
}

/// A judge that has its own idea of good and bad takes no bounds, and no time to hold.
fn takes_no_bounds(gate: &GateSpec) -> Vec<Problem> {
    let bounds = [("success", gate.success), ("fail", gate.fail)];
    let given = bounds
        .into_iter()
        .filter_map(|(key, bound)| Some((key, bound?)));
    let allowed = || format!("nothing, as judge {} has bounds of its own", gate.judge);
    let bounds = given.map(|(key, bound)| Problem::new(key, bound.to_string(), allowed()));
    bounds.chain(holds_nothing(gate)).collect()
}

/// Only a threshold can be asked to hold.
fn holds_nothing(gate: &GateSpec) -> Option<Problem> {
    let allowed = || format!("0s, as judge {} looks at a whole window", gate.judge);
    let problem = || Problem::new("for", gate.hold.to_string(), allowed());
    (!gate.hold.is_zero()).then(problem)
}

/// A comparison needs something to compare with.
fn has_a_control(gate: &GateSpec) -> Option<Problem> {
    let others = gate
        .canary
        .as_ref()
        .is_none_or(|c| c.control == Control::Others);
    let allowed = "selected, pools or regions, or canary.control: before";
    let problem = || {
        Problem::new(
            "scope",
            "all, which leaves no others to compare with",
            allowed,
        )
    };
    (gate.scope == GateScope::All && others).then(problem)
}

/// A test of counts needs a metric that counts events.
fn counts_events(gate: &GateSpec) -> Option<Problem> {
    let metric = Metric::parse(&gate.metric).ok()?;
    let allowed = "a share of events, such as RSR, call-success-rate or drop-share";
    let problem = || Problem::new("metric", metric.name(), allowed);
    counts_successes(metric).is_none().then(problem)
}

#[cfg(test)]
mod tests;
