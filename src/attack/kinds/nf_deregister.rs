//! Network functions are struck off the register of functions: they run, but nobody finds them, until they
//! register again; and then they are struck off again.
//!
//! MITRE `FiGHT` FGT5041 (denial of service by de-registering a function), FGT5007 (registration of malicious
//! functions), FGT5010, FGT5043 (abuse of tokens); ATT&CK T1489.
//! Real case: proofs of concept against the NRF of open cores; none in the field.
//!
//! Invariant: a function that is struck off keeps what it holds; the end of the attack is the end of the harm
//! but for one more registration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::selection::wrong_selector;
use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Bounds, Delay, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, SelfRecovery,
    Trigger,
};
use crate::topology::{NodeKind, Selector, Topology};

/// Network functions are struck off the register of functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NfDeregister {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it lasts.
    pub duration: Span,
    /// Which functions.
    pub select: Selector,
    /// From the moment a function is in the register until it is struck off.
    pub strikes_after: Delay,
    /// From then until it has registered again by itself. The heartbeat of the NRF decides (TS 29.510
    /// §5.2.2.3.2).
    pub registers_after: Delay,
}

impl Default for NfDeregister {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(1),
            select: Selector {
                kinds: vec![NodeKind::Udm],
                ..Selector::default()
            },
            strikes_after: Delay::Fixed(Span::from_secs(5)),
            registers_after: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(10),
                    max: Span::from_secs(60),
                },
            },
        }
    }
}

impl NfDeregister {
    fn fault(&self) -> FaultSpec {
        FaultSpec {
            kind: "nf-deregister",
            techniques: self.techniques(),
            trigger: Trigger::Dwell(self.strikes_after),
            spread: Vec::new(),
            contained: Share::NONE,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::ALL,
            hurts: Vec::new(),
            alters: false,
            effects: vec![Effect::Isolate],
            removal: Removal {
                by_itself: Some(SelfRecovery {
                    after: self.registers_after,
                    attempts: None,
                    then: Afterwards::Retriggers,
                }),
                origin_removed: OriginRemoved::OthersStay,
                restored: Afterwards::Retriggers,
                restore_factor: 1.0,
            },
        }
    }
}

impl Happening for NfDeregister {
    fn kind(&self) -> &'static str {
        "nf-deregister"
    }

    fn techniques(&self) -> &'static str {
        "FGT5041, FGT5007, FGT5010, FGT5043; T1489"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let nodes = field.selected(&self.select);
        if act == Act::Enter {
            field.inject(self.fault(), &nodes);
            return vec![(field.port.now() + self.duration, Act::End)];
        }
        field.withdraw(&nodes);
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let nodes = wrong_selector(&self.select, topology, "network function");
        let zero = self.registers_after.mean().is_zero() && self.strikes_after.mean().is_zero();
        let zero = zero.then(|| {
            let allowed = "a delay above 0s, or one of `strikes_after`";
            (
                "registers_after".to_owned(),
                "0s".to_owned(),
                allowed.to_owned(),
            )
        });
        nodes.into_iter().chain(zero).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::attack::testing::Range;
    use crate::network::{Command, ElementStatus};

    #[test]
    fn it_is_struck_off_again_and_again_until_the_attack_ends() {
        let attack = serde_json::json!({
            "kind": "nf-deregister", "start": "10m", "duration": "10m",
            "strikes_after": "10s", "registers_after": "50s"
        });
        let mut range = Range::new(&[attack], 1);
        range.run_until(30.0);
        let node = range.node("udm");
        let isolated = Command::SetStatus {
            node,
            status: ElementStatus::Isolated,
        };
        let times: Vec<f64> = range
            .commands()
            .into_iter()
            .filter(|(_, c)| *c == isolated)
            .map(|(at, _)| at)
            .collect();
        assert_eq!(times.len(), 10);
        assert!(times.iter().all(|at| (10.0..20.0).contains(at)));
        assert_eq!(range.status("udm"), ElementStatus::Up);
        let dropped = range
            .commands()
            .into_iter()
            .any(|(_, c)| matches!(c, Command::DropContexts { .. }));
        assert!(!dropped, "it keeps what it holds");
    }
}
