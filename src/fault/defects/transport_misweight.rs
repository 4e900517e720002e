//! Wrong link weights: a router draws traffic that it cannot deliver. Nothing is down, so nobody fails over.
//!
//! Real cases: T-Mobile US, 15 June 2020 (FCC PSHSB report of October 2020: a misconfigured weight after
//! a fibre cut; registrations timed out, and the attempts spread nationwide); KDDI, 2 July 2022 (a wrong
//! route at the Tama router swallowed voice traffic for about 15 minutes).
//!
//! Invariant: what it swallows, it swallows in silence; no element is down, and the end of the cause ends it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Share};
use crate::network::ProcedureSet;
use crate::topology::{EdgeKind, NodeKind};

use super::{local, not_empty};
use crate::fault::{
    Defect, Effect, FaultSpec, Finding, OriginRemoved, Removal, SpreadRule, Trigger,
};

/// A router draws traffic that it cannot deliver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TransportMisweight {
    /// Kinds of edge over which the router draws traffic.
    pub edges: Vec<EdgeKind>,
    /// How many edges away it does: 1 is what hangs on the router itself, 2 what hangs on its neighbours.
    #[schemars(range(min = 1))]
    pub hops: u32,
    /// Kinds of element whose traffic is lost. KDDI: voice nodes.
    pub kinds: Vec<NodeKind>,
    /// Share of their traffic that is lost.
    pub share: Share,
    /// From the correction until traffic flows again.
    pub converges: Delay,
}

impl Default for TransportMisweight {
    fn default() -> Self {
        Self {
            edges: vec![EdgeKind::IpTransport],
            hops: 1,
            kinds: vec![NodeKind::Ims],
            share: Share::ALL,
            converges: Delay::ZERO,
        }
    }
}

impl Defect for TransportMisweight {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::BlackHole(ProcedureSet::ALL, self.share)];
        let base = local("transport-misweight", Trigger::OnLoad, effects);
        FaultSpec {
            spread: vec![SpreadRule {
                reaches: [&self.kinds[..], &[NodeKind::Router]].concat(),
                passes_through: vec![NodeKind::Router],
                max_hops: self.hops,
                ..SpreadRule::along(self.edges.clone(), Delay::ZERO)
            }],
            hurts: self.kinds.clone(),
            removal: Removal {
                origin_removed: OriginRemoved::OthersRecover(self.converges),
                ..base.removal
            },
            ..base
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let edges = not_empty("edges", &self.edges, "at least one kind of edge");
        let kinds = not_empty("kinds", &self.kinds, "at least one kind of core function");
        edges.into_iter().chain(kinds).collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"hops": 2}, "change": {"kind": "route-policy", "target": {"kinds": ["router"], "count": 1}}, "rollout": {"rollback": {"needs": ["oob-access"], "per_node": "2m"}}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, bare, edge, node};
    use crate::network::{BlackHole, Command, ElementStatus};

    #[test]
    fn what_hangs_on_the_router_is_swallowed_until_the_weight_is_right() {
        let nodes = vec![
            node("tama", NodeKind::Router),
            node("osaka", NodeKind::Router),
            node("ims-tama", NodeKind::Ims),
            node("ims-osaka", NodeKind::Ims),
            node("udm-tama", NodeKind::Udm),
        ];
        let pairs = [(0, 1), (2, 0), (3, 1), (4, 0)];
        let edges = pairs.map(|(a, b)| edge(a, b, EdgeKind::IpTransport));
        let mut bench = Bench::new(bare(nodes, edges.to_vec()), 1);
        let (tama, voice) = (bench.node("tama"), bench.node("ims-tama"));
        let share = Share::of(0.9);
        let defect = TransportMisweight {
            share,
            ..TransportMisweight::default()
        };
        bench.inject(defect.fault(), &[tama], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(900.0));
        bench.remove_origin(tama);
        bench.run_until(SimTime::from_secs(901.0));
        let hole = BlackHole {
            procedures: ProcedureSet::ALL,
            share,
        };
        let set = |holes| Command::SetBlackHoles { node: voice, holes };
        assert_eq!(bench.commands(), [set(vec![hole]), set(Vec::new())]);
        assert_eq!(bench.status(voice), ElementStatus::Up);
    }

    #[test]
    fn further_away_it_goes_through_routers_only() {
        let reached = |hops| {
            let mut bench = Bench::new(crate::fault::testing::routers(6), 1);
            let defect = TransportMisweight {
                hops,
                ..TransportMisweight::default()
            };
            let fault = bench.inject(defect.fault(), &[bench.node("r0")], SimTime::ZERO);
            bench.run_until(SimTime::from_secs(1.0));
            bench.engine.reached_count(fault)
        };
        // A ring of six with a chord: the router and its three neighbours, then all.
        assert_eq!([reached(1), reached(2)], [4, 6]);
    }
}
