//! The arithmetic of Kayenta's judge: labels of metrics, scores of groups, the score of the canary.
//! Each rule is that of `MannWhitneyClassifier`, `IQRDetector` and `WeightedSumScorer` in
//! github.com/spinnaker/kayenta (commit a69573b).
//!
//! The bound of the interval is a quarter of the shift itself, whatever its size: any small shift that
//! is consistent fails a metric, unless an allowed effect size says otherwise.
//!
//! Invariant: knows values, and nothing of where they come from.

use std::collections::BTreeMap;

use crate::change::{CanaryMetric, CanarySpec, EffectMeasure, MetricDirection, Missing};

use super::super::rank_sum::{common_language_effect, rank_sum};

/// What is said of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Pass,
    High,
    Low,
    /// Nothing to compare.
    NoData,
    /// Nothing to compare, and there should be.
    NoDataFail,
}

/// A metric that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Classified {
    pub(super) group: String,
    pub(super) label: Label,
    /// It fails the canary by itself.
    pub(super) critical: bool,
}

/// Per cent of metrics without data from which on the canary fails.
const NO_DATA_PERCENT: f64 = 50.0;

/// What is said of a metric with these values.
pub(super) fn classify(
    metric: &CanaryMetric,
    spec: &CanarySpec,
    canary: &[f64],
    control: &[f64],
) -> Classified {
    let (label, critical) = label(metric, spec, canary, control);
    Classified {
        group: metric.group.clone(),
        label,
        critical,
    }
}

fn label(
    metric: &CanaryMetric,
    spec: &CanarySpec,
    canary: &[f64],
    control: &[f64],
) -> (Label, bool) {
    if canary.is_empty() || control.is_empty() {
        return match metric.missing {
            Missing::Replace => (Label::Pass, false),
            Missing::Remove if metric.must_have_data && !metric.critical => {
                (Label::NoDataFail, false)
            }
            Missing::Remove => (Label::NoData, metric.critical),
        };
    }
    if is_same(canary, control) {
        return (Label::Pass, false);
    }
    let found = compare(metric, spec, canary, control);
    let effect = effect(metric, canary, control);
    let default = default_effect(metric);
    let critical = metric.critical
        && match found {
            // An effect that cannot be computed does not excuse.
            Label::High => effect.is_none_or(|e| e >= metric.critical_increase.unwrap_or(default)),
            Label::Low => effect.is_none_or(|e| e <= metric.critical_decrease.unwrap_or(default)),
            _ => false,
        };
    (found, critical)
}

/// The same values, in whatever order.
fn is_same(canary: &[f64], control: &[f64]) -> bool {
    let sorted = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    let (canary, control) = (sorted(canary), sorted(control));
    let equal = |a: &f64, b: &f64| a.total_cmp(b).is_eq();
    let pairs = || canary.iter().zip(&control);
    let is_one_value = |values: &[f64]| values.iter().all(|v| equal(v, &canary[0]));
    (canary.len() == control.len() && pairs().all(|(a, b)| equal(a, b)))
        || (is_one_value(&canary) && is_one_value(&control))
}

fn compare(metric: &CanaryMetric, spec: &CanarySpec, canary: &[f64], control: &[f64]) -> Label {
    // Two constants differ for certain; Kayenta adds noise of 1e-5 of each so as to say so.
    let constants = || {
        let shift = canary[0] - control[0];
        (shift, shift, shift)
    };
    let is_constant = |values: &[f64]| values.iter().all(|v| v.total_cmp(&values[0]).is_eq());
    let (shift, low, high) = if is_constant(canary) && is_constant(control) {
        constants()
    } else {
        let Some(found) = rank_sum(canary, control, spec.confidence) else {
            return Label::Pass;
        };
        (found.shift, found.low, found.high)
    };
    let bound = spec.tolerance * shift.abs();
    let effect = effect(metric, canary, control);
    let default = default_effect(metric);
    let watches = |way| metric.direction == MetricDirection::Either || metric.direction == way;
    let is_high = watches(MetricDirection::Increase)
        && low > bound
        && effect.is_none_or(|e| e >= metric.allowed_increase.unwrap_or(default));
    let is_low = watches(MetricDirection::Decrease)
        && high < -bound
        && effect.is_none_or(|e| e <= metric.allowed_decrease.unwrap_or(default));
    match (is_high, is_low) {
        (true, _) => Label::High,
        (false, true) => Label::Low,
        (false, false) => Label::Pass,
    }
}

