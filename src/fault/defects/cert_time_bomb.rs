//! A certificate or licence in the software ends: every element of the version fails at the same instant.
//!
//! Real case: Ericsson SGSN-MME, 6 December 2018: an expired certificate in two versions of the software;
//! `SoftBank` lost all its packet switches at two sites at 13:39 JST for 4 h 25 min, O2 UK for about a day,
//! operators in eleven countries the same hours. The older version cured it.
//!
//! Invariant: nothing travels; what is installed after the instant fails at once, and before it nobody can tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Share, SimTime, Span};

use super::local;
use crate::fault::{Afterwards, Defect, Effect, FaultSpec, Removal, Trigger};

/// All elements that carry the version fail at the same instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CertTimeBomb {
    /// When it ends, from the start of the scenario.
    pub not_after: Span,
    /// What an element does then.
    pub enforcement: Enforcement,
    /// Share of its contexts that an element loses.
    pub contexts_lost: Share,
    /// Whether somebody who restores an element puts the older version, or a valid certificate, on it.
    pub restore_cures: bool,
}

/// What an element does with a certificate that has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Enforcement {
    /// It ceases to run. Ericsson: so.
    #[default]
    Exits,
    /// It runs, but nobody talks to it.
    Refused,
}

impl Default for CertTimeBomb {
    fn default() -> Self {
        Self {
            not_after: Span::from_hours(1),
            enforcement: Enforcement::Exits,
            contexts_lost: Share::ALL,
            restore_cures: true,
        }
    }
}

impl Defect for CertTimeBomb {
    fn fault(&self) -> FaultSpec {
        let stop = match self.enforcement {
            Enforcement::Exits => Effect::Crash,
            Enforcement::Refused => Effect::Isolate,
        };
        let effects = vec![stop, Effect::DropContexts(self.contexts_lost)];
        let trigger = Trigger::At(SimTime::ZERO + self.not_after);
        let base = local("cert-time-bomb", trigger, effects);
        FaultSpec {
            removal: Removal {
                restored: if self.restore_cures {
                    Afterwards::Immune
                } else {
                    Afterwards::Retriggers
                },
                ..base.removal
            },
            ..base
        }
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"not_after": "+30m"}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::ElementStatus;

    fn bench(defect: &CertTimeBomb, names: &[&str]) -> Bench {
        let mut bench = Bench::new(small_network(), 1);
        let nodes: Vec<_> = names.iter().map(|name| bench.node(name)).collect();
        bench.inject(defect.fault(), &nodes, SimTime::ZERO);
        bench
    }

    #[test]
    fn all_of_the_version_fail_at_one_instant_and_no_other() {
        let names = ["amf-a1", "mme-a2", "mme-b2"];
        let mut bench = bench(&CertTimeBomb::default(), &names);
        bench.run_until(SimTime::from_secs(3_599.0));
        assert!(bench.commands().is_empty());
        bench.run_until(SimTime::from_secs(4_000.0));
        let times = bench.port.times("element-struck");
        assert_eq!(times, [SimTime::from_secs(3_600.0); 3]);
        assert_eq!(bench.status(bench.node("amf-b1")), ElementStatus::Up);
    }

    #[test]
    fn the_older_version_cures_it_and_a_restart_does_not() {
        for (restore_cures, after) in [(true, ElementStatus::Up), (false, ElementStatus::Down)] {
            let defect = CertTimeBomb {
                restore_cures,
                ..CertTimeBomb::default()
            };
            let mut bench = bench(&defect, &["mme-a2"]);
            bench.run_until(SimTime::from_secs(4_000.0));
            let node = bench.node("mme-a2");
            bench.restore(node);
            bench.run_until(SimTime::from_secs(5_000.0));
            assert_eq!(bench.status(node), after);
            bench.remove_origin(node);
            assert_eq!(bench.status(node), ElementStatus::Up);
        }
    }
}
