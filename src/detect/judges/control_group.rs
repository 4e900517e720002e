//! `control-group`: how much the canary has moved away from its control since before the stage, as a
//! share of its level (in the manner of AT&T's Litmus, `CoNEXT` 2013: a study group of sites is forecast
//! from a control group, robustly, so that weather, events and the hour, which move both, cancel out).
//!
//! The forecast is the control times the median ratio of canary to control before the stage. The value
//! is the Hodges-Lehmann shift of what the forecast misses, after less before; a bound is met if the
//! whole interval of the shift meets it.
//!
//! Samples too small to tell anything apart at the confidence that is asked for are no data.
//!
//! Invariant: a canary is compared with a control at the same instants alone.

use crate::base::{Problem, Span};
use crate::change::{CanarySpec, GateSpec, Measurement};
use crate::telemetry::OperatorView;

use super::super::judge::Question;
use super::super::profile::median;
use super::super::rank_sum::{RankSum, rank_sum};
use super::super::series::{Sides, pairs_before, pairs_since};
use super::{Judge, canary, has_a_control, holds_nothing, needs_bounds};

pub(super) const JUDGE: Judge = Judge {
    name: "control-group",
    check,
    measure,
    reports,
};

fn check(gate: &GateSpec) -> Vec<Problem> {
    let others = GateSpec {
        canary: None,
        ..gate.clone()
    };
    // It compares with others and with the time before: both are needed.
    let problems = needs_bounds(gate).into_iter().chain(has_a_control(&others));
    problems.chain(holds_nothing(gate)).collect()
}

fn reports(gate: &GateSpec, period: Span) -> Option<u64> {
    let spec = canary(gate);
    let before = spec.window.as_us() / period.as_us().max(1);
    (1..=before).find(|&after| separable(after, before, spec.confidence))
}

/// Whether samples of these sizes, all of the one above all of the other, have an interval that
/// excludes zero.
fn separable(first: u64, second: u64, confidence: f64) -> bool {
    let above = |n: u64, base: u64| (0..n).map(move |i| base + i);
    #[expect(clippy::cast_precision_loss, reason = "windows hold few reports")]
    let values = |n, base| above(n, base).map(|v| v as f64).collect::<Vec<f64>>();
    rank_sum(&values(first, 2 * second), &values(second, 0), confidence)
        .is_some_and(|found| found.p_value < 1.0 - confidence)
}

fn measure(gate: &GateSpec, question: &Question<'_>, view: &OperatorView) -> Measurement {
    let spec = canary(gate);
    let watched = (question.metric, gate.scope);
    let before = pairs_before(question, watched, &spec, view);
    let after = pairs_since(question, watched, &spec, view);
    let Some(shift) = relative_shift(&before, &after, &spec) else {
        return Measurement::NoData;
    };
    verdict(gate, shift)
}

/// The shift of the canary against its forecast, as a share of its level before; none from too little,
/// or if nothing was to be seen before.
fn relative_shift(before: &Sides, after: &Sides, spec: &CanarySpec) -> Option<RankSum> {
    let (before, after) = (before.values(), after.values());
    let ratios = before.iter().filter(|pair| pair.1.abs() > 0.0);
    let slope = median(&ratios.map(|pair| pair.0 / pair.1).collect::<Vec<_>>())?;
    let level = median(&before.iter().map(|pair| pair.0).collect::<Vec<_>>())?.abs();
    let missed = |pairs: &[(f64, f64)]| -> Vec<f64> {
        let miss = |(canary, control): &(f64, f64)| (canary - slope * control) / level;
        pairs.iter().map(miss).collect()
    };
    let count = |pairs: &[(f64, f64)]| u64::try_from(pairs.len()).unwrap_or(u64::MAX);
    if level <= 0.0 || !separable(count(&after), count(&before), spec.confidence) {
        return None;
    }
    let (after, before) = (missed(&after), missed(&before));
    rank_sum(&after, &before, spec.confidence).or_else(|| unmoved(&after, &before))
}

/// Forecasts that were met exactly, before and after, are a shift of nothing.
fn unmoved(after: &[f64], before: &[f64]) -> Option<RankSum> {
    let is_known = !after.is_empty() && !before.is_empty();
    is_known.then_some(RankSum {
        u: 0.0,
        p_value: 1.0,
        shift: 0.0,
        low: 0.0,
        high: 0.0,
    })
}

fn verdict(gate: &GateSpec, shift: RankSum) -> Measurement {
    let wholly = |holds: &dyn Fn(f64) -> bool| holds(shift.low) && holds(shift.high);
    let failed = gate.fail.is_some_and(|bound| wholly(&|v| bound.holds(v)));
    let good = gate.success.map(|bound| wholly(&|v| bound.holds(v)));
    match (failed, good) {
        (true, _) => Measurement::Failed(shift.shift),
        (false, Some(false)) => Measurement::Inconclusive(shift.shift),
        (false, _) => Measurement::Successful(shift.shift),
    }
}
