//! The scenario file as a type: what a file may say, section by section.
//!
//! Every section belongs to the room that acts on it; here they are only put together.
//!
//! Invariant: plain data with defaults; an empty file is a quiet day.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{AttackSpec, DisturbanceSpec};
use crate::base::Span;
use crate::change::{ChangeSpec, RolloutSpec};
use crate::impact::Published;
use crate::network::{AlertSpec, NetworkSpec};
use crate::population::PopulationSpec;
use crate::response::ResponseSpec;
use crate::telemetry::TelemetrySpec;
use crate::topology::TopologySpec;

use super::lint::LintSpec;

/// A scenario: a network, its devices, and what happens to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScenarioFile {
    /// Short name, used in outputs and for the run directory; the file's name unless given.
    pub name: String,
    /// Another scenario file, relative to this one, that gives the values of all keys which this one
    /// leaves out. Maps are put together key by key; lists are taken whole.
    #[serde(skip_serializing)]
    pub defaults: Option<String>,
    /// What it shows, for a reader.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The seed of all random draws.
    pub seed: u64,
    /// Simulated devices per real device: 1 simulates everybody, 0.01 one in a hundred. Devices are
    /// scaled; towers, elements and latencies are not.
    #[schemars(range(min = 1e-6, max = 1.0))]
    pub scale: f64,
    /// Date and time at which the scenario starts, with its offset from UTC; printed times use that
    /// offset, and every tower its own time zone.
    pub start: String,
    /// How long it lasts; at most 76 h.
    #[schemars(extend("x-aliases" = ["duration"]))]
    pub horizon: Span,
    /// Cores, towers and subscribers, and what connects them.
    pub topology: TopologySpec,
    /// Classes of devices and the habits of their users.
    pub population: PopulationSpec,
    /// Timers, access control, core functions and their overload control.
    pub network: NetworkSpec,
    /// What the operator is told, how late and how reliably.
    pub telemetry: TelemetrySpec,
    /// The change that is shipped, with its defect; none for no change.
    pub change: Option<ChangeSpec>,
    /// How it is shipped.
    pub rollout: RolloutSpec,
    /// Changes that are shipped at the same time, by other teams: none of them may touch an element of
    /// another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub concurrent: Vec<ConcurrentSpec>,
    /// Attacks.
    pub attacks: Vec<AttackSpec>,
    /// What happens beside and is nobody's fault; and defects that were there before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disturbances: Vec<DisturbanceSpec>,
    /// Public warnings that authorities send (WEA, EU-Alert, J-ALERT), by cell broadcast.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertSpec>,
    /// What people and automation do about it.
    pub response: ResponseSpec,
    /// Warnings about the plan that are not wanted.
    pub lint: LintSpec,
    /// What is written, and how finely.
    pub outputs: OutputsSpec,
    /// Published figures of the real event, to be printed beside the simulated ones.
    pub published: Published,
}

impl Default for ScenarioFile {
    fn default() -> Self {
        Self {
            name: String::new(),
            defaults: None,
            description: String::new(),
            seed: 1,
            scale: 0.01,
            start: "2024-02-22T00:00:00-06:00".to_owned(),
            horizon: Span::from_hours(24),
            topology: TopologySpec::default(),
            population: PopulationSpec::default(),
            network: NetworkSpec::default(),
            telemetry: TelemetrySpec::default(),
            change: None,
            rollout: RolloutSpec::default(),
            concurrent: Vec::new(),
            attacks: Vec::new(),
            disturbances: Vec::new(),
            alerts: Vec::new(),
            response: ResponseSpec::default(),
            lint: LintSpec::default(),
            outputs: OutputsSpec::default(),
            published: Published::default(),
        }
    }
}

/// A change that is shipped beside the first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConcurrentSpec {
    /// The change; its id tells it, its stages and its defect from the others.
    pub change: ChangeSpec,
    /// How it is shipped.
    pub rollout: RolloutSpec,
}

impl ScenarioFile {
    /// All changes with their rollouts: the first, and those beside it, whose stages bear the number of
    /// their change.
    pub fn rollouts(&self) -> Vec<(ChangeSpec, RolloutSpec)> {
        let first = self
            .change
            .clone()
            .map(|change| (change, self.rollout.clone()));
        let beside = self.concurrent.iter().map(|other| {
            let mut rollout = other.rollout.clone();
            for stage in &mut rollout.stages {
                stage.name = format!("{}/{}", other.change.id, stage.name);
            }
            (other.change.clone(), rollout)
        });
        first.into_iter().chain(beside).collect()
    }
}

/// What is written, and how finely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutputsSpec {
    /// Period of the time series; recovery times are interpolated between its samples.
    pub kpi_period: Span,
    /// Instant that recovery times count from: the start of the rollout or of the first attack unless
    /// given.
    pub reference: Option<Span>,
    /// Formats in which everything that the operator was told is written beside the results.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub export: Vec<ExportFormat>,
}

/// A format of the operator's view.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// Counters as `OpenMetrics` text with timestamps, for `promtool tsdb create-blocks-from openmetrics`.
    Openmetrics,
    /// Events as JSON lines.
    Jsonl,
    /// Counters and events as CSV.
    Csv,
}

impl Default for OutputsSpec {
    fn default() -> Self {
        Self {
            kpi_period: Span::from_secs(60),
            reference: None,
            export: Vec::new(),
        }
    }
}
