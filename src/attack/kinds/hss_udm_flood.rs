//! The subscriber database is flooded with queries, from a function in the attackers' hands or over an
//! interconnect: no tower and no mobility function sees the requests.
//!
//! MITRE `FiGHT` FGT1498.501 (flooding of core network functions), FGT1498.502 (exhaustion of shared
//! functions of slices), FGT1498.503; ATT&CK T1499.
//! Real case: none public; the load that 11,750 phones can put on a database is in Traynor et al., "On
//! cellular botnets" (CCS 2009).
//!
//! Invariant: only databases that serve are asked; nothing else is touched.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{NodeId, PerSecond, SimTime, Span};
use crate::fault::{Finding, text_key};
use crate::network::{Command, ElementStatus, Load};
use crate::topology::{NodeKind, Topology};

/// The subscriber database is flooded from within the core or over an interconnect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HssUdmFlood {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it lasts.
    pub duration: Span,
    /// Queries per second over all databases, at full strength.
    pub rate: PerSecond,
    /// Units of work that one query costs: authentication vectors are dear, location updates dearer.
    pub amplification: PerSecond,
    /// How long until full strength.
    pub ramp: Span,
    /// Whether the flood turns to the databases that are left when one is taken out of service; if not,
    /// its part goes nowhere.
    pub follows: bool,
}

/// How often the attackers look which databases answer.
const STEP: Span = Span::from_secs(10);

impl Default for HssUdmFlood {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(1),
            rate: PerSecond::of(10_000.0),
            amplification: PerSecond::of(2.0),
            ramp: Span::from_minutes(5),
            follows: true,
        }
    }
}

impl HssUdmFlood {
    /// Units of work per second that each database gets so long after the beginning.
    fn aim(&self, running: Span, field: &mut Field<'_>) {
        let ramp = self.ramp.as_secs_f64().max(1e-6);
        let strength = (running.as_secs_f64() / ramp).min(1.0);
        let all: Vec<NodeId> = field.port.topology().nodes_of_kind(NodeKind::Udm).collect();
        let serves = |node: &NodeId| field.port.element_status(*node) == ElementStatus::Up;
        let answer: Vec<NodeId> = all.iter().copied().filter(serves).collect();
        let count = if self.follows {
            answer.len()
        } else {
            all.len()
        };
        let count = u32::try_from(count).map_or(1.0, f64::from).max(1.0);
        let units = self.rate.get() * self.amplification.get() * strength / count;
        for node in all {
            let rate = PerSecond::new(units)
                .ok()
                .filter(|_| answer.contains(&node));
            let load = rate.map(|rate| Load::Queries { node, rate });
            let id = text_key(field.name) ^ u64::from(node.0);
            field.port.command(Command::SetLoad { id, load });
        }
    }
}

impl Happening for HssUdmFlood {
    fn kind(&self) -> &'static str {
        "hss-udm-flood"
    }

    fn techniques(&self) -> &'static str {
        "FGT1498.501, FGT1498.502, FGT1498.503; T1499"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let now = field.port.now();
        let running = now.since(field.began);
        let over = act == Act::End || running >= self.duration;
        if over {
            let silent = Self {
                rate: PerSecond::of(0.0),
                ..self.clone()
            };
            silent.aim(self.ramp, field);
            return if act == Act::End {
                Vec::new()
            } else {
                vec![(now, Act::End)]
            };
        }
        self.aim(running, field);
        vec![(now + STEP, Act::Step)]
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let mut findings = Vec::new();
        if topology.nodes_of_kind(NodeKind::Udm).next().is_none() {
            let allowed = "a topology with a subscriber database";
            findings.push(("kind".into(), "hss-udm-flood".into(), allowed.into()));
        }
        findings
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"rate": 2000.0}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;

    fn loads(range: &Range) -> Vec<(f64, f64)> {
        let commands = range.commands().into_iter();
        commands
            .filter_map(|(at, command)| match command {
                Command::SetLoad {
                    load: Some(Load::Queries { rate, .. }),
                    ..
                } => Some((at, rate.get())),
                Command::SetLoad { load: None, .. } => Some((at, 0.0)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn it_rises_over_its_ramp_stays_and_ends() {
        let flood = serde_json::json!({
            "kind": "hss-udm-flood", "start": "10m", "duration": "20m", "ramp": "5m",
            "rate": 600.0, "amplification": 2.0
        });
        let mut range = Range::new(&[flood], 1);
        range.run_until(60.0);
        let at = |minute: f64| {
            let all = loads(&range);
            all.into_iter()
                .rev()
                .find(|(at, _)| *at <= minute + 1e-9)
                .map_or(0.0, |(_, rate)| rate)
        };
        assert!(at(9.0) <= 0.0);
        assert!((at(12.5) - 600.0).abs() < 1.0 && (at(20.0) - 1_200.0).abs() < 1e-6);
        assert!(at(30.1) <= 0.0);
        assert_eq!(range.port.count("attack-ended"), 1);
    }

    #[test]
    fn it_leaves_a_database_that_is_out_of_service() {
        let flood = serde_json::json!({"kind": "hss-udm-flood", "ramp": "0s"});
        let mut range = Range::new(&[flood], 1);
        range.run_until(5.0);
        assert!(loads(&range).last().is_some_and(|(_, rate)| *rate > 0.0));
        let udm = range.node("udm");
        range.port.status.insert(udm, ElementStatus::Isolated);
        range.run_until(6.0);
        assert!(loads(&range).last().is_some_and(|(_, rate)| *rate <= 0.0));
    }
}
