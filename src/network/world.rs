//! The network as a whole: shards of devices on one side, the core on the other.
//!
//! Invariant: what it does depends on (topology, specs, scale, seed) and on the commands it is given,
//! each at its time; not on shards or threads.

use crate::base::{Draws, NodeId, SimTime, WallClock, ZoneError, zone_offset_seconds};
use crate::kernel::Workers;
use crate::population::{Demand, Placement, PopulationSpec};
use crate::topology::{NodeKind, Topology};

use super::air::{Air, ClassRules, Timers, Tower, TowerState, surely_later};
use super::command::ElementStatus;
use super::core::{Core, Elements, Itinerary, Radios};
use super::counters::{GroupCounts, Snapshot, TowerCounts};
use super::sizing;
use super::spec::NetworkSpec;
use super::ue::{EVENT_KINDS, Shard, TowerOutcome, shards};
use super::windows::WORTHWHILE_PER_S;

/// What a network is made of.
#[derive(Clone, Copy, Debug)]
pub struct NetworkInput<'a> {
    /// The graph.
    pub topology: &'a Topology,
    /// The devices.
    pub population: &'a PopulationSpec,
    /// The behaviour.
    pub spec: &'a NetworkSpec,
    /// The calendar.
    pub clock: &'a WallClock,
    /// Simulated devices per real device, above 0 and up to 1.
    pub scale: f64,
    /// The seed.
    pub seed: u64,
    /// Elements that are not in service yet as the run begins.
    pub absent: &'a [NodeId],
    /// Devices per shard, more or less; at most 65,536. Changes nothing but the speed.
    pub shard_size: usize,
}

/// A running network.
#[derive(Debug)]
pub struct Network<'a> {
    pub(super) topology: &'a Topology,
    pub(super) workers: &'a Workers,
    pub(super) air: Air,
    pub(super) shards: Vec<Shard>,
    /// First device of each shard.
    pub(super) shard_starts: Vec<u32>,
    pub(super) core: Core,
    /// As far as here, shards have asked.
    pub(super) asked_to: SimTime,
    /// Answers lie in the shards' inboxes, given at this instant.
    pub(super) unread: Option<SimTime>,
    /// In the next window the core works beside the shards.
    pub(super) pipelined: bool,
    pub(super) worthwhile_per_s: f64,
    pub(super) status: Vec<ElementStatus>,
    /// Transport links that are cut.
    pub(super) links_down: std::collections::BTreeSet<crate::base::EdgeId>,
    /// When each tower lost the core, if it has.
    pub(super) lost_core_at: Vec<Option<SimTime>>,
    pub(super) wilted: Vec<bool>,
    pub(super) devices_of_server: Vec<f64>,
    /// A tower of each region, for its local time.
    pub(super) tower_of_region: Vec<Option<usize>>,
    /// The pool of each server, if it is a member of one.
    pub(super) pool_of_server: Vec<Option<usize>>,
    pub(super) scale: f64,
}

impl<'a> Network<'a> {
    /// Build the network and bring its devices to life.
    ///
    /// # Errors
    /// If a tower's time zone does not exist.
    pub fn new(input: &NetworkInput<'a>, workers: &'a Workers) -> Result<Self, ZoneError> {
        let NetworkInput {
            topology,
            population,
            spec,
            scale,
            seed,
            ..
        } = *input;
        let mut elements = Elements::new(topology, seed);
        elements.set_routes(topology, &crate::topology::Routes::all_up(topology));
        let air = air(input, elements)?;
        let towers: Vec<u64> = topology
            .towers()
            .iter()
            .map(|tower| tower.devices)
            .collect();
        let class_shares: Vec<f64> = population
            .classes
            .iter()
            .map(|class| class.share.get())
            .collect();
        let placement = Placement::new(&towers, &class_shares, scale);
        let sizes = sizing::devices_of_servers(topology, &air.elements, &air);
        let servers = sizing::servers(spec, &air.elements, &sizes, scale);
        let access = &spec.access;
        let radios = Radios::new(
            towers.len(),
            access.setups_per_second.get(),
            access.setup_queue,
            scale,
        );
        let region_of_tower = air.towers.iter().map(|tower| tower.state.region).collect();
        let tower_of_region = towers_of_regions(&air);
        let pool_of_server = sizing::pools_of_servers(topology, &air.elements);
        let shards = shards(&placement, &air, input.shard_size);
        let core = Core::new(
            spec,
            Draws::new(seed),
            &air.elements.kinds,
            servers,
            (radios, region_of_tower),
        );
        let mut network = Self {
            topology,
            workers,
            shard_starts: shards.iter().map(|shard| shard.first).collect(),
            shards,
            core,
            asked_to: SimTime::ZERO,
            unread: None,
            pipelined: false,
            worthwhile_per_s: WORTHWHILE_PER_S,
            status: vec![ElementStatus::Up; topology.nodes().len()],
            links_down: std::collections::BTreeSet::new(),
            lost_core_at: vec![None; topology.towers().len()],
            wilted: vec![false; topology.towers().len()],
            devices_of_server: sizes,
            tower_of_region,
            pool_of_server,
            scale,
            air,
        };
        for &node in input.absent {
            network.leave_out(node);
        }
        network.open_ways();
        network.wake();
        network.set_background(SimTime::ZERO);
        Ok(network)
    }

