//! The values that a factor takes: a list, a range, or a distribution.
//!
//! Invariant: a level is a pure function of an index, or of a number between 0 and 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Span;

/// A value as a scenario file writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Truth(bool),
    /// A number.
    Number(f64),
    /// Text, such as a duration or a word.
    Text(String),
}

/// A number, or a duration such as `30m`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Quantity {
    /// A number.
    Number(f64),
    /// A duration.
    Duration(Span),
}

/// The values that a factor takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Levels {
    /// These.
    List {
        /// The values: all numbers, all durations, or all words.
        #[schemars(length(min = 1, max = 10_000))]
        values: Vec<Scalar>,
    },
    /// Values at equal distances. A Sobol design takes any value between.
    Linear {
        /// The first.
        from: Quantity,
        /// The last.
        to: Quantity,
        /// How many.
        #[schemars(range(min = 2, max = 10_000))]
        count: u32,
        /// Whether they are rounded to whole numbers (durations: to whole seconds).
        #[serde(default)]
        whole: bool,
    },
    /// Values at equal ratios. A Sobol design takes any value between.
    Log {
        /// The first, above 0.
        from: Quantity,
        /// The last, above 0.
        to: Quantity,
        /// How many.
        #[schemars(range(min = 2, max = 10_000))]
        count: u32,
        /// Whether they are rounded to whole numbers (durations: to whole seconds).
        #[serde(default)]
        whole: bool,
    },
    /// Values drawn at random: no combination of its own in `grid` and `paired`.
    Drawn {
        /// From what.
        from: Distribution,
        /// Whether they are rounded to whole numbers (durations: to whole seconds).
        #[serde(default)]
        whole: bool,
    },
}

impl Default for Levels {
    fn default() -> Self {
        Self::List { values: Vec::new() }
    }
}

/// What is known of an uncertain value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Distribution {
    /// Every value between two bounds is equally likely.
    Uniform {
        /// The least.
        min: Quantity,
        /// The greatest.
        max: Quantity,
    },
    /// Every order of magnitude between two bounds is equally likely.
    LogUniform {
        /// The least, above 0.
        min: Quantity,
        /// The greatest.
        max: Quantity,
    },
    /// Most likely at `mode`, less so towards the bounds.
    Triangular {
        /// The least.
        min: Quantity,
        /// The likeliest.
        mode: Quantity,
        /// The greatest.
        max: Quantity,
    },
    /// The normal distribution.
    Normal {
        /// Its mean.
        mean: Quantity,
        /// Its standard deviation.
        deviation: Quantity,
    },
    /// The log-normal distribution: half lie below `median`, nine in ten below `p90`.
    LogNormal {
        /// Its median, above 0.
        median: Quantity,
        /// Its 90th percentile.
        p90: Quantity,
    },
}
