//! How much each core element can do: the rate of its kind, for the devices it serves.
//!
//! Invariant: capacities follow from the scenario and the topology; nothing measured in a run.

use crate::population::ClassSpec;
use crate::topology::{NodeKind, Topology};

use super::air::Air;
use super::core::{Elements, Server};
use super::spec::{FunctionSpec, NetworkSpec};

/// Devices (at scale 1) that each server is sized for: a pool member for its part of the pool's
/// devices, a gateway for its part of the region's, the others for their part of all.
pub(super) fn devices_of_servers(topology: &Topology, elements: &Elements, air: &Air) -> Vec<f64> {
    let mut of_pool = vec![0.0; topology.pools().len()];
    let mut of_region = vec![0.0; topology.regions().len()];
    for tower in topology.towers() {
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of devices stay far below 2^53"
        )]
        let devices = tower.devices as f64;
        of_region[tower.region.index()] += devices;
        for class in &air.classes {
            let ClassSpec { share, .. } = &*class.spec;
            let pool = class.dedicated_pool.map_or(tower.pool.index(), usize::from);
            of_pool[pool] += devices * share.get();
        }
    }
    let all: f64 = of_region.iter().sum();
    let node = |server: usize| topology.node(elements.nodes[server]);
    let group = |server: usize| -> (f64, f64) {
        let same = |other: usize| match elements.kinds[server] {
            NodeKind::Amf | NodeKind::Mme => node(other).labels.pool == node(server).labels.pool,
            NodeKind::Gateway => node(other).labels.region == node(server).labels.region,
            _ => true,
        };
        let mates = (0..elements.nodes.len())
            .filter(|&other| elements.kinds[other] == elements.kinds[server] && same(other));
        let weight: f64 = mates.map(|mate| node(mate).weight).sum();
        let devices = match elements.kinds[server] {
            NodeKind::Amf | NodeKind::Mme => {
                pool_of(topology, elements, server).map_or(all, |pool| of_pool[pool])
            }
            NodeKind::Gateway => {
                let region = topology
                    .regions()
                    .iter()
                    .position(|region| region.name == node(server).labels.region);
                region.map_or(all, |region| of_region[region])
            }
            _ => all,
        };
        (devices, weight)
    };
    (0..elements.nodes.len())
        .map(|server| {
            let (devices, weight) = group(server);
            devices * node(server).weight / weight
        })
        .collect()
}

/// The pool that a server is a member of.
fn pool_of(topology: &Topology, elements: &Elements, server: usize) -> Option<usize> {
    topology
        .pools()
        .iter()
        .position(|pool| pool.members.contains(&elements.nodes[server]))
}

/// The pool of each server, if it is a member of one.
pub(super) fn pools_of_servers(topology: &Topology, elements: &Elements) -> Vec<Option<usize>> {
    (0..elements.nodes.len())
        .map(|server| pool_of(topology, elements, server))
        .collect()
}

/// The servers with their rates.
pub(super) fn servers<J: Copy>(
    spec: &NetworkSpec,
    elements: &Elements,
    devices: &[f64],
    scale: f64,
) -> Vec<Server<J>> {
    let pairs = elements.kinds.iter().zip(devices);
    pairs
        .map(|(&kind, devices)| {
            let function = function(spec, kind);
            let rate = function.rate_per_million.get() * devices / 1e6;
            Server::new(function, rate.max(function.least_rate.get()), scale)
        })
        .collect()
}

fn function(spec: &NetworkSpec, kind: NodeKind) -> &FunctionSpec {
    let functions = &spec.core.functions;
    match kind {
        NodeKind::Amf => &functions.amf,
        NodeKind::Mme => &functions.mme,
        NodeKind::Udm => &functions.udm,
        NodeKind::Ims => &functions.ims,
        NodeKind::Gateway => &functions.gateway,
        NodeKind::Epdg => &functions.epdg,
        _ => unreachable!("only core functions have servers"),
    }
}
