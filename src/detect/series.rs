//! Values period by period, of what was changed and of what it is compared with.
//!
//! Invariant: both sides of a pair belong to the same instant; what had not been delivered is missing.

use crate::base::{SimTime, Span};
use crate::change::{CanarySpec, Control, GateScope};
use crate::telemetry::{Metric, Observed, OperatorView, Place, Window};

use super::judge::Question;

/// A value each period, or none; oldest first.
pub(super) type Series = Vec<Option<Observed>>;

/// Canary and control.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sides {
    pub(super) canary: Series,
    pub(super) control: Series,
}

impl Sides {
    /// The pairs of which both are known.
    pub(super) fn values(&self) -> Vec<(f64, f64)> {
        let pairs = self.canary.iter().zip(&self.control);
        let values = pairs.filter_map(|(a, b)| Some((a.as_ref()?.value, b.as_ref()?.value)));
        values.collect()
    }
}

/// Canary and control as the gate wants them: the control is elsewhere at the same time, or here
/// before the stage began.
pub(super) fn both_sides(
    question: &Question<'_>,
    watched: (Metric, GateScope),
    spec: &CanarySpec,
    view: &OperatorView,
) -> Sides {
    let since = pairs_since(question, watched, spec, view);
    match spec.control {
        Control::Others => since,
        Control::Before => Sides {
            control: pairs_before(question, watched, spec, view).canary,
            ..since
        },
    }
}

/// Both sides since the stage began, at most as far back as the window.
pub(super) fn pairs_since(
    question: &Question<'_>,
    watched: (Metric, GateScope),
    spec: &CanarySpec,
    view: &OperatorView,
) -> Sides {
    let window_start = earlier(question.now, spec.window);
    let from = question.stage.started.max(window_start);
    sides(question, watched, view, (from, question.now))
}

/// Both sides before the stage began, as far back as the window.
pub(super) fn pairs_before(
    question: &Question<'_>,
    watched: (Metric, GateScope),
    spec: &CanarySpec,
    view: &OperatorView,
) -> Sides {
    let until = question.stage.started;
    sides(
        question,
        watched,
        view,
        (earlier(until, spec.window), until),
    )
}

fn earlier(at: SimTime, by: Span) -> SimTime {
    SimTime::from_us(at.as_us().saturating_sub(by.as_us()))
}

fn sides(
    question: &Question<'_>,
    (metric, scope): (Metric, GateScope),
    view: &OperatorView,
    (from, until): (SimTime, SimTime),
) -> Sides {
    let canary = question.canary(metric, scope);
    let control = question.control(metric, scope);
    let read = |places: &[Place]| series(view, (metric, places), question.now, (from, until));
    Sides {
        canary: read(&canary),
        control: read(&control),
    }
}

/// The reports of the periods that began at `from` or later and ended by `until`, as known at `now`.
fn series(
    view: &OperatorView,
    (metric, places): (Metric, &[Place]),
    now: SimTime,
    (from, until): (SimTime, SimTime),
) -> Series {
    let period = view.settings(metric.counted_of()).period;
    let mut series = Series::new();
    // Periods end at the same instants for all sources.
    let mut end = SimTime::from_us(until.as_us() - until.as_us() % period.as_us());
    while end >= from + period && !places.is_empty() {
        let window = Window::newest(now).before(now.since(end));
        let seen = view.over_places(metric, places, window);
        series.push(seen.filter(|seen| seen.at == end));
        end = earlier(end, period);
    }
    series.reverse();
    // What cannot have been delivered yet is not missing.
    while series.last().is_some_and(Option::is_none) {
        series.pop();
    }
    series
}
