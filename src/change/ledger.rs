//! Which element has run which version since when.
//!
//! Invariant: entries of an element are in order of time; nothing is ever forgotten.

use std::collections::BTreeMap;

use crate::base::{NodeId, SimTime};

/// The versions of the elements that a change is meant for.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: BTreeMap<NodeId, Vec<(SimTime, String)>>,
}

impl Ledger {
    /// Notes that an element runs a version from an instant on.
    pub fn set(&mut self, node: NodeId, at: SimTime, version: &str) {
        let entries = self.entries.entry(node).or_default();
        assert!(
            entries.last().is_none_or(|(last, _)| *last <= at),
            "time never goes back"
        );
        entries.push((at, version.to_owned()));
    }

    /// What an element ran at an instant; none if it is not in the ledger or not yet.
    pub fn version_at(&self, node: NodeId, at: SimTime) -> Option<&str> {
        let entries = self.entries.get(&node)?;
        let later = entries.partition_point(|(since, _)| *since <= at);
        let (_, version) = entries.get(later.checked_sub(1)?)?;
        Some(version)
    }

    /// All versions that an element has run, with when each began.
    pub fn history(&self, node: NodeId) -> &[(SimTime, String)] {
        self.entries.get(&node).map_or(&[], Vec::as_slice)
    }

    /// The elements in the ledger, in the order of the table.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.entries.keys().copied()
    }

    /// The elements that ran a version at an instant.
    pub fn running<'a>(
        &'a self,
        version: &'a str,
        at: SimTime,
    ) -> impl Iterator<Item = NodeId> + 'a {
        self.nodes()
            .filter(move |&node| self.version_at(node, at) == Some(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_ran_when() {
        let mut ledger = Ledger::default();
        let at = SimTime::from_secs;
        ledger.set(NodeId(1), at(0.0), "1");
        ledger.set(NodeId(2), at(0.0), "1");
        ledger.set(NodeId(1), at(60.0), "2");
        ledger.set(NodeId(1), at(90.0), "1");
        assert_eq!(ledger.version_at(NodeId(1), at(59.0)), Some("1"));
        assert_eq!(ledger.version_at(NodeId(1), at(60.0)), Some("2"));
        assert_eq!(ledger.version_at(NodeId(1), at(99.0)), Some("1"));
        assert_eq!(ledger.version_at(NodeId(3), at(0.0)), None);
        let new: Vec<_> = ledger.running("2", at(70.0)).collect();
        assert_eq!(new, [NodeId(1)]);
        assert_eq!(ledger.history(NodeId(1)).len(), 3);
    }
}
