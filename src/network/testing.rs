//! What small networks for tests of this room are made of: a pool of a region, what regions share, towers.
//!
//! Invariant: tests only; everything hangs on a router, at no distance.

use crate::base::{NodeId, Span};
use crate::topology::{EdgeKind, NewNode, NodeKind, TopologyBuilder, TowerSite};

/// An AMF, an MME and a gateway of a region, members of a pool of that name; `ending` is that of their names.
pub(super) fn pool(builder: &mut TopologyBuilder, router: NodeId, region: &str, ending: &str) {
    for (kind, word) in [
        (NodeKind::Amf, "amf"),
        (NodeKind::Mme, "mme"),
        (NodeKind::Gateway, "gw"),
    ] {
        let node = NewNode::new(kind, &format!("{word}{ending}"));
        let node = builder.node(node.in_region(region).in_pool(region));
        hang(builder, node, router);
    }
}

/// What all regions share, and the management system.
pub(super) fn shared(builder: &mut TopologyBuilder, router: NodeId) {
    for (kind, name) in [
        (NodeKind::Udm, "udm"),
        (NodeKind::Ims, "ims"),
        (NodeKind::Epdg, "epdg"),
        (NodeKind::Oss, "oss"),
    ] {
        let node = builder.node(NewNode::new(kind, name));
        hang(builder, node, router);
    }
}

/// A tower of a region with so many devices and no neighbours.
pub(super) fn tower(
    builder: &mut TopologyBuilder,
    router: NodeId,
    (name, region): (&str, &str),
    devices: u64,
) {
    let site = TowerSite {
        devices,
        zone: "UTC".to_owned(),
        neighbours: Some(Vec::new()),
    };
    let node = NewNode::new(NodeKind::Tower, name);
    let node = builder.tower(node.in_region(region).in_pool(region), site);
    hang(builder, node, router);
}

fn hang(builder: &mut TopologyBuilder, node: NodeId, router: NodeId) {
    builder.edge(node, router, EdgeKind::IpTransport, Some(Span::ZERO));
}
