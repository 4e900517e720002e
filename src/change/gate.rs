//! What a gate asks, and of whom.
//!
//! Invariant: this room never looks at a metric; it asks a [`GateJudge`] and counts the answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{NodeId, PoolId, RegionId, SimTime, Span};
use crate::fault::Finding;

use super::gate_canary::CanarySpec;
use super::threshold::Threshold;

/// A condition on delivered telemetry that a stage must meet before the next one starts. Counting is
/// that of Argo Rollouts' analysis metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateSpec {
    /// Name of the metric, as telemetry delivers it: `RSR`, `RM.RegInitFail` …
    pub metric: String,
    /// A measurement that meets this is good, for example ">= 0.995". Without it, everything that
    /// does not fail is good.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["success_condition", "pass"]))]
    pub success: Option<Threshold>,
    /// A measurement that meets this has failed, for example "< 0.98". Without it, everything that is
    /// not good has failed; with both, what meets neither is inconclusive.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["failure_condition", "failure"]))]
    pub fail: Option<Threshold>,
    /// How it is judged: `threshold` compares the value with the bounds; `mann-whitney` compares
    /// canary and control as Kayenta does; `sequential` gathers evidence that the canary fails more
    /// often, and may be looked at at any time; `control-group` compares what changed between the two
    /// since before the stage, as a share of the level, with the bounds.
    #[serde(default = "threshold_judge")]
    pub judge: String,
    /// What a judge compares with, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<CanarySpec>,
    /// `threshold`: how long a bad value must have been seen before a measurement has failed.
    #[serde(default, rename = "for")]
    pub hold: Span,
    /// Whose telemetry is judged.
    #[serde(default)]
    pub scope: GateScope,
    /// When it runs.
    #[serde(default)]
    pub runs: GateTiming,
    /// From the beginning of the gate to the first measurement.
    #[serde(default)]
    pub initial_delay: Span,
    /// Between two measurements.
    #[serde(default = "one_minute")]
    pub interval: Span,
    /// Measurements (without those that had no data) after which it is passed; none: until the end
    /// of the soak, or a single one after it.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["iterations"]))]
    pub count: Option<u32>,
    /// Simulated events that a measurement must rest on; with fewer it has no data.
    #[serde(default)]
    pub min_samples: u64,
    /// Failed measurements that are tolerated; `null`: all.
    #[serde(default = "no_failures")]
    #[schemars(extend("x-aliases" = ["threshold"]))]
    pub failure_limit: Option<u32>,
    /// Inconclusive measurements that are tolerated.
    #[serde(default)]
    pub inconclusive_limit: u32,
    /// Measurements without data that are tolerated in a row.
    #[serde(default = "four")]
    #[schemars(extend("x-aliases" = ["consecutive_error_limit"]))]
    pub error_limit: u32,
    /// That many good measurements in a row pass it early; none: never.
    #[serde(default)]
    pub consecutive_success_limit: Option<u32>,
    /// What it means when data stays away longer than tolerated.
    #[serde(default)]
    pub on_no_data: OnNoData,
}

fn threshold_judge() -> String {
    "threshold".to_owned()
}

const fn one_minute() -> Span {
    Span::from_minutes(1)
}

#[expect(clippy::unnecessary_wraps, reason = "a default of an optional field")]
const fn no_failures() -> Option<u32> {
    Some(0)
}

const fn four() -> u32 {
    4
}

/// Whose telemetry a gate judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateScope {
    /// The elements changed in this stage.
    Selected,
    /// The pools that these elements belong to.
    #[default]
    Pools,
    /// The regions that these elements lie in.
    Regions,
    /// The whole network.
    All,
}

/// When a gate runs. A failure acts at once, whenever it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateTiming {
    /// From the start of the stage, during installation and soak.
    Stage,
    /// From the end of the installation, during the soak.
    #[default]
    Soak,
    /// After the soak.
    AfterSoak,
}

/// What it means when data stays away longer than tolerated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnNoData {
    /// The gate is inconclusive.
    #[default]
    Pause,
    /// The gate has failed.
    Fail,
    /// A measurement without data counts as a good one.
    Pass,
}

/// One measurement, with the value that was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measurement {
    /// Good.
    Successful(f64),
    /// Bad.
    Failed(f64),
    /// Neither.
    Inconclusive(f64),
    /// Nothing was delivered, or too little.
    NoData,
}

/// A stage as a judge needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageInfo {
    /// Its name.
    pub name: String,
    /// Its place among the stages, from 0.
    pub index: usize,
    /// The elements changed in it so far.
    pub nodes: Vec<NodeId>,
    /// The elements that the rollout has changed so far, in any stage.
    pub changed: Vec<NodeId>,
    /// The pools that these belong to or are served by.
    pub pools: Vec<PoolId>,
    /// The regions that these lie in.
    pub regions: Vec<RegionId>,
    /// When it started.
    pub started: SimTime,
}

