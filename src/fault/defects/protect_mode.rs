//! A protective function over-reacts: one misconfigured element sends traffic that others answer by
//! cutting themselves off from the towers.
//!
//! Real case: AT&T Mobility, 22 February 2024 (FCC PSHSB report of 22 July 2024, ¶¶6-8, 20-27): a
//! network element put in production at 02:42 CST was misconfigured; a downstream element lacked the
//! control that would have contained the error and passed the traffic on; at 02:45 the network entered
//! Protect Mode, isolated all voice and 5G data processing elements from the towers and de-registered
//! every device. The 4G elements went on handing public warnings to towers throughout (¶18), which takes no
//! device's context (TS 23.041 §9.1).
//!
//! Invariant: an element is isolated only if a path of the listed edges leads to it from the origin.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Share, Span};
use crate::topology::{EdgeKind, NodeKind};

use super::{NAS_KINDS, local};
use crate::fault::{
    Afterwards, Defect, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal,
    SpreadFrom, SpreadRule, Trigger,
};

/// What can pass the traffic on: everything between the towers.
const CARRIERS: [NodeKind; 12] = [
    NodeKind::Amf,
    NodeKind::Mme,
    NodeKind::Udm,
    NodeKind::Ims,
    NodeKind::Gateway,
    NodeKind::Epdg,
    NodeKind::Router,
    NodeKind::Stp,
    NodeKind::Oss,
    NodeKind::IdentityProvider,
    NodeKind::NfviHost,
    NodeKind::Repository,
];

/// A protective function over-reacts: one element's traffic makes others isolate themselves from the
/// towers and drop all their contexts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProtectMode {
    /// From the moment the traffic reaches an element until it isolates itself. AT&T: 3 minutes.
    pub trip_delay: Delay,
    /// How long the traffic takes along one edge.
    pub hop_delay: Delay,
    /// Kinds of edge that carry the traffic.
    pub edges: Vec<EdgeKind>,
    /// Kinds of element that isolate themselves; others only pass the traffic on.
    pub isolates: Vec<NodeKind>,
    /// Share of the downstream elements that have the containment control: they neither isolate
    /// themselves nor pass the traffic on. AT&T: none where it mattered.
    pub contained: Share,
    /// Kind of isolated element that still hands public warnings to its towers; `null`: none does. AT&T: the
    /// 4G elements.
    pub still_warns: Option<NodeKind>,
    /// Share of its contexts that an isolated element drops.
    pub contexts_lost: Share,
    /// Time in which isolated elements come back by themselves once the cause is rolled back
    /// everywhere; `null`: each waits for a restore.
    pub auto_recover: Option<Delay>,
}

impl Default for ProtectMode {
    fn default() -> Self {
        Self {
            trip_delay: Delay::Fixed(Span::from_minutes(3)),
            hop_delay: Delay::ZERO,
            edges: vec![EdgeKind::Sbi, EdgeKind::S6aDiameter, EdgeKind::IpTransport],
            isolates: NAS_KINDS.to_vec(),
            contained: Share::NONE,
            still_warns: Some(NodeKind::Mme),
            contexts_lost: Share::ALL,
            auto_recover: Some(Delay::ZERO),
        }
    }
}

