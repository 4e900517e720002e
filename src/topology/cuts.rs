//! Routers whose loss separates others: the weak points of the transport network.
//!
//! Invariant: looks at routers and `ip-transport` edges only.

use std::collections::BTreeMap;

use petgraph::algo::articulation_points::articulation_points as find_articulation_points;
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::unionfind::UnionFind;

use crate::base::{NodeId, PoolId};

use super::graph::Topology;
use super::kinds::{EdgeKind, NodeKind};

/// What is cut off by the loss of one router.
///
/// The rest of the network is the part with the most devices; all other routers, what hangs on
/// them, and what hangs on the lost router itself, are cut off from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The router.
    pub router: NodeId,
    /// The other routers that it separates.
    pub separated: Vec<NodeId>,
    /// Towers cut off, its own included.
    pub towers: usize,
    /// Devices under them, at scale 1.
    pub devices: u64,
    /// Core functions cut off, those at the router itself included.
    pub functions: usize,
    /// Pools all of whose members are cut off.
    pub pools: Vec<PoolId>,
}

/// The routers whose loss separates other routers from each other, in the order of the table, with
/// what each cuts off (Hopcroft and Tarjan 1973).
pub fn articulation_points(topology: &Topology) -> Vec<Cut> {
    let routers: Vec<NodeId> = topology.nodes_of_kind(NodeKind::Router).collect();
    let row: BTreeMap<NodeId, usize> = routers.iter().copied().zip(0..).collect();
    let mut graph = UnGraph::<(), ()>::with_capacity(routers.len(), topology.edges().len());
    for _ in &routers {
        graph.add_node(());
    }
    for edge in topology.edges() {
        if let (EdgeKind::IpTransport, Some(&a), Some(&b)) =
            (edge.kind, row.get(&edge.a), row.get(&edge.b))
        {
            // Parallel links would count as a way around.
            graph.update_edge(NodeIndex::new(a), NodeIndex::new(b), ());
        }
    }
    let mut found: Vec<usize> = find_articulation_points(&graph)
        .into_iter()
        .map(NodeIndex::index)
        .collect();
    found.sort_unstable();
    let weights = weights(topology, &row);
    found
        .into_iter()
        .map(|lost| cut(topology, &routers, &side(&graph, lost, &weights)))
        .collect()
}

/// Devices that hang on each router.
fn weights(topology: &Topology, row: &BTreeMap<NodeId, usize>) -> Vec<u64> {
    let mut weights = vec![0; row.len()];
    for tower in topology.towers() {
        weights[row[&topology.node(tower.node).router]] += tower.devices;
    }
    weights
}

/// For each router: whether it is the lost one, cut off, or in the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Lost,
    Off,
    Rest,
}

fn side(graph: &UnGraph<(), ()>, lost: usize, weights: &[u64]) -> Vec<Side> {
    let mut parts = UnionFind::<usize>::new(graph.node_count());
    for edge in graph.raw_edges() {
        let (a, b) = (edge.source().index(), edge.target().index());
        if a != lost && b != lost {
            parts.union(a, b);
        }
    }
    let mut devices: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
    for (i, weight) in weights.iter().enumerate().filter(|(i, _)| *i != lost) {
        let part = devices.entry(parts.find(i)).or_default();
        *part = (part.0 + weight, part.1 + 1);
    }
    let largest = devices
        .iter()
        .max_by_key(|(root, size)| (**size, std::cmp::Reverse(**root)));
    let rest = largest.map(|(root, _)| *root);
    (0..weights.len())
        .map(|i| match i {
            _ if i == lost => Side::Lost,
            _ if Some(parts.find(i)) == rest => Side::Rest,
            _ => Side::Off,
        })
        .collect()
}

fn cut(topology: &Topology, routers: &[NodeId], sides: &[Side]) -> Cut {
    let side: BTreeMap<NodeId, Side> = routers.iter().copied().zip(sides.iter().copied()).collect();
    let is_off = |id: NodeId| side[&topology.node(id).router] != Side::Rest;
    let towers = topology.towers().iter().filter(|tower| is_off(tower.node));
    let functions = topology
        .nodes()
        .iter()
        .filter(|node| node.kind.is_core_function() && side[&node.router] != Side::Rest);
    let pools = topology.pools().iter().enumerate();
    let on_side = |wanted: Side| {
        let mine = routers
            .iter()
            .zip(sides)
            .filter(move |(_, s)| **s == wanted);
        mine.map(|(id, _)| *id)
    };
    Cut {
        router: on_side(Side::Lost).next().expect("one router is lost"),
        separated: on_side(Side::Off).collect(),
        towers: towers.clone().count(),
        devices: towers.map(|tower| tower.devices).sum(),
        functions: functions.count(),
        pools: pools
            .filter(|(_, pool)| pool.members.iter().all(|&id| is_off(id)))
            .map(|(i, _)| PoolId::from_index(i))
            .collect(),
    }
}
