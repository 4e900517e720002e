//! Where a fault can go from an element: the explicit edges of the graph, and the `n2-s1` edges that
//! pool membership implies.
//!
//! Invariant: says where, never whether or when.

use std::collections::BTreeMap;

use crate::base::{NodeId, PoolId};
use crate::topology::{EdgeKind, Topology};

/// One edge in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it leads.
    pub to: NodeId,
    /// What runs along it.
    pub kind: EdgeKind,
    /// An integer that names this edge and direction in random draws.
    pub key: u64,
}

impl Way {
    /// Whether this way leads back to `start` along the edge by which `out` left it.
    pub fn is_reverse(&self, out: &Self, start: NodeId) -> bool {
        let explicit = self.key >> 63 == 0 && out.key >> 63 == 0;
        let same_edge = if explicit {
            self.key >> 1 == out.key >> 1
        } else {
            self.key >> 63 == out.key >> 63
        };
        self.to == start && self.kind == out.kind && same_edge
    }
}

/// The edges that the graph implies, as tables.
#[derive(Clone, Debug)]
pub struct Ways {
    pools: BTreeMap<NodeId, Vec<PoolId>>,
    towers: Vec<Vec<NodeId>>,
    members: Vec<Vec<NodeId>>,
}

impl Ways {
    /// The tables of a graph.
    pub fn new(topology: &Topology) -> Self {
        let mut pools_of: BTreeMap<NodeId, Vec<PoolId>> = BTreeMap::new();
        let mut members_of = Vec::new();
        for (index, pool) in topology.pools().iter().enumerate() {
            for &member in &pool.members {
                pools_of
                    .entry(member)
                    .or_default()
                    .push(PoolId::from_index(index));
            }
            members_of.push(pool.members.clone());
        }
        let mut towers_of = vec![Vec::new(); members_of.len()];
        for tower in topology.towers() {
            towers_of[tower.pool.index()].push(tower.node);
            pools_of.entry(tower.node).or_default().push(tower.pool);
        }
        Self {
            pools: pools_of,
            towers: towers_of,
            members: members_of,
        }
    }

    /// The pools that an element is a member of, or that serve a tower.
    pub fn pools_of(&self, node: NodeId) -> &[PoolId] {
        self.pools.get(&node).map_or(&[], Vec::as_slice)
    }

    /// The towers of a pool.
    pub fn towers_of(&self, pool: PoolId) -> &[NodeId] {
        &self.towers[pool.index()]
    }

    /// All ways from an element along edges of these kinds.
    pub fn from(&self, topology: &Topology, from: NodeId, kinds: &[EdgeKind]) -> Vec<Way> {
        let mut ways: Vec<Way> = topology
            .edges_at(from)
            .iter()
            .filter_map(|&id| {
                let edge = topology.edge(id);
                let forward = edge.a == from;
                kinds.contains(&edge.kind).then_some(Way {
                    to: if forward { edge.b } else { edge.a },
                    kind: edge.kind,
                    key: u64::from(id.0) << 1 | u64::from(forward),
                })
            })
            .collect();
        if kinds.contains(&EdgeKind::N2S1) {
            ways.extend(self.implied(from));
        }
        ways
    }

    fn implied(&self, from: NodeId) -> impl Iterator<Item = Way> + '_ {
        self.pools_of(from).iter().flat_map(move |pool| {
            let members = &self.members[pool.index()];
            let ends = if members.contains(&from) {
                &self.towers[pool.index()]
            } else {
                members
            };
            ends.iter().map(move |&to| Way {
                to,
                kind: EdgeKind::N2S1,
                key: 1 << 63 | u64::from(from.0) << 32 | u64::from(to.0),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing;

    #[test]
    fn pool_membership_implies_edges_both_ways() {
        let topology = testing::small_network();
        let ways = Ways::new(&topology);
        let amf = topology.find("amf-a1").expect("an AMF");
        let tower = topology.find("tower-a1").expect("a tower");
        let names = |from| -> Vec<String> {
            ways.from(&topology, from, &[EdgeKind::N2S1])
                .iter()
                .map(|way| topology.node(way.to).name.clone())
                .collect()
        };
        assert_eq!(names(amf), ["tower-a1", "tower-a2"]);
        assert_eq!(names(tower), ["amf-a1", "mme-a2"]);
        assert!(ways.from(&topology, tower, &[EdgeKind::Sbi]).is_empty());
    }
}
