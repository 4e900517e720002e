//! Commands carried out: what faults, operators and attackers do to the network.
//!
//! Invariant: between windows only.

use crate::base::{NodeId, SimTime, TowerId};
use crate::topology::{EdgeKind, NodeKind, Tower};

use super::air::{FloodState, Openness, WAY_4G, WAY_5G};
use super::command::{Barring, Command, ElementStatus, Flood, Scope};
use super::core::{Choice, Pacer, Speed};
use super::world::Network;

impl Network<'_> {
    /// Carry out a command at `now`.
    pub fn apply(&mut self, command: &Command, now: SimTime) {
        self.catch_up();
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
            Command::SetBarring { scope, barring } => self.set_barring(scope, *barring, now),
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
                self.wake_all(now);
                let (air, at) = (&self.air, now.ceil_tick());
                self.workers.each(&mut self.shards, true, |shard| {
                    shard.announce(air, share.get(), at);
                });
            }
            _ => self.harm(command, now),
        }
    }

    pub(super) fn server(&self, node: NodeId) -> Option<u16> {
        self.air.elements.server_of[node.index()]
    }

    fn set_status(&mut self, node: NodeId, status: ElementStatus, now: SimTime) {
        if self.status[node.index()] == status {
            return;
        }
        self.status[node.index()] = status;
        if let Some(server) = self.server(node) {
            let lost = status == ElementStatus::Down;
            self.set_up(server, status == ElementStatus::Up, now);
            if lost {
                self.drop_contexts(node, 1.0, now);
            }
        }
        let kind = self.topology.node(node).kind;
        if kind == NodeKind::Router {
            self.reroute();
        }
        let concerns_all = kind.is_core_function() || kind == NodeKind::Router;
        if kind == NodeKind::Tower || concerns_all && !self.is_as_open() {
            self.refresh(now);
        }
    }

    fn set_capacity(&mut self, node: NodeId, factor: f64, now: SimTime) {
        if let Some(server) = self.server(node) {
            let background = self.core.servers[server as usize].background();
            let speed = Speed {
                server,
                factor,
                background,
            };
            self.core.set_speeds(now, &[speed]);
        }
    }

    fn drop_contexts(&mut self, node: NodeId, share: f64, now: SimTime) {
        let (air, at) = (&self.air, now.ceil_tick());
        let Some(server) = self.server(node) else {
            return;
        };
        if self.topology.node(node).kind == NodeKind::Ims {
            let elements = &self.air.elements;
            let holds = |device: u32| elements.ims_home(device) == Some(server);
            self.workers.each(&mut self.shards, true, |shard| {
                shard.drop_ims(air, &holds, share, at);
            });
            return;
        }
        for (pool, members) in self.topology.pools().iter().enumerate() {
            if let Some(member) = members.members.iter().position(|&member| member == node) {
                let holder = (
                    u16::try_from(pool).expect("few pools"),
                    u8::try_from(member).expect("few members of a pool"),
                );
                self.workers.each(&mut self.shards, true, |shard| {
                    shard.drop_contexts(air, holder, share, at);
                });
            }
        }
    }

    /// Open and close the ways that depend on what is up, and account anew for the devices concerned.
    pub(super) fn refresh(&mut self, now: SimTime) {
        let ways = self.ways();
        let forgotten = self.follow_core(&ways, now);
        let next = Openness {
            towers: self.towers_open(),
            ..self.core_open(ways)
        };
        let concerned = self.concerned(&next);
        let changes = concerned.iter().any(|&tower| tower);
        if !changes && forgotten.is_empty() {
            self.air.open(next);
            return;
        }
        if changes {
            let (air, at) = (&self.air, now.ceil_tick());
            self.workers.each(&mut self.shards, true, |shard| {
                shard.wake_towers(air, &concerned, at);
            });
        }
        self.air.open(next);
        let (air, at) = (&self.air, now.ceil_tick());
        self.workers.each(&mut self.shards, true, |shard| {
            shard.follow(air);
            shard.forget_towers(air, &forgotten, at);
            shard.refresh(air, &concerned, at);
        });
    }

    /// Bring every sleeping device up to date: something is about to change for all of them.
    pub(super) fn wake_all(&mut self, now: SimTime) {
        let everywhere = vec![true; self.air.towers.len()];
        let (air, at) = (&self.air, now.ceil_tick());
        self.workers.each(&mut self.shards, true, |shard| {
            shard.wake_towers(air, &everywhere, at);
        });
    }

    /// The towers whose devices are concerned by what opens or closes: their own, or one in range.
    fn concerned(&self, next: &Openness) -> Vec<bool> {
        let air = &self.air;
        let pools: Vec<u16> = air
            .classes
            .iter()
            .filter_map(|class| class.dedicated_pool)
            .collect();
        let changed = |tower: usize| {
            let state = air.towers[tower].state;
            let way = |pool: u16| state.router as usize * air.pools + pool as usize;
            let mut pools = pools.iter().copied().chain([state.pool]);
            next.towers[tower] != state.radio()
                || pools.any(|pool| next.ways[way(pool)] != air.ways[way(pool)])
                || next.ims_open[state.router as usize] != air.ims_open[state.router as usize]
                || next.gateway_open[state.region as usize]
                    != air.gateway_open[state.region as usize]
        };
        if next.wifi_open != air.wifi_open {
            return vec![true; air.towers.len()];
        }
        let own: Vec<bool> = (0..air.towers.len()).map(changed).collect();
        if own.iter().all(|own| !own) {
            return own;
        }
        let in_range = |tower: usize| {
            let (first, count) = air.towers[tower].neighbours;
            let around = &air.neighbours[first as usize..first as usize + count as usize];
            around.iter().any(|other| own[other.index()])
        };
        (0..own.len())
            .map(|tower| own[tower] || in_range(tower))
            .collect()
    }

    /// The ways open, by router and pool.
    fn ways(&self) -> Vec<u8> {
        let elements = &self.air.elements;
        let routers = 0..u16::try_from(elements.routers()).expect("few routers");
        let way = |router: u16, pool: usize| {
            let members = &elements.pools[pool];
            let reached = |choices: &[Choice]| {
                choices
                    .iter()
                    .any(|choice| elements.reaches(router, choice.server))
            };
            let five_g = if reached(&members.amf) { WAY_5G } else { 0 };
            five_g | if reached(&members.mme) { WAY_4G } else { 0 }
        };
        let pools = self.air.pools;
        routers
            .flat_map(|router| (0..pools).map(move |pool| way(router, pool)))
            .collect()
    }

    /// Whether everything but towers is as open as devices take it to be.
    fn is_as_open(&self) -> bool {
        let (air, now) = (&self.air, self.core_open(self.ways()));
        now.ways == air.ways
            && now.ims_open == air.ims_open
            && now.wifi_open == air.wifi_open
            && now.gateway_open == air.gateway_open
    }

    /// Of each tower, whether its radio is on and whether it reaches its router.
    fn towers_open(&self) -> Vec<(bool, bool)> {
        let tower = |(tower, wilted): (&Tower, &bool)| {
            let status = self.status[tower.node.index()];
            (
                status != ElementStatus::Down && !wilted,
                status == ElementStatus::Up,
            )
        };
        let towers = self.topology.towers().iter().zip(&self.wilted);
        towers.map(tower).collect()
    }

    /// What is open, given the ways, towers left out.
    fn core_open(&self, ways: Vec<u8>) -> Openness {
        let elements = &self.air.elements;
        let any_up = |kind: NodeKind| {
            elements
                .kinds
                .iter()
                .zip(0..)
                .any(|(other, server)| *other == kind && elements.is_up(server))
        };
        let routers = 0..u16::try_from(elements.routers()).expect("few routers");
        Openness {
            towers: Vec::new(),
            ways,
            ims_open: routers
                .map(|router| {
                    elements
                        .ims
                        .iter()
                        .any(|choice| elements.reaches(router, choice.server))
                })
                .collect(),
            wifi_open: any_up(NodeKind::Epdg) && any_up(NodeKind::Ims),
            gateway_open: elements
                .gateways
                .iter()
                .map(|own| own.iter().any(|choice| elements.is_up(choice.server)))
                .collect(),
        }
    }

    /// Take over what is up as the run begins.
    pub(super) fn open_ways(&mut self) {
        let next = Openness {
            towers: self.towers_open(),
            ..self.core_open(self.ways())
        };
        self.air.open(next);
        self.tell_shards();
    }

    /// Towers that lose or regain the core remember when; returned are those that the core has not heard of
    /// for so long that it has forgotten their devices.
    fn follow_core(&mut self, ways: &[u8], now: SimTime) -> Vec<TowerId> {
        let implicit = self.air.spec.registration.implicit_detach;
        let mut forgotten = Vec::new();
        for tower in 0..self.air.towers.len() {
            let state = self.air.towers[tower].state;
            let id = TowerId::from_index(tower);
            let way = state.router as usize * self.air.pools + state.pool as usize;
            let backhaul = self.status[self.topology.tower(id).node.index()] == ElementStatus::Up;
            match (backhaul && ways[way] != 0, self.lost_core_at[tower]) {
                (false, None) => self.lost_core_at[tower] = Some(now),
                (true, Some(since)) => {
                    self.lost_core_at[tower] = None;
                    self.wilted[tower] = false;
                    if now.since(since) >= implicit {
                        forgotten.push(id);
                    }
                }
                _ => {}
            }
        }
        forgotten
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

    /// Let shards take over what has changed about towers.
    fn tell_shards(&mut self) {
        for shard in &mut self.shards {
            shard.follow(&self.air);
        }
    }

    fn set_barring(&mut self, scope: &Scope, barring: Option<Barring>, now: SimTime) {
        self.wake_all(now);
        let index = barring.map_or(0, |barring| self.air.number_of(barring));
        for tower in 0..self.air.towers.len() {
            if self.tower_in_scope(tower, scope) {
                self.air.towers[tower].state.set_barring(index);
            }
        }
        self.tell_shards();
    }

    pub(super) fn tower_in_scope(&self, tower: usize, scope: &Scope) -> bool {
        let state = self.air.towers[tower].state;
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
        self.wake_all(now);
        let floods = &self.air.floods;
        let same = |state: &Option<FloodState>| state.as_ref().is_some_and(|state| state.id == id);
        let running = floods.iter().position(same);
        let slot = running
            .or_else(|| floods.iter().position(Option::is_none))
            .unwrap_or(floods.len());
        let since = running
            .and_then(|slot| floods[slot].as_ref())
            .map_or(now, |state| state.since);
        let state = Some(FloodState {
            id,
            flood: flood.clone(),
            since,
        });
        if slot == self.air.floods.len() {
            self.air.floods.push(state);
        } else {
            self.air.floods[slot] = state;
        }
        self.mark(&flood.scope);
        let (air, at) = (&self.air, now.ceil_tick());
        self.workers.each(&mut self.shards, true, |shard| {
            shard.start_flood(air, slot, at);
        });
    }

    fn stop_flood(&mut self, id: u32, now: SimTime) {
        let is_it = |state: &Option<FloodState>| state.as_ref().is_some_and(|state| state.id == id);
        let Some(slot) = self.air.floods.iter().position(is_it) else {
            return;
        };
        let (air, at) = (&self.air, now.ceil_tick());
        self.workers.each(&mut self.shards, true, |shard| {
            shard.stop_flood(air, slot, at);
        });
        self.air.floods[slot] = None;
    }

    /// Let the background load follow the hour and the number of registered devices.
    pub fn set_background(&mut self, now: SimTime) {
        let snapshot = self.snapshot(now);
        let kinds = (0_u16..).zip(&self.air.elements.kinds);
        let bearers = kinds.filter(|(_, kind)| matches!(kind, NodeKind::Amf | NodeKind::Mme));
        let speeds = bearers.map(|(server, _)| Speed {
            server,
            factor: self.core.servers[server as usize].factor(),
            background: self.background_share(server as usize, &snapshot, now),
        });
        let changes = |speed: &Speed| {
            let before = self.core.servers[speed.server as usize].background();
            (speed.background - before).abs() > 0.001
        };
        let speeds: Vec<Speed> = speeds.filter(changes).collect();
        self.core.set_speeds(now, &speeds);
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
        let messages_per_s = (quiet + (busy - quiet) * self.activity(region, now))
            * self.demand_of(region)
            / 3_600.0;
        let is_amf = self.air.elements.kinds[server] == NodeKind::Amf;
        let generation = self.five_g_share(is_amf);
        messages_per_s * self.devices_of_server[server] * generation * present
            / self.core.servers[server].rate().max(1e-9)
    }

    /// How busy the hour is: 0 in the quietest, 1 in the busiest, as calls go.
    pub(super) fn activity(&self, region: Option<crate::base::RegionId>, now: SimTime) -> f64 {
        let tower = self.tower_of_region[region.map_or(0, crate::base::RegionId::index)]
            .map(|tower| self.air.towers[tower].state);
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
        let routes = self.routes();
        managed
            && managers
                .iter()
                .any(|&oss| routes.latency(self.topology, oss, node).is_some())
    }
}
