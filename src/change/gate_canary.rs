//! What a gate needs to know that compares the changed part of the network with another.
//!
//! The words and defaults of the Mann-Whitney judge are those of Kayenta's canary configuration
//! (`NetflixACAJudge-v1.0`).
//!
//! Invariant: plain data; every default is that of the tool it comes from, or says that it is assumed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Span;
use crate::fault::Finding;

/// How a gate compares the canary, which is what the stage has changed, with a control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CanarySpec {
    /// What it is compared with.
    pub control: Control,
    /// How far back reports are taken in; for the time before the stage, that far from its start.
    pub window: Span,
    /// `sequential`: the probability of ever failing a canary that is no worse. Assumed.
    pub alpha: f64,
    /// `mann-whitney`, `control-group`: confidence of the interval of the shift.
    pub confidence: f64,
    /// `mann-whitney`: part of the shift that its interval must keep away from zero.
    pub tolerance: f64,
    /// `mann-whitney`: the score from which on the canary passes. Assumed; Kayenta has no default.
    pub pass: f64,
    /// `mann-whitney`: the score from which on it is inconclusive rather than failed. Assumed.
    pub marginal: f64,
    /// `mann-whitney`: weights of groups, in per cent; groups without one share what is left.
    pub group_weights: BTreeMap<String, f64>,
    /// `mann-whitney`: the metrics; none: that of the gate alone.
    pub metrics: Vec<CanaryMetric>,
}

impl Default for CanarySpec {
    fn default() -> Self {
        Self {
            control: Control::default(),
            window: Span::from_minutes(30),
            alpha: 0.01,
            confidence: 0.98,
            tolerance: 0.25,
            pass: 95.0,
            marginal: 75.0,
            group_weights: BTreeMap::new(),
            metrics: Vec::new(),
        }
    }
}

/// What a canary is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// What the rollout has not changed yet: the other regions, or the other elements of the kind.
    #[default]
    Others,
    /// The same part of the network before the stage began.
    Before,
}

/// A metric of a canary judge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CanaryMetric {
    /// Its name, as telemetry delivers it.
    pub metric: String,
    /// The group whose score it counts towards.
    #[serde(default = "all_metrics")]
    pub group: String,
    /// Which way is bad.
    #[serde(default)]
    pub direction: MetricDirection,
    /// A bad critical metric fails the canary whatever the others say; so does one without data.
    #[serde(default)]
    pub critical: bool,
    /// Without data it counts as failed.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["mustHaveData"]))]
    pub must_have_data: bool,
    /// What becomes of periods without a value.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["nanStrategy"]))]
    pub missing: Missing,
    /// Values farther than this many interquartile ranges from the quartiles (and beyond the first
    /// and last per cent) are left out; none: all are kept. Kayenta removes at 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlier_factor: Option<f64>,
    /// How the size of a shift is measured.
    #[serde(default)]
    pub effect: EffectMeasure,
    /// The effect size from which on an increase is bad: 1 for `mean-ratio`, 0.5 for `cles`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-aliases" = ["allowedIncrease"]))]
    pub allowed_increase: Option<f64>,
    /// The effect size at and below which a decrease is bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-aliases" = ["allowedDecrease"]))]
    pub allowed_decrease: Option<f64>,
    /// The effect size from which on an increase of a critical metric is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-aliases" = ["criticalIncrease"]))]
    pub critical_increase: Option<f64>,
    /// The effect size at and below which a decrease of a critical metric is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-aliases" = ["criticalDecrease"]))]
    pub critical_decrease: Option<f64>,
}

fn all_metrics() -> String {
    "all".to_owned()
}

impl CanaryMetric {
    /// A metric with everything else as it is by default.
    pub fn new(metric: &str) -> Self {
        Self {
            metric: metric.to_owned(),
            group: all_metrics(),
            direction: MetricDirection::default(),
            critical: false,
            must_have_data: false,
            missing: Missing::default(),
            outlier_factor: None,
            effect: EffectMeasure::default(),
            allowed_increase: None,
            allowed_decrease: None,
            critical_increase: None,
            critical_decrease: None,
        }
    }
}

