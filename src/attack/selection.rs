//! What attacks and disturbances select, and what is wrong with it.
//!
//! Invariant: reads the graph, changes nothing.

use crate::base::NodeId;
use crate::fault::Finding;
use crate::topology::{NodeKind, Selector, Topology};

/// The towers that a selector selects; none if it is wrong, which the check of the scenario tells.
pub(super) fn towers(select: &Selector, topology: &Topology) -> Vec<NodeId> {
    let mut nodes = select.resolve(topology).unwrap_or_default();
    nodes.retain(|&node| topology.node(node).kind == NodeKind::Tower);
    nodes
}

/// What is wrong with a selector, which must select at least one `what`.
pub(super) fn wrong_selector(
    select: &Selector,
    topology: &Topology,
    what: &str,
) -> Option<Finding> {
    let error = select.resolve(topology).err()?;
    let allowed = format!("a selector of at least one {what}");
    Some(("select".to_owned(), error.to_string(), allowed))
}
