//! Where a fault can go from an element: the explicit edges of the graph, and the `n2-s1` edges that
//! pool membership implies.
//!
//! Invariant: says where, never whether or when.

use crate::base::NodeId;
use crate::topology::{EdgeKind, Topology};

/// One edge in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Where it leads.
    pub(super) to: NodeId,
    /// What runs along it.
    pub(super) kind: EdgeKind,
    /// An integer that names this edge and direction in random draws.
    pub(super) key: u64,
}

impl Way {
    /// Whether this way leads back to `start` along the edge by which `out` left it.
    pub(super) fn is_reverse(&self, out: &Self, start: NodeId) -> bool {
        let explicit = self.key >> 63 == 0 && out.key >> 63 == 0;
        let same_edge = if explicit {
            self.key >> 1 == out.key >> 1
        } else {
            self.key >> 63 == out.key >> 63
        };
        self.to == start && self.kind == out.kind && same_edge
    }
}

/// All ways from an element along edges of these kinds.
pub(super) fn ways(topology: &Topology, from: NodeId, kinds: &[EdgeKind]) -> Vec<Way> {
    let explicit = topology.edges_at(from).iter().map(|&id| {
        let edge = topology.edge(id);
        let forward = edge.a == from;
        Way {
            to: if forward { edge.b } else { edge.a },
            kind: edge.kind,
            key: u64::from(id.0) << 1 | u64::from(forward),
        }
    });
    let mut ways: Vec<Way> = explicit.filter(|way| kinds.contains(&way.kind)).collect();
    if kinds.contains(&EdgeKind::N2S1) {
        ways.extend(topology.n2s1_neighbours(from).map(|to| Way {
            to,
            kind: EdgeKind::N2S1,
            key: 1 << 63 | u64::from(from.0) << 32 | u64::from(to.0),
        }));
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing;

    #[test]
    fn pool_membership_implies_edges_both_ways() {
        let topology = testing::small_network();
        let amf = topology.find("amf-a1").expect("an AMF");
        let tower = topology.find("tower-a1").expect("a tower");
        let names = |from| -> Vec<String> {
            ways(&topology, from, &[EdgeKind::N2S1])
                .iter()
                .map(|way| topology.node(way.to).name.clone())
                .collect()
        };
        assert_eq!(names(amf), ["tower-a1", "tower-a2"]);
        assert_eq!(names(tower), ["amf-a1", "mme-a2"]);
        assert!(ways(&topology, tower, &[EdgeKind::Sbi]).is_empty());
    }
}
