//! `sequential`: failures of the canary against those of its control, gathered period by period since
//! the stage began. The value is a p-value that stays valid however often one looks.
//!
//! Invariant: without events on both sides there is no data.

use crate::base::Problem;
use crate::change::{GateSpec, Measurement};
use crate::telemetry::OperatorView;

use super::super::evidence::CountEvidence;
use super::super::judge::Question;
use super::super::series::both_sides;
use super::super::shares::{Tally, tally};
use super::{Judge, canary, counts_events, has_a_control, takes_no_bounds};

pub(super) const JUDGE: Judge = Judge {
    name: "sequential",
    check,
    measure,
    reports: |_, _| Some(1),
};

fn check(gate: &GateSpec) -> Vec<Problem> {
    let mut problems = takes_no_bounds(gate);
    problems.extend(counts_events(gate));
    problems.extend(has_a_control(gate));
    problems
}

fn measure(gate: &GateSpec, question: &Question<'_>, view: &OperatorView) -> Measurement {
    let spec = canary(gate);
    let sides = both_sides(question, (question.metric, gate.scope), &spec, view);
    let mut evidence = CountEvidence::new();
    let mut events = (0.0, 0.0);
    let count = |observed: &Option<_>| -> Tally {
        let seen = observed
            .as_ref()
            .and_then(|seen| tally(question.metric, seen));
        seen.unwrap_or_default()
    };
    for (canary, control) in sides.canary.iter().zip(&sides.control) {
        let (canary, control) = (count(canary), count(control));
        events = (events.0 + canary.events, events.1 + control.events);
        evidence.push(canary, control);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "sample counts are far below 2^53"
    )]
    let least = (gate.min_samples as f64).max(f64::MIN_POSITIVE);
    match evidence.p_value() {
        _ if events.0 < least || events.1 <= 0.0 => Measurement::NoData,
        p if p <= spec.alpha => Measurement::Failed(p),
        p => Measurement::Successful(p),
    }
}
