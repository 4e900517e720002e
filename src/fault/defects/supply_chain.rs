//! The release is poisoned before the operator gets it: it rides the rollout like any other version, passes
//! every gate asleep, and acts at an instant of its maker's choice.
//!
//! MITRE `FiGHT` FGT1195.002 (compromise of the software supply chain), FGT1195.502 (of the service supply
//! chain), FGT1525 (implanted image); ATT&CK T1195.002, T1554.
//! Real cases: `SolarWinds` Orion, 2020 (asleep for up to 14 days after its installation); `NotPetya`, 27 June
//! 2017 (pushed by the update of an accounting program, then it destroyed).
//!
//! Invariant: before it acts, an element that carries it cannot be told from one that carries a good release,
//! unless its hash was not signed and somebody reads hashes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Share, SimTime, Span};

use super::local;
use crate::fault::{
    Afterwards, Defect, Effect, FaultSpec, Finding, OriginRemoved, Removal, Trigger,
    wrong_restore_factor,
};

/// The release is poisoned at its source, and sleeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SupplyChain {
    /// When all that carry it act, from the start of the scenario; none: each after its own sleep.
    pub at: Option<Span>,
    /// From the installation until an element acts, if `at` is not given.
    pub sleep: Delay,
    /// Share of the elements that carry it which act.
    pub share: Share,
    /// Whether what it has done stays when the release is taken back: only a restore from an image helps.
    pub survives_rollback: bool,
    /// By how much a restore takes longer than usual.
    pub restore_factor: f64,
    /// Whether the vendor has signed it, as with a build that was poisoned at the source: then its hash is
    /// the one that is expected. One that was swapped on its way to the operator has another.
    pub signed: bool,
}

impl Default for SupplyChain {
    fn default() -> Self {
        Self {
            at: None,
            sleep: Delay::Fixed(Span::from_hours(12)),
            share: Share::ALL,
            survives_rollback: true,
            restore_factor: 2.0,
            signed: true,
        }
    }
}

impl Defect for SupplyChain {
    fn fault(&self) -> FaultSpec {
        let trigger = self.at.map_or(Trigger::Dwell(self.sleep), |at| {
            Trigger::At(SimTime::ZERO + at)
        });
        let effects = vec![Effect::DropContexts(Share::ALL), Effect::Crash];
        let base = local("supply-chain", trigger, effects);
        FaultSpec {
            techniques: "FGT1195.002, FGT1195.502, FGT1525; T1195.002, T1554",
            strikes: self.share,
            removal: Removal {
                origin_removed: if self.survives_rollback {
                    OriginRemoved::Nothing
                } else {
                    OriginRemoved::OthersStay
                },
                restored: Afterwards::Immune,
                restore_factor: self.restore_factor,
                ..base.removal
            },
            ..base
        }
    }

    fn is_signed(&self) -> bool {
        self.signed
    }

    fn findings(&self) -> Vec<Finding> {
        wrong_restore_factor(self.restore_factor)
            .into_iter()
            .collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"at": "+60m"}}"#, r#"{"of": {"sleep": "30m"}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::ElementStatus;

    #[test]
    fn it_sleeps_then_acts_everywhere_and_a_rollback_comes_too_late() {
        for (survives_rollback, after) in [(true, ElementStatus::Down), (false, ElementStatus::Up)]
        {
            let at = Some(Span::from_hours(30));
            let defect = SupplyChain {
                at,
                survives_rollback,
                ..SupplyChain::default()
            };
            let mut bench = Bench::new(small_network(), 1);
            let nodes = ["amf-a1", "amf-b1"].map(|name| bench.node(name));
            bench.inject(defect.fault(), &nodes, SimTime::from_secs(3_600.0));
            bench.run_until(SimTime::from_secs(29.9 * 3_600.0));
            assert!(bench.commands().is_empty(), "it was not asleep");
            assert!(bench.port.records[0].detail.contains("FGT1195.002"));
            bench.run_until(SimTime::from_secs(31.0 * 3_600.0));
            assert!(
                nodes
                    .iter()
                    .all(|&n| bench.status(n) == ElementStatus::Down)
            );
            bench.remove_origin(nodes[0]);
            assert_eq!(bench.status(nodes[0]), after);
            bench.restore(nodes[0]);
            assert_eq!(bench.status(nodes[0]), ElementStatus::Up);
        }
    }

    #[test]
    fn an_element_taken_back_before_it_acts_stays_well() {
        let mut bench = Bench::new(small_network(), 1);
        let node = bench.node("amf-a1");
        bench.inject(SupplyChain::default().fault(), &[node], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(3_600.0));
        bench.remove_origin(node);
        bench.run_until(SimTime::from_secs(100_000.0));
        assert!(bench.commands().is_empty());
    }
}
