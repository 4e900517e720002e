//! Who keeps which element from serving: a crash, an installation and a person may all hold the same
//! one, and it serves again only when the last of them lets go.
//!
//! Invariant: the status last commanded for an element is the worst of its holds.

use std::collections::BTreeMap;

use crate::base::NodeId;
use crate::network::{Command, ElementStatus};

/// Somebody who keeps an element from serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A live fault, by its number.
    Fault(u32),
    /// Work on the element: drain, installation, rollback, decommissioning.
    Change,
    /// People or automation.
    Response,
}

/// All holds on all elements.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    table: BTreeMap<NodeId, BTreeMap<Holder, ElementStatus>>,
}

impl Holds {
    /// Sets a holder's claim; the command that follows from it, if the status changes.
    pub fn hold(&mut self, node: NodeId, holder: Holder, status: ElementStatus) -> Option<Command> {
        let before = self.status(node);
        self.table.entry(node).or_default().insert(holder, status);
        self.changed(node, before)
    }

    /// Ends a holder's claim; the command that follows from it, if the status changes.
    pub fn release(&mut self, node: NodeId, holder: Holder) -> Option<Command> {
        let before = self.status(node);
        let claims = self.table.get_mut(&node)?;
        claims.remove(&holder);
        if claims.is_empty() {
            self.table.remove(&node);
        }
        self.changed(node, before)
    }

    /// The status that all claims together leave to an element.
    pub fn status(&self, node: NodeId) -> ElementStatus {
        self.table
            .get(&node)
            .into_iter()
            .flat_map(BTreeMap::values)
            .copied()
            .max()
            .unwrap_or(ElementStatus::Up)
    }

    /// Whether this holder has a claim on an element.
    pub fn is_held_by(&self, node: NodeId, holder: Holder) -> bool {
        self.table
            .get(&node)
            .is_some_and(|claims| claims.contains_key(&holder))
    }

    fn changed(&self, node: NodeId, before: ElementStatus) -> Option<Command> {
        let status = self.status(node);
        (status != before).then_some(Command::SetStatus { node, status })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_hold_counts_and_the_last_release_frees() {
        let mut holds = Holds::default();
        let node = NodeId(3);
        let set = |status| Some(Command::SetStatus { node, status });
        let fault = Holder::Fault(0);
        assert_eq!(
            holds.hold(node, fault, ElementStatus::Isolated),
            set(ElementStatus::Isolated)
        );
        assert_eq!(
            holds.hold(node, Holder::Change, ElementStatus::Down),
            set(ElementStatus::Down)
        );
        assert_eq!(holds.release(node, fault), None);
        assert_eq!(holds.release(node, Holder::Change), set(ElementStatus::Up));
        assert_eq!(holds.release(node, Holder::Change), None);
    }

    #[test]
    fn a_lighter_hold_shows_once_the_heavier_is_gone() {
        let mut holds = Holds::default();
        let node = NodeId(0);
        holds.hold(node, Holder::Change, ElementStatus::Down);
        for lighter in [ElementStatus::Isolated, ElementStatus::Withdrawn] {
            assert_eq!(holds.hold(node, Holder::Response, lighter), None);
        }
        assert_eq!(holds.release(node, Holder::Response), None);
        assert_eq!(
            holds.hold(node, Holder::Fault(1), ElementStatus::Isolated),
            None
        );
        assert_eq!(
            holds.release(node, Holder::Change),
            Some(Command::SetStatus {
                node,
                status: ElementStatus::Isolated
            })
        );
    }
}
