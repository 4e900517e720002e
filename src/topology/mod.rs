//! The graph of cores, towers and subscribers: built, checked, then frozen.
//!
//! Invariant: petgraph does not leave this room; nothing here knows of time, faults or devices'
//! behaviour. A frozen [`Topology`] never changes; what is up or down is the network's business.

mod graph;
mod kinds;
mod selector;

pub use graph::{Edge, Labels, Node, Pool, Region, Topology, Tower};
pub use kinds::{EdgeKind, NodeKind};
pub use selector::{Selector, SelectorError};
