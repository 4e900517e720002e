//! What a detector can be told beyond metric, place and condition.
//!
//! Invariant: every value is optional; a detector says which it understands, and refuses the others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Problem, Share, Span};

/// The numbers of a detector. Each detector understands some of them and has defaults for those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tuning {
    /// The score from which on it is bad, in the unit of the detector: times the error budget
    /// (`burn-rate`), standard deviations (`cusum`, `ewma`, `seasonal`), natural logarithm of the
    /// evidence (`sequential`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// The share of good events that is promised (`burn-rate`) or taken as the worst that is still
    /// normal (`sequential`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<Share>,
    /// The short window, which makes the alarm end soon after the trouble (`burn-rate`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<Span>,
    /// How long the first reports are taken for normal (`cusum`, `ewma`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Span>,
    /// Standard deviations that are forgiven at each report (`cusum`: k).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slack: Option<f64>,
    /// Weight of the newest report (`ewma`: lambda), above 0 and at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smoothing: Option<f64>,
    /// Which way is bad (`cusum`, `ewma`, `seasonal`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// How many earlier days are compared with (`seasonal`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// Which way a value must move to be bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Down.
    Fall,
    /// Up.
    Rise,
    /// Either.
    #[default]
    Either,
}

impl Direction {
    /// How far a deviation goes the bad way.
    pub fn bad(self, deviation: f64) -> f64 {
        match self {
            Self::Fall => -deviation,
            Self::Rise => deviation,
            Self::Either => deviation.abs(),
        }
    }
}

impl Tuning {
    /// Whether nothing is set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it for a detector that understands these keys.
    pub(super) fn problems(&self, detector: &str, understood: &[&str]) -> Vec<Problem> {
        let set = [
            ("limit", self.limit.map(|v| v.to_string())),
            ("objective", self.objective.map(|v| v.get().to_string())),
            ("short", self.short.map(|v| v.to_string())),
            ("baseline", self.baseline.map(|v| v.to_string())),
            ("slack", self.slack.map(|v| v.to_string())),
            ("smoothing", self.smoothing.map(|v| v.to_string())),
            ("direction", self.direction.map(|v| format!("{v:?}"))),
            ("days", self.days.map(|v| v.to_string())),
        ];
        let foreign = set.into_iter().filter_map(|(key, value)| {
            let value = value.filter(|_| !understood.contains(&key))?;
            let allowed = if understood.is_empty() {
                format!("nothing, as detector {detector} has no tuning")
            } else {
                format!("of detector {detector}: {}", understood.join(", "))
            };
            Some(Problem::new(key, value, allowed))
        });
        foreign.chain(self.impossible()).collect()
    }

    fn impossible(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut refuse =
            |key: &str, value: Option<f64>, is_good: fn(f64) -> bool, allowed: &str| {
                if let Some(value) = value.filter(|&value| !is_good(value)) {
                    problems.push(Problem::new(key, value.to_string(), allowed));
                }
            };
        let positive = |v: f64| v.is_finite() && v > 0.0;
        refuse("limit", self.limit, positive, "a number above 0");
        let slack = |v: f64| v.is_finite() && v >= 0.0;
        refuse("slack", self.slack, slack, "a number of at least 0");
        let weight = |v: f64| v > 0.0 && v <= 1.0;
        refuse("smoothing", self.smoothing, weight, "above 0 and at most 1");
        let objective = self.objective.map(Share::get);
        let share = |v: f64| v > 0.0 && v < 1.0;
        refuse(
            "objective",
            objective,
            share,
            "above 0 and below 1: no errors allowed, or all, leave nothing to judge by",
        );
        let spans = [("short", self.short), ("baseline", self.baseline)];
        for (key, span) in spans {
            refuse(
                key,
                span.map(Span::as_secs_f64),
                |v| v > 0.0,
                "more than 0s",
            );
        }
        refuse(
            "days",
            self.days.map(f64::from),
            |v| v >= 2.0,
            "at least 2: one other day has no spread",
        );
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_and_impossible_values_are_refused() {
        let tuning = Tuning {
            limit: Some(0.0),
            slack: Some(-1.0),
            smoothing: Some(f64::NAN),
            objective: Some(Share::ALL),
            short: Some(Span::ZERO),
            days: Some(1),
            ..Tuning::default()
        };
        let all = ["limit", "objective", "short", "slack", "smoothing", "days"];
        let paths = |understood: &[&str]| -> Vec<String> {
            let problems = tuning.problems("x", understood);
            problems.into_iter().map(|p| p.path).collect()
        };
        let impossible = ["limit", "slack", "smoothing", "objective", "short", "days"];
        assert_eq!(paths(&all), impossible);
        assert_eq!(paths(&[]).len(), 12, "each foreign as well as impossible");
        assert_eq!(Tuning::default().problems("x", &[]), []);
    }

    #[test]
    fn a_direction_says_which_way_is_bad() {
        let bad = |direction: Direction| [direction.bad(2.0), direction.bad(-2.0)].map(|v| v > 0.0);
        assert_eq!(bad(Direction::Fall), [false, true]);
        assert_eq!(bad(Direction::Rise), [true, false]);
        assert_eq!(bad(Direction::Either), [true, true]);
    }
}
