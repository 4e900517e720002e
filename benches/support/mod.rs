//! Storm W2 as a network: one tower, one MME, all devices detached at time zero.
//!
//! N devices make their first attempt uniformly in the first 10 s. One server takes N/600 per second and
//! queues 5 s of work; a dropped attempt times out after 15 s, is retried after 10 s, and after five
//! failures the device waits 12 minutes.
//!
//! Invariant: the same scenario as the known answer that the tests hold: no latency, no jitter, and
//! nothing but registrations.

use std::ops::ControlFlow;

use cellfall::base::{Bounds, Delay, PerDay, PerSecond, Share, SimTime, Span, WallClock};
use cellfall::kernel::{Agenda, Workers, World, run};
use cellfall::network::{Function, Network, NetworkInput, NetworkSpec, Visit};
use cellfall::population::{ClassSpec, PopulationSpec};
use cellfall::topology::{
    EdgeKind, NeighbourSpec, NewNode, NodeKind, Topology, TopologyBuilder, TowerSite,
};

/// Everybody is registered at 8,387 s.
pub(crate) const HORIZON_S: u64 = 8_400;

/// What the storm is made of; a network borrows it.
pub(crate) struct Storm {
    topology: Topology,
    population: PopulationSpec,
    spec: NetworkSpec,
    clock: WallClock,
}

impl Storm {
    /// The storm of `devices` devices.
    pub(crate) fn new(devices: u64) -> Self {
        Self {
            topology: one_cell(devices),
            population: population(),
            spec: spec(),
            clock: WallClock::parse("2024-02-22T00:00:00+00:00").expect("a date"),
        }
    }

    /// Bring its devices to life.
    pub(crate) fn network<'a>(&'a self, workers: &'a Workers) -> Network<'a> {
        let input = NetworkInput {
            topology: &self.topology,
            population: &self.population,
            spec: &self.spec,
            clock: &self.clock,
            scale: 1.0,
            seed: 1,
            absent: &[],
            shard_size: 16_384,
        };
        Network::new(&input, workers).expect("a zone that exists")
    }
}

/// Run a storm to its end; returns the attempts made.
///
/// # Panics
/// If somebody is left unregistered: then it was another storm.
pub(crate) fn weather(network: Network<'_>) -> u64 {
    let horizon = SimTime::ZERO + Span::from_secs(HORIZON_S);
    let window = Span::from_hours(1);
    let mut watched = Watched { network };
    run(&mut watched, &mut Agenda::new(), window, horizon);
    watched.network.catch_up();
    let counts = watched.network.snapshot(horizon).classes[0][0];
    assert_eq!(counts.registered, counts.devices, "the storm is over");
    counts.registration_attempts
}

/// A network that is only watched.
struct Watched<'a> {
    network: Network<'a>,
}

impl World for Watched<'_> {
    type Order = ();

    fn advance(&mut self, _: SimTime, to: SimTime) {
        self.network.advance(to);
    }

    fn handle(&mut self, _: SimTime, (): (), _: &mut Agenda<()>) {}

    fn longest_window(&self) -> Span {
        self.network.lookahead()
    }

    fn progress(&mut self, _: SimTime) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn one_cell(devices: u64) -> Topology {
    let mut builder = TopologyBuilder::new(NeighbourSpec::default());
    let router = builder.node(NewNode::new(NodeKind::Router, "r"));
    let instant = Some(Span::ZERO);
    let elements = [
        (NodeKind::Amf, "amf"),
        (NodeKind::Mme, "mme"),
        (NodeKind::Gateway, "gw"),
        (NodeKind::Udm, "udm"),
        (NodeKind::Ims, "ims"),
        (NodeKind::Epdg, "epdg"),
        (NodeKind::Oss, "oss"),
    ];
    for (kind, name) in elements {
        let node = builder.node(NewNode::new(kind, name).in_region("here").in_pool("pool"));
        builder.edge(node, router, EdgeKind::IpTransport, instant);
    }
    let site = TowerSite {
        devices,
        zone: "UTC".to_owned(),
        neighbours: None,
    };
    let tower = NewNode::new(NodeKind::Tower, "t")
        .in_region("here")
        .in_pool("pool");
    let tower = builder.tower(tower, site);
    builder.edge(tower, router, EdgeKind::IpTransport, instant);
    builder.freeze().expect("a sound graph")
}

fn population() -> PopulationSpec {
    let class = ClassSpec {
        five_g: Share::NONE,
        restarts_per_day_without_service: PerDay::of(0.0),
        ..ClassSpec::default()
    };
    PopulationSpec {
        mix: std::collections::BTreeMap::new(),
        classes: vec![class],
        registered_at_start: false,
        first_attempt: Delay::Uniform {
            uniform: Bounds {
                min: Span::ZERO,
                max: Span::from_secs(10),
            },
        },
    }
}

fn spec() -> NetworkSpec {
    let mut spec = NetworkSpec::default();
    spec.registration.timer_jitter = Share::NONE;
    spec.registration.procedure_time = Span::ZERO;
    spec.registration.periodic_updates = false;
    spec.ims.enabled = false;
    spec.calls.enabled = false;
    spec.access.setups_per_second = PerSecond::of(1e9);
    spec.core.background.messages_in_busy_hour = PerSecond::of(0.0);
    spec.core.background.messages_in_quiet_hour = PerSecond::of(0.0);
    spec.core.functions.mme.rate_per_million = PerSecond::of(1e6 / 600.0);
    spec.core.functions.mme.least_rate = PerSecond::of(0.0);
    spec.core.functions.mme.queue = Span::from_secs(5);
    spec.core.procedures.initial_registration = vec![Visit {
        at: Function::Mobility,
        work: PerSecond::of(1.0),
        under_way: false,
    }];
    spec
}
