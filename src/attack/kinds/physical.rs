//! Sites are destroyed, all at about the same time.
//!
//! MITRE `FiGHT` FGT5018 (physical damage), FGT1498.504; ATT&CK T1529.
//! Real cases: the bomb before AT&T's building in Nashville, 25 December 2020 (power and batteries lost,
//! service out in three states for up to four days); cabinets and cables burnt in many countries.
//!
//! Invariant: what stands at a destroyed host falls with it; nothing comes back but by rebuilding.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::selection::wrong_selector;
use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Delay, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, SpreadFrom,
    SpreadRule, Trigger, wrong_restore_factor,
};
use crate::topology::{EdgeKind, NodeKind, Selector, Topology};

/// Sites are destroyed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Physical {
    /// When, from the start of the scenario.
    pub start: Span,
    /// What is destroyed.
    pub select: Selector,
    /// From the start until one of them is destroyed.
    pub within: Delay,
    /// By how much a restore takes longer than usual.
    pub restore_factor: f64,
}

impl Default for Physical {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            select: Selector {
                kinds: vec![NodeKind::Tower, NodeKind::NfviHost],
                percent: Some(5.0),
                ..Selector::default()
            },
            within: Delay::Fixed(Span::from_minutes(10)),
            restore_factor: 20.0,
        }
    }
}

impl Physical {
    fn fault(&self) -> FaultSpec {
        FaultSpec {
            kind: "physical",
            techniques: self.techniques(),
            trigger: Trigger::Dwell(self.within),
            spread: vec![SpreadRule {
                edges: vec![EdgeKind::NfviHost],
                from: SpreadFrom::Struck,
                probability: Share::ALL,
                delay: Delay::ZERO,
                reaches: Vec::new(),
                passes_through: vec![NodeKind::NfviHost],
                max_hops: u32::MAX,
                at_once: true,
                with_traffic: false,
            }],
            contained: Share::NONE,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::ALL,
            hurts: Vec::new(),
            alters: false,
            effects: vec![Effect::DropContexts(Share::ALL), Effect::Crash],
            removal: Removal {
                by_itself: None,
                origin_removed: OriginRemoved::Nothing,
                restored: Afterwards::Immune,
                restore_factor: self.restore_factor,
            },
        }
    }
}

impl Happening for Physical {
    fn kind(&self) -> &'static str {
        "physical"
    }

    fn techniques(&self) -> &'static str {
        "FGT5018, FGT1498.504; T1529"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        if act == Act::Enter {
            let nodes = field.selected(&self.select);
            field.inject(self.fault(), &nodes);
        }
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let nothing = wrong_selector(&self.select, topology, "element");
        let factor = wrong_restore_factor(self.restore_factor);
        nothing.into_iter().chain(factor).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::attack::testing::Range;
    use crate::network::ElementStatus;

    #[test]
    fn what_runs_on_a_host_falls_with_it_and_only_rebuilding_helps() {
        let attack = serde_json::json!({
            "kind": "physical", "start": "5m", "within": "1m",
            "select": {"names": ["host-a", "tower-b1"]}
        });
        let mut range = Range::new(&[attack], 1);
        range.run_until(5.9);
        assert!(range.commands().is_empty());
        range.run_until(600.0);
        for name in ["host-a", "amf-a1", "mme-a2", "tower-b1"] {
            assert_eq!(range.status(name), ElementStatus::Down, "{name}");
        }
        assert_eq!(range.status("amf-b1"), ElementStatus::Up);
        let node = range.node("tower-b1");
        assert!((range.faults.restore_factor(node) - 20.0).abs() < 1e-9);
        range.restore(node);
        assert_eq!(range.status("tower-b1"), ElementStatus::Up);
    }
}
