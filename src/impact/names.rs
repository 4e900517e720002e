//! What the indices in the counters stand for.
//!
//! Invariant: one entry per index, in the order of the counters; the scale is above 0.

use crate::base::{NodeId, PoolId, RegionId};
use crate::topology::Topology;

/// Where a tower belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TowerPlace {
    /// Unique name.
    pub name: String,
    /// The region it reports to.
    pub region: RegionId,
    /// The pool of its ordinary devices.
    pub pool: PoolId,
}

/// Names of everything that is counted, and the scale of the counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Names {
    /// Simulated devices per real device, above 0 and at most 1.
    pub scale: f64,
    /// Device classes.
    pub classes: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Nodes of the graph, in its order (the counters of core functions use it).
    pub nodes: Vec<String>,
    /// Towers.
    pub towers: Vec<TowerPlace>,
}

impl Names {
    /// The names of a frozen graph with these device classes.
    ///
    /// # Panics
    /// If the scale is not above 0.
    pub fn new(topology: &Topology, classes: Vec<String>, scale: f64) -> Self {
        assert!(scale > 0.0, "a scale is above 0");
        let name_of = |id: NodeId| topology.node(id).name.clone();
        let place = |tower: &crate::topology::Tower| TowerPlace {
            name: name_of(tower.node),
            region: tower.region,
            pool: tower.pool,
        };
        Self {
            scale,
            classes,
            regions: topology.regions().iter().map(|r| r.name.clone()).collect(),
            nodes: topology.nodes().iter().map(|n| n.name.clone()).collect(),
            towers: topology.towers().iter().map(place).collect(),
        }
    }

    /// A count of simulated devices (or of what they do), at scale 1.
    pub fn at_scale_one(&self, simulated: u64) -> u64 {
        at_scale_one(simulated, self.scale)
    }

    /// Device-microseconds of simulated devices as device-minutes at scale 1.
    #[expect(
        clippy::cast_precision_loss,
        reason = "sixteen digits are enough for a total"
    )]
    pub fn device_minutes(&self, device_us: u128) -> f64 {
        device_us as f64 / 60e6 / self.scale
    }
}

/// A count of simulated devices (or of what they do), at scale 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of devices is not negative and far below 2^53"
)]
pub(super) fn at_scale_one(simulated: u64, scale: f64) -> u64 {
    libm::round(real(simulated) / scale) as u64
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}
