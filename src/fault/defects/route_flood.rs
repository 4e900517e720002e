//! A filter is gone: routers are flooded with more routes than they can hold, and crash.
//!
//! Real case: Rogers, 8 July 2022 (CRTC/Xona report, 2024): a policy filter of distribution routers was
//! deleted in a clean-up; the full set of Internet routes entered the interior network, and the core
//! routers, without an overload limit, crashed within minutes. Wireless and wireline shared the core,
//! and the management network ran over it.
//!
//! Invariant: while the filter is missing, a router that is started again falls again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Bounds, Delay, Share, Span};
use crate::topology::{EdgeKind, NodeKind};

use super::{local, not_empty};
use crate::fault::{
    Defect, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, SpreadRule, Trigger,
    wrong_restore_factor,
};

/// Routers get more routes than they can hold and crash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RouteFlood {
    /// Kinds of edge along which routes are announced.
    pub edges: Vec<EdgeKind>,
    /// How long an announcement takes from router to router.
    pub hop_delay: Delay,
    /// From the flood until the memory or the processor of a router gives out. Rogers: minutes.
    pub holds_out: Delay,
    /// Share of the routers with an overload limit: they neither fall nor pass the routes on.
    pub protected: Share,
    /// Time in which the routers come back by themselves once the filter is back; `null`: each waits for
    /// a restore.
    pub auto_recover: Option<Delay>,
    /// By how much a restore takes longer than usual: people travel, as remote access is gone.
    pub restore_factor: f64,
}

impl Default for RouteFlood {
    fn default() -> Self {
        Self {
            edges: vec![EdgeKind::BgpIgp],
            hop_delay: Delay::Fixed(Span::from_secs(5)),
            holds_out: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(20),
                    max: Span::from_secs(90),
                },
            },
            protected: Share::NONE,
            auto_recover: None,
            restore_factor: 1.0,
        }
    }
}

impl Defect for RouteFlood {
    fn fault(&self) -> FaultSpec {
        let base = local("route-flood", Trigger::OnLoad, vec![Effect::Crash]);
        FaultSpec {
            spread: vec![SpreadRule {
                reaches: vec![NodeKind::Router],
                ..SpreadRule::along(self.edges.clone(), self.hop_delay)
            }],
            contained: self.protected,
            timing: EffectTiming::After(self.holds_out),
            hurts: vec![NodeKind::Router],
            removal: Removal {
                origin_removed: self
                    .auto_recover
                    .map_or(OriginRemoved::OthersStay, OriginRemoved::OthersRecover),
                restore_factor: self.restore_factor,
                ..base.removal
            },
            ..base
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let factor = wrong_restore_factor(self.restore_factor);
        let edges = not_empty("edges", &self.edges, "at least one kind of edge");
        edges.into_iter().chain(factor).collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"change": {"kind": "route-policy", "target": {"kinds": ["router"], "count": 1}}, "rollout": {"rollback": {"needs": ["oob-access"], "per_node": "2m"}}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, routers};
    use crate::network::ElementStatus;

    fn down(bench: &Bench) -> usize {
        let nodes = bench.port.topology.nodes_of_kind(NodeKind::Router);
        nodes
            .filter(|&n| bench.status(n) == ElementStatus::Down)
            .count()
    }

    #[test]
    fn the_core_is_gone_in_minutes_and_every_early_restart_falls_again() {
        let mut bench = Bench::new(routers(10), 4);
        let origin = bench.node("r0");
        bench.inject(RouteFlood::default().fault(), &[origin], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(140.0));
        assert_eq!(down(&bench), 10);
        for name in ["r3", "r0"] {
            let node = bench.node(name);
            bench.restore(node);
            assert_eq!(bench.status(node), ElementStatus::Up);
            let end = bench.port.now + Span::from_secs(140);
            bench.run_until(end);
        }
        assert_eq!(
            bench.status(origin),
            ElementStatus::Down,
            "the filter is still missing"
        );
        bench.remove_origin(origin);
        assert_eq!(bench.status(origin), ElementStatus::Up);
        let others: Vec<_> = (1..10).map(|n| bench.node(&format!("r{n}"))).collect();
        for node in others {
            bench.restore(node);
        }
        bench.run_until(SimTime::from_secs(7_200.0));
        assert_eq!(down(&bench), 0);
    }

    #[test]
    fn an_overload_limit_stops_it() {
        let protected = RouteFlood {
            protected: Share::ALL,
            ..RouteFlood::default()
        };
        let mut bench = Bench::new(routers(10), 1);
        bench.inject(protected.fault(), &[bench.node("r0")], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(3_600.0));
        assert_eq!(down(&bench), 1);
    }
}
