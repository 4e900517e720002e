//! How a change is shipped: stages, windows, what to do on failure, the way back.
//!
//! Invariant: plain data, in the words of people who ship.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Share, Span};
use crate::network::Pace;
use crate::topology::Selector;

use super::gate::GateSpec;
use super::window::WindowSpec;

/// The plan of a rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RolloutSpec {
    /// When the first stage starts, from the start of the scenario.
    #[schemars(extend("x-aliases" = ["at"]))]
    pub start: Span,
    /// When work on an element may start; none: at any time. Soaks and gates go on outside it, and a
    /// rollback never waits for it.
    #[schemars(extend("x-aliases" = ["maintenance_window"]))]
    pub window: Option<WindowSpec>,
    /// The stages, in order.
    #[schemars(extend("x-aliases" = ["steps", "waves", "rings", "phases"]))]
    pub stages: Vec<StageSpec>,
    /// What happens when a stage fails.
    #[schemars(extend("x-aliases" = ["on_failure", "on_abort"]))]
    pub on_fail: OnFail,
    /// What happens when a gate comes to no conclusion.
    pub on_inconclusive: OnInconclusive,
    /// The way back.
    #[schemars(extend("x-aliases" = ["back_out", "backout", "abort"]))]
    pub rollback: RollbackSpec,
}

impl Default for RolloutSpec {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            window: None,
            stages: vec![StageSpec::default()],
            on_fail: OnFail::default(),
            on_inconclusive: OnInconclusive::default(),
            rollback: RollbackSpec::default(),
        }
    }
}

/// One stage of a rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StageSpec {
    /// Its name.
    pub name: String,
    /// Which of the change's targets. `percent` counts all targets that match and shall have the new
    /// version when the stage is done, `count` only those that this stage adds.
    #[schemars(extend("x-aliases" = ["selector"]))]
    pub select: Selector,
    /// In which order.
    pub order: StageOrder,
    /// How many elements may be in work at a time.
    pub max_unavailable: u32,
    /// How an element is emptied before the work.
    pub drain: Drain,
    /// Time of the installation on one element.
    pub install: Delay,
    /// From the installation until the installer looks whether the element serves.
    pub verify: Delay,
    /// Elements that may be found not serving before the stage fails.
    pub failed_allowed: u32,
    /// From the end of the installation until the stage may end.
    #[schemars(extend("x-aliases" = ["bake", "pause"]))]
    pub soak: Span,
    /// What telemetry must show.
    #[schemars(extend("x-aliases" = ["gate", "analysis", "quality_gate", "go_no_go"]))]
    pub gates: Vec<GateSpec>,
    /// A person's approval after soak and gates; none: none needed.
    #[schemars(extend("x-aliases" = ["approval"]))]
    pub approve: Option<Approval>,
}

impl Default for StageSpec {
    fn default() -> Self {
        Self {
            name: "all".to_owned(),
            select: Selector::default(),
            order: StageOrder::default(),
            max_unavailable: 1,
            drain: Drain::default(),
            install: Delay::Fixed(Span::from_minutes(10)),
            verify: Delay::Fixed(Span::from_minutes(1)),
            failed_allowed: 0,
            soak: Span::ZERO,
            gates: Vec::new(),
            approve: None,
        }
    }
}

/// In which order the elements of a stage are changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StageOrder {
    /// Fewest subscribers first.
    #[default]
    SizeAsc,
    /// Any order, drawn from the seed.
    Random,
    /// By name.
    Name,
    /// One member of each pool, then the next of each: mates as far apart as can be.
    MateLast,
}

/// How an element is emptied before the work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Drain {
    /// Whether its devices are handed over.
    pub mode: DrainMode,
    /// How long that takes; the element takes no load meanwhile. Nothing with `mode: hard`.
    #[schemars(extend("x-aliases" = ["after", "duration"]))]
    pub time: Delay,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            mode: DrainMode::Graceful,
            time: Delay::Fixed(Span::from_minutes(5)),
        }
    }
}

/// Whether the devices of an element are handed over before the work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrainMode {
    /// Contexts are handed to its mates.
    #[default]
    Graceful,
    /// Contexts are lost.
    Hard,
}

/// A person's approval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// How long it takes to get it.
    pub after: Delay,
}

/// What happens when a stage fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFail {
    /// Everything that was changed is rolled back.
    #[default]
    Rollback,
    /// Nothing more is changed; what was changed stays.
    Halt,
    /// As `halt`, and the elements of the stage are isolated.
    Isolate,
}

/// What happens when a gate comes to no conclusion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnInconclusive {
    /// Wait for a person who resumes the rollout or rolls it back.
    #[default]
    Pause,
    /// As if the stage had failed with `on_fail: halt`.
    Halt,
    /// As if the stage had failed with `on_fail: rollback`.
    Rollback,
    /// As if the gate were passed.
    Continue,
}

/// The way back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RollbackSpec {
    /// From the decision to the beginning of the work.
    pub delay: Delay,
    /// Time of the work on one element.
    pub per_node: Delay,
    /// How many elements are in work at a time.
    pub parallel: u32,
    /// What the work needs: with `in-band`, a working management path to the element;
    /// `oob-access` is always there.
    pub needs: Vec<ManagementPath>,
    /// How often an element without a management path is tried again.
    pub retry: Span,
    /// Probability that the work on one element succeeds; otherwise it is repeated.
    #[schemars(extend("x-aliases" = ["success_prob"]))]
    pub success_probability: Share,
    /// How registrations are let in from the beginning of the work; none: as they come.
    pub readmit: Option<Pace>,
    /// Where they are paced.
    pub readmit_scope: ReadmitScope,
    /// From the end of the work until the pace is lifted; none: until somebody lifts it.
    pub readmit_for: Option<Span>,
}

impl Default for RollbackSpec {
    fn default() -> Self {
        Self {
            delay: Delay::ZERO,
            per_node: Delay::Fixed(Span::from_minutes(10)),
            parallel: 4,
            needs: vec![ManagementPath::InBand],
            retry: Span::from_minutes(5),
            success_probability: Share::ALL,
            readmit: None,
            readmit_scope: ReadmitScope::default(),
            readmit_for: None,
        }
    }
}

/// A path along which elements are managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ManagementPath {
    /// Through the network itself: it dies with it.
    InBand,
    /// Through a network of its own, or on site.
    OobAccess,
}

/// Where registrations are paced during a rollback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadmitScope {
    /// The whole network.
    #[default]
    All,
    /// Each of the pools whose elements were changed.
    AffectedPools,
}
