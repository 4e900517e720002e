//! The registry of defects: one line each.
//!
//! Invariant: nothing else in the program lists the kinds of defect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defects::{
    CapacityRegression, CertTimeBomb, ContentPush, CrashAfterDwell, CrashOnStart, DbInconsistency,
    PoisonMessage, PrefixLimit, ProtectMode, RejectAll, RouteFlood, ServiceClassSelective,
    StateLoss, SupplyChain, TimerMismatch, TransportMisweight,
};
use super::spec::FaultSpec;

/// A value of a scenario that cannot be used: its path, what was found, what is allowed.
pub type Finding = (String, String, String);

/// What is wrong with a restore factor: rebuilding an element takes no less than its ordinary time.
pub fn wrong_restore_factor(factor: f64) -> Option<Finding> {
    let sound = factor.is_finite() && factor >= 1.0;
    let finding = || {
        let allowed = "a number of 1 or more".to_owned();
        ("restore_factor".to_owned(), factor.to_string(), allowed)
    };
    (!sound).then(finding)
}

/// A kind of defect with its parameters.
pub trait Defect {
    /// The fault that it is to the engine.
    fn fault(&self) -> FaultSpec;

    /// Parameters that no type can check, with paths relative to the defect.
    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }

    /// Whether what is installed has the hash that the vendor, or the reviewed change, has signed.
    fn is_signed(&self) -> bool {
        true
    }

    /// How it usually comes, for studies that draw worlds of every kind; one case is drawn, none means as it is
    /// by default. JSON: `of`, its parameters; `change` and `rollout`, what brings it; `beside`, disturbances
    /// that lay it bare. A duration with a plus counts from the start of the cause. Figures as in its worked
    /// scenario, else assumed.
    fn cases(&self) -> &'static [&'static str] {
        &[]
    }
}

/// Lists the kinds of defect.
macro_rules! registry {
    ($($(#[doc = $doc:literal])* $kind:ident,)*) => {
        /// What is wrong with a release.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        pub enum DefectSpec {
            $($(#[doc = $doc])* $kind($kind),)*
        }

        impl DefectSpec {
            /// The kind of defect, as an object.
            pub fn defect(&self) -> &dyn Defect {
                match self {
                    $(Self::$kind(defect) => defect,)*
                }
            }

            /// One defect of each kind, with its default parameters.
            pub fn all() -> Vec<Self> {
                vec![$(Self::$kind($kind::default()),)*]
            }
        }
    };
}

registry! {
    /// A protective function over-reacts: elements isolate themselves (AT&T, 2024).
    ProtectMode,
    /// The new version does not always start.
    CrashOnStart,
    /// The new version crashes some time after it started, again and again.
    CrashAfterDwell,
    /// The new version does less work in the same time.
    CapacityRegression,
    /// The new version rejects registrations.
    RejectAll,
    /// The new version forgets contexts when it starts.
    StateLoss,
    /// Routers get more routes than their limit and cut themselves off (Optus, 2023).
    PrefixLimit,
    /// Routers get more routes than they can hold and crash (Rogers, 2022).
    RouteFlood,
    /// A message crashes whoever takes it, and those send it on (AT&T, 1990; `CenturyLink`, 2018).
    PoisonMessage,
    /// Records fall out of step in an overload, and keep it alive (KDDI, 2022).
    DbInconsistency,
    /// A router draws traffic that it cannot deliver (T-Mobile, 2020).
    TransportMisweight,
    /// All elements of a version fail at the same instant (Ericsson, 2018).
    CertTimeBomb,
    /// A caller waits less long than what it calls (KDDI, 2012).
    TimerMismatch,
    /// One class of service fails, in silence (Optus, 2025).
    ServiceClassSelective,
    /// Content goes to everybody at once, beside staged code (`CrowdStrike`, 2024).
    ContentPush,
    /// The release is poisoned at its source, and sleeps (`SolarWinds`, 2020).
    SupplyChain,
}

impl DefectSpec {
    /// The fault that it is to the engine.
    pub fn fault(&self) -> FaultSpec {
        self.defect().fault()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_survives_a_file_and_names_itself() {
        for defect in DefectSpec::all() {
            let text = serde_json::to_value(&defect).expect("it serialises");
            assert_eq!(text["kind"], defect.fault().kind);
            let back: DefectSpec = serde_json::from_value(text).expect("it reads back");
            assert_eq!(back, defect);
            assert_eq!(defect.defect().findings(), []);
            // What comes with a release is named by its record.
            assert!(!defect.fault().alters && defect.defect().is_signed());
        }
    }

    #[test]
    fn unknown_parameters_are_refused_and_the_schema_says_so() {
        let wrong = serde_json::json!({"kind": "protect-mode", "trip_dely": "3m"});
        assert!(serde_json::from_value::<DefectSpec>(wrong).is_err());
        let schema = schemars::schema_for!(DefectSpec).to_value();
        let text = schema.to_string();
        for key in ["trip_delay", "protect-mode", "state-loss", "AT&T, 2024"] {
            assert!(text.contains(key), "{key}");
        }
    }
}
