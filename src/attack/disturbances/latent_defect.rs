//! A defect that has been in service since before the scenario: no change of this night brought it.
//!
//! Real cases: Ericsson's certificate, in service for nine months before 6 December 2018; the software flaw
//! that T-Mobile US had carried for months before 15 June 2020.
//!
//! Invariant: no rollback of the scenario's own change removes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::selection::wrong_selector;
use crate::attack::{Act, Census, Field, Happening};
use crate::base::{SimTime, Span};
use crate::fault::{Afterwards, DefectSpec, Finding, StateLoss};
use crate::topology::{NodeKind, Selector, Topology};

/// A defect that has been in service since before the scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LatentDefect {
    /// When it is there at the latest, from the start of the scenario.
    pub start: Span,
    /// The elements that carry it.
    pub select: Selector,
    /// What it is.
    pub defect: DefectSpec,
    /// Whether somebody who restores an element replaces the software, so that it is cured.
    pub restore_cures: bool,
}

impl Default for LatentDefect {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            select: Selector {
                kinds: vec![NodeKind::Amf, NodeKind::Mme],
                ..Selector::default()
            },
            defect: DefectSpec::StateLoss(StateLoss::default()),
            restore_cures: true,
        }
    }
}

impl Happening for LatentDefect {
    fn kind(&self) -> &'static str {
        "latent-defect"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        if act == Act::Enter {
            let nodes = field.selected(&self.select);
            let mut spec = self.defect.fault();
            if self.restore_cures {
                spec.removal.restored = Afterwards::Immune;
            }
            field.inject(spec, &nodes);
        }
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let nothing = wrong_selector(&self.select, topology, "element");
        let wrong = self.defect.defect().findings().into_iter();
        let wrong = wrong.map(|(path, found, allowed)| (format!("defect.{path}"), found, allowed));
        nothing.into_iter().chain(wrong).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::attack::testing::Range;
    use crate::fault::testing::small_network;
    use crate::network::ElementStatus;

    #[test]
    fn it_waits_for_its_hour_and_new_software_cures_it() {
        for (restore_cures, after) in [(true, ElementStatus::Up), (false, ElementStatus::Down)] {
            let latent = serde_json::json!({
                "kind": "latent-defect", "select": {"kinds": ["mme"]}, "restore_cures": restore_cures,
                "defect": {"kind": "cert-time-bomb", "not_after": "30m", "restore_cures": false}
            });
            let mut range = Range::disturbed(&[latent], small_network());
            range.run_until(29.0);
            assert!(range.commands().is_empty());
            range.run_until(31.0);
            assert_eq!(range.status("mme-a2"), ElementStatus::Down);
            assert_eq!(range.status("amf-a1"), ElementStatus::Up);
            range.restore(range.node("mme-a2"));
            range.run_until(60.0);
            assert_eq!(range.status("mme-a2"), after);
        }
    }
}