/// Measures a gate's metric on delivered telemetry; implemented by the detect room.
pub trait GateJudge {
    /// One measurement, of what has been delivered by now.
    fn measure(&mut self, gate: &GateSpec, stage: &StageInfo, now: SimTime) -> Measurement;

    /// How long after the beginning of a trouble that shows fully and at once the gate can act at the
    /// earliest, as telemetry stands now; none if it never can.
    fn floor(&mut self, gate: &GateSpec, stage: &StageInfo, now: SimTime) -> Option<Span>;
}

impl GateSpec {
    /// The names of the metrics that it reads.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        let canary = self.canary.iter().flat_map(|canary| &canary.metrics);
        let further = canary.map(|further| further.metric.as_str());
        std::iter::once(self.metric.as_str()).chain(further)
    }

    /// A gate on a metric, with everything else as it is by default.
    pub fn new(metric: &str) -> Self {
        Self {
            metric: metric.to_owned(),
            success: None,
            fail: None,
            judge: threshold_judge(),
            canary: None,
            hold: Span::ZERO,
            scope: GateScope::default(),
            runs: GateTiming::default(),
            initial_delay: Span::ZERO,
            interval: one_minute(),
            count: None,
            min_samples: 0,
            failure_limit: no_failures(),
            inconclusive_limit: 0,
            error_limit: four(),
            consecutive_success_limit: None,
            on_no_data: OnNoData::default(),
        }
    }

    /// What the thresholds say of a value.
    pub fn verdict(&self, value: f64) -> Measurement {
        let failed = self.fail.map(|bound| bound.holds(value));
        let good = self.success.map(|bound| bound.holds(value));
        match (failed, good) {
            (Some(true), _) | (None, Some(false)) => Measurement::Failed(value),
            (None | Some(false), Some(true)) | (Some(false), None) => {
                Measurement::Successful(value)
            }
            (Some(false), Some(false)) | (None, None) => Measurement::Inconclusive(value),
        }
    }

    /// What no type can check; paths are relative to the gate.
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |path: &str, found: &str, allowed: &str| {
            (path.to_owned(), found.to_owned(), allowed.to_owned())
        };
        let mut findings = Vec::new();
        if self.interval.is_zero() {
            findings.push(finding("interval", "0s", "a duration above 0s"));
        }
        if self.count == Some(0) {
            findings.push(finding("count", "0", "at least 1"));
        }
        let canary = self.canary.iter().flat_map(CanarySpec::findings);
        let under = |(path, found, allowed): Finding| (format!("canary.{path}"), found, allowed);
        findings.extend(canary.map(under));
        findings
    }
}

impl Measurement {
    /// The value that was seen.
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Successful(value) | Self::Failed(value) | Self::Inconclusive(value) => {
                Some(value)
            }
            Self::NoData => None,
        }
    }

    /// Its kebab-case word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Successful(_) => "successful",
            Self::Failed(_) => "failed",
            Self::Inconclusive(_) => "inconclusive",
            Self::NoData => "no-data",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bounds_leave_room_for_doubt() {
        let gate = |success: Option<&str>, fail: Option<&str>| {
            let bound = |text| Threshold::parse(text).expect(text);
            GateSpec {
                success: success.map(bound),
                fail: fail.map(bound),
                ..GateSpec::new("RSR")
            }
        };
        let both = gate(Some(">= 0.995"), Some("< 0.98"));
        assert_eq!(both.verdict(0.999), Measurement::Successful(0.999));
        assert_eq!(both.verdict(0.99), Measurement::Inconclusive(0.99));
        assert_eq!(both.verdict(0.9), Measurement::Failed(0.9));
        assert_eq!(
            gate(Some(">= 0.995"), None).verdict(0.99),
            Measurement::Failed(0.99)
        );
        assert_eq!(
            gate(None, Some("< 0.98")).verdict(0.99),
            Measurement::Successful(0.99)
        );
    }

    #[test]
    fn what_is_left_out_takes_argo_s_defaults() {
        let gate: GateSpec = serde_json::from_value(serde_json::json!({
            "metric": "RSR", "success": ">= 0.995", "count": 15
        }))
        .expect("a gate");
        assert_eq!((gate.failure_limit, gate.error_limit), (Some(0), 4));
        assert_eq!(gate.findings(), []);
        let bare = GateSpec {
            interval: Span::ZERO,
            ..GateSpec::new("RSR")
        };
        assert_eq!(bare.findings().len(), 1);
        let impossible = GateSpec {
            count: Some(0),
            canary: Some(CanarySpec {
                alpha: 2.0,
                ..CanarySpec::default()
            }),
            ..GateSpec::new("RSR")
        };
        let findings = impossible.findings();
        let paths: Vec<&str> = findings.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(paths, ["count", "canary.alpha"]);
    }
}
