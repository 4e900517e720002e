//! `mann-whitney`: canary against control, metric by metric, as Kayenta's `NetflixACAJudge-v1.0` does it
//! (github.com/spinnaker/kayenta). The value is the score, 0 to 100.
//!
//! One thing differs: where no metric at all has data, there is no data, and the gate says what that
//! means (`on_no_data`); Kayenta fails the canary.
//!
//! Invariant: what is compared are reports of single periods, never their means.

use crate::base::{Problem, Span};
use crate::change::{CanaryMetric, CanarySpec, GateSpec, Measurement, Missing};
use crate::telemetry::{Metric, OperatorView};

use super::super::judge::Question;
use super::super::series::both_sides;
use super::kayenta::{Classified, Label, classify, remove_outliers, score};
use super::{Judge, canary, has_a_control, takes_no_bounds};

pub(super) const JUDGE: Judge = Judge {
    name: "mann-whitney",
    check,
    measure,
    reports,
};

fn check(gate: &GateSpec) -> Vec<Problem> {
    let mut problems = takes_no_bounds(gate);
    problems.extend(has_a_control(gate));
    let metrics = gate.canary.iter().flat_map(|spec| &spec.metrics);
    for (index, metric) in metrics.enumerate() {
        if let Err(problem) = Metric::parse(&metric.metric) {
            problems.push(problem.under(&format!("canary.metrics[{index}].metric")));
        }
    }
    problems
}

/// One is enough: of samples too small for its confidence, the interval is the range of their
/// differences, so that a single report may fail a canary, as it does in Kayenta and in R.
fn reports(gate: &GateSpec, period: Span) -> Option<u64> {
    (canary(gate).window >= period).then_some(1)
}

fn measure(gate: &GateSpec, question: &Question<'_>, view: &OperatorView) -> Measurement {
    let spec = canary(gate);
    let own = [CanaryMetric::new(&gate.metric)];
    let metrics = if spec.metrics.is_empty() {
        &own[..]
    } else {
        &spec.metrics
    };
    let results: Vec<Classified> = metrics
        .iter()
        .map(|metric| result(metric, (gate, &spec), question, view))
        .collect();
    let is_silent = |one: &Classified| one.label == Label::NoData && !one.critical;
    if results.iter().all(is_silent) {
        return Measurement::NoData;
    }
    match score(&results, &spec.group_weights) {
        score if score >= spec.pass => Measurement::Successful(score),
        score if score >= spec.marginal => Measurement::Inconclusive(score),
        score => Measurement::Failed(score),
    }
}

fn result(
    metric: &CanaryMetric,
    (gate, spec): (&GateSpec, &CanarySpec),
    question: &Question<'_>,
    view: &OperatorView,
) -> Classified {
    let known = Metric::parse(&metric.metric).expect("the gate was checked");
    let sides = both_sides(question, (known, gate.scope), spec, view);
    let values = |side: &[Option<crate::telemetry::Observed>]| -> Vec<f64> {
        let values = side.iter().filter_map(|seen| match (seen, metric.missing) {
            (Some(seen), _) => Some(seen.value),
            (None, Missing::Replace) => Some(0.0),
            (None, Missing::Remove) => None,
        });
        let values: Vec<f64> = values.collect();
        match metric.outlier_factor {
            Some(factor) => remove_outliers(&values, factor),
            None => values,
        }
    };
    classify(
        metric,
        spec,
        &values(&sides.canary),
        &values(&sides.control),
    )
}
