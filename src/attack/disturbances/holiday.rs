//! A day on which everybody calls, with a peak that everybody shares.
//!
//! Real case: New Year's Eve: operators plan for several times the ordinary load around midnight.
//!
//! Invariant: nothing is broken; the day ends as it began.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{SimTime, Span};
use crate::fault::Finding;
use crate::network::{Command, Scope};
use crate::topology::Topology;

use super::flash_crowd::wrong_factor;

/// A day on which everybody calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Holiday {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it lasts.
    pub duration: Span,
    /// Calls and data, as a multiple of the usual.
    pub factor: f64,
    /// From its beginning to the peak.
    pub peak_after: Span,
    /// How long the peak lasts.
    pub peak_for: Span,
    /// Calls and data in the peak, as a multiple of the usual.
    pub peak_factor: f64,
}

impl Default for Holiday {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(24),
            factor: 1.5,
            peak_after: Span::from_hours(12),
            peak_for: Span::from_minutes(20),
            peak_factor: 4.0,
        }
    }
}

impl Happening for Holiday {
    fn kind(&self) -> &'static str {
        "holiday"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let now = field.port.now();
        let peak = self.peak_factor / self.factor;
        let (factor, next) = match act {
            Act::Enter => (
                self.factor,
                vec![
                    (now + self.peak_after, Act::Strike),
                    (now + self.duration, Act::End),
                ],
            ),
            Act::Strike => (peak, vec![(now + self.peak_for, Act::Step)]),
            Act::Step | Act::Adapt => (1.0 / peak, Vec::new()),
            Act::End => (1.0 / self.factor, Vec::new()),
        };
        let scope = Scope::All;
        field.port.command(Command::ScaleDemand { scope, factor });
        next
    }

    fn findings(&self, _: &Census, _: &Topology) -> Vec<Finding> {
        let late = self.peak_after + self.peak_for > self.duration;
        let late = late.then(|| {
            let allowed = "a peak that ends before the day does";
            (
                "peak_after".to_owned(),
                self.peak_after.to_string(),
                allowed.to_owned(),
            )
        });
        let factors = [
            wrong_factor("factor", self.factor),
            wrong_factor("peak_factor", self.peak_factor),
        ];
        factors.into_iter().flatten().chain(late).collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"duration": "3h", "factor": 2.0, "peak_after": "30m", "peak_factor": 8.0}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::fault::testing::small_network;

    #[test]
    fn the_peak_is_within_the_day_and_all_factors_cancel() {
        let day = serde_json::json!({
            "kind": "holiday", "duration": "10h", "factor": 2.0, "peak_after": "6h",
            "peak_for": "30m", "peak_factor": 8.0
        });
        let mut range = Range::disturbed(&[day], small_network());
        range.run_until(700.0);
        let (mut demand, mut course) = (1.0, Vec::new());
        for (at, command) in range.commands() {
            let Command::ScaleDemand { factor, .. } = command else {
                unreachable!()
            };
            demand *= factor;
            course.push((at, demand));
        }
        assert_eq!(
            course,
            [(0.0, 2.0), (360.0, 8.0), (390.0, 2.0), (600.0, 1.0)]
        );
        let wrong = Holiday {
            peak_after: Span::from_hours(30),
            factor: 0.0,
            ..Holiday::default()
        };
        assert_eq!(wrong.findings(&Range::census(), &small_network()).len(), 2);
    }
}
