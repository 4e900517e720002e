//! Commands that faults, attackers and disturbances give, carried out; and what they may ask.
//!
//! Invariant: between windows only.

use crate::base::{EdgeId, NodeId, RegionId, SimTime, Span};
use crate::topology::Routes;

use super::command::{Command, ElementStatus, Load, Scope};
use super::core::Entry;
use super::world::Network;

impl Network<'_> {
    /// Carry out a command that changes what elements, links or devices do to what is asked of them.
    pub(super) fn harm(&mut self, command: &Command, now: SimTime) {
        match command {
            Command::SetBlackHoles { node, holes } => {
                if let Some(server) = self.server(*node) {
                    self.core.set_holes(server, holes);
                }
            }
            Command::SetPatience { node, patience } => {
                if let Some(server) = self.server(*node) {
                    self.core.set_patience(server, patience.map(Span::as_us));
                }
            }
            Command::SetLoad { id, load } => {
                let source = load.as_ref().and_then(|load| self.source(load));
                self.core.set_source(*id, source);
            }
            Command::SetLink { edge, up } => self.set_link(*edge, *up, now),
            Command::CancelContexts { scope, share } => {
                self.mark(scope);
                let (air, at) = (&self.air, now.ceil_tick());
                self.workers.each(&mut self.shards, true, |shard| {
                    shard.cancel(air, scope, share.get(), at);
                });
            }
            Command::RefuseDevices {
                towers,
                share,
                cause,
            } => {
                let scope = Scope::Nodes(towers.clone());
                self.mark(&scope);
                debug_assert!(cause.is_sticky(), "others are retried at once");
                let (air, at) = (&self.air, now.ceil_tick());
                self.workers.each(&mut self.shards, true, |shard| {
                    shard.refuse(air, share.get(), at);
                });
            }
            Command::DestroyDevices { id, scope, share } => {
                self.mark(scope);
                let (air, at) = (&self.air, now.ceil_tick());
                self.workers.each(&mut self.shards, true, |shard| {
                    shard.destroy(air, (*id, scope), share.get(), at);
                });
            }
            Command::ScaleDemand { scope, factor } => self.scale_demand(scope, *factor, now),
            _ => unreachable!("other commands are carried out elsewhere"),
        }
    }

    /// Note which slices lie under the towers that a scope names.
    pub(super) fn mark(&mut self, scope: &Scope) {
        let Scope::Nodes(nodes) = scope else { return };
        for slice in self.shards.iter_mut().flat_map(|shard| &mut shard.slices) {
            slice.chosen = nodes.contains(&self.topology.tower(slice.tower).node);
        }
    }

    /// Where a load comes in, and how many simulated requests a second it is.
    fn source(&self, load: &Load) -> Option<(Entry, f64)> {
        let at_element = |node: NodeId, units: f64| {
            let server = self.server(node)?;
            let rate = units / self.core.query_work() * self.scale;
            Some((Entry::Server(server), rate))
        };
        match load {
            Load::Queries { node, rate } => at_element(*node, rate.get()),
            Load::Capacity { node, share } => {
                let server = self.server(*node)?;
                let capacity = self.core.servers[server as usize].rate();
                at_element(*node, capacity * share)
            }
            Load::Registrations { scope, rate } => {
                let towers = (0_u32..).zip(&self.air.towers);
                let towers: Vec<(u32, u16)> = towers
                    .filter(|(tower, _)| self.tower_in_scope(*tower as usize, scope))
                    .map(|(number, tower)| (number, tower.state.pool))
                    .collect();
                (!towers.is_empty()).then(|| (Entry::Towers(towers), rate.get() * self.scale))
            }
        }
    }

    fn set_link(&mut self, edge: EdgeId, up: bool, now: SimTime) {
        let changed = if up {
            self.links_down.remove(&edge)
        } else {
            self.links_down.insert(edge)
        };
        if changed {
            self.reroute();
            self.refresh(now);
        }
    }

    /// Find the ways anew that are open between routers.
    pub(super) fn reroute(&mut self) {
        let routes = self.routes();
        self.air.elements.set_routes(self.topology, &routes);
    }

    /// The ways that are open between routers now.
    pub(super) fn routes(&self) -> Routes {
        let up = |id: NodeId| self.status[id.index()] == ElementStatus::Up;
        Routes::compute(self.topology, up, |edge| !self.links_down.contains(&edge))
    }

    fn scale_demand(&mut self, scope: &Scope, factor: f64, now: SimTime) {
        let mut slower = vec![1.0; self.air.towers.len()];
        let mut demand = std::mem::take(&mut self.air.demand);
        demand.resize(slower.len(), 1.0);
        for (tower, slower) in slower.iter_mut().enumerate() {
            if self.tower_in_scope(tower, scope) {
                let next = demand[tower] * factor;
                // What a crowd brought goes with it, to the last bit.
                let next = if (next - 1.0).abs() < 1e-9 { 1.0 } else { next };
                *slower = std::mem::replace(&mut demand[tower], next) / next;
            }
        }
        if demand
            .iter()
            .all(|demand| demand.to_bits() == 1.0_f64.to_bits())
        {
            demand.clear();
        }
        self.air.demand = demand;
        let at = now.ceil_tick();
        self.workers.each(&mut self.shards, true, |shard| {
            shard.hasten_calls(&slower, at);
        });
    }

    /// How many times as much as usual the users of a region ask for, on average over its towers.
    pub(super) fn demand_of(&self, region: Option<RegionId>) -> f64 {
        if self.air.demand.is_empty() {
            return 1.0;
        }
        let all = self.air.towers.iter().zip(&self.air.demand);
        let own =
            all.filter(|(tower, _)| region.is_none_or(|region| region.0 == tower.state.region));
        let (sum, count) = own.fold((0.0, 0.0), |(sum, count), (_, demand)| {
            (sum + demand, count + 1.0)
        });
        if count > 0.0 { sum / count } else { 1.0 }
    }

    /// How long a piece of work that reaches an element now would wait; nothing where nothing queues.
    ///
    /// # Panics
    /// If the core has not caught up with the devices.
    pub fn waiting(&self, node: NodeId, now: SimTime) -> Span {
        assert!(self.is_caught_up(), "the core is asked about the past");
        let wait_ns = |server: u16| self.core.servers[server as usize].wait_ns(now.as_us() * 1_000);
        Span::from_us(self.server(node).map_or(0, wait_ns) / 1_000)
    }

    /// How busy the hour is where an element stands: 0 in the quietest, 1 in the busiest.
    pub fn busyness(&self, node: NodeId, now: SimTime) -> f64 {
        let region = &self.topology.node(node).labels.region;
        let busy = self.activity(self.topology.find_region(region), now);
        busy * self.demand_of(None)
    }

    /// Whether anybody holds registrations back: by barring or by a pace.
    pub fn is_mitigated(&self) -> bool {
        let usual = u16::from(self.air.spec.access.barring.is_some());
        let barred = |tower: &super::air::Tower| tower.state.barring() != usual;
        !self.core.pacers.is_empty() || self.air.towers.iter().any(barred)
    }
}
