//! One class of service fails and all others work: registrations, calls and gates look well.
//!
//! Real case: Optus, 18 September 2025: after a firewall upgrade only calls to Triple Zero failed, for 13
//! hours; ordinary calls worked, so no ordinary counter told.
//!
//! Invariant: work of other classes is not touched, and no element is down.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Share;
use crate::network::{Procedure, ProcedureSet};
use crate::topology::NodeKind;

use super::{local, not_empty};
use crate::fault::{Defect, Effect, FaultSpec, Finding, Trigger};

/// The new version loses one class of service, in silence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceClassSelective {
    /// Which class.
    pub service: ServiceClass,
    /// Share of its requests that are lost.
    pub share: Share,
    /// Kinds of element that lose them.
    pub kinds: Vec<NodeKind>,
}

/// A class of service, by what devices ask of the core for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceClass {
    /// Emergency calls.
    #[default]
    Emergency,
    /// Ordinary calls.
    Calls,
    /// Registration with IMS, and its refreshes.
    Ims,
    /// Registration with the core, and periodic updates.
    Registration,
}

impl ServiceClass {
    fn procedures(self) -> ProcedureSet {
        use Procedure::{
            Call, EmergencyCall, ImsRefresh, ImsRegistration, InitialRegistration, PeriodicUpdate,
        };
        ProcedureSet::of(match self {
            Self::Emergency => &[EmergencyCall],
            Self::Calls => &[Call],
            Self::Ims => &[ImsRegistration, ImsRefresh],
            Self::Registration => &[InitialRegistration, PeriodicUpdate],
        })
    }
}

impl Default for ServiceClassSelective {
    fn default() -> Self {
        Self {
            service: ServiceClass::Emergency,
            share: Share::ALL,
            kinds: vec![NodeKind::Amf, NodeKind::Mme, NodeKind::Udm, NodeKind::Ims],
        }
    }
}

impl Defect for ServiceClassSelective {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::BlackHole(self.service.procedures(), self.share)];
        FaultSpec {
            hurts: self.kinds.clone(),
            ..local("service-class-selective", Trigger::OnLoad, effects)
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let kinds = not_empty("kinds", &self.kinds, "at least one kind of core function");
        kinds.into_iter().collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"service": "calls"}, "change": {"target": {"kinds": ["ims"]}}}"#,
            r#"{"of": {"service": "ims"}, "change": {"target": {"kinds": ["ims"]}}}"#,
            r#"{"of": {"service": "registration"}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::{BlackHole, Command};

    #[test]
    fn one_class_is_lost_and_a_second_fault_adds_its_own() {
        let mut bench = Bench::new(small_network(), 1);
        let node = bench.node("ims");
        let defect = |service| ServiceClassSelective {
            service,
            ..ServiceClassSelective::default()
        };
        let first = bench.inject(
            defect(ServiceClass::Emergency).fault(),
            &[node],
            SimTime::ZERO,
        );
        bench.inject(defect(ServiceClass::Calls).fault(), &[node], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(10.0));
        bench.remove_origin_of(first, node);
        let hole = |procedure| BlackHole {
            procedures: ProcedureSet::of(&[procedure]),
            share: Share::ALL,
        };
        let (emergency, calls) = (hole(Procedure::EmergencyCall), hole(Procedure::Call));
        let set = |holes| Command::SetBlackHoles { node, holes };
        let expected = [
            set(vec![emergency]),
            set(vec![emergency, calls]),
            set(vec![calls]),
        ];
        assert_eq!(bench.commands(), expected);
        assert!(!emergency.procedures.has(Procedure::Call));
    }
}
