//! The study file as a type: a base scenario, what is varied in it, and how often.
//!
//! Every field has a default, so that what is right in a file can be checked beside what is wrong.
//!
//! Invariant: plain data; what it means is said by the design.

mod levels;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use levels::Level;
pub use levels::{Distribution, Levels, Quantity, Scalar};

/// A study: many runs of a scenario, and what they are asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["base"]))]
pub struct StudyFile {
    /// Short name, used in outputs; the file's name unless given.
    pub name: String,
    /// What it asks, for a reader.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The scenario file that everything else varies; its path is relative to the study file.
    pub base: String,
    /// Keys set in every run, such as `scale: 0.001` or `rollout.stages[0].soak: 30m`.
    pub set: BTreeMap<String, serde_json::Value>,
    /// The first seed. `paired` and `sobol` give replication r of every point the seed `seed + r`; `grid`
    /// gives every run a seed of its own, `seed` plus its number.
    pub seed: u64,
    /// Which combinations are run.
    pub design: Design,
    /// Plans that are compared: named sets of keys, or scenarios in place of the base.
    pub plans: Vec<Plan>,
    /// What is varied.
    pub factors: Vec<Factor>,
    /// How often each combination is run.
    pub replications: Replications,
    /// Names of the figures to keep, with `*` for any text: `data.*`, `gates.failed`.
    pub outcomes: Vec<String>,
}

impl Default for StudyFile {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            base: String::new(),
            set: BTreeMap::new(),
            seed: 1,
            design: Design::default(),
            plans: Vec::new(),
            factors: Vec::new(),
            replications: Replications::default(),
            outcomes: vec!["*".to_owned()],
        }
    }
}

/// Which combinations are run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Design {
    /// Every combination of plans and levels, every run with a seed of its own. Distributions are drawn
    /// anew for each run.
    #[default]
    Grid,
    /// Every combination of plans and levels, all on the same seeds, so that differences between them are
    /// theirs. Distributions are drawn once per replication, and all combinations share the draw.
    Paired,
    /// Points of a Sobol sequence, laid out for first-order and total sensitivity indices (Saltelli et al.
    /// 2010): for each of `samples` rows, the points A, B, and A with one factor after the other from B.
    /// All points share the seeds.
    Sobol {
        /// Rows of the sequence, best a power of two; `samples × (factors + 2)` points are run.
        #[schemars(range(min = 2, max = 1_048_576))]
        samples: u64,
    },
}

/// A plan that is compared with others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Plan {
    /// Its name, in the column `plan`.
    pub name: String,
    /// A scenario file in place of the base; its path is relative to the study file.
    pub scenario: Option<String>,
    /// Keys set in its runs, after those of the study.
    pub set: BTreeMap<String, serde_json::Value>,
}

/// Something that is varied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "key", "levels"]))]
pub struct Factor {
    /// Its name: the column of the table.
    pub name: String,
    /// The key of the scenario that it sets, such as `rollout.stages[0].soak`.
    pub key: String,
    /// Further keys that it sets to the same value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// What it is, in a sentence, for the data dictionary.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// The unit of its values; durations are in seconds whatever is said here.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The values that it takes.
    pub levels: Levels,
}

/// How often each combination is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Replications {
    /// So often.
    Count(#[schemars(range(min = 1, max = 1_000_000))] u32),
    /// Until a mean is known well enough.
    Until(Precision),
}

impl Default for Replications {
    fn default() -> Self {
        Self::Count(1)
    }
}

/// Stop when the mean of an outcome is known well enough at every point. Judged after each round, never in
/// between, so that the order in which runs end does not matter. Not possible for a study in shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["outcome"]))]
pub struct Precision {
    /// Name of the outcome.
    pub outcome: String,
    /// How far Student's confidence interval of its mean may reach to each side: in the outcome's unit, or with
    /// `relative` as a share of the mean.
    #[schemars(range(min = 0.0))]
    pub half_width: f64,
    /// Whether `half_width` is a share of the mean.
    pub relative: bool,
    /// The confidence of the interval.
    #[schemars(range(min = 0.5, max = 0.9999))]
    pub confidence: f64,
    /// Replications in a round.
    #[schemars(range(min = 2, max = 100_000))]
    pub round: u32,
    /// Replications at most.
    #[schemars(range(min = 2, max = 1_000_000))]
    pub most: u32,
}

impl Default for Precision {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            half_width: 0.05,
            relative: true,
            confidence: 0.95,
            round: 10,
            most: 1_000,
        }
    }
}
