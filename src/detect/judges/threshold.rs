//! `threshold`: the value over the last interval is compared with the gate's bounds; with `for`, it
//! must have been bad that long.
//!
//! Invariant: a value that rests on fewer samples than the gate demands is no data.

use crate::base::{Problem, Span};
use crate::change::{GateSpec, Measurement};
use crate::telemetry::{OperatorView, Window};

use super::super::judge::Question;
use super::{Judge, needs_bounds};

pub(super) const JUDGE: Judge = Judge {
    name: "threshold",
    check,
    measure,
    reports: |_, _| Some(1),
};

fn check(gate: &GateSpec) -> Vec<Problem> {
    let allowed = "nothing, as judge threshold compares with bounds alone";
    let canary = gate.canary.as_ref();
    let foreign = canary.map(|_| Problem::new("canary", "a canary", allowed));
    needs_bounds(gate).into_iter().chain(foreign).collect()
}

fn measure(gate: &GateSpec, question: &Question<'_>, view: &OperatorView) -> Measurement {
    let measured = at(gate, question, view, Span::ZERO);
    let Measurement::Failed(value) = measured else {
        return measured;
    };
    let step = gate.interval.as_us();
    let looks = gate.hold.as_us().div_ceil(step.max(1));
    let was_bad = |look: u64| {
        let ago = Span::from_us(look.saturating_mul(step));
        matches!(at(gate, question, view, ago), Measurement::Failed(_))
    };
    if (1..=looks).all(was_bad) {
        measured
    } else {
        // Pending, as Prometheus calls it, is not failed yet.
        Measurement::Successful(value)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^53"
)]
fn at(gate: &GateSpec, question: &Question<'_>, view: &OperatorView, ago: Span) -> Measurement {
    let window = Window::last(gate.interval, question.now).before(ago);
    let places = question.canary(question.metric, gate.scope);
    view.over_places(question.metric, &places, window)
        .filter(|observed| observed.samples >= gate.min_samples as f64)
        .map_or(Measurement::NoData, |observed| gate.verdict(observed.value))
}
