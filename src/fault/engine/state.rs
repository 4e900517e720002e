//! What the live faults are asked, and what they write into the event log.
//!
//! Invariant: changes nothing.

use crate::base::NodeId;
use crate::topology::EdgeKind;

use super::{FaultEngine, FaultId, Live, Port};

impl FaultEngine {
    /// Whether any fault is in an element.
    pub fn is_reached(&self, node: NodeId) -> bool {
        self.faults.iter().any(|live| live.carries(node))
    }

    /// Whether any fault hurts an element.
    pub fn is_struck(&self, node: NodeId) -> bool {
        self.faults.iter().any(|live| live.is_struck(node))
    }

    /// How many elements carry a fault now.
    pub fn reached_count(&self, fault: FaultId) -> usize {
        let elements = self.live(fault).elements.values();
        elements.filter(|element| element.carries()).count()
    }

    /// The elements that a fault hurts now, in the order of the table.
    pub fn struck(&self, fault: FaultId) -> Vec<NodeId> {
        let live = self.live(fault);
        let nodes = live.elements.keys().copied();
        nodes.filter(|&node| live.is_struck(node)).collect()
    }

    /// From where and along what a fault came to an element; none at an origin or where it is not.
    pub fn came_by(&self, fault: FaultId, node: NodeId) -> Option<(NodeId, EdgeKind)> {
        self.live(fault).elements.get(&node)?.via
    }

    /// By how much a restore of an element takes longer than usual.
    pub fn restore_factor(&self, node: NodeId) -> f64 {
        let struck = self.faults.iter().filter(|live| live.is_struck(node));
        struck.fold(1.0, |factor, live| {
            live.spec.removal.restore_factor.max(factor)
        })
    }

    /// All live faults with their names.
    pub fn names(&self) -> impl Iterator<Item = (FaultId, &str)> {
        self.ids()
            .zip(self.faults.iter().map(|live| live.name.as_str()))
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = FaultId> + use<> {
        (0..u32::try_from(self.faults.len()).expect("checked when opened")).map(FaultId)
    }

    pub(super) fn live(&self, fault: FaultId) -> &Live {
        &self.faults[fault.0 as usize]
    }

    pub(super) fn live_mut(&mut self, fault: FaultId) -> &mut Live {
        &mut self.faults[fault.0 as usize]
    }

    /// Writes a fact about an element into the event log.
    pub(super) fn note(
        &self,
        fault: FaultId,
        node: NodeId,
        kind: &'static str,
        port: &mut dyn Port,
    ) {
        let subject = port.topology().node(node).name.clone();
        port.record("fault", kind, subject, self.live(fault).name.clone());
    }

    pub(super) fn note_with(
        &self,
        fault: FaultId,
        node: NodeId,
        (kind, detail): (&'static str, String),
        port: &mut dyn Port,
    ) {
        let subject = port.topology().node(node).name.clone();
        let detail = format!("{}: {detail}", self.live(fault).name);
        port.record("fault", kind, subject, detail);
    }

    /// Writes that an element carries a cause now, with the ids of what is somebody's intent.
    pub(super) fn note_loaded(&self, fault: FaultId, node: NodeId, port: &mut dyn Port) {
        let subject = port.topology().node(node).name.clone();
        let live = self.live(fault);
        let detail = if live.spec.techniques.is_empty() {
            live.name.clone()
        } else {
            format!("{} ({})", live.name, live.spec.techniques)
        };
        port.record("fault", "fault-loaded", subject, detail);
    }
}
