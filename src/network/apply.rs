//! Commands carried out: what faults, operators and attackers do to the network.
//!
//! Invariant: between windows only.

use crate::base::{NodeId, SimTime, TowerId};
use crate::topology::{EdgeKind, NodeKind, Routes};

use super::air::{FloodState, WAY_4G, WAY_5G};
use super::command::{Barring, Command, ElementStatus, Flood, Scope};
use super::core::Pacer;
use super::world::{Network, is_core};

impl Network<'_> {
    /// Carry out a command at `now`.
    pub fn apply(&mut self, command: &Command, now: SimTime) {
        match command {
            Command::SetStatus { node, status } => self.set_status(*node, *status, now),
            Command::DropContexts { node, share } => self.drop_contexts(*node, share.get(), now),
            Command::SetCapacity { node, factor } => self.set_capacity(*node, *factor, now),
            Command::SetReject { node, cause, share } => {
                if let Some(server) = self.server(*node) {
                    self.core
                        .set_reject(server, cause.map(|cause| (cause, share.get())));
                }
            }
            Command::PurgeQueue { node } => {
                if let Some(server) = self.server(*node) {
                    self.core.purge(server, now);
                }
            }
            Command::SetBarring { scope, barring } => self.set_barring(scope, *barring),
            Command::SetPace { scope, pace } => {
                self.core.pacers.retain(|pacer| pacer.scope != *scope);
                if let Some(pace) = pace {
                    self.core
                        .pacers
                        .push(Pacer::new(scope.clone(), *pace, now, self.scale));
                }
            }
            Command::StartFlood { id, flood } => self.start_flood(*id, flood, now),
            Command::StopFlood { id } => self.stop_flood(*id, now),
            Command::Announce { share } => {
                let (air, at) = (&self.air, now.ceil_tick());
                self.shards
                    .iter_mut()
                    .for_each(|shard| shard.announce(air, share.get(), at));
            }
        }
    }

    fn server(&self, node: NodeId) -> Option<u16> {
        self.core.elements.server_of[node.index()]
    }

    fn set_status(&mut self, node: NodeId, status: ElementStatus, now: SimTime) {
        if self.status[node.index()] == status {
            return;
        }
        self.status[node.index()] = status;
        if let Some(server) = self.server(node) {
            let lost = status == ElementStatus::Down;
            self.core.set_up(server, status == ElementStatus::Up, now);
            if lost {
                self.drop_contexts(node, 1.0, now);
            }
        }
        let kind = self.topology.node(node).kind;
        if kind == NodeKind::Router {
            let status = &self.status;
            let up = |id: NodeId| status[id.index()] == ElementStatus::Up;
            let routes = Routes::compute(self.topology, up, |_| true);
            self.core.elements.set_routes(self.topology, &routes);
        }
        if is_core(kind) || matches!(kind, NodeKind::Router | NodeKind::Tower) {
            self.refresh(now);
        }
    }

    fn set_capacity(&mut self, node: NodeId, factor: f64, now: SimTime) {
        if let Some(server) = self.server(node) {
            let background = self.core.servers[server as usize].background();
            self.core.set_speed(server, now, factor, background);
        }
    }

    fn drop_contexts(&mut self, node: NodeId, share: f64, now: SimTime) {
        let (air, at) = (&self.air, now.ceil_tick());
        let Some(server) = self.server(node) else {
            return;
        };
        if self.topology.node(node).kind == NodeKind::Ims {
            let elements = &self.core.elements;
            let holds = |device: u32| elements.ims_home(device) == Some(server);
            self.shards
                .iter_mut()
                .for_each(|shard| shard.drop_ims(air, &holds, share, at));
            return;
        }
        for (pool, members) in self.topology.pools().iter().enumerate() {
            if let Some(member) = members.members.iter().position(|&member| member == node) {
                let holder = (
                    u16::try_from(pool).expect("few pools"),
                    u8::try_from(member).expect("few members of a pool"),
                );
                self.shards
                    .iter_mut()
                    .for_each(|shard| shard.drop_contexts(air, holder, share, at));
            }
        }
    }

    /// Open and close the ways that depend on what is up, and account for all devices anew.
    pub(super) fn refresh(&mut self, now: SimTime) {
        self.open_ways();
        self.follow_core(now);
        let (air, at) = (&self.air, now.ceil_tick());
        self.shards
            .iter_mut()
            .for_each(|shard| shard.refresh(air, at));
    }

    /// Compute anew which ways are open.
    pub(super) fn open_ways(&mut self) {
        for tower in 0..self.air.towers.len() {
            let status = self.status[self.topology.tower(TowerId::from_index(tower)).node.index()];
            self.air.towers[tower].on_air = status != ElementStatus::Down && !self.wilted[tower];
            self.air.towers[tower].backhaul = status == ElementStatus::Up;
        }
        let elements = &self.core.elements;
        let routers = 0..u16::try_from(elements.routers()).expect("few routers");
        let way = |router: u16, pool: usize| {
            let members = &elements.pools[pool];
            let five_g = members
                .amf
                .iter()
                .any(|choice| elements.reaches(router, choice.server));
            let four_g = members
                .mme
                .iter()
                .any(|choice| elements.reaches(router, choice.server));
            (if five_g { WAY_5G } else { 0 }) | (if four_g { WAY_4G } else { 0 })
        };
        let pools = self.air.pools;
        self.air.ways = routers
            .clone()
            .flat_map(|router| (0..pools).map(move |pool| (router, pool)))
            .map(|(r, p)| way(r, p))
            .collect();
        let any_up = |kind: NodeKind| {
            elements
                .kinds
                .iter()
                .zip(&elements.up)
                .any(|(other, up)| *other == kind && *up)
        };
        self.air.ims_open = routers
            .map(|router| {
                elements
                    .ims
                    .iter()
                    .any(|choice| elements.reaches(router, choice.server))
            })
            .collect();
        self.air.wifi_open = any_up(NodeKind::Epdg) && any_up(NodeKind::Ims);
        let gateway_open = |name: &str| {
            let mut own = elements.nodes.iter().zip(&elements.up).filter(|(node, _)| {
                let node = self.topology.node(**node);
                node.kind == NodeKind::Gateway && node.labels.region == name
            });
            let has_own = own.clone().next().is_some();
            if has_own {
                own.any(|(_, up)| *up)
            } else {
                any_up(NodeKind::Gateway)
            }
        };
        self.air.gateway_open = self
            .topology
            .regions()
            .iter()
            .map(|region| gateway_open(&region.name))
            .collect();
    }

    /// Towers that lose or regain the core remember when; what the core has not heard of for too long, it
    /// has forgotten.
    fn follow_core(&mut self, now: SimTime) {
        let implicit = self.air.spec.registration.implicit_detach;
        let mut forgotten = Vec::new();
        for tower in 0..self.air.towers.len() {
            let state = &self.air.towers[tower];
            let way = state.router as usize * self.air.pools + state.pool as usize;
            let has_core = state.backhaul && self.air.ways[way] != 0;
            match (has_core, self.lost_core_at[tower]) {
                (false, None) => self.lost_core_at[tower] = Some(now),
                (true, Some(since)) => {
                    self.lost_core_at[tower] = None;
                    self.wilted[tower] = false;
                    self.air.towers[tower].on_air = self.status
                        [self.topology.tower(TowerId::from_index(tower)).node.index()]
                        != ElementStatus::Down;
                    if now.since(since) >= implicit {
                        forgotten.push(TowerId::from_index(tower));
                    }
                }
                _ => {}
            }
        }
        let (air, at) = (&self.air, now.ceil_tick());
        self.shards
            .iter_mut()
            .for_each(|shard| shard.forget_towers(air, &forgotten, at));
    }

    /// Towers that have been without the core for long enough go off the air, if the scenario says so.
    /// Returns how many did.
    pub fn wilt(&mut self, now: SimTime) -> usize {
        let wilt = self.air.spec.access.wilt;
        if !wilt.enabled {
            return 0;
        }
        let mut count = 0;
        for tower in 0..self.wilted.len() {
            let due = self.lost_core_at[tower].is_some_and(|since| now.since(since) >= wilt.after);
            if due && !self.wilted[tower] {
                self.wilted[tower] = true;
                count += 1;
            }
        }
        if count > 0 {
            self.refresh(now);
        }
        count
    }

    fn set_barring(&mut self, scope: &Scope, barring: Option<Barring>) {
        let index = match barring {
            None => 0,
            Some(barring) => {
                self.air.barrings.push(barring);
                u16::try_from(self.air.barrings.len()).expect("few changes of barring")
            }
        };
        for tower in 0..self.air.towers.len() {
            if self.tower_in_scope(tower, scope) {
                self.air.towers[tower].barring = index;
            }
        }
    }

    fn tower_in_scope(&self, tower: usize, scope: &Scope) -> bool {
        let state = &self.air.towers[tower];
        match scope {
            Scope::All | Scope::Class(_) => true,
            Scope::Region(region) => state.region == region.0,
            Scope::Pool(pool) => state.pool == pool.0,
            Scope::Nodes(nodes) => {
                nodes.contains(&self.topology.tower(TowerId::from_index(tower)).node)
            }
        }
    }

    fn start_flood(&mut self, id: u32, flood: &Flood, now: SimTime) {
        let slot = self
            .air
            .floods
            .iter()
            .position(Option::is_none)
            .unwrap_or(self.air.floods.len());
        let state = Some(FloodState {
            id,
            flood: flood.clone(),
            since: now,
        });
        if slot == self.air.floods.len() {
            self.air.floods.push(state);
        } else {
            self.air.floods[slot] = state;
        }
        if let Scope::Nodes(_) = flood.scope {
            for shard in &mut self.shards {
                for slice in &mut shard.slices {
                    let node = self.topology.tower(slice.tower).node;
                    slice.chosen =
                        matches!(&flood.scope, Scope::Nodes(nodes) if nodes.contains(&node));
                }
            }
        }
        let (air, at) = (&self.air, now.ceil_tick());
        self.shards
            .iter_mut()
            .for_each(|shard| shard.start_flood(air, slot, at));
    }

    fn stop_flood(&mut self, id: u32, now: SimTime) {
        let is_it = |state: &Option<FloodState>| state.as_ref().is_some_and(|state| state.id == id);
        let Some(slot) = self.air.floods.iter().position(is_it) else {
            return;
        };
        let (air, at) = (&self.air, now.ceil_tick());
        self.shards
            .iter_mut()
            .for_each(|shard| shard.stop_flood(air, slot, at));
        self.air.floods[slot] = None;
    }

    /// Let the background load follow the hour and the number of registered devices.
    pub fn set_background(&mut self, now: SimTime) {
        let snapshot = self.snapshot(now);
        for server in 0..self.core.servers.len() {
            let kind = self.core.elements.kinds[server];
            if !matches!(kind, NodeKind::Amf | NodeKind::Mme) {
                continue;
            }
            let share = self.background_share(server, &snapshot, now);
            let factor = self.core.servers[server].factor();
            let before = self.core.servers[server].background();
            if (share - before).abs() > 0.001 {
                self.core.set_speed(
                    u16::try_from(server).expect("few servers"),
                    now,
                    factor,
                    share,
                );
            }
        }
    }

    /// Share of an AMF's or MME's capacity that service requests, paging and handovers take now.
    fn background_share(&self, server: usize, snapshot: &super::Snapshot, now: SimTime) -> f64 {
        let pool = self.pool_of_server[server];
        let region = pool.and_then(|pool| self.topology.pools()[pool].region);
        let (mut devices, mut registered) = (0_u64, 0_u64);
        let regions = snapshot
            .classes
            .iter()
            .enumerate()
            .filter(|(index, _)| region.is_none_or(|r| r.index() == *index));
        for counts in regions.flat_map(|(_, classes)| classes) {
            devices += counts.devices;
            registered += counts.registered;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of devices stay far below 2^53"
        )]
        let present = if devices == 0 {
            0.0
        } else {
            registered as f64 / devices as f64
        };
        let spec = &self.air.spec.core.background;
        let (busy, quiet) = (
            spec.messages_in_busy_hour.get(),
            spec.messages_in_quiet_hour.get(),
        );
        let messages_per_s = (quiet + (busy - quiet) * self.activity(region, now)) / 3_600.0;
        let is_amf = self.core.elements.kinds[server] == NodeKind::Amf;
        let generation = self.five_g_share(is_amf);
        messages_per_s * self.devices_of_server[server] * generation * present
            / self.core.servers[server].rate().max(1e-9)
    }

    /// How busy the hour is: 0 in the quietest, 1 in the busiest, as calls go.
    fn activity(&self, region: Option<crate::base::RegionId>, now: SimTime) -> f64 {
        let tower = self.tower_of_region[region.map_or(0, |region| region.index())]
            .map(|tower| &self.air.towers[tower]);
        let hour = tower.map_or(12, |tower| self.air.hour(tower, now.ceil_tick()));
        let Some(class) = self.air.classes.first() else {
            return 1.0;
        };
        let hourly = &class.spec.calls_by_hour;
        let (low, high) = (0..24)
            .map(|h| hourly.at(h))
            .fold((f64::MAX, 0.0_f64), |(l, h), x| (l.min(x), h.max(x)));
        if high > low {
            (hourly.at(hour) - low) / (high - low)
        } else {
            1.0
        }
    }

    fn five_g_share(&self, amf: bool) -> f64 {
        let five_g: f64 = self
            .air
            .classes
            .iter()
            .map(|class| class.spec.share.get() * class.spec.five_g.get())
            .sum();
        if amf { five_g } else { 1.0 - five_g }
    }

    /// Whether the management plane can reach an element: an OSS is up, and so are the routers between.
    pub fn management_reaches(&self, node: NodeId) -> bool {
        let up = |id: NodeId| self.status[id.index()] == ElementStatus::Up;
        let managers: Vec<NodeId> = self
            .topology
            .nodes_of_kind(NodeKind::Oss)
            .filter(|&oss| up(oss))
            .collect();
        let managed = self
            .topology
            .neighbours(node, EdgeKind::OamMgmt)
            .any(|(_, oss)| managers.contains(&oss));
        let routes = Routes::compute(self.topology, up, |_| true);
        managed
            && managers
                .iter()
                .any(|&oss| routes.latency(self.topology, oss, node).is_some())
    }
}
