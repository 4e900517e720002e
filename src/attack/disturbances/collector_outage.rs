//! The collector of reports fails: the network is well and nobody can see it.
//!
//! Real case: failures of element managers and of the message buses behind them; a gate or a detector that
//! takes missing data for good or for bad data is wrong either way.
//!
//! Invariant: the network is not touched.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Share, SimTime, Span};
use crate::fault::{CollectorOutage as Outage, Finding};
use crate::topology::Topology;

/// The collector of reports fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CollectorOutage {
    /// When, from the start of the scenario.
    pub start: Span,
    /// How long.
    pub duration: Span,
    /// Share of the sources (regions and elements) whose reports are concerned.
    pub share: Share,
    /// Whether their reports are kept and delivered afterwards; if not, they are lost.
    pub kept: bool,
}

impl Default for CollectorOutage {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_minutes(30),
            share: Share::ALL,
            kept: false,
        }
    }
}

impl Happening for CollectorOutage {
    fn kind(&self) -> &'static str {
        "collector-outage"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        if act != Act::Enter {
            return Vec::new();
        }
        let until = field.port.now() + self.duration;
        let (share, kept) = (self.share, self.kept);
        field.port.blind(Outage { until, share, kept });
        vec![(until, Act::End)]
    }

    fn findings(&self, _: &Census, _: &Topology) -> Vec<Finding> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::fault::testing::small_network;

    #[test]
    fn the_network_is_left_alone() {
        let outage = serde_json::json!({
            "kind": "collector-outage", "start": "10m", "duration": "20m", "share": 0.5, "kept": true
        });
        let mut range = Range::disturbed(&[outage], small_network());
        range.run_until(60.0);
        assert!(range.commands().is_empty());
        let (until, share) = (SimTime::from_secs(1_800.0), Share::of(0.5));
        assert_eq!(
            range.port.outages,
            [Outage {
                until,
                share,
                kept: true
            }]
        );
    }
}