impl Defect for ProtectMode {
    fn fault(&self) -> FaultSpec {
        let isolate = self
            .still_warns
            .map_or(Effect::Isolate, Effect::IsolateButWarn);
        let effects = vec![isolate, Effect::DropContexts(self.contexts_lost)];
        FaultSpec {
            spread: vec![SpreadRule {
                edges: self.edges.clone(),
                from: SpreadFrom::Reached,
                probability: Share::ALL,
                delay: self.hop_delay,
                reaches: CARRIERS.to_vec(),
                passes_through: Vec::new(),
                max_hops: u32::MAX,
                at_once: false,
                with_traffic: false,
            }],
            contained: self.contained,
            timing: EffectTiming::After(self.trip_delay),
            hurts: self.isolates.clone(),
            removal: Removal {
                by_itself: None,
                origin_removed: self
                    .auto_recover
                    .map_or(OriginRemoved::OthersStay, OriginRemoved::OthersRecover),
                restored: Afterwards::Retriggers,
                restore_factor: 1.0,
            },
            ..local("protect-mode", Trigger::OnLoad, effects)
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let empty = |name: &str, list_is_empty: bool, allowed: &str| {
            list_is_empty.then(|| {
                (
                    name.to_owned(),
                    "an empty list".to_owned(),
                    allowed.to_owned(),
                )
            })
        };
        let mute = self
            .still_warns
            .filter(|kind| !NAS_KINDS.contains(kind))
            .map(|kind| {
                (
                    "still_warns".to_owned(),
                    kind.to_string(),
                    "amf, mme or null".to_owned(),
                )
            });
        [
            mute,
            empty("edges", self.edges.is_empty(), "at least one kind of edge"),
            empty(
                "isolates",
                self.isolates.is_empty(),
                "at least one kind of element",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"change": {"target": {"kinds": ["amf"], "count": 1}}}"#,
            r#"{"of": {"contained": 0.6}, "change": {"target": {"kinds": ["mme"], "count": 1}}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::{Command, ElementStatus};
    use crate::topology::build;

    fn run(defect: &ProtectMode) -> Bench {
        let mut bench = Bench::new(small_network(), 1);
        let origin = bench.node("amf-a1");
        bench.inject(defect.fault(), &[origin], SimTime::from_secs(60.0));
        bench.run_until(SimTime::from_secs(3600.0));
        bench
    }

    #[test]
    fn all_of_the_nation_isolates_itself_after_the_trip_delay() {
        let bench = run(&ProtectMode::default());
        for (name, status) in [
            ("amf-a1", ElementStatus::Isolated),
            ("mme-a2", ElementStatus::Withdrawn),
            ("amf-b1", ElementStatus::Isolated),
            ("mme-b2", ElementStatus::Withdrawn),
        ] {
            let node = bench.node(name);
            assert_eq!(bench.status(node), status, "{name}");
            let dropped = Command::DropContexts {
                node,
                share: Share::ALL,
            };
            assert_eq!(bench.when(&dropped), [SimTime::from_secs(240.0)], "{name}");
        }
        for name in ["udm", "router", "tower-a1", "oss", "ims"] {
            assert_eq!(bench.status(bench.node(name)), ElementStatus::Up, "{name}");
        }
    }

    #[test]
    fn one_element_of_a_generated_nation_is_enough() {
        let spec = serde_json::from_value(serde_json::json!({
            "source": "generated", "towers": 300, "devices": 300_000
        }));
        let spec = spec.expect("a topology");
        let topology = build(&spec, Path::new(".")).expect("a sound network");
        let mut bench = Bench::new(topology, 1);
        let nas: Vec<_> = NAS_KINDS
            .into_iter()
            .flat_map(|kind| bench.port.topology.nodes_of_kind(kind))
            .collect();
        bench.inject(ProtectMode::default().fault(), &nas[..1], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(180.0));
        assert!(nas.len() > 10);
        for &node in &nas {
            assert_ne!(bench.status(node), ElementStatus::Up);
        }
        let towers = bench.port.topology.towers();
        assert!(!towers.iter().any(|t| bench.engine.is_reached(t.node)));
    }

    #[test]
    fn the_containment_control_keeps_it_at_its_origin() {
        let contained = Share::ALL;
        let bench = run(&ProtectMode {
            contained,
            ..ProtectMode::default()
        });
        let isolated = |name| bench.status(bench.node(name)) != ElementStatus::Up;
        assert!(isolated("amf-a1"));
        assert!(!["mme-a2", "amf-b1", "mme-b2"].into_iter().any(isolated));
    }

    #[test]
    fn a_rollback_ends_it_everywhere_or_leaves_it_to_a_restore() {
        for (auto_recover, expected) in [
            (Some(Delay::ZERO), ElementStatus::Up),
            (None, ElementStatus::Withdrawn),
        ] {
            let mut bench = run(&ProtectMode {
                auto_recover,
                ..ProtectMode::default()
            });
            let (origin, other) = (bench.node("amf-a1"), bench.node("mme-b2"));
            bench.remove_origin(origin);
            bench.run_until(SimTime::from_secs(7200.0));
            assert_eq!(bench.status(origin), ElementStatus::Up);
            assert_eq!(bench.status(other), expected);
            bench.restore(other);
            bench.run_until(SimTime::from_secs(9000.0));
            assert_eq!(bench.status(other), ElementStatus::Up);
        }
    }

    #[test]
    fn an_element_restored_before_the_rollback_trips_again() {
        let mut bench = run(&ProtectMode::default());
        let other = bench.node("mme-b2");
        bench.restore(other);
        assert_eq!(bench.status(other), ElementStatus::Up);
        bench.run_until(SimTime::from_secs(3600.0 + 181.0));
        assert_eq!(bench.status(other), ElementStatus::Withdrawn);
    }

    #[test]
    fn which_kind_goes_on_warning_is_a_parameter() {
        for (still_warns, amf, mme) in [
            (None, ElementStatus::Isolated, ElementStatus::Isolated),
            (
                Some(NodeKind::Amf),
                ElementStatus::Withdrawn,
                ElementStatus::Isolated,
            ),
        ] {
            let bench = run(&ProtectMode {
                still_warns,
                ..ProtectMode::default()
            });
            assert_eq!(bench.status(bench.node("amf-b1")), amf);
            assert_eq!(bench.status(bench.node("mme-b2")), mme);
        }
    }
}
