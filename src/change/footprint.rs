//! How many subscribers hang on an element.
//!
//! Members of a pool share its devices by weight; a tower has its own; a router has those of the
//! towers that hang on it; other functions share the devices of their region, or of the nation, with
//! their like.
//!
//! Invariant: counts people at scale 1 from the graph alone. Pools dedicated to a class count none:
//! the graph does not know how many belong to the class.

use std::collections::BTreeMap;

use crate::base::{NodeId, PoolId};
use crate::topology::{Node, NodeKind, Topology};

/// Subscribers of each element.
#[derive(Clone, Debug)]
pub struct Footprint {
    subscribers: Vec<f64>,
    total: f64,
}

/// How far a change has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exposure {
    /// Share of the targeted elements that run the new version.
    pub nodes: f64,
    /// Share of all subscribers that hang on these; at most 1.
    pub subscribers: f64,
}

/// Devices per region, per pool and below each router.
struct Devices {
    total: f64,
    by_region: Vec<f64>,
    by_pool: Vec<f64>,
    by_router: BTreeMap<NodeId, f64>,
}

impl Footprint {
    /// The footprint of every element of a graph.
    pub fn new(topology: &Topology) -> Self {
        let devices = Devices::count(topology);
        let mut subscribers = vec![0.0; topology.nodes().len()];
        let like = weights_of_the_like(topology);
        for (index, node) in topology.nodes().iter().enumerate() {
            subscribers[index] = match node.kind {
                NodeKind::Router => *devices
                    .by_router
                    .get(&NodeId::from_index(index))
                    .unwrap_or(&0.0),
                NodeKind::Amf | NodeKind::Mme | NodeKind::Tower => 0.0,
                _ => {
                    let weight = like[&(node.kind, node.labels.region.as_str())];
                    devices.around(node, topology) * node.weight / weight
                }
            };
        }
        for tower in topology.towers() {
            subscribers[tower.node.index()] = to_f64(tower.devices);
        }
        for (pool, devices) in topology.pools().iter().zip(&devices.by_pool) {
            let weight = |id: &NodeId| topology.node(*id).weight;
            let sum: f64 = pool.members.iter().map(weight).sum();
            for member in &pool.members {
                subscribers[member.index()] +=
                    devices * weight(member) / sum.max(f64::MIN_POSITIVE);
            }
        }
        Self {
            subscribers,
            total: devices.total,
        }
    }

    /// Subscribers that hang on one element, at scale 1.
    pub fn subscribers(&self, node: NodeId) -> f64 {
        self.subscribers[node.index()]
    }

    /// Share of all subscribers that hang on these elements; at most 1.
    pub fn share(&self, nodes: impl Iterator<Item = NodeId>) -> f64 {
        let sum: f64 = nodes.map(|node| self.subscribers(node)).sum();
        (sum / self.total.max(1.0)).min(1.0)
    }
}

impl Devices {
    fn count(topology: &Topology) -> Self {
        let mut devices = Self {
            total: 0.0,
            by_region: vec![0.0; topology.regions().len()],
            by_pool: vec![0.0; topology.pools().len()],
            by_router: BTreeMap::new(),
        };
        for tower in topology.towers() {
            let count = to_f64(tower.devices);
            devices.total += count;
            devices.by_region[tower.region.index()] += count;
            devices.by_pool[tower.pool.index()] += count;
            let router = topology.node(tower.node).router;
            *devices.by_router.entry(router).or_default() += count;
        }
        devices
    }

    /// Devices of the region that an element is in, or of the nation.
    fn around(&self, node: &Node, topology: &Topology) -> f64 {
        topology
            .find_region(&node.labels.region)
            .map_or(self.total, |region| self.by_region[region.index()])
    }
}

/// The pool that an element is a member of, or that serves a tower.
pub(super) fn pool_of(node: NodeId, topology: &Topology) -> Option<PoolId> {
    let served = || Some(topology.tower(topology.tower_of(node)?).pool);
    topology.pool_of(node).or_else(served)
}

/// Sum of weights by kind and region.
fn weights_of_the_like(topology: &Topology) -> BTreeMap<(NodeKind, &str), f64> {
    let mut sums: BTreeMap<(NodeKind, &str), f64> = BTreeMap::new();
    for node in topology.nodes() {
        let key = (node.kind, node.labels.region.as_str());
        *sums.entry(key).or_insert(f64::MIN_POSITIVE) += node.weight;
    }
    sums
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are far fewer than 2^53 devices"
)]
const fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing::small_network;

    #[test]
    fn people_are_counted_where_they_hang() {
        let topology = small_network();
        let footprint = Footprint::new(&topology);
        let of = |name| footprint.subscribers(topology.find(name).expect(name));
        for (name, expected) in [
            ("tower-a1", 1_000.0),
            ("amf-a1", 750.0),
            ("mme-b2", 2_250.0),
            ("udm", 6_000.0),
            ("router", 6_000.0),
            ("host-a", 1_500.0),
        ] {
            assert!((of(name) - expected).abs() < 1e-6, "{name}: {}", of(name));
        }
        let pool = ["amf-a1", "mme-a2"].map(|name| topology.find(name).expect(name));
        assert!((footprint.share(pool.into_iter()) - 0.25).abs() < 1e-9);
    }
}
