//! Routers are sent more routes than their limit allows and cut themselves off, all on the default setting.
//!
//! Real case: Optus, 8 November 2023: after an upgrade upstream some 90 provider-edge routers met their
//! default failsafe thresholds and isolated themselves; management access was lost with them, and people
//! went to the sites (Senate submission of Optus, 16 November 2023).
//!
//! Invariant: routes travel between routers only; a router whose limit holds passes them on unhurt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Share, Span};
use crate::topology::{EdgeKind, NodeKind};

use super::{local, not_empty, restarts};
use crate::fault::{
    Afterwards, Defect, Effect, EffectTiming, FaultSpec, Finding, Removal, SpreadRule, Trigger,
};

/// Routers get more routes than their limit and cut themselves off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PrefixLimit {
    /// Kinds of edge along which routes are announced.
    pub edges: Vec<EdgeKind>,
    /// How long an announcement takes from router to router.
    pub hop_delay: Delay,
    /// Share of the routers whose limit is below what is announced. Optus: all with the default.
    pub over_limit: Share,
    /// From the announcement until a router cuts itself off.
    pub trip_delay: Delay,
    /// Time after which a router tries again by itself; `null`: somebody must reset it.
    pub idle_hold: Option<Delay>,
}

impl Default for PrefixLimit {
    fn default() -> Self {
        Self {
            edges: vec![EdgeKind::BgpIgp],
            hop_delay: Delay::Fixed(Span::from_secs(5)),
            over_limit: Share::ALL,
            trip_delay: Delay::Fixed(Span::from_secs(30)),
            idle_hold: None,
        }
    }
}

impl Defect for PrefixLimit {
    fn fault(&self) -> FaultSpec {
        let base = local("prefix-limit", Trigger::OnLoad, vec![Effect::Isolate]);
        FaultSpec {
            spread: vec![SpreadRule {
                reaches: vec![NodeKind::Router],
                ..SpreadRule::along(self.edges.clone(), self.hop_delay)
            }],
            timing: EffectTiming::After(self.trip_delay),
            strikes: self.over_limit,
            hurts: vec![NodeKind::Router],
            removal: Removal {
                by_itself: self.idle_hold.map(|hold| restarts(hold, None)),
                restored: Afterwards::Retriggers,
                ..base.removal
            },
            ..base
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let hold = self.idle_hold.filter(|hold| hold.mean().is_zero());
        let hold = hold.map(|_| ("idle_hold".into(), "0s".into(), "a delay above 0s".into()));
        let edges = not_empty("edges", &self.edges, "at least one kind of edge");
        edges.into_iter().chain(hold).collect()
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

    fn isolated(bench: &Bench) -> usize {
        let nodes = bench.port.topology.nodes_of_kind(NodeKind::Router);
        nodes
            .filter(|&n| bench.status(n) == ElementStatus::Isolated)
            .count()
    }

    #[test]
    fn every_router_isolates_itself_and_waits_for_a_reset_once_the_routes_are_gone() {
        let mut bench = Bench::new(routers(8), 1);
        let origin = bench.node("r0");
        bench.inject(PrefixLimit::default().fault(), &[origin], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(120.0));
        assert_eq!(isolated(&bench), 8);
        let other = bench.node("r5");
        bench.restore(other);
        bench.run_until(SimTime::from_secs(240.0));
        assert_eq!(
            isolated(&bench),
            8,
            "while the routes are there it trips again"
        );
        bench.remove_origin(origin);
        bench.run_until(SimTime::from_secs(3_600.0));
        assert_eq!(isolated(&bench), 7, "nobody has reset the others");
        bench.restore(other);
        bench.run_until(SimTime::from_secs(7_200.0));
        assert_eq!(isolated(&bench), 6);
    }

    #[test]
    fn a_limit_that_holds_keeps_the_router_but_not_its_neighbours() {
        let half = PrefixLimit {
            over_limit: Share::of(0.5),
            ..PrefixLimit::default()
        };
        let counts = (0..40).map(|seed| {
            let mut bench = Bench::new(routers(8), seed);
            let fault = bench.inject(half.fault(), &[bench.node("r0")], SimTime::ZERO);
            bench.run_until(SimTime::from_secs(3_600.0));
            assert_eq!(
                bench.engine.reached_count(fault),
                8,
                "all hear of the routes"
            );
            isolated(&bench)
        });
        let sum: usize = counts.sum();
        // Five standard deviations of a binomial of 320 at 0.5 are 45.
        assert!((115..=205).contains(&sum), "{sum}");
    }

    #[test]
    fn idle_hold_gives_each_another_try() {
        let defect = PrefixLimit {
            idle_hold: Some(Delay::Fixed(Span::from_minutes(15))),
            ..PrefixLimit::default()
        };
        let mut bench = Bench::new(routers(3), 1);
        let origin = bench.node("r0");
        bench.inject(defect.fault(), &[origin], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(3_600.0));
        assert!(bench.count("element-struck") > 6, "it flaps");
        bench.remove_origin(origin);
        bench.run_until(SimTime::from_secs(7_200.0));
        assert_eq!(isolated(&bench), 0);
    }
}
