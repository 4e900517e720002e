//! Shortest paths over the transport network, given what is up.
//!
//! Invariant: a function of the graph and of what is up; remembers nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::{EdgeId, NodeId, Span};

use super::graph::Topology;
use super::kinds::{EdgeKind, NodeKind};

/// No path, or not attached.
const NONE: u64 = u64::MAX;
const CUT: u32 = u32::MAX;

/// Latencies between all routers, and who hangs on which.
///
/// Only routers and `ip-transport` edges count: whether the tower or function at either end is up
/// is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routes {
    /// Row of the router that each node hangs on.
    row_of: Vec<u32>,
    /// Microseconds, row by row.
    cost: Vec<u64>,
    rows: usize,
}

impl Routes {
    /// Shortest paths (Dijkstra 1959) while these nodes and edges are up.
    pub fn compute(
        topology: &Topology,
        node_up: impl Fn(NodeId) -> bool,
        edge_up: impl Fn(EdgeId) -> bool,
    ) -> Self {
        let routers: Vec<NodeId> = topology
            .nodes_of_kind(NodeKind::Router)
            .filter(|&id| node_up(id))
            .collect();
        let row_of = rows(topology, &routers, &edge_up);
        let links: Vec<Vec<(u32, u64)>> = routers
            .iter()
            .map(|&id| links_at(topology, id, &row_of, &edge_up))
            .collect();
        let mut cost = vec![NONE; routers.len() * routers.len()];
        for (start, line) in cost.chunks_exact_mut(routers.len().max(1)).enumerate() {
            fill(start, line, &links);
        }
        Self {
            row_of,
            cost,
            rows: routers.len(),
        }
    }

    /// Shortest paths while everything is up.
    pub fn all_up(topology: &Topology) -> Self {
        Self::compute(topology, |_| true, |_| true)
    }

    /// One-way latency between two nodes, access links included; none if there is no path.
    pub fn latency(&self, topology: &Topology, from: NodeId, to: NodeId) -> Option<Span> {
        let (a, b) = (self.row_of[from.index()], self.row_of[to.index()]);
        if a == CUT || b == CUT {
            return None;
        }
        if from == to {
            return Some(Span::ZERO);
        }
        let between = self.cost[a as usize * self.rows + b as usize];
        let access = topology.node(from).access_latency + topology.node(to).access_latency;
        (between != NONE).then(|| Span::from_us(between) + access)
    }
}

/// The row of each node's router, unless the router or the link to it is down.
fn rows(topology: &Topology, routers: &[NodeId], edge_up: &impl Fn(EdgeId) -> bool) -> Vec<u32> {
    let mut own = vec![CUT; topology.nodes().len()];
    for (row, id) in (0..).zip(routers) {
        own[id.index()] = row;
    }
    let nodes = topology.nodes().iter().zip(&topology.access_edges);
    nodes
        .map(|(node, access)| {
            let attached = access.is_none_or(edge_up);
            if attached {
                own[node.router.index()]
            } else {
                CUT
            }
        })
        .collect()
}

fn links_at(
    topology: &Topology,
    id: NodeId,
    row_of: &[u32],
    edge_up: &impl Fn(EdgeId) -> bool,
) -> Vec<(u32, u64)> {
    topology
        .neighbours(id, EdgeKind::IpTransport)
        .filter(|&(edge, other)| {
            let is_router = topology.node(other).kind == NodeKind::Router;
            is_router && row_of[other.index()] != CUT && edge_up(edge)
        })
        .map(|(edge, other)| (row_of[other.index()], topology.edge(edge).latency.as_us()))
        .collect()
}

/// Fill the latencies from one router to all.
fn fill(start: usize, line: &mut [u64], links: &[Vec<(u32, u64)>]) {
    let mut open = BinaryHeap::from([Reverse((0, start))]);
    line[start] = 0;
    while let Some(Reverse((so_far, row))) = open.pop() {
        if so_far > line[row] {
            continue;
        }
        for &(next, step) in &links[row] {
            let next = next as usize;
            if so_far + step < line[next] {
                line[next] = so_far + step;
                open.push(Reverse((so_far + step, next)));
            }
        }
    }
}
