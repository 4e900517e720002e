//! `threshold`: a value, or its ratio to an earlier one, is compared with a bound.
//!
//! Invariant: no value means no reading, whatever the bound.

use crate::base::{Problem, SimTime};
use crate::telemetry::{Observed, OperatorView, Window};

use super::super::alarm::{AlarmSpec, Reading, Watch};
use super::Detector;

pub(super) const DETECTOR: Detector = Detector {
    name: "threshold",
    check,
    read,
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

fn read(watch: &Watch, view: &OperatorView, now: SimTime) -> Reading {
    let condition = watch.condition.expect("the rule was checked for one");
    match observe(watch, view, now) {
        None => Reading::NoData,
        Some(observed) if condition.holds(observed.value) => Reading::Met(Some(observed)),
        Some(observed) => Reading::Unmet(Some(observed)),
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

#[expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^53"
)]
fn enough(watch: &Watch, view: &OperatorView, window: Window) -> Option<Observed> {
    view.over(watch.metric, watch.place, window)
        .filter(|observed| observed.samples >= watch.min_samples as f64)
}
