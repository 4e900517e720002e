//! `absence`: nobody reports a value any more.
//!
//! Invariant: a value that rests on too few samples counts as absent.

use crate::base::{Problem, SimTime};
use crate::telemetry::{OperatorView, Window};

use super::super::alarm::{AlarmSpec, Reading, Watch};
use super::Detector;

pub(super) const DETECTOR: Detector = Detector {
    name: "absence",
    check,
    read,
};

fn check(spec: &AlarmSpec) -> Vec<Problem> {
    match spec.condition {
        None => Vec::new(),
        Some(text) => vec![Problem::new(
            "condition",
            text.to_string(),
            "nothing, as detector absence asks for no value",
        )],
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^53"
)]
fn read(watch: &Watch, view: &OperatorView, now: SimTime) -> Reading {
    // A network that has never reported is starting up, not silent.
    if view.first_delivery().is_none_or(|first| first > now) {
        return Reading::NoData;
    }
    let window = Window::last(watch.over, now);
    match view.over(watch.metric, watch.place, window) {
        Some(observed) if observed.samples >= watch.min_samples as f64 => {
            Reading::Unmet(Some(observed))
        }
        _ => Reading::Met(None),
    }
}
