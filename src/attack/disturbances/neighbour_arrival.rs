//! The customers of a neighbouring network arrive, as that network is gone and roaming lets them in.
//!
//! Real case: Ukraine, 12 December 2023: other networks strained under Kyivstar's customers, so that national
//! roaming was closed to them (State Special Communications Service).
//!
//! Invariant: they are load and nothing else: no device of the network's own is touched.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{PerSecond, SimTime, Span};
use crate::fault::{Finding, text_key};
use crate::network::{Command, Load};
use crate::topology::Topology;

/// The customers of a neighbouring network arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NeighbourArrival {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long they come.
    pub duration: Span,
    /// Regions where they come; none: everywhere.
    pub regions: Vec<String>,
    /// Registrations per second, over each region named or over the whole network, at scale 1.
    pub rate: PerSecond,
}

impl Default for NeighbourArrival {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(2),
            regions: Vec::new(),
            rate: PerSecond::of(1_000.0),
        }
    }
}

impl Happening for NeighbourArrival {
    fn kind(&self) -> &'static str {
        "neighbour-arrival"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let comes = act == Act::Enter;
        let rate = self.rate;
        for (scope, index) in field
            .census
            .scopes(&[], &self.regions)
            .into_iter()
            .zip(0_u64..)
        {
            let load = comes.then_some(Load::Registrations { scope, rate });
            let id = text_key(field.name) ^ index;
            field.port.command(Command::SetLoad { id, load });
        }
        let end = comes.then(|| (field.port.now() + self.duration, Act::End));
        end.into_iter().collect()
    }

    fn findings(&self, census: &Census, _: &Topology) -> Vec<Finding> {
        census.findings(&[], &self.regions)
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"rate": 300.0}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::base::RegionId;
    use crate::fault::testing::small_network;
    use crate::network::Scope;

    #[test]
    fn they_come_to_each_region_and_cease_to_come() {
        let arrival = serde_json::json!({
            "kind": "neighbour-arrival", "duration": "30m", "regions": ["region-b", "region-a"], "rate": 5.0
        });
        let mut range = Range::disturbed(&[arrival], small_network());
        range.run_until(60.0);
        let loads: Vec<_> = range
            .commands()
            .into_iter()
            .map(|(at, command)| match command {
                Command::SetLoad { id, load } => (at, id, load),
                other => unreachable!("{other:?}"),
            })
            .collect();
        let region = |n| {
            Some(Load::Registrations {
                scope: Scope::Region(RegionId(n)),
                rate: PerSecond::of(5.0),
            })
        };
        let found: Vec<_> = loads
            .iter()
            .map(|(at, _, load)| (*at, load.clone()))
            .collect();
        assert_eq!(
            found,
            [
                (0.0, region(1)),
                (0.0, region(0)),
                (30.0, None),
                (30.0, None)
            ]
        );
        assert_eq!((loads[0].1, loads[1].1), (loads[2].1, loads[3].1));
    }
}
