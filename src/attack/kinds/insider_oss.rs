//! Somebody with an account of the management plane misconfigures one element after the other, in the way
//! and often at the hour in which changes are made.
//!
//! MITRE `FiGHT` FGT1078 (valid accounts), FGT5039 (configuration of virtual functions), FGT5022 (alteration of
//! subscriber profiles); ATT&CK T1078, T1565.
//! Real case: none public of this size; the tools are those of any change.
//!
//! Invariant: only what the account reaches by management edges is hurt, one command at a time, and what was
//! done stays done until somebody restores it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Delay, Mean, NodeId, PerSecond, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, SpreadFrom,
    SpreadRule, Trigger,
};
use crate::topology::{EdgeKind, NodeKind, Topology};

/// Somebody with an account of the management plane misconfigures elements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InsiderOss {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long until the account is locked.
    pub duration: Span,
    /// Commands per hour.
    pub commands_per_hour: PerSecond,
    /// Kinds of element that the role of the account may configure.
    pub role: Vec<NodeKind>,
    /// What a command does.
    pub does: Misuse,
    /// The ticket under which the commands run.
    pub ticket: Ticket,
}

/// What one command of an insider does to an element.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Misuse {
    /// It is cut off from towers and devices.
    Isolate {},
    /// It loses capacity.
    Detune {
        /// What is left, as a multiple; above 0.
        factor: f64,
    },
}

/// Whether the commands of an insider run under a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ticket {
    /// They do not.
    #[default]
    None,
    /// They run under one that was made up.
    Forged,
}

impl Default for InsiderOss {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(2),
            commands_per_hour: PerSecond::of(6.0),
            role: vec![NodeKind::Amf, NodeKind::Mme, NodeKind::Udm, NodeKind::Ims],
            does: Misuse::Isolate {},
            ticket: Ticket::None,
        }
    }
}

impl InsiderOss {
    fn fault(&self, topology: &Topology) -> FaultSpec {
        let nodes = topology.nodes().iter();
        let targets = nodes.filter(|node| self.role.contains(&node.kind)).count();
        let targets = u32::try_from(targets).map_or(1.0, f64::from).max(1.0);
        let rate = self.commands_per_hour.get().max(1e-6);
        let mean = Span::from_hours(1).scaled(targets / rate);
        let effect = match self.does {
            Misuse::Isolate {} => Effect::Isolate,
            Misuse::Detune { factor } => Effect::Capacity(factor),
        };
        FaultSpec {
            kind: "insider-oss",
            techniques: self.techniques(),
            trigger: Trigger::OnLoad,
            spread: vec![SpreadRule {
                edges: vec![EdgeKind::OamMgmt],
                from: SpreadFrom::Reached,
                probability: Share::ALL,
                delay: Delay::Exponential {
                    exponential: Mean { mean },
                },
                reaches: self.role.clone(),
                passes_through: vec![NodeKind::Oss],
                max_hops: 1,
                at_once: false,
                with_traffic: false,
            }],
            contained: Share::NONE,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::ALL,
            hurts: self.role.clone(),
            alters: true,
            effects: vec![effect],
            removal: Removal {
                by_itself: None,
                origin_removed: OriginRemoved::OthersStay,
                restored: Afterwards::Exposed,
                restore_factor: 1.0,
            },
        }
    }
}

impl Happening for InsiderOss {
    fn kind(&self) -> &'static str {
        "insider-oss"
    }

    fn techniques(&self) -> &'static str {
        "FGT1078, FGT5039, FGT5022; T1078, T1565"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let topology = field.port.topology();
        let entry: Vec<NodeId> = topology.nodes_of_kind(NodeKind::Oss).collect();
        if act == Act::Enter {
            let spec = self.fault(topology);
            let ticket = match self.ticket {
                Ticket::None => "without a ticket",
                Ticket::Forged => "under a forged ticket",
            };
            field.note("attack-commands", format!("an account works {ticket}"));
            field.inject(spec, &entry);
            return vec![(field.port.now() + self.duration, Act::End)];
        }
        field.withdraw(&entry);
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let mut findings = Vec::new();
        if topology.nodes_of_kind(NodeKind::Oss).next().is_none() {
            let allowed = "a topology with a management plane";
            findings.push(("kind".into(), "insider-oss".into(), allowed.into()));
        }
        if self.role.is_empty() {
            let allowed = "at least one kind of element";
            findings.push(("role".into(), "an empty list".into(), allowed.into()));
        }
        if let Misuse::Detune { factor } = self.does
            && !(factor.is_finite() && factor > 0.0)
        {
            let allowed = "a number above 0";
            findings.push(("does.factor".into(), factor.to_string(), allowed.into()));
        }
        findings
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"commands_per_hour": 12.0}}"#,
            r#"{"of": {"commands_per_hour": 12.0, "ticket": "forged"}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::fault::Trace;
    use crate::network::ElementStatus;

    #[test]
    fn commands_come_one_by_one_at_their_rate_and_what_they_did_stays() {
        let attack = serde_json::json!({
            "kind": "insider-oss", "duration": "1h", "commands_per_hour": 5.0,
            "role": ["amf", "udm", "ims"], "ticket": "forged"
        });
        let mut struck = 0;
        for seed in 0..50 {
            let mut range = Range::new(std::slice::from_ref(&attack), seed);
            range.run_until(300.0);
            let fault = range.attacks.fault(0).expect("it has begun");
            let nodes = range.faults.struck(fault);
            struck += nodes.len();
            assert!(
                range
                    .port
                    .records
                    .iter()
                    .any(|r| r.detail.contains("forged"))
            );
            for node in nodes {
                assert_eq!(
                    range
                        .port
                        .topology
                        .neighbours(node, EdgeKind::OamMgmt)
                        .count(),
                    1
                );
                range.restore(node);
                assert_eq!(
                    range.port.status[&node],
                    ElementStatus::Up,
                    "the account is locked"
                );
                for genuine in [false, true] {
                    let left = Trace::Altered { node, genuine };
                    assert!(range.port.traces.contains(&left), "{left:?}");
                }
            }
        }
        // Four elements (two AMFs, UDM, IMS) at 5/4 an hour each: 71 % of 200, standard deviation 6.4.
        assert!((110..=175).contains(&struck), "{struck}");
    }
}
