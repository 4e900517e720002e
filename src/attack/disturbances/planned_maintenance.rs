//! Elements are taken out of service for planned work, under a ticket that everybody can read.
//!
//! Real case: every night; a detector that calls it an outage is switched off within a week.
//!
//! Invariant: elements keep what they hold, and are back when the ticket says so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::selection::wrong_selector;
use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Delay, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, Trigger,
};
use crate::topology::{NodeKind, Selector, Topology};

/// Elements are taken out of service for planned work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlannedMaintenance {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it takes.
    pub duration: Span,
    /// The elements.
    pub select: Selector,
    /// The number of the ticket.
    pub ticket: String,
}

impl Default for PlannedMaintenance {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(2),
            select: Selector {
                kinds: vec![NodeKind::Amf],
                count: Some(1),
                ..Selector::default()
            },
            ticket: "MNT-1".to_owned(),
        }
    }
}

impl PlannedMaintenance {
    fn fault() -> FaultSpec {
        FaultSpec {
            kind: "planned-maintenance",
            techniques: "",
            trigger: Trigger::OnLoad,
            spread: Vec::new(),
            contained: Share::NONE,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::ALL,
            hurts: Vec::new(),
            alters: false,
            effects: vec![Effect::Isolate],
            removal: Removal {
                by_itself: None,
                origin_removed: OriginRemoved::OthersStay,
                restored: Afterwards::Immune,
                restore_factor: 1.0,
            },
        }
    }
}

impl Happening for PlannedMaintenance {
    fn kind(&self) -> &'static str {
        "planned-maintenance"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let nodes = field.selected(&self.select);
        if act == Act::Enter {
            field.note("maintenance-ticket", self.ticket.clone());
            field.inject(Self::fault(), &nodes);
            return vec![(field.port.now() + self.duration, Act::End)];
        }
        field.withdraw(&nodes);
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let nothing = wrong_selector(&self.select, topology, "element");
        nothing.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::attack::testing::Range;
    use crate::fault::testing::small_network;
    use crate::network::{Command, ElementStatus};

    #[test]
    fn elements_are_out_as_long_as_the_ticket_says_and_forget_nobody() {
        let work = serde_json::json!({
            "kind": "planned-maintenance", "start": "10m", "duration": "30m", "ticket": "MNT-7",
            "select": {"names": ["amf-a1"]}
        });
        let mut range = Range::disturbed(&[work], small_network());
        range.run_until(60.0);
        let node = range.node("amf-a1");
        let set = |at, status| (at, Command::SetStatus { node, status });
        let expected = [
            set(10.0, ElementStatus::Isolated),
            set(40.0, ElementStatus::Up),
        ];
        assert_eq!(range.commands(), expected);
        assert!(range.port.records.iter().any(|r| r.detail == "MNT-7"));
    }
}
