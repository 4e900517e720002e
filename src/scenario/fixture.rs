//! A small scenario-like type with every shape that a scenario file uses, for the tests here.
//!
//! Invariant: only tests see it.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::base::{Delay, PerSecond, Share, Span};

/// The root: what is tested.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Plan {
    /// What it is called.
    pub(super) name: String,
    /// The seed of all draws.
    pub(super) seed: u64,
    /// The share of devices simulated.
    pub(super) scale: Share,
    /// How long it runs.
    pub(super) duration: Span,
    /// A note.
    #[schemars(regex(pattern = "^[^;]*$"), length(max = 40))]
    pub(super) note: Option<String>,
    /// A limit, if any.
    pub(super) limit: Option<u32>,
    /// The change, if any.
    pub(super) rollout: Option<Rollout>,
    /// What hurts.
    pub(super) faults: Vec<Fault>,
    /// Capacities by function.
    pub(super) capacity: BTreeMap<String, PerSecond>,
    /// Capacities by mode.
    pub(super) by_mode: BTreeMap<Mode, u8>,
    /// Which hours.
    pub(super) hours: (u8, u8),
    /// Where to look.
    pub(super) probe: Probe,
    /// What carries it.
    pub(super) backbone: Backbone,
    /// What to count.
    #[schemars(schema_with = "counter_schema")]
    pub(super) counter: String,
}

/// A rollout. No `deny_unknown_fields` here, on purpose: the walker closes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Rollout {
    /// The stages, one after another.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub(super) stages: Vec<Stage>,
    /// What to do when a gate fails.
    #[serde(default)]
    pub(super) on_fail: OnFail,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stage {
    /// Its name.
    #[schemars(length(min = 1))]
    pub(super) name: String,
    /// How long to watch afterwards.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["bake", "pause"]))]
    pub(super) soak: Span,
    /// How long the approval takes.
    #[serde(default = "no_delay")]
    pub(super) approval: Delay,
    /// How many at once.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100))]
    pub(super) max_unavailable: u32,
    /// Freeze it.
    #[serde(default)]
    pub(super) frozen: bool,
}

fn no_delay() -> Delay {
    Delay::ZERO
}

fn one() -> u32 {
    1
}

/// What to do when a gate fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OnFail {
    /// Go back.
    #[default]
    #[schemars(extend("x-aliases" = ["undo"]))]
    RollBack,
    /// Stay.
    Halt,
    /// Cut off.
    Isolate,
}

/// A mode without documented values.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mode {
    FirstIn,
    LastIn,
}

/// What hurts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Fault {
    /// It crashes.
    Crash {
        /// After how long.
        dwell: Span,
        /// On which share.
        #[serde(default)]
        share: Share,
    },
    /// It works less.
    #[schemars(extend("x-aliases" = ["slowdown"]))]
    Regression(Regression),
    /// It forgets.
    StateLoss,
}

/// It works less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Regression {
    /// How much is left.
    pub(super) factor: Share,
    /// What runs inside it.
    #[serde(default)]
    pub(super) then: Vec<Fault>,
}

/// A text that must be one of a registry's names, some of which have other names.
fn counter_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": ["", "calls", "drops"], "x-aliases": {"losses": "drops"}})
}

/// What carries it, told by its only key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Backbone {
    /// Made up.
    #[default]
    Generated,
    /// Read.
    File(String),
    /// A grid.
    Grid {
        /// Its rows.
        rows: u8,
    },
}

/// Where to look: a name, a number, or a range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Probe {
    /// Everywhere or nowhere.
    Word(Everywhere),
    /// One.
    One(u16),
    /// A range.
    Range {
        /// From.
        from: i32,
        /// To.
        to: i32,
    },
}

/// Everywhere or nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Everywhere {
    /// Everywhere.
    All,
    /// Nowhere.
    None,
}

impl Default for Probe {
    fn default() -> Self {
        Self::Word(Everywhere::All)
    }
}
