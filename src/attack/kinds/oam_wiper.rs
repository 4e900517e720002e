//! An intruder enters at the identity provider or the management plane, moves along management edges,
//! and destroys what it holds.
//!
//! MITRE `FiGHT` FGT1078 (valid accounts), FGT1021 (remote services), FGT1072 (software deployment tools),
//! FGT1542.501 and FGT5013 (virtualisation infrastructure), FGT1611 (escape to host), FGT1562 (impair
//! defences); ATT&CK T1485, T1561.002, T1490, T1529, T1531, T1570.
//! Real case: Kyivstar, 12 December 2023: months inside, control of the directory, some 40 % of the
//! infrastructure wiped in about 90 minutes; voice came back after two days.
//!
//! Invariant: there is nothing to roll back; an element is well again only after a restore.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Bounds, Delay, Mean, NodeId, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, SelfRecovery,
    SpreadFrom, SpreadRule, Trigger, wrong_restore_factor,
};
use crate::topology::{EdgeKind, NodeKind, Selector, Topology};

/// An intruder moves along management edges and then destroys what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OamWiper {
    /// When the intruder gets in, from the start of the scenario.
    pub start: Span,
    /// Where; none: at the identity providers, or at the management plane if there is none.
    pub entry: Option<Selector>,
    /// From the entry until the intruder begins to move.
    pub dwell: Delay,
    /// Kinds of edge along which the intruder moves.
    pub edges: Vec<EdgeKind>,
    /// Kinds of element that the intruder can get hold of.
    pub reaches: Vec<NodeKind>,
    /// Probability per hour and edge that the intruder moves along it.
    pub hourly_probability: Share,
    /// When the destruction begins, from the start of the scenario; none: at no fixed time.
    pub destroy_at: Option<Span>,
    /// The destruction begins when this share of the elements in `destroys` is held; none: whatever
    /// share is held.
    pub destroy_at_share: Option<Share>,
    /// Kinds of element that can be destroyed. What runs on a destroyed host goes down with it.
    pub destroys: Vec<NodeKind>,
    /// Share of the held elements that are destroyed.
    pub wiped: Share,
    /// From the command until one element is destroyed.
    pub wipe_time: Delay,
    /// Whether backups are destroyed too.
    pub backups_destroyed: bool,
    /// By how much a restore takes longer without backups.
    pub restore_factor: f64,
    /// Whether the intruder is still inside: a restored element can be taken and destroyed again.
    pub persistent: bool,
    /// Something that looks like an ordinary failure and draws eyes away; none: nothing.
    pub decoy: Option<Decoy>,
}

/// Elements that are made to fail before the destruction, to draw eyes away. Kyivstar: what looked like
/// trouble of switching, for 64 minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decoy {
    /// When, from the start of the scenario.
    pub at: Span,
    /// How long.
    pub duration: Delay,
    /// Which elements are cut off.
    pub select: Selector,
}

impl Default for OamWiper {
    fn default() -> Self {
        use NodeKind::{
            Amf, Epdg, Gateway, IdentityProvider, Ims, Mme, NfviHost, Oss, Repository, Router, Stp,
            Udm,
        };
        let destroys = [
            Amf, Mme, Udm, Ims, Gateway, Epdg, Stp, Oss, NfviHost, Repository,
        ];
        Self {
            start: Span::ZERO,
            entry: None,
            dwell: Delay::Fixed(Span::from_hours(1)),
            edges: vec![
                EdgeKind::OamMgmt,
                EdgeKind::IdentityProvider,
                EdgeKind::NfviHost,
                EdgeKind::CicdPush,
            ],
            reaches: [&destroys[..], &[IdentityProvider, Router]].concat(),
            hourly_probability: Share::of(0.5),
            destroy_at: None,
            destroy_at_share: Some(Share::of(0.4)),
            destroys: destroys.to_vec(),
            wiped: Share::ALL,
            wipe_time: Delay::Uniform {
                uniform: Bounds {
                    min: Span::ZERO,
                    max: Span::from_minutes(90),
                },
            },
            backups_destroyed: true,
            restore_factor: 4.0,
            persistent: false,
            decoy: None,
        }
    }
}

