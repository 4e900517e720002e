//! A signalling storm by a device botnet: phones and things under attack control register again and
//! again.
//!
//! MITRE `FiGHT` FGT1498.501 (flooding of core network functions), FGT1499.002 (service exhaustion
//! flood), FGT1642.503 (AMF), FGT1583.502 (programmable UE); ATT&CK T1498, T1499.002, T1464.
//! Real case: none of this size; Traynor et al., "On cellular botnets" (CCS 2009): 11,750 phones cut
//! the service of an area-code-size HLR by 93 %.
//!
//! Invariant: no element is touched; only the load of the core grows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Attack, Census, Field};
use crate::base::{PerSecond, Share, SimTime, Span};
use crate::fault::Finding;
use crate::network::{Command, Flood, Scope};
use crate::topology::Topology;

/// Devices under attack control flood the core with registration requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignallingStorm {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it lasts.
    pub duration: Span,
    /// Classes of device that belong to it; none: all. Not together with `regions`.
    pub classes: Vec<String>,
    /// Regions whose devices belong to it; none: all. Not together with `classes`.
    pub regions: Vec<String>,
    /// Share of these devices that are under attack control.
    pub share: Share,
    /// Registration requests per such device and second, at full strength.
    pub rate_per_device: PerSecond,
    /// How long until full strength.
    pub ramp: Span,
    /// Whether they honour T3346, barring and RRC rejects.
    pub obeys_backoff: bool,
}

impl Default for SignallingStorm {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(1),
            classes: Vec::new(),
            regions: Vec::new(),
            share: Share::of(0.01),
            rate_per_device: PerSecond::of(0.1),
            ramp: Span::from_minutes(5),
            obeys_backoff: false,
        }
    }
}

impl SignallingStorm {
    /// One flood for each scope.
    fn scopes(&self, census: &Census) -> Vec<Scope> {
        let classes = self.classes.iter().filter_map(|name| census.class(name));
        let regions = self.regions.iter().filter_map(|name| census.region(name));
        let scopes: Vec<Scope> = classes
            .map(Scope::Class)
            .chain(regions.map(Scope::Region))
            .collect();
        if scopes.is_empty() {
            vec![Scope::All]
        } else {
            scopes
        }
    }
}

impl Attack for SignallingStorm {
    fn kind(&self) -> &'static str {
        "signalling-storm"
    }

    fn techniques(&self) -> &'static str {
        "FGT1498.501, FGT1499.002, FGT1642.503, FGT1583.502; T1498, T1499.002, T1464"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let first = u32::try_from(field.index * 1_000).expect("a scenario has few attacks");
        for (id, scope) in (first..).zip(self.scopes(field.census)) {
            field.port.command(match act {
                Act::Enter | Act::Strike => Command::StartFlood {
                    id,
                    flood: Flood {
                        scope,
                        share: self.share,
                        rate_per_device: self.rate_per_device,
                        ramp: self.ramp,
                        obeys_backoff: self.obeys_backoff,
                    },
                },
                Act::End => Command::StopFlood { id },
            });
        }
        match act {
            Act::Enter | Act::Strike => vec![(field.port.now() + self.duration, Act::End)],
            Act::End => Vec::new(),
        }
    }

    fn findings(&self, census: &Census, _: &Topology) -> Vec<Finding> {
        let unknown = |list: &str, index: usize, name: &String, known: &[String]| {
            let allowed = format!("one of {}", known.join(", "));
            (format!("{list}[{index}]"), name.clone(), allowed)
        };
        let classes = self.classes.iter().enumerate();
        let regions = self.regions.iter().enumerate();
        let classes = classes
            .filter(|(_, name)| census.class(name).is_none())
            .map(|(index, name)| unknown("classes", index, name, census.classes()));
        let regions = regions
            .filter(|(_, name)| census.region(name).is_none())
            .map(|(index, name)| unknown("regions", index, name, census.regions()));
        let mut findings: Vec<Finding> = classes.chain(regions).collect();
        if !self.classes.is_empty() && !self.regions.is_empty() {
            let allowed = "classes or regions, not both: write one attack for each";
            findings.push((
                "regions".into(),
                "classes and regions".into(),
                allowed.into(),
            ));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::base::{ClassId, RegionId};

    #[test]
    fn one_flood_per_class_begins_and_ends() {
        let storm = serde_json::json!({
            "kind": "signalling-storm", "start": "10m", "duration": "30m",
            "classes": ["iot", "smartphone"], "share": 0.2
        });
        let mut range = Range::new(&[storm.clone(), storm], 1);
        range.run_until(60.0);
        let mut started = Vec::new();
        let mut stopped = Vec::new();
        for (at, command) in &range.port.commands {
            match command {
                Command::StartFlood { id, flood } => {
                    started.push((at.as_minutes_f64(), *id, flood.scope.clone()));
                }
                Command::StopFlood { id } => stopped.push((at.as_minutes_f64(), *id)),
                other => unreachable!("{other:?}"),
            }
        }
        let class = |index| Scope::Class(ClassId(index));
        let expected = [(0, 1), (1, 0), (1000, 1), (1001, 0)];
        assert_eq!(started, expected.map(|(id, c)| (10.0, id, class(c))));
        assert_eq!(stopped, expected.map(|(id, _)| (40.0, id)));
        assert_eq!(range.port.count("attack-ended"), 2);
        assert!(range.port.records[0].detail.contains("FGT1498.501"));
    }

    #[test]
    fn scopes_are_regions_or_everything() {
        let census = Range::census();
        let everything = SignallingStorm::default();
        assert_eq!(everything.scopes(&census), [Scope::All]);
        let regions = vec!["region-b".to_owned()];
        let storm = SignallingStorm {
            regions,
            ..everything
        };
        assert_eq!(storm.scopes(&census), [Scope::Region(RegionId(1))]);
    }

    #[test]
    fn unknown_names_and_impossible_scopes_are_refused() {
        let storm = SignallingStorm {
            classes: vec!["fridge".to_owned()],
            regions: vec!["region-a".to_owned(), "atlantis".to_owned()],
            ..SignallingStorm::default()
        };
        let topology = crate::fault::testing::small_network();
        let findings = storm.findings(&Range::census(), &topology);
        let paths: Vec<&str> = findings.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(paths, ["classes[0]", "regions[1]", "regions"]);
        assert!(findings[0].2.contains("smartphone, iot"));
    }
}
