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

use crate::attack::{Act, Adapts, Census, Field, Happening};
use crate::base::{PerSecond, Share, SimTime, Span};
use crate::fault::Finding;
use crate::network::{Command, Flood};
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
    /// What the attackers do once barring or a pace holds them back; none: nothing.
    pub adapts: Option<Adapts>,
}

/// How often the attackers look whether they are held back.
const LOOK: Span = Span::from_secs(60);

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
            adapts: None,
        }
    }
}

impl SignallingStorm {
    /// Lets one flood for each scope begin, go on differently, or end.
    fn flood(&self, begins: bool, field: &mut Field<'_>) {
        let first = u32::try_from(field.index * 1_000).expect("a scenario has few attacks");
        let adapts = self.adapts.filter(|_| *field.adapted).unwrap_or(Adapts {
            rate: PerSecond::of(1.0),
            ignores_backoff: !self.obeys_backoff,
            ..Adapts::default()
        });
        let rate = self.rate_per_device.get() * adapts.rate.get();
        for (id, scope) in (first..).zip(field.census.scopes(&self.classes, &self.regions)) {
            let flood = Flood {
                scope,
                share: self.share,
                rate_per_device: PerSecond::new(rate).unwrap_or(self.rate_per_device),
                ramp: self.ramp,
                obeys_backoff: !adapts.ignores_backoff,
            };
            field.port.command(if begins {
                Command::StartFlood { id, flood }
            } else {
                Command::StopFlood { id }
            });
        }
    }
}

impl Happening for SignallingStorm {
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
        let now = field.port.now();
        let look = self.adapts.map(|_| (now + LOOK, Act::Step));
        match act {
            Act::Enter | Act::Strike => {
                self.flood(true, field);
                let end = (now + self.duration, Act::End);
                look.into_iter().chain([end]).collect()
            }
            Act::Step if now >= field.began + self.duration => Vec::new(),
            Act::Step if field.port.is_mitigated() => {
                let after = self.adapts.map_or(Span::ZERO, |adapts| adapts.after);
                vec![(now + after, Act::Adapt)]
            }
            Act::Step => look.into_iter().collect(),
            Act::Adapt => {
                if now < field.began + self.duration {
                    *field.adapted = true;
                    self.flood(true, field);
                }
                Vec::new()
            }
            Act::End => {
                self.flood(false, field);
                Vec::new()
            }
        }
    }

    fn findings(&self, census: &Census, _: &Topology) -> Vec<Finding> {
        census.findings(&self.classes, &self.regions)
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"share": 0.05, "rate_per_device": 0.5}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::base::{ClassId, RegionId};
    use crate::network::Scope;

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
        assert_eq!(census.scopes(&[], &[]), [Scope::All]);
        let regions = ["region-b".to_owned()];
        let scopes = census.scopes(&[], &regions);
        assert_eq!(scopes, [Scope::Region(RegionId(1))]);
    }

    #[test]
    fn attackers_answer_what_holds_them_back_and_only_then() {
        let storm = |adapts: bool| {
            let mut storm = serde_json::json!({
                "kind": "signalling-storm", "duration": "1h", "rate_per_device": 0.5, "obeys_backoff": true
            });
            if adapts {
                storm["adapts"] = serde_json::json!({"after": "5m", "rate": 3.0});
            }
            storm
        };
        for (adapts, mitigated, floods) in [(true, true, 2), (true, false, 1), (false, true, 1)] {
            let mut range = Range::new(&[storm(adapts)], 1);
            range.run_until(10.0);
            range.port.mitigated = mitigated;
            range.run_until(70.0);
            let started: Vec<_> = range
                .commands()
                .into_iter()
                .filter_map(|(at, c)| match c {
                    Command::StartFlood { id, flood } => Some((at, id, flood)),
                    _ => None,
                })
                .collect();
            assert_eq!(started.len(), floods, "{adapts} {mitigated}");
            if let Some((at, id, flood)) = started.get(1) {
                assert_eq!((*id, flood.obeys_backoff), (0, false));
                assert!(
                    (*at - 16.0).abs() < 1e-9 && (flood.rate_per_device.get() - 1.5).abs() < 1e-9
                );
                assert_eq!(range.port.count("attack-adapted"), 1);
            }
        }
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
