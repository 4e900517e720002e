//! `threshold`: a value, or its ratio to an earlier one, is compared with a bound. Its score is the
//! value, its sign turned where low values are bad.
//!
//! Invariant: no value means no reading, whatever the bound.

use crate::base::{Problem, SimTime};
use crate::telemetry::{Observed, OperatorView, Window};

use super::super::alarm::{AlarmSpec, Watch};
use super::{Detector, Score, Sensor, enough};

pub(super) const DETECTOR: Detector = Detector {
    name: "threshold",
    unit: "value",
    keys: &[],
    limit: 0.0,
    check,
    start: |_, _| Box::new(Threshold),
    is_met,
};

fn check(spec: &AlarmSpec) -> Vec<Problem> {
    match spec.condition {
        Some(_) => Vec::new(),
        None => vec![Problem::new(
            "condition",
            "nothing",
            "a comparison such as \"< 0.98\", as detector threshold needs one",
        )],
    }
}

fn is_met(watch: &Watch, score: &Score) -> bool {
    let condition = watch.condition.expect("the rule was checked for one");
    let observed = score.observed.expect("a threshold has seen a value");
    condition.holds(observed.value)
}

#[derive(Clone, Copy, Debug)]
struct Threshold;

impl Sensor for Threshold {
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score> {
        let observed = observe(watch, view, now)?;
        let rises = watch.condition.is_none_or(|condition| condition.is_upper());
        Some(Score {
            value: if rises {
                observed.value
            } else {
                -observed.value
            },
            observed: Some(observed),
        })
    }

    fn duplicate(&self) -> Box<dyn Sensor> {
        Box::new(*self)
    }
}

fn observe(watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Observed> {
    let window = Window::last(watch.over, now);
    let observed = enough(watch, view, window)?;
    let Some(ago) = watch.compared_with else {
        return Some(observed);
    };
    let earlier = enough(watch, view, window.before(ago))?;
    let ratio = observed.value / earlier.value;
    ratio.is_finite().then_some(Observed {
        value: ratio,
        ..observed
    })
}
