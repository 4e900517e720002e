//! Records of voice nodes and of the subscriber database fall out of step in an overload; every record
//! that is out of step makes its node query the database again and again, and so the overload lives on
//! after what began it is gone.
//!
//! Real case: KDDI, 2 July 2022: a route error of 15 minutes began a registration storm; the database
//! fell out of step with the `VoLTE` nodes, 6 of 18 of which sent excess signals; flow control did not
//! clear the load, isolating the six did, after 61 h 25 min.
//!
//! Invariant: sends nothing before an overload has been felt, and nothing while its element is isolated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Share, Span};
use crate::topology::{EdgeKind, NodeKind};

use super::local;
use crate::fault::{
    Afterwards, Defect, Effect, FaultSpec, Finding, OriginRemoved, Overload, QueryLoop, Removal,
    Trigger,
};

/// Records fall out of step in an overload, and the queries that they cause keep it alive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DbInconsistency {
    /// Kind of edge between the nodes and the database.
    pub edge: EdgeKind,
    /// Kinds of element whose records fall out of step.
    pub kinds: Vec<NodeKind>,
    /// It is an overload when work waits so long at the node or at the database.
    pub overload: Span,
    /// How long the overload must have lasted before records begin to fall out of step.
    pub held: Span,
    /// Share of a node's records that are out of step at first.
    pub first: Share,
    /// Mean time in which the other records follow while the overload lasts.
    pub grows: Span,
    /// Mean time in which a record is repaired without an overload.
    pub repaired: Span,
    /// Queries of one node with all its records out of step, as a multiple of the capacity of one
    /// database element, spread over all of them.
    pub load: f64,
}

impl Default for DbInconsistency {
    fn default() -> Self {
        Self {
            edge: EdgeKind::S6aDiameter,
            kinds: vec![NodeKind::Ims],
            overload: Span::from_secs(2),
            held: Span::from_minutes(2),
            first: Share::of(0.1),
            grows: Span::from_minutes(20),
            repaired: Span::from_minutes(20),
            load: 0.5,
        }
    }
}

impl Defect for DbInconsistency {
    fn fault(&self) -> FaultSpec {
        let overload = Overload {
            along: self.edge,
            wait: self.overload,
            held: self.held,
        };
        let queries = QueryLoop {
            toward: self.edge,
            load: self.load,
            first: self.first,
            wait: self.overload,
            grows: self.grows,
            repaired: self.repaired,
        };
        let effects = vec![Effect::Queries(queries)];
        let base = local("db-inconsistency", Trigger::Overload(overload), effects);
        FaultSpec {
            hurts: self.kinds.clone(),
            removal: Removal {
                // Taking the change back repairs no record.
                origin_removed: OriginRemoved::Nothing,
                // A restore brings the records into step again.
                restored: Afterwards::Immune,
                ..base.removal
            },
            ..base
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !self.load.is_finite() || self.load <= 0.0 {
            let allowed = "a number above 0";
            findings.push(("load".into(), self.load.to_string(), allowed.into()));
        }
        if self.overload.is_zero() {
            findings.push(("overload".into(), "0s".into(), "a time above 0s".into()));
        }
        findings
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"load": 3.0, "held": "1m", "grows": "10m"}, "change": {"target": {"kinds": ["ims"]}}, "rollout": {"stages": [{"max_unavailable": 6, "drain": {"mode": "hard"}, "install": "5m"}]}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::{Command, ElementStatus, Load};

    /// An MME of the small network is joined to the database by an edge that carries queries.
    fn bench() -> Bench {
        let mut bench = Bench::new(small_network(), 1);
        let defect = DbInconsistency {
            kinds: vec![NodeKind::Mme],
            ..DbInconsistency::default()
        };
        let node = bench.node("mme-a2");
        bench.inject(defect.fault(), &[node], SimTime::ZERO);
        bench
    }

    fn congest(bench: &mut Bench, seconds: u64) {
        let udm = bench.node("udm");
        bench.port.waiting.insert(udm, Span::from_secs(seconds));
    }

    /// Load that the database is under, as a multiple of its capacity.
    fn load(bench: &Bench) -> f64 {
        let last = bench
            .commands()
            .into_iter()
            .rev()
            .find_map(|command| match command {
                Command::SetLoad { load, .. } => Some(load),
                _ => None,
            });
        match last.flatten() {
            Some(Load::Capacity { share, .. }) => share,
            _ => 0.0,
        }
    }

    #[test]
    fn without_an_overload_nobody_notices_it() {
        let mut bench = bench();
        bench.run_until(SimTime::from_secs(6.0 * 3_600.0));
        assert!(bench.commands().is_empty());
        congest(&mut bench, 3);
        bench.run_until(SimTime::from_secs(6.0 * 3_600.0 + 100.0));
        congest(&mut bench, 0);
        bench.run_until(SimTime::from_secs(8.0 * 3_600.0));
        assert!(
            bench.commands().is_empty(),
            "a short overload does not begin it"
        );
    }

    #[test]
    fn it_lives_as_long_as_its_overload_and_rollback_does_not_end_it() {
        let mut bench = bench();
        congest(&mut bench, 3);
        bench.run_until(SimTime::from_secs(3_600.0));
        let hour = load(&bench);
        assert!((0.4..0.5).contains(&hour), "{hour}");
        let node = bench.node("mme-a2");
        bench.remove_origin(node);
        bench.run_until(SimTime::from_secs(7_200.0));
        assert!(load(&bench) > hour, "a rollback repairs no record");
        congest(&mut bench, 0);
        bench.run_until(SimTime::from_secs(7_200.0 + 1_200.0));
        assert!(
            (0.1..0.25).contains(&load(&bench)),
            "it is repaired in time"
        );
        bench.run_until(SimTime::from_secs(20_000.0));
        assert!(load(&bench) <= 0.0);
    }

    #[test]
    fn an_isolated_element_sends_nothing_and_a_restored_one_is_in_step() {
        let mut bench = bench();
        congest(&mut bench, 3);
        bench.run_until(SimTime::from_secs(3_600.0));
        let node = bench.node("mme-a2");
        bench.port.status.insert(node, ElementStatus::Isolated);
        bench.run_until(SimTime::from_secs(3_620.0));
        assert!(load(&bench) <= 0.0);
        bench.port.status.insert(node, ElementStatus::Up);
        bench.run_until(SimTime::from_secs(3_640.0));
        assert!(load(&bench) > 0.4, "its records are still out of step");
        bench.restore(node);
        bench.run_until(SimTime::from_secs(9_000.0));
        assert!(load(&bench) <= 0.0);
    }

    #[test]
    fn a_load_of_nothing_is_refused() {
        let defect = DbInconsistency {
            load: 0.0,
            overload: Span::ZERO,
            ..DbInconsistency::default()
        };
        assert_eq!(defect.findings().len(), 2);
    }
}