/// Which way a metric must move to be bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MetricDirection {
    /// Up.
    Increase,
    /// Down.
    Decrease,
    /// Either.
    #[default]
    Either,
}

/// What becomes of periods without a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// They are left out.
    #[default]
    Remove,
    /// They count as zero.
    Replace,
}

/// How the size of a shift is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EffectMeasure {
    /// Mean of the canary over that of the control; unknown if either is zero.
    #[default]
    MeanRatio,
    /// Probability that a value of the canary is the greater one (common language effect size).
    Cles,
}

impl CanarySpec {
    /// What no type can check; paths are relative to it.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut refuse = |path: &str, value: f64, is_good: bool, allowed: &str| {
            if !is_good {
                findings.push((path.to_owned(), value.to_string(), allowed.to_owned()));
            }
        };
        let inside = |v: f64| v > 0.0 && v < 1.0;
        refuse(
            "window",
            self.window.as_secs_f64(),
            !self.window.is_zero(),
            "a duration above 0s",
        );
        refuse(
            "alpha",
            self.alpha,
            inside(self.alpha),
            "above 0 and below 1",
        );
        let confidence = self.confidence;
        refuse(
            "confidence",
            confidence,
            inside(confidence),
            "above 0 and below 1",
        );
        let tolerance = self.tolerance;
        let is_good = tolerance.is_finite() && tolerance >= 0.0;
        refuse("tolerance", tolerance, is_good, "a number of at least 0");
        let score = |v: f64| (0.0..=100.0).contains(&v);
        refuse("pass", self.pass, score(self.pass), "0 to 100");
        let marginal = score(self.marginal) && self.marginal <= self.pass;
        refuse(
            "marginal",
            self.marginal,
            marginal,
            "0 to the value of pass",
        );
        for (group, &weight) in &self.group_weights {
            let path = format!("group_weights.{group}");
            refuse(&path, weight, score(weight), "0 to 100");
        }
        let sum: f64 = self.group_weights.values().sum();
        refuse(
            "group_weights",
            sum,
            sum <= 100.0 + 1e-9,
            "weights of at most 100 together",
        );
        for (index, metric) in self.metrics.iter().enumerate() {
            let factor = metric.outlier_factor.unwrap_or(3.0);
            let path = format!("metrics[{index}].outlier_factor");
            refuse(
                &path,
                factor,
                factor.is_finite() && factor > 0.0,
                "a number above 0",
            );
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_values_are_refused_one_by_one() {
        assert_eq!(CanarySpec::default().findings(), []);
        let spec = CanarySpec {
            window: Span::ZERO,
            alpha: 0.0,
            confidence: 1.0,
            tolerance: f64::NAN,
            pass: 101.0,
            marginal: -1.0,
            group_weights: BTreeMap::from([("a".into(), 60.0), ("b".into(), 60.0)]),
            metrics: vec![CanaryMetric {
                outlier_factor: Some(0.0),
                ..CanaryMetric::new("RSR")
            }],
            ..CanarySpec::default()
        };
        let paths: Vec<String> = spec.findings().into_iter().map(|f| f.0).collect();
        let expected = [
            "window",
            "alpha",
            "confidence",
            "tolerance",
            "pass",
            "marginal",
            "group_weights",
            "metrics[0].outlier_factor",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn kayenta_s_words_are_the_defaults() {
        let metric: CanaryMetric =
            serde_json::from_value(serde_json::json!({"metric": "RSR"})).expect("a metric");
        assert_eq!(metric, CanaryMetric::new("RSR"));
        let spec = CanarySpec::default();
        assert!((spec.confidence - 0.98).abs() < 1e-12 && (spec.tolerance - 0.25).abs() < 1e-12);
    }
}
