//! The worlds in which nothing is wrong: quiet days, and days on which something harmless happens.
//!
//! Invariant: no change and no attack in any of them.

use crate::base::Span;
use crate::scenario::{Problem, Scenario};

use super::super::watch::StudyError;

/// The days of a calibration.
#[derive(Clone, Debug)]
pub(super) struct Days {
    /// Kinds of day, each with its name; day `n` is of kind `n` modulo their number.
    pub(super) kinds: Vec<(&'static str, Scenario)>,
}

impl Days {
    /// The days of the network of a scenario.
    ///
    /// # Errors
    /// If the scenario cannot do without its change and attacks.
    pub(super) fn of(scenario: &Scenario) -> Result<Self, StudyError> {
        let quiet = scenario.altered(|file| {
            file.change = None;
            file.attacks.clear();
            file.response.playbook.clear();
            file.published.figures.clear();
            file.outputs.reference = None;
            file.horizon = Span::from_hours(24);
        });
        let lines = |problems: Vec<Problem>| {
            StudyError::Scenario(problems.iter().map(ToString::to_string).collect())
        };
        Ok(Self {
            kinds: vec![("quiet", quiet.map_err(lines)?)],
        })
    }

    /// The scenario of a day.
    pub(super) fn scenario(&self, day: usize) -> &Scenario {
        &self.kinds[day % self.kinds.len()].1
    }

    /// The names of the kinds.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.kinds.iter().map(|kind| kind.0).collect()
    }
}