const fn default_effect(metric: &CanaryMetric) -> f64 {
    match metric.effect {
        EffectMeasure::MeanRatio => 1.0,
        EffectMeasure::Cles => 0.5,
    }
}

/// The size of the shift; none where a mean is zero.
#[expect(clippy::cast_precision_loss, reason = "windows hold few reports")]
fn effect(metric: &CanaryMetric, canary: &[f64], control: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    match metric.effect {
        EffectMeasure::Cles => common_language_effect(canary, control),
        EffectMeasure::MeanRatio => {
            let (canary, control) = (mean(canary), mean(control));
            (canary != 0.0 && control != 0.0).then(|| canary / control)
        }
    }
}

/// Leave out what lies too far from the quartiles, and beyond the first and last per cent.
pub(super) fn remove_outliers(values: &[f64], factor: f64) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(lower), Some(upper)) = (percentile(&sorted, 25.0), percentile(&sorted, 75.0)) else {
        return Vec::new();
    };
    let reach = factor * (upper - lower);
    let first = percentile(&sorted, 1.0).unwrap_or(lower).min(lower - reach);
    let last = percentile(&sorted, 99.0)
        .unwrap_or(upper)
        .max(upper + reach);
    let inside = |value: &f64| (first..=last).contains(value);
    values.iter().copied().filter(inside).collect()
}

/// A percentile of sorted values, between the `(n + 1) p`-th and its neighbour (the default of Apache
/// Commons Math, which Kayenta uses); none of none.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "windows hold few reports"
)]
fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = (percent / 100.0 * (sorted.len() as f64 + 1.0) - 1.0).clamp(0.0, last as f64);
    let below = place as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (place - below as f64) * (sorted[above] - sorted[below]))
}

/// The score of a canary, 0 to 100, to two decimals.
#[expect(clippy::cast_precision_loss, reason = "a canary has few metrics")]
pub(super) fn score(results: &[Classified], weights: &BTreeMap<String, f64>) -> f64 {
    let is_failure = |one: &&Classified| one.critical && one.label != Label::Pass;
    let silent = results
        .iter()
        .filter(|one| one.label == Label::NoData)
        .count() as f64;
    if results.iter().any(|one| is_failure(&one))
        || silent * 100.0 >= NO_DATA_PERCENT * results.len() as f64
    {
        return 0.0;
    }
    let mut groups: BTreeMap<&str, Vec<Label>> = BTreeMap::new();
    for one in results {
        groups.entry(&one.group).or_default().push(one.label);
    }
    let unweighted = groups.keys().filter(|group| !weights.contains_key(**group));
    let left = 100.0 - weights.values().sum::<f64>();
    let shared = left / (unweighted.count() as f64).max(1.0);
    let weight = |group: &str| weights.get(group).copied().unwrap_or(shared) / 100.0;
    let sum: f64 = groups
        .iter()
        .map(|(group, labels)| group_score(labels) * weight(group))
        .sum();
    libm::round(sum * 100.0) / 100.0
}

/// Passed of those with data, in per cent; a group without any data has nothing against it.
#[expect(clippy::cast_precision_loss, reason = "a canary has few metrics")]
fn group_score(labels: &[Label]) -> f64 {
    let judged = labels
        .iter()
        .filter(|label| **label != Label::NoData)
        .count();
    let passed = labels.iter().filter(|label| **label == Label::Pass).count();
    if judged == 0 {
        return 100.0;
    }
    passed as f64 / judged as f64 * 100.0
}

#[cfg(test)]
mod tests;
