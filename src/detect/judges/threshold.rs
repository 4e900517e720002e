//! `threshold`: the value over the last interval is compared with the gate's bounds.
//!
//! Invariant: a value that rests on fewer samples than the gate demands is no data.

use crate::change::{GateSpec, Measurement};
use crate::telemetry::{OperatorView, Window};

use super::super::judge::Question;
use super::Judge;

pub(super) const JUDGE: Judge = Judge {
    name: "threshold",
    measure,
};

#[expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^53"
)]
fn measure(gate: &GateSpec, question: &Question, view: &OperatorView) -> Measurement {
    let window = Window::last(gate.interval, question.now);
    view.over_places(question.metric, &question.places, window)
        .filter(|observed| observed.samples >= gate.min_samples as f64)
        .map_or(Measurement::NoData, |observed| gate.verdict(observed.value))
}