impl OamWiper {
    /// The fault that this is to the engine, on this graph.
    fn fault(&self, topology: &Topology) -> FaultSpec {
        FaultSpec {
            kind: "oam-wiper",
            techniques: "",
            trigger: Trigger::Dwell(self.dwell),
            spread: vec![self.movement(), Self::collapse()],
            contained: Share::NONE,
            timing: EffectTiming::OnCommand {
                delay: self.wipe_time,
                or_at_count: self.enough(topology),
            },
            strikes: self.wiped,
            hurts: self.destroys.clone(),
            alters: true,
            effects: vec![Effect::DropContexts(Share::ALL), Effect::Crash],
            removal: Removal {
                by_itself: None,
                origin_removed: OriginRemoved::Nothing,
                // A restored element is rebuilt with new credentials, if they were all changed.
                restored: if self.persistent {
                    Afterwards::Exposed
                } else {
                    Afterwards::Immune
                },
                restore_factor: if self.backups_destroyed {
                    self.restore_factor
                } else {
                    1.0
                },
            },
        }
    }

    /// From element to element, memoryless: a constant probability per hour.
    fn movement(&self) -> SpreadRule {
        let hourly = self.hourly_probability.get();
        // Certain within the hour has no finite rate; a second is as good as at once.
        let mean = Span::from_hours(1).scaled(-1.0 / libm::log1p(-hourly.min(1.0 - 1e-12)));
        SpreadRule {
            edges: self.edges.clone(),
            from: SpreadFrom::Reached,
            probability: if hourly > 0.0 {
                Share::ALL
            } else {
                Share::NONE
            },
            delay: Delay::Exponential {
                exponential: Mean { mean },
            },
            reaches: self.reaches.clone(),
            passes_through: Vec::new(),
            max_hops: u32::MAX,
            at_once: false,
            with_traffic: false,
        }
    }

    /// What runs on a destroyed host goes down with it.
    fn collapse() -> SpreadRule {
        SpreadRule {
            edges: vec![EdgeKind::NfviHost],
            from: SpreadFrom::Struck,
            probability: Share::ALL,
            delay: Delay::ZERO,
            reaches: Vec::new(),
            passes_through: vec![NodeKind::NfviHost],
            max_hops: u32::MAX,
            at_once: true,
            with_traffic: false,
        }
    }

    /// The fault by which the decoy is seen: elements cut off that come back by themselves.
    fn distraction(decoy: &Decoy) -> FaultSpec {
        FaultSpec {
            kind: "oam-wiper",
            techniques: "FGT1562",
            trigger: Trigger::At(SimTime::ZERO + decoy.at),
            spread: Vec::new(),
            contained: Share::NONE,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::ALL,
            hurts: Vec::new(),
            alters: false,
            effects: vec![Effect::Isolate],
            removal: Removal {
                by_itself: Some(SelfRecovery {
                    after: decoy.duration,
                    attempts: None,
                    then: Afterwards::Immune,
                }),
                origin_removed: OriginRemoved::OthersStay,
                restored: Afterwards::Immune,
                restore_factor: 1.0,
            },
        }
    }

    /// How many elements the intruder waits for.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count of elements"
    )]
    fn enough(&self, topology: &Topology) -> Option<u32> {
        let share = self.destroy_at_share?.get();
        let nodes = topology.nodes().iter();
        let all = nodes
            .filter(|node| self.destroys.contains(&node.kind))
            .count();
        let all = u32::try_from(all).map_or(f64::MAX, f64::from);
        Some((libm::ceil(share * all - 1e-9) as u32).max(1))
    }

    /// Where the intruder gets in; nowhere if the graph has no such element.
    fn entry(&self, topology: &Topology) -> Vec<NodeId> {
        let of_kind = |kind| topology.nodes_of_kind(kind).collect::<Vec<_>>();
        match &self.entry {
            Some(selector) => selector.resolve(topology).unwrap_or_default(),
            None => [NodeKind::IdentityProvider, NodeKind::Oss]
                .map(of_kind)
                .into_iter()
                .find(|nodes| !nodes.is_empty())
                .unwrap_or_default(),
        }
    }
}

