//! What is shipped: the change, its paperwork, and what is wrong with it.
//!
//! Invariant: paperwork is recorded and compared with what happened; it never changes what happens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::DefectSpec;
use crate::topology::Selector;

/// What is shipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeSpec {
    /// The number of the change record.
    pub id: String,
    /// What kind of change it is.
    pub kind: ChangeKind,
    /// The elements that it is meant for.
    #[schemars(extend("x-aliases" = ["targets"]))]
    pub target: Selector,
    /// The version that is rolled back to; none: what each element runs at the start.
    pub from: Option<String>,
    /// The version that is installed.
    pub to: String,
    /// The declared risk.
    pub risk: Risk,
    /// The method of procedure.
    #[schemars(extend("x-aliases" = ["runbook"]))]
    pub mop: Mop,
    /// The targets are new: out of service until installed, and again once rolled back.
    pub adds_elements: bool,
    /// What is wrong with it; none: nothing.
    pub defect: Option<DefectSpec>,
}

impl Default for ChangeSpec {
    fn default() -> Self {
        Self {
            id: "CHG-1".to_owned(),
            kind: ChangeKind::default(),
            target: Selector::default(),
            from: None,
            to: "next".to_owned(),
            risk: Risk::default(),
            mop: Mop::default(),
            adds_elements: false,
            defect: None,
        }
    }
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// New software.
    #[default]
    Software,
    /// New configuration.
    Config,
    /// New data or content that existing software reads.
    Data,
    /// More elements, or more capacity of existing ones.
    CapacityExpansion,
    /// A new certificate or licence.
    Certificate,
    /// A new routing policy.
    RoutePolicy,
    /// A switch that turns code on that is already there.
    FeatureFlag,
    /// Elements leave service for good.
    Decommission,
}

/// The declared risk of a change.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Low.
    Low,
    /// Medium.
    #[default]
    Medium,
    /// High.
    High,
}

impl Risk {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The method of procedure, as far as it is on paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mop {
    /// Whether a second person checked it before it was loaded.
    pub peer_review: bool,
    /// What the laboratory said.
    pub lab_test: LabTest,
    /// The risk that the series of changes began with, if it has been lowered since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_before: Option<Risk>,
    /// Certificates and licences inside the software and on its elements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// Checks before the work.
    #[schemars(extend("x-aliases" = ["prerequisites"]))]
    pub precheck: Vec<String>,
    /// Checks after the work.
    pub postcheck: Vec<String>,
    /// Alarms that are expected during the work.
    pub expected_alarms: Vec<String>,
}

impl Default for Mop {
    fn default() -> Self {
        Self {
            peer_review: true,
            lab_test: LabTest::Passed,
            risk_before: None,
            certificates: Vec::new(),
            precheck: Vec::new(),
            postcheck: Vec::new(),
            expected_alarms: Vec::new(),
        }
    }
}

/// A certificate or licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Its name.
    pub name: String,
    /// Date and time at which it ends, with its offset from UTC.
    pub ends: String,
}

/// What the laboratory said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LabTest {
    /// Tested and found good.
    #[default]
    Passed,
    /// Tested and found wanting.
    Failed,
    /// Not tested.
    Skipped,
}