    /// An element that is not there yet: nobody's context is in it.
    fn leave_out(&mut self, node: NodeId) {
        self.status[node.index()] = ElementStatus::Down;
        if let Some(server) = self.air.elements.server_of[node.index()] {
            self.set_up(server, false, SimTime::ZERO);
        }
    }

    /// An element begins or ceases to serve.
    pub(super) fn set_up(&mut self, server: u16, up: bool, now: SimTime) {
        self.air.elements.set_up(server, up);
        self.core.set_up(server, up, now);
    }

    fn wake(&mut self) {
        let (air, elements) = (&self.air, &self.air.elements);
        let member_of = |device: u32, pool: u16, tower: crate::base::TowerId, five_g: bool| {
            elements.first_member(
                device,
                pool,
                elements.router_of_tower[tower.index()],
                five_g,
            )
        };
        self.workers
            .each(&mut self.shards, true, |shard| shard.wake(air, &member_of));
    }

    /// The true counters now.
    ///
    /// # Panics
    /// If the core has not caught up with the devices.
    pub fn snapshot(&self, now: SimTime) -> Snapshot {
        assert!(self.is_caught_up(), "the core is asked about the past");
        let classes = self.air.classes.len();
        let mut cells = vec![vec![super::ClassCounts::default(); classes]; self.air.regions];
        for shard in &self.shards {
            for (cell, counts) in shard.cells.iter().enumerate() {
                if counts.devices > 0 {
                    cells[cell / classes][cell % classes]
                        .add(counts, shard.lost_device_us(cell, now));
                }
            }
        }
        let last = self
            .air
            .elements
            .nodes
            .iter()
            .map(|node| node.index())
            .max();
        let mut functions = vec![None; last.map_or(0, |last| last + 1)];
        let mut registrations = vec![None; functions.len()];
        let elements = self.air.elements.nodes.iter();
        for ((node, kind), counts) in elements
            .zip(&self.air.elements.kinds)
            .zip(&self.core.tally.registrations)
        {
            if matches!(kind, NodeKind::Amf | NodeKind::Mme) {
                registrations[node.index()] = Some(*counts);
            }
        }
        for shard in &self.shards {
            for (ended, node) in shard.ended.iter().zip(&self.air.elements.nodes) {
                if let Some(counts) = &mut registrations[node.index()] {
                    counts.add_detached(ended);
                }
            }
        }
        for (server, node) in self.core.servers.iter().zip(&self.air.elements.nodes) {
            let mut counts = server.counts;
            counts.backlog_us = server.wait_ns(now.as_us() * 1_000) / 1_000;
            counts.background = server.background();
            functions[node.index()] = Some(counts);
        }
        Snapshot {
            at: now,
            classes: cells,
            functions,
            registrations,
            towers: Vec::new(),
        }
    }

    /// The radio connections that devices have asked of each tower.
    pub fn tower_counts(&self) -> &[TowerCounts] {
        &self.core.tally.towers
    }

    /// Device events so far.
    pub fn event_count(&self) -> u64 {
        self.shards.iter().flat_map(|shard| &shard.events).sum()
    }

    /// Device events so far, by kind.
    pub fn events(&self) -> Vec<(&'static str, u64)> {
        let sum = |kind: usize| self.shards.iter().map(|shard| shard.events[kind]).sum();
        EVENT_KINDS
            .iter()
            .enumerate()
            .map(|(kind, name)| (*name, sum(kind)))
            .collect()
    }

    /// What happened to each tower's devices up to `now`.
    pub fn towers(&self, now: SimTime) -> Vec<TowerOutcome> {
        let mut outcomes = vec![TowerOutcome::default(); self.topology.towers().len()];
        for slice in self.shards.iter().flat_map(|shard| &shard.slices) {
            slice.add_to(&mut outcomes[slice.tower.index()], now);
        }
        outcomes
    }

    /// The devices out now in each of `count` groups of towers; `group_of` has the group of each tower.
    pub fn out_by_group(&self, group_of: &[u32], count: usize) -> Vec<GroupCounts> {
        let mut groups = vec![GroupCounts::default(); count];
        for slice in self.shards.iter().flat_map(|shard| &shard.slices) {
            slice.count_in(&mut groups[group_of[slice.tower.index()] as usize]);
        }
        groups
    }

    /// Simulated devices.
    pub fn devices(&self) -> u64 {
        self.shards
            .iter()
            .map(|shard| shard.devices.len() as u64)
            .sum()
    }