impl Happening for OamWiper {
    fn kind(&self) -> &'static str {
        "oam-wiper"
    }

    fn techniques(&self) -> &'static str {
        "FGT1078, FGT1021, FGT1072, FGT1542.501, FGT5013, FGT1611, FGT1562; \
         T1485, T1561.002, T1490, T1529, T1531, T1570"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let now = field.port.now();
        match act {
            Act::Enter => {
                let topology = field.port.topology();
                let (spec, entry) = (self.fault(topology), self.entry(topology));
                let decoy = self.decoy.as_ref().and_then(|decoy| {
                    let nodes = decoy.select.resolve(topology).ok()?;
                    Some((Self::distraction(decoy), nodes))
                });
                if let Some((spec, nodes)) = decoy {
                    let name = format!("{}/decoy", field.name);
                    field.faults.inject(&name, spec, &nodes, now);
                }
                field.inject(spec, &entry);
                let strike = |at: Span| (now.max(SimTime::ZERO + at), Act::Strike);
                self.destroy_at.map(strike).into_iter().collect()
            }
            Act::Strike => {
                let fault = field.fault.expect("an intruder enters before it strikes");
                field.faults.strike(fault, field.port);
                Vec::new()
            }
            Act::Step | Act::Adapt | Act::End => Vec::new(),
        }
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let finding = |path: &str, found: &str, allowed: &str| {
            (path.to_owned(), found.to_owned(), allowed.to_owned())
        };
        let mut findings = Vec::new();
        if self.entry(topology).is_empty() {
            let allowed = "a selector of at least one element of the topology";
            findings.push(finding("entry", "no element", allowed));
        }
        if let Some(error) = self
            .decoy
            .as_ref()
            .and_then(|d| d.select.resolve(topology).err())
        {
            let allowed = "a selector of at least one element of the topology";
            findings.push(finding("decoy.select", &error.to_string(), allowed));
        }
        if self.edges.is_empty() {
            findings.push(finding(
                "edges",
                "an empty list",
                "at least one kind of edge",
            ));
        }
        if self.destroys.is_empty() {
            let allowed = "at least one kind of element";
            findings.push(finding("destroys", "an empty list", allowed));
        }
        findings.extend(wrong_restore_factor(self.restore_factor));
        findings
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"dwell": "10m", "hourly_probability": 0.95, "destroy_at": "+40m", "destroy_at_share": null, "wipe_time": {"uniform": {"min": "0s", "max": "20m"}}}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::fault::Trace;
    use crate::network::{Command, ElementStatus};

    fn wiper(more: &serde_json::Value) -> serde_json::Value {
        let mut wiper = serde_json::json!({"kind": "oam-wiper", "destroy_at_share": null});
        let object = wiper.as_object_mut().expect("an object");
        object.extend(more.as_object().expect("an object").clone());
        wiper
    }

    #[test]
    fn it_moves_quietly_then_destroys_and_only_a_restore_helps() {
        let more = serde_json::json!({"destroy_at": "90h", "wipe_time": "0s"});
        let mut range = Range::new(&[wiper(&more)], 1);
        range.run_until(89.9 * 60.0);
        assert!(range.port.commands.is_empty(), "it was not quiet");
        let fault = range.attacks.fault(0).expect("it is inside");
        assert_eq!(range.faults.came_by(fault, range.node("idp")), None);
        range.run_until(91.0 * 60.0);
        for name in [
            "amf-a1", "mme-a2", "amf-b1", "mme-b2", "udm", "oss", "host-a",
        ] {
            assert_eq!(range.status(name), ElementStatus::Down, "{name}");
        }
        assert_eq!(range.status("tower-a1"), ElementStatus::Up);
        let (node, idp) = (range.node("udm"), range.node("idp"));
        range.remove_origin(fault, idp);
        assert_eq!(
            range.status("udm"),
            ElementStatus::Down,
            "a clean-up is no repair"
        );
        assert!((range.faults.restore_factor(node) - 4.0).abs() < 1e-9);
        range.restore(node);
        range.run_until(300.0 * 60.0);
        assert_eq!(range.status("udm"), ElementStatus::Up);
        let share = Share::ALL;
        let dropped = Command::DropContexts { node, share };
        assert!(
            range
                .port
                .commands
                .iter()
                .any(|(_, command)| *command == dropped)
        );
    }

    #[test]
    fn it_strikes_when_it_holds_its_share() {
        let more = serde_json::json!({"destroy_at_share": 0.5, "wipe_time": "0s"});
        let mut range = Range::new(&[wiper(&more)], 3);
        range.run_until(1e4);
        // Half of amf, mme (2 each), udm, ims, oss and host: 4 of 8; the rest are out of reach of
        // what is down, or fall with their host.
        assert_eq!(range.port.count("fault-struck"), 1);
        let fault = range.attacks.fault(0).expect("it is inside");
        assert!(range.faults.struck(fault).len() >= 4);
    }

    #[test]
    fn what_runs_on_a_destroyed_host_goes_down_with_it() {
        let more = serde_json::json!({
            "entry": {"names": ["host-a"]}, "dwell": "0s", "hourly_probability": 0.0,
            "destroy_at": "1h", "wipe_time": "0s", "destroys": ["nfvi-host", "amf", "mme"]
        });
        let mut range = Range::new(&[wiper(&more)], 1);
        range.run_until(61.0);
        for (name, status) in [
            ("host-a", ElementStatus::Down),
            ("amf-a1", ElementStatus::Down),
            ("mme-a2", ElementStatus::Down),
            ("amf-b1", ElementStatus::Up),
            ("oss", ElementStatus::Up),
        ] {
            assert_eq!(range.status(name), status, "{name}");
        }
    }

    #[test]
    fn the_hourly_probability_is_that_of_one_edge() {
        let mut moved = 0;
        for seed in 0..500 {
            let more = serde_json::json!({
                "entry": {"names": ["idp"]}, "dwell": "0s", "hourly_probability": 0.3,
                "edges": ["identity-provider"]
            });
            let mut range = Range::new(&[wiper(&more)], seed);
            range.run_until(60.0);
            moved += u32::from(range.faults.is_reached(range.node("oss")));
        }
        // Five standard deviations of a binomial of 500 at 0.3 are 51.
        assert!((99..=201).contains(&moved), "{moved}");
    }

    #[test]
    fn a_decoy_draws_eyes_away_before_the_blow_and_heals_by_itself() {
        let more = serde_json::json!({
            "destroy_at": "90h", "wipe_time": "0s",
            "decoy": {"at": "89h", "duration": "30m", "select": {"names": ["tower-a*"]}}
        });
        let mut range = Range::new(&[wiper(&more)], 1);
        range.run_until(89.2 * 60.0);
        assert_eq!(range.status("tower-a1"), ElementStatus::Isolated);
        assert_eq!(range.status("udm"), ElementStatus::Up);
        range.run_until(89.6 * 60.0);
        assert_eq!(range.status("tower-a1"), ElementStatus::Up);
        range.run_until(90.1 * 60.0);
        assert_eq!(range.status("udm"), ElementStatus::Down);
    }

    #[test]
    fn an_intruder_who_is_still_inside_takes_what_was_restored() {
        for (persistent, after) in [(true, ElementStatus::Down), (false, ElementStatus::Up)] {
            let more = serde_json::json!({
                "destroy_at": "20h", "wipe_time": "0s", "persistent": persistent,
                "destroys": ["udm"], "hourly_probability": 0.9
            });
            let mut range = Range::new(&[wiper(&more)], 1);
            range.run_until(19.9 * 60.0);
            let node = range.node("udm");
            let altered = |range: &Range, genuine| {
                let left = Trace::Altered { node, genuine };
                range.port.traces.iter().filter(|t| **t == left).count()
            };
            assert_eq!(altered(&range, false), 1, "an implant before the blow");
            range.run_until(21.0 * 60.0);
            assert_eq!(range.status("udm"), ElementStatus::Down);
            range.restore(range.node("udm"));
            assert_eq!(altered(&range, true), 1, "the image is what was signed");
            assert_eq!(range.status("udm"), ElementStatus::Up);
            range.run_until(60.0 * 60.0);
            assert_eq!(range.status("udm"), after);
        }
    }

    #[test]
    fn what_means_nothing_is_refused() {
        let wiper = OamWiper {
            entry: serde_json::from_value(serde_json::json!({"names": ["nobody"]})).expect("one"),
            edges: Vec::new(),
            destroys: Vec::new(),
            restore_factor: 0.5,
            ..OamWiper::default()
        };
        let topology = crate::fault::testing::small_network();
        let findings = wiper.findings(&Range::census(), &topology);
        let paths: Vec<&str> = findings.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(paths, ["entry", "edges", "destroys", "restore_factor"]);
    }
}
