//! The ways in which an alarm rule can read the operator's view. A new one is one file here and one
//! line in the registry.
//!
//! A detector turns what has been delivered into a score that grows with the trouble. The rule is met
//! while the score is at its limit or above; where that limit lies is what a calibration finds out.
//!
//! Invariant: a score is a pure function of what is watched and of the views so far, and never
//! not-a-number.

use std::fmt;
use std::sync::Arc;

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::base::{Problem, SimTime};
use crate::telemetry::{Metric, Observed, OperatorView, Window};

use super::alarm::{AlarmSpec, Watch};
use super::profile::Profile;
use super::shares::counts_successes;

mod absence;
mod burn_rate;
mod cusum;
mod deviations;
mod ewma;
pub(super) mod seasonal;
mod sequential;
mod threshold;

/// A way to read the view.
#[derive(Debug)]
pub struct Detector {
    /// The word for it in rules.
    pub name: &'static str,
    /// What its score is counted in.
    pub unit: &'static str,
    /// The keys of `tuning` that it understands.
    pub keys: &'static [&'static str],
    /// Its limit, where a rule gives none.
    pub limit: f64,
    /// What is wrong with a rule for this detector in particular.
    pub check: fn(&AlarmSpec) -> Vec<Problem>,
    /// A sensor at the beginning of its watch; with what is normal at each time of day, if known.
    pub start: fn(&Watch, Option<&Arc<Profile>>) -> Box<dyn Sensor>,
    /// Whether a score meets the rule as it is written.
    pub is_met: fn(&Watch, &Score) -> bool,
}

/// A detector at work.
pub trait Sensor: fmt::Debug + Send + Sync {
    /// What it makes of the view now; none if the view cannot tell. Instants come in their order.
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score>;

    /// Another one in the same state.
    fn duplicate(&self) -> Box<dyn Sensor>;
}

impl Clone for Box<dyn Sensor> {
    fn clone(&self) -> Self {
        self.duplicate()
    }
}

/// How strongly the view speaks for trouble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// In the unit of the detector; never not-a-number.
    pub value: f64,
    /// The newest value of the metric; none where its being missing is the trouble.
    pub observed: Option<Observed>,
}

/// Every detector.
static DETECTORS: [Detector; 7] = [
    threshold::DETECTOR,
    burn_rate::DETECTOR,
    cusum::DETECTOR,
    ewma::DETECTOR,
    seasonal::DETECTOR,
    sequential::DETECTOR,
    absence::DETECTOR,
];

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

/// Met at the limit and above.
fn at_limit(watch: &Watch, score: &Score) -> bool {
    score.value >= watch.limit
}

/// The value over the rule's time, if it rests on enough samples.
fn newest(watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Observed> {
    enough(watch, view, Window::last(watch.over, now))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^53"
)]
fn enough(watch: &Watch, view: &OperatorView, window: Window) -> Option<Observed> {
    view.over(watch.metric, watch.place, window)
        .filter(|observed| observed.samples >= watch.min_samples as f64)
}

/// A rule of this detector has no use for a condition.
fn no_condition(spec: &AlarmSpec) -> Vec<Problem> {
    let text = spec.condition.map(|condition| condition.to_string());
    let allowed = format!(
        "nothing, as detector {} has a limit of its own",
        spec.detector
    );
    text.map(|text| Problem::new("condition", text, allowed))
        .into_iter()
        .chain(no_comparison(spec))
        .collect()
}

/// A test of counts needs a metric that counts events.
fn needs_events(spec: &AlarmSpec) -> Option<Problem> {
    let metric = Metric::parse(&spec.metric).ok()?;
    let allowed = "a share of events, such as RSR, call-success-rate or drop-share";
    let problem = || Problem::new("metric", metric.name(), allowed);
    counts_successes(metric).is_none().then(problem)
}

/// Only a threshold compares with an earlier value.
fn no_comparison(spec: &AlarmSpec) -> Option<Problem> {
    let span = spec.compared_with?;
    let allowed = format!(
        "nothing, as detector {} compares in its own way",
        spec.detector
    );
    Some(Problem::new("compared_with", span.to_string(), allowed))
}

/// A report is looked at once: what a sensor has seen already.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    at: Option<SimTime>,
}

impl Seen {
    /// Whether this value is made of anything newer than the one before.
    fn is_new(&mut self, observed: &Observed) -> bool {
        let is_new = self.at.is_none_or(|at| observed.at > at);
        if is_new {
            self.at = Some(observed.at);
        }
        is_new
    }
}
