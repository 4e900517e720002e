//! The registries of attacks and of disturbances: one line each.
//!
//! Invariant: nothing else in the program lists the kinds of either.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{NodeId, SimTime, Span};
use crate::fault::{FaultEngine, FaultId, FaultSpec, Finding, Port};
use crate::topology::{Selector, Topology};

use super::campaign::Census;
use super::disturbances::{
    CollectorOutage, FibreCut, FlashCrowd, Holiday, LatentDefect, NeighbourArrival,
    PlannedMaintenance, PowerCut,
};
use super::kinds::{
    CancelLocation, HssUdmFlood, InsiderOss, IotWorm, NfDeregister, OamWiper, Physical,
    RogueBaseStation, RouteLeak, SignallingStorm,
};

/// A step of an attack or of a disturbance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// The attacker gets in, or lets go.
    Enter,
    /// It goes on: a regular step.
    Step,
    /// It changes in answer to what is done against it.
    Adapt,
    /// What was prepared is let loose.
    Strike,
    /// It is over by itself.
    End,
}

/// What an attack wants done later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttackOrder {
    /// Which of the scenario's attacks, from 0; its disturbances follow.
    pub attack: usize,
    /// Which step.
    pub act: Act,
}

/// What an attack works with while it makes a step.
pub struct Field<'a> {
    /// Which of the scenario's attacks and disturbances it is.
    pub index: usize,
    /// Its name in draws, records and faults: `attack/0/oam-wiper`.
    pub name: &'a str,
    /// The world.
    pub port: &'a mut dyn Port,
    /// The live faults.
    pub faults: &'a mut FaultEngine,
    /// The fault it has opened, if any: kept between steps.
    pub fault: &'a mut Option<FaultId>,
    /// When it began.
    pub began: SimTime,
    /// Whether it has adapted to what is done against it.
    pub adapted: &'a mut bool,
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

impl Field<'_> {
    /// The elements that a selector selects; none if it is wrong, which the check of the scenario tells.
    pub fn selected(&self, select: &Selector) -> Vec<NodeId> {
        select.resolve(self.port.topology()).unwrap_or_default()
    }

    /// Opens the fault that this is to the engine, with these origins.
    pub fn inject(&mut self, spec: FaultSpec, origins: &[NodeId]) {
        let now = self.port.now();
        *self.fault = Some(self.faults.inject(self.name, spec, origins, now));
    }

    /// The cause is gone from these elements.
    pub fn withdraw(&mut self, origins: &[NodeId]) {
        if let Some(fault) = *self.fault {
            for &node in origins {
                self.faults.remove_origin(fault, node, self.port);
            }
        }
    }

    /// Writes a line into the event log.
    pub fn note(&mut self, kind: &'static str, detail: String) {
        let is_attack = self.name.starts_with("attack/");
        let source = if is_attack { "attack" } else { "disturbance" };
        self.port.record(source, kind, self.name.to_owned(), detail);
    }
}

/// A kind of attack or disturbance with its parameters.
pub trait Happening {
    /// Its kebab-case word.
    fn kind(&self) -> &'static str;

    /// The ids of MITRE `FiGHT` and ATT&CK that describe it, for the event log; empty for what is
    /// nobody's intent.
    fn techniques(&self) -> &'static str {
        ""
    }

    /// When it begins, from the start of the scenario.
    fn start(&self) -> Span;

    /// How it usually comes, for studies that draw worlds of every kind; one case is drawn, none means as it is
    /// by default. JSON: `of`, its parameters; `beside`, disturbances that lay it bare. A duration with a plus
    /// counts from the start of the cause. Figures as in its worked scenario, else assumed.
    fn cases(&self) -> &'static [&'static str] {
        &[]
    }

    /// Makes a step; steps for later come back.
    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)>;

    /// Parameters that no type can check, with paths relative to it.
    fn findings(&self, census: &Census, topology: &Topology) -> Vec<Finding>;
}

/// Lists the kinds of attack, or of disturbance.
macro_rules! registry {
    ($(#[$meta:meta])* $name:ident: $($(#[doc = $doc:literal])* $kind:ident,)*) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        pub enum $name {
            $($(#[doc = $doc])* $kind($kind),)*
        }

        impl $name {
            /// The kind, as an object.
            pub fn happening(&self) -> &dyn Happening {
                match self {
                    $(Self::$kind(happening) => happening,)*
                }
            }

            /// One of each kind, with its default parameters.
            pub fn all() -> Vec<Self> {
                vec![$(Self::$kind($kind::default()),)*]
            }
        }
    };
}

registry! {
    /// An attack.
    #[expect(clippy::large_enum_variant, reason = "a scenario has a handful of attacks")]
    AttackSpec:
    /// Devices under attack control flood the core with registrations.
    SignallingStorm,
    /// The subscriber database is flooded from within the core or over an interconnect.
    HssUdmFlood,
    /// A partner network has subscribers' registrations cancelled.
    CancelLocation,
    /// Network functions are struck off the register of functions.
    NfDeregister,
    /// An intruder moves along management edges and then destroys what it holds.
    OamWiper,
    /// Somebody announces routes that are not theirs.
    RouteLeak,
    /// A false base station refuses phones, or a jammer silences towers.
    RogueBaseStation,
    /// Somebody with an account of the management plane misconfigures elements.
    InsiderOss,
    /// Malware spreads among devices and destroys them.
    IotWorm,
    /// Sites are destroyed.
    Physical,
}

registry! {
    /// Something that happens and is nobody's fault.
    DisturbanceSpec:
    /// Many users at one place.
    FlashCrowd,
    /// A day on which everybody calls.
    Holiday,
    /// Power fails; sites live on their batteries.
    PowerCut,
    /// Links of the transport network are cut.
    FibreCut,
    /// Elements are taken out of service for planned work.
    PlannedMaintenance,
    /// The collector of reports fails.
    CollectorOutage,
    /// The customers of a neighbouring network arrive.
    NeighbourArrival,
    /// A defect that has been in service since before the scenario.
    LatentDefect,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing::small_network;

    #[test]
    fn every_attack_survives_a_file_and_names_itself() {
        let topology = small_network();
        let census = Census::new(&topology, &["smartphone".to_owned()]);
        for attack in AttackSpec::all() {
            let text = serde_json::to_value(&attack).expect("it serialises");
            assert_eq!(text["kind"], attack.happening().kind());
            let back: AttackSpec = serde_json::from_value(text).expect("it reads back");
            assert_eq!(back, attack);
            assert_eq!(attack.happening().findings(&census, &topology), []);
            assert!(attack.happening().techniques().contains("FGT"));
        }
        let wrong = serde_json::json!({"kind": "oam-wiper", "dwel": "1h"});
        assert!(serde_json::from_value::<AttackSpec>(wrong).is_err());
    }

    #[test]
    fn every_disturbance_survives_a_file_and_is_nobodys_intent() {
        let topology = small_network();
        let census = Census::new(&topology, &["smartphone".to_owned()]);
        for disturbance in DisturbanceSpec::all() {
            let text = serde_json::to_value(&disturbance).expect("it serialises");
            assert_eq!(text["kind"], disturbance.happening().kind());
            let back: DisturbanceSpec = serde_json::from_value(text).expect("it reads back");
            assert_eq!(back, disturbance);
            assert_eq!(disturbance.happening().findings(&census, &topology), []);
            assert_eq!(disturbance.happening().techniques(), "");
        }
    }
}
