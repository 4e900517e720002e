//! What the release may be: good, or with one of the defects; and the worlds in which each is tried.
//!
//! Worlds are drawn in strata: each kind of release gets as many as the others, and counts by its probability
//! (stratified sampling; Cochran 1977, "Sampling techniques", chapter 5). So a rare defect is tried as often as
//! a likely one, and the quantiles of the loss, which rare defects make, do not hang on luck.
//!
//! Invariant: world `n` of a kind of release is the same whatever the plan and the budget: its seed, its draws.

use serde_json::Value;

use crate::base::{Span, philox4x32_10, unit_interval};

use super::file::{PossibleDefect, SearchFile};

/// A kind of release.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Release {
    /// What it is called.
    pub(super) name: String,
    /// Its probability.
    pub(super) probability: f64,
    /// What is wrong with it.
    defect: Option<PossibleDefect>,
}

/// The kinds of release: the good one first.
pub(super) fn releases(file: &SearchFile) -> Vec<Release> {
    let total: f64 = file.defects.iter().map(|defect| defect.weight).sum();
    let bad = 1.0 - file.good.get();
    let mut releases = vec![Release {
        name: "good release".to_owned(),
        probability: file.good.get(),
        defect: None,
    }];
    for possible in file.defects.iter().filter(|defect| defect.weight > 0.0) {
        releases.push(Release {
            name: possible.defect.fault().kind.to_owned(),
            probability: bad * possible.weight / total,
            defect: Some(possible.clone()),
        });
    }
    releases
}

impl Release {
    /// The defect of world `world`, as a scenario file writes it; `null` for a good release.
    pub(super) fn defect(&self, seed: u64, world: u32) -> Value {
        let Some(possible) = &self.defect else {
            return Value::Null;
        };
        let units: Vec<f64> = (0..)
            .take(possible.vary.len())
            .map(|parameter| unit_interval(words(seed, world, parameter)[0]))
            .collect();
        drawn(possible, &units)
    }
}

/// The seed of the run in world `world`: the same for all releases and plans.
pub(super) fn world_seed(seed: u64, world: u32) -> u64 {
    // 32 bits are enough to tell worlds apart, and short enough to be typed again.
    u64::from(words(seed, world, u32::MAX)[0])
}

fn words(seed: u64, world: u32, purpose: u32) -> [u32; 4] {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low word is what is wanted"
    )]
    let key = [seed as u32, (seed >> 32) as u32];
    // The last word keeps these draws apart from those of the bootstrap.
    philox4x32_10([world, purpose, 0, 1], key)
}

/// The defect with each uncertain parameter at this quantile of its distribution.
pub(super) fn drawn(possible: &PossibleDefect, units: &[f64]) -> Value {
    let mut defect = serde_json::to_value(&possible.defect).expect("a defect is plain data");
    for ((key, distribution), unit) in possible.vary.iter().zip(units) {
        let value = distribution.quantile(*unit);
        defect[key] = if distribution.quantities()[0].is_duration() {
            Value::from(Span::from_secs_f64(value.max(0.0)).to_string())
        } else {
            Value::from(value)
        };
    }
    defect
}
