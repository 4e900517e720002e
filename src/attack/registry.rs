//! The registry of attacks: one line each.
//!
//! Invariant: nothing else in the program lists the kinds of attack.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{SimTime, Span};
use crate::fault::{FaultEngine, FaultId, Finding, Port};
use crate::topology::Topology;

use super::campaign::Census;
use super::kinds::{OamWiper, SignallingStorm};

/// A step of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// The attacker gets in, or lets go.
    Enter,
    /// What was prepared is let loose.
    Strike,
    /// It is over by itself.
    End,
}

/// What an attack wants done later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttackOrder {
    /// Which of the scenario's attacks, from 0.
    pub attack: usize,
    /// Which step.
    pub act: Act,
}

/// What an attack works with while it makes a step.
pub struct Field<'a> {
    /// Which of the scenario's attacks it is.
    pub index: usize,
    /// Its name in draws, records and faults: `attack/0/oam-wiper`.
    pub name: &'a str,
    /// The world.
    pub port: &'a mut dyn Port,
    /// The live faults.
    pub faults: &'a mut FaultEngine,
    /// The fault it has opened, if any: kept between steps.
    pub fault: &'a mut Option<FaultId>,
    /// The classes of device.
    pub census: &'a Census,
}

impl std::fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A kind of attack with its parameters.
pub trait Attack {
    /// Its kebab-case word.
    fn kind(&self) -> &'static str;

    /// The ids of MITRE `FiGHT` and ATT&CK that describe it, for the event log.
    fn techniques(&self) -> &'static str;

    /// When it begins, from the start of the scenario.
    fn start(&self) -> Span;

    /// Makes a step; steps for later come back.
    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)>;

    /// Parameters that no type can check, with paths relative to the attack.
    fn findings(&self, census: &Census, topology: &Topology) -> Vec<Finding>;
}

/// Lists the kinds of attack.
macro_rules! registry {
    ($($(#[doc = $doc:literal])* $kind:ident,)*) => {
        /// An attack.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        #[expect(clippy::large_enum_variant, reason = "a scenario has a handful of attacks")]
        pub enum AttackSpec {
            $($(#[doc = $doc])* $kind($kind),)*
        }

        impl AttackSpec {
            /// The kind of attack, as an object.
            pub fn attack(&self) -> &dyn Attack {
                match self {
                    $(Self::$kind(attack) => attack,)*
                }
            }
        }

        /// One attack of each kind, with its default parameters.
        #[cfg(test)]
        pub(crate) fn all() -> Vec<AttackSpec> {
            vec![$(AttackSpec::$kind($kind::default()),)*]
        }
    };
}

registry! {
    /// Devices under attack control flood the core with registrations.
    SignallingStorm,
    /// An intruder moves along management edges and then destroys what it holds.
    OamWiper,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing::small_network;

    #[test]
    fn every_attack_survives_a_file_and_names_itself() {
        let topology = small_network();
        let census = Census::new(&topology, &["smartphone".to_owned()]);
        for attack in all() {
            let text = serde_json::to_value(&attack).expect("it serialises");
            assert_eq!(text["kind"], attack.attack().kind());
            let back: AttackSpec = serde_json::from_value(text).expect("it reads back");
            assert_eq!(back, attack);
            assert_eq!(attack.attack().findings(&census, &topology), []);
            assert!(attack.attack().techniques().contains("FGT"));
        }
        let wrong = serde_json::json!({"kind": "oam-wiper", "dwel": "1h"});
        assert!(serde_json::from_value::<AttackSpec>(wrong).is_err());
    }
}
