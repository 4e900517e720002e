//! One element under one fault: what the fault has done to it so far.
//!
//! Invariant: an order carries the epoch of the element it was made for; whatever makes earlier
//! orders void moves the epoch on.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::NodeId;
use crate::topology::EdgeKind;

use super::spec::{FaultSpec, OriginRemoved};

/// How far a fault has come with an element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not reached, or reached and gone again.
    #[default]
    Clear,
    /// It has it, and is not hurt (yet).
    Reached,
    /// It is hurt.
    Struck,
    /// It can never be reached again.
    Immune,
}

/// One element under one fault.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) phase: Phase,
    /// Orders made for an earlier epoch are void.
    pub(super) epoch: u32,
    /// Edges from an origin.
    pub(super) hops: u32,
    /// How it came here; none at an origin.
    pub(super) via: Option<(NodeId, EdgeKind)>,
    /// How often it was reached: names the occasion in draws.
    pub(super) reached: u32,
    /// How often its time to be struck came: names the occasion in draws.
    pub(super) strokes: u32,
    /// How often it recovered by itself since it was last loaded or restored.
    pub(super) restarts: u32,
    /// Looks in a row that found an overload.
    pub(super) strained: u32,
    /// Share of its records that are out of step.
    pub(super) out_of_step: f64,
}

impl Element {
    /// Whether the fault is in it.
    pub(super) const fn carries(&self) -> bool {
        matches!(self.phase, Phase::Reached | Phase::Struck)
    }

    /// Leaves the fault behind: orders made so far are void.
    pub(super) fn leave(&mut self, phase: Phase) {
        self.epoch += 1;
        self.phase = phase;
        self.via = None;
        self.strained = 0;
        self.out_of_step = 0.0;
    }
}

/// A fault in the world.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) spec: FaultSpec,
    pub(super) name: String,
    /// Names the fault in draws.
    pub(super) key: u64,
    pub(super) origins: BTreeSet<NodeId>,
    pub(super) elements: BTreeMap<NodeId, Element>,
    /// Whether reached elements may be struck.
    pub(super) released: bool,
}

impl Live {
    /// Whether it still passes from element to element.
    pub(super) fn spreads(&self) -> bool {
        !self.origins.is_empty() || self.spec.removal.origin_removed == OriginRemoved::Nothing
    }

    pub(super) fn carries(&self, node: NodeId) -> bool {
        self.elements.get(&node).is_some_and(Element::carries)
    }

    pub(super) fn is_struck(&self, node: NodeId) -> bool {
        self.elements
            .get(&node)
            .is_some_and(|element| element.phase == Phase::Struck)
    }

    /// Whether orders of this epoch still hold for a node that carries the fault.
    pub(super) fn is_current(&self, node: NodeId, epoch: u32) -> bool {
        self.elements
            .get(&node)
            .is_some_and(|element| element.carries() && element.epoch == epoch)
    }

    pub(super) fn element(&mut self, node: NodeId) -> &mut Element {
        self.elements.entry(node).or_default()
    }
}