    /// Bytes held for devices, their timers and their messages.
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(Shard::bytes).sum()
    }

    /// How many towers share one radio limit at this scale: more than 1 at small scales.
    pub fn towers_per_radio(&self) -> usize {
        self.core.radios.towers_each()
    }

    /// Whether an element serves.
    pub fn status(&self, node: NodeId) -> ElementStatus {
        self.status[node.index()]
    }

    /// Ticks at which devices recovered, for tests of fairness.
    #[doc(hidden)]
    pub fn registered_devices(&self) -> Vec<bool> {
        let devices = self.shards.iter().flat_map(|shard| &shard.devices);
        devices
            .map(|device| device.has(crate::population::flag::CONTEXT))
            .collect()
    }

    /// Assert what must hold at every instant: every device is counted once, in one state.
    ///
    /// # Panics
    /// If it does not.
    pub fn assert_conserved(&self) {
        for shard in &self.shards {
            shard.assert_conserved();
        }
    }
}

/// A tower of each region.
fn towers_of_regions(air: &Air) -> Vec<Option<usize>> {
    let of = |region: usize| {
        air.towers
            .iter()
            .position(|tower| tower.state.region as usize == region)
    };
    (0..air.regions).map(of).collect()
}

fn air(input: &NetworkInput<'_>, elements: Elements) -> Result<Air, ZoneError> {
    let NetworkInput {
        topology,
        population,
        spec,
        seed,
        ..
    } = *input;
    let dedicated = |name: &str| {
        let position = topology
            .pools()
            .iter()
            .position(|pool| pool.dedicated_to.as_deref() == Some(name));
        position.map(|pool| u16::try_from(pool).expect("few pools"))
    };
    let timers = Timers::new(spec);
    let classes = population.classes.iter().map(|class| ClassRules {
        demand: if spec.calls.enabled {
            Demand::of(class).map(Box::new)
        } else {
            None
        },
        dedicated_pool: dedicated(&class.name),
        priority: class.priority,
        content_below: surely_later(class.restarts_per_day.get(), timers.periodic),
        patient_below: surely_later(
            class.restarts_per_day_without_service.get(),
            timers.late(timers.long_retry, 1.0),
        ),
        spec: Box::new(class.clone()),
    });
    let mut day_starts_s = Vec::new();
    let (towers, neighbours) = towers(input, &elements, &mut day_starts_s)?;
    Ok(Air {
        draws: Draws::new(seed),
        elements,
        itinerary: Itinerary::new(&spec.core.procedures),
        timers: Timers::new(spec),
        spec: spec.clone(),
        classes: classes.collect(),
        neighbours,
        day_starts_s,
        barrings: spec.access.barring.into_iter().collect(),
        ways: Vec::new(),
        pools: topology.pools().len(),
        regions: topology.regions().len(),
        ims_open: Vec::new(),
        wifi_open: true,
        gateway_open: vec![true; topology.regions().len()],
        demand: Vec::new(),
        floods: Vec::new(),
        start_registered: population.registered_at_start,
        first_attempt: population.first_attempt,
        towers,
    })
}

fn towers(
    input: &NetworkInput<'_>,
    elements: &Elements,
    day_starts_s: &mut Vec<u32>,
) -> Result<(Vec<Tower>, Vec<crate::base::TowerId>), ZoneError> {
    let mut clocks: std::collections::BTreeMap<&str, u8> = std::collections::BTreeMap::new();
    let mut neighbours = Vec::new();
    let mut towers = Vec::with_capacity(input.topology.towers().len());
    for (index, tower) in input.topology.towers().iter().enumerate() {
        if !clocks.contains_key(tower.zone.as_str()) {
            let offset = zone_offset_seconds(&tower.zone, input.clock)?;
            let start_s = input.clock.start_second_of_day(offset);
            clocks.insert(&tower.zone, clock_of(start_s, day_starts_s));
        }
        let first = u32::try_from(neighbours.len()).expect("a few neighbours for each tower");
        neighbours.extend_from_slice(&tower.neighbours);
        let place = (
            elements.router_of_tower[index],
            tower.pool.0,
            tower.region.0,
        );
        let barring = u16::from(input.spec.access.barring.is_some());
        towers.push(Tower {
            state: TowerState::new(
                place,
                (elements.access_us[index], clocks[tower.zone.as_str()]),
                barring,
            ),
            neighbours: (
                first,
                u8::try_from(tower.neighbours.len()).unwrap_or(u8::MAX),
            ),
        });
    }
    Ok((towers, neighbours))
}

/// The clock that shows so many seconds since midnight as the scenario starts: zones may share one.
fn clock_of(start_s: u32, day_starts_s: &mut Vec<u32>) -> u8 {
    let known = day_starts_s.iter().position(|&known| known == start_s);
    let clock = known.unwrap_or_else(|| {
        day_starts_s.push(start_s);
        day_starts_s.len() - 1
    });
    u8::try_from(clock).expect("zones differ by quarters of an hour")
}
