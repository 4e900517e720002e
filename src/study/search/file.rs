//! The search file: what may be wrong with a release, and which plans are tried.
//!
//! Invariant: plain data with defaults; an empty file asks about the scenario's own defect.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Share, Span};
use crate::change::{GateSpec, StageOrder};
use crate::fault::DefectSpec;

use super::super::file::Distribution;

/// A search for rollout plans: a prior over what is wrong with the release, and the plans that are tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SearchFile {
    /// Probability that nothing is wrong with the release.
    pub good: Share,
    /// What may be wrong with it otherwise; without any, the defect that the scenario has.
    pub defects: Vec<PossibleDefect>,
    /// Divisions into stages: for each, the percentages of the targets that have the new version after each
    /// stage, the last of them 100.
    pub stages: Vec<Vec<f64>>,
    /// Orders in which the elements of a stage are changed.
    pub orders: Vec<StageOrder>,
    /// Soaks: one length for all stages of a plan.
    pub soaks: Vec<Span>,
    /// Sets of gates: one set for all stages of a plan. Without any: no gates, and the gates of the first
    /// stage of the scenario that has some.
    pub gates: Vec<GateSet>,
    /// The figure that counts as the loss.
    pub loss: String,
}

impl Default for SearchFile {
    fn default() -> Self {
        Self {
            good: Share::of(0.5),
            defects: Vec::new(),
            stages: vec![
                vec![100.0],
                vec![25.0, 100.0],
                vec![5.0, 100.0],
                vec![5.0, 25.0, 100.0],
                vec![1.0, 10.0, 50.0, 100.0],
            ],
            orders: vec![StageOrder::SizeAsc, StageOrder::MateLast],
            soaks: [5, 30, 120].map(Span::from_minutes).to_vec(),
            gates: Vec::new(),
            loss: "data.lost_device_min".to_owned(),
        }
    }
}

/// Something that may be wrong with the release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PossibleDefect {
    /// How likely it is, beside the other defects of the list.
    #[serde(default = "one")]
    #[schemars(range(min = 0.0))]
    pub weight: f64,
    /// The defect.
    pub defect: DefectSpec,
    /// Parameters of the defect that are uncertain themselves, such as `dwell` or `probability`: drawn anew
    /// for each world.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vary: BTreeMap<String, Distribution>,
}

const fn one() -> f64 {
    1.0
}

/// Gates that a plan has after each stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateSet {
    /// What it is called in results.
    pub name: String,
    /// The gates; none for a plan without any.
    #[serde(default)]
    pub gates: Vec<GateSpec>,
}
