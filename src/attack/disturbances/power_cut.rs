//! Power fails over an area; sites live on their batteries, and those that have none left fall silent one
//! after the other, until power is back.
//!
//! Real cases: PG&E's power shut-offs, October 2019 (FCC: 57 % of the sites of Marin County out of service);
//! Storm Eunice, February 2022; the Iberian blackout, 28 April 2025 (sites fell silent after two to eight hours).
//!
//! Invariant: a site whose battery outlasts the cut never goes down, and none is down once power is back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::selection::wrong_selector;
use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Delay, MedianP90, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, Trigger,
};
use crate::topology::{NodeKind, Selector, Topology};

/// Power fails; sites live on their batteries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PowerCut {
    /// When power fails, from the start of the scenario.
    pub start: Span,
    /// How long it is gone.
    pub duration: Span,
    /// The sites that it fails for.
    pub select: Selector,
    /// How long a battery lasts.
    pub battery: Delay,
    /// Share of the sites with a generator: they do not notice.
    pub generators: Share,
}

impl Default for PowerCut {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(6),
            select: Selector {
                kinds: vec![NodeKind::Tower],
                percent: Some(30.0),
                ..Selector::default()
            },
            battery: Delay::Lognormal {
                lognormal: MedianP90 {
                    median: Span::from_hours(4),
                    p90: Span::from_hours(8),
                },
            },
            generators: Share::of(0.1),
        }
    }
}

impl PowerCut {
    fn fault(&self) -> FaultSpec {
        FaultSpec {
            kind: "power-cut",
            techniques: "",
            trigger: Trigger::Dwell(self.battery),
            spread: Vec::new(),
            contained: Share::NONE,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::new(1.0 - self.generators.get()).unwrap_or(Share::ALL),
            hurts: Vec::new(),
            alters: false,
            effects: vec![Effect::Crash],
            removal: Removal {
                by_itself: None,
                origin_removed: OriginRemoved::OthersStay,
                // Somebody brings a generator.
                restored: Afterwards::Immune,
                restore_factor: 1.0,
            },
        }
    }
}

impl Happening for PowerCut {
    fn kind(&self) -> &'static str {
        "power-cut"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let sites = field.selected(&self.select);
        if act == Act::Enter {
            field.inject(self.fault(), &sites);
            return vec![(field.port.now() + self.duration, Act::End)];
        }
        field.withdraw(&sites);
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let nothing = wrong_selector(&self.select, topology, "site");
        nothing.into_iter().collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"battery": {"lognormal": {"median": "20m", "p90": "60m"}}}}"#]
    }
}

#[cfg(test)]
mod tests {
    use crate::attack::testing::Range;
    use crate::fault::testing::small_network;
    use crate::network::ElementStatus;

    #[test]
    fn sites_fall_when_their_batteries_are_empty_and_rise_with_the_power() {
        let cut = |battery: &str, generators: f64| {
            serde_json::json!({
                "kind": "power-cut", "start": "10m", "duration": "3h", "battery": battery,
                "generators": generators, "select": {"kinds": ["tower"]}
            })
        };
        for (battery, generators, during) in [
            ("2h", 0.0, ElementStatus::Down),
            ("4h", 0.0, ElementStatus::Up),
            ("2h", 1.0, ElementStatus::Up),
        ] {
            let mut range = Range::disturbed(&[cut(battery, generators)], small_network());
            range.run_until(120.0);
            assert_eq!(range.status("tower-a1"), ElementStatus::Up);
            range.run_until(180.0);
            assert_eq!(range.status("tower-a1"), during, "{battery} {generators}");
            range.run_until(600.0);
            assert_eq!(range.status("tower-a1"), ElementStatus::Up);
        }
    }
}
