//! Contexts that end, counted at the element that held them, by who ended them.
//!
//! Invariant: every context that ends counts once, unless no element is known to have held it.

use crate::network::air::Air;
use crate::network::counters::{INITIATORS, Initiator};
use crate::population::flag;

use super::Shard;

/// Contexts that one element saw end: by priority, then by [`Initiator`].
pub(in crate::network) type Ended = [[u64; INITIATORS]; 2];

impl Shard {
    /// The context of a device ends.
    pub(super) fn end_context(&mut self, air: &Air, index: usize, by: Initiator) {
        if !self.devices[index].has(flag::CONTEXT) {
            return;
        }
        self.set_context(index, false);
        let device = &self.devices[index];
        let tower = air.towers[self.home(index).index()].state;
        let pool = air.pool_of(tower, device.class);
        if let Some(server) = air.elements.member_server(pool, device.member) {
            let priority = usize::from(air.classes[device.class as usize].priority);
            if self.ended.is_empty() {
                self.ended = vec![Ended::default(); air.elements.nodes.len()];
            }
            self.ended[server as usize][priority][by as usize] += 1;
        }
    }

    /// Whether the core hears a device that says goodbye.
    pub(super) fn is_heard(&self, air: &Air, index: usize) -> bool {
        let device = &self.devices[index];
        let serving = air.serving_tower(self.home(index), device.serving());
        let tower = air.towers[serving.index()].state;
        tower.on_air() && air.ways(tower, device.class) != 0
    }
}
