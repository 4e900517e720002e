//! Small networks drawn from a number, and what happens to them.
//!
//! Times of service are whole microseconds and speeds change by powers of two, so that both engines can be held
//! to the same bits: how a share of a microsecond is rounded is no rule of the model.
//!
//! Invariant: a world is a function of its number.

use crate::base::{
    Bounds, ClassId, Delay, NodeId, PerDay, PerSecond, PoolId, RegionId, Share, SimTime, Span,
};
use crate::network::{
    Barring, Cause, Command, Discipline, ElementStatus, Flood, FunctionSpec, NetworkSpec,
    OverloadSpec, Pace, PaceOrder, Scope, ServiceTime, StaleWork, WhenFull,
};
use crate::population::{ClassSpec, Hourly, PopulationSpec};
use crate::topology::{
    EdgeKind, NeighbourSpec, NewNode, NodeKind, Topology, TopologyBuilder, TowerSite,
};

/// Numbers out of a number (splitmix64, Steele et al. 2014): independent of the program's own.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    fn share(&mut self) -> Share {
        Share::of(self.between(0, 100) as f64 / 100.0)
    }

    fn one_of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.next() as usize % list.len()].clone()
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    fn latency(&mut self) -> Span {
        Span::from_us(self.between(0, 9_000))
    }
}

/// A network and its fate.
#[derive(Debug)]
pub(super) struct Small {
    pub(super) topology: Topology,
    pub(super) population: PopulationSpec,
    pub(super) spec: NetworkSpec,
    pub(super) scale: f64,
    pub(super) horizon: SimTime,
    pub(super) commands: Vec<(SimTime, Command)>,
    /// Whether the background load follows the hour, minute by minute.
    pub(super) background: bool,
}

/// How many there are of what.
#[derive(Clone, Copy, Debug)]
struct Size {
    regions: u64,
    towers: u64,
    devices: u64,
    members: u64,
    shared: u64,
}

/// The world of this number.
pub(super) fn world(number: u64) -> Small {
    let mut dice = Dice(number);
    let size = Size {
        regions: dice.between(1, 2),
        towers: dice.between(1, 4),
        devices: dice.between(30, 120),
        members: dice.between(1, 3),
        shared: dice.between(1, 3),
    };
    let topology = topology(&mut dice, size);
    let background = dice.chance(30);
    let mut spec = behaviour(&mut dice);
    let with_speeds = dice.chance(60);
    functions(&mut dice, &mut spec, size, (with_speeds, background));
    let horizon = SimTime::ZERO + Span::from_minutes(dice.between(40, 120));
    let commands = fate(&mut dice, &topology, horizon, with_speeds);
    Small {
        population: population(&mut dice),
        scale: dice.one_of(&[1.0, 1.0, 0.5]),
        topology,
        spec,
        horizon,
        commands,
        background,
    }
}

/// A storm on two database front ends of this kind: their queues fill, one becomes slow, one fails, its mate
/// carries on, and the other way round.
pub(super) fn full_queue(discipline: Discipline, stale_work: StaleWork) -> Small {
    let mut dice = Dice(7);
    let size = Size {
        regions: 1,
        towers: 2,
        devices: 150,
        members: 2,
        shared: 2,
    };
    let topology = topology(&mut dice, size);
    let mut spec = NetworkSpec::default();
    functions(&mut dice, &mut spec, size, (true, false));
    spec.core.functions.udm = FunctionSpec {
        rate_per_million: PerSecond::of(2.0 * 1e6 / 150.0),
        least_rate: PerSecond::of(0.0),
        workers: 2,
        discipline,
        stale_work,
        queue: Span::from_secs(18),
        ..FunctionSpec::default()
    };
    let node = |name: &str| topology.find(name).expect("it is there");
    let (one, other) = (node("udm-0"), node("udm-1"));
    let status = |node, status| Command::SetStatus { node, status };
    let mut commands = Vec::new();
    for name in ["amf-0-0", "amf-0-1", "mme-0-0", "mme-0-1"] {
        let (node, share) = (node(name), Share::ALL);
        commands.push((60, Command::DropContexts { node, share }));
    }
    let (factor, node) = (0.5, one);
    commands.extend([
        (120, Command::SetCapacity { node, factor }),
        (180, status(other, ElementStatus::Down)),
        (181, status(other, ElementStatus::Up)),
        (240, status(one, ElementStatus::Down)),
        (270, status(one, ElementStatus::Up)),
        (290, status(other, ElementStatus::Isolated)),
        (300, status(other, ElementStatus::Up)),
        (310, Command::PurgeQueue { node: one }),
    ]);
    let mut population = population(&mut dice);
    population.registered_at_start = true;
    for class in &mut population.classes {
        class.uplink_interval_s = Hourly(vec![60.0; 24]);
    }
    let at = |(s, command)| (SimTime::ZERO + Span::from_secs(s), command);
    Small {
        population,
        scale: 1.0,
        topology,
        spec,
        horizon: SimTime::ZERO + Span::from_minutes(20),
        commands: commands.into_iter().map(at).collect(),
        background: false,
    }
}

/// Regions alike, each with a router, a pool, a gateway and towers; shared functions at the first router.
fn topology(dice: &mut Dice, size: Size) -> Topology {
    let mut builder = TopologyBuilder::new(NeighbourSpec::default());
    let mut first = None;
    for region in 0..size.regions {
        let name = format!("r{region}");
        let here = |node: NewNode| node.in_region(&name).in_pool(&name);
        let router = builder.node(NewNode::new(NodeKind::Router, &format!("router-{region}")));
        if let Some(first) = first {
            builder.edge(first, router, EdgeKind::IpTransport, Some(dice.latency()));
        }
        let first = *first.get_or_insert(router);
        for member in 0..size.members {
            for (kind, word) in [(NodeKind::Amf, "amf"), (NodeKind::Mme, "mme")] {
                let node = here(NewNode::new(kind, &format!("{word}-{region}-{member}")));
                let node = builder.node(node);
                builder.edge(node, router, EdgeKind::IpTransport, Some(dice.latency()));
            }
        }
        let gateway = builder.node(here(NewNode::new(
            NodeKind::Gateway,
            &format!("gw-{region}"),
        )));
        builder.edge(gateway, router, EdgeKind::IpTransport, Some(dice.latency()));
        for tower in 0..size.towers {
            let mut neighbours: Vec<_> = (0..size.towers).filter(|&other| other != tower).collect();
            neighbours.truncate(2);
            let names = neighbours.iter().map(|other| format!("t-{region}-{other}"));
            let people = TowerSite {
                devices: size.devices,
                zone: "America/Chicago".to_owned(),
                neighbours: Some(names.collect()),
            };
            let node = here(NewNode::new(
                NodeKind::Tower,
                &format!("t-{region}-{tower}"),
            ));
            let node = builder.tower(node, people);
            builder.edge(node, router, EdgeKind::IpTransport, Some(dice.latency()));
        }
        if region > 0 {
            continue;
        }
        for place in 0..size.shared {
            for (kind, word) in [
                (NodeKind::Udm, "udm"),
                (NodeKind::Ims, "ims"),
                (NodeKind::Epdg, "epdg"),
            ] {
                let node = builder.node(NewNode::new(kind, &format!("{word}-{place}")));
                builder.edge(node, first, EdgeKind::IpTransport, Some(dice.latency()));
            }
        }
        let oss = builder.node(NewNode::new(NodeKind::Oss, "oss"));
        builder.edge(oss, first, EdgeKind::IpTransport, Some(dice.latency()));
    }
    builder.freeze().expect("a sound graph")
}

fn population(dice: &mut Dice) -> PopulationSpec {
    let restarts = PerDay::of(dice.one_of(&[0.0, 0.5]));
    let phone = ClassSpec {
        name: "phone".to_owned(),
        share: Share::of(0.7),
        five_g: dice.share(),
        wifi_calling: dice.share(),
        data_needs_ims: dice.share(),
        calls_per_day: PerDay::of(dice.one_of(&[0.0, 10.0])),
        emergency_calls_per_day: PerDay::of(dice.one_of(&[0.0015, 3.0])),
        priority_service: Share::of(0.3),
        restarts_per_day: restarts,
        ..ClassSpec::default()
    };
    let thing = ClassSpec {
        name: "thing".to_owned(),
        share: Share::of(0.2),
        voice: Share::NONE,
        ignores_backoff: dice.share(),
        uplink_interval_s: Hourly(vec![900.0; 24]),
        restarts_per_day: restarts,
        ..ClassSpec::default()
    };
    let rescue = ClassSpec {
        name: "rescue".to_owned(),
        share: Share::of(0.1),
        priority: true,
        restarts_per_day: restarts,
        ..ClassSpec::default()
    };
    PopulationSpec {
        classes: vec![phone, thing, rescue],
        mix: std::collections::BTreeMap::new(),
        registered_at_start: dice.chance(70),
        first_attempt: Delay::Uniform {
            uniform: Bounds {
                min: Span::ZERO,
                max: Span::from_secs(dice.between(1, 60)),
            },
        },
    }
}

fn behaviour(dice: &mut Dice) -> NetworkSpec {
    let mut spec = NetworkSpec::default();
    let registration = &mut spec.registration;
    registration.attempts = dice.between(1, 6) as u8;
    registration.long_retry = Span::from_secs(dice.between(60, 720));
    registration.timer_jitter = dice.one_of(&[Share::NONE, Share::of(0.1), Share::of(0.5)]);
    registration.periodic = Span::from_minutes(dice.between(10, 54));
    registration.onset.told = dice.share();
    registration.implicit_detach = Span::from_minutes(dice.between(2, 62));
    spec.ims.enabled = dice.chance(85);
    spec.calls.enabled = dice.chance(85);
    spec.access.setups_per_second = PerSecond::of(dice.one_of(&[100.0, 1.0]));
    spec.access.wilt.enabled = dice.chance(50);
    if dice.chance(15) {
        spec.access.barring = Some(barring(dice));
    }
    spec
}

fn barring(dice: &mut Dice) -> Barring {
    Barring {
        factor: dice.share(),
        time: Span::from_secs(dice.between(4, 64)),
    }
}

/// Elements slow enough that a storm fills their queues.
fn functions(dice: &mut Dice, spec: &mut NetworkSpec, size: Size, how: (bool, bool)) {
    let (with_speeds, background) = how;
    let in_pool = size.towers * size.devices;
    let function = |dice: &mut Dice, units_us: &[u64], devices: u64| {
        let unit_us = dice.one_of(units_us);
        let mut function = FunctionSpec {
            workers: dice.between(1, 3) as u8,
            discipline: dice.one_of(&[Discipline::Fifo, Discipline::Lifo, Discipline::Priority]),
            queue: Span::from_secs(dice.between(1, 20)),
            stale_work: dice.one_of(&[StaleWork::Served, StaleWork::Discarded]),
            when_full: dice.one_of(&[WhenFull::Drop, WhenFull::Reject]),
            least_rate: PerSecond::of(0.0),
            ..FunctionSpec::default()
        };
        if !with_speeds && dice.chance(30) {
            function.service = ServiceTime::Exponential;
        }
        let rate = f64::from(function.workers) * 1e6 / unit_us as f64;
        function.rate_per_million = PerSecond::of(rate * 1e6 / devices as f64);
        function
    };
    let functions = &mut spec.core.functions;
    let slow = [40_000, 160_000, 640_000];
    let pool: &[u64] = if background {
        &[64]
    } else {
        &[64, 1_600, 40_000]
    };
    let all = in_pool * size.regions / size.shared;
    functions.amf = function(dice, pool, in_pool / size.members);
    functions.mme = function(dice, pool, in_pool / size.members);
    functions.udm = function(dice, &slow, all);
    functions.ims = function(dice, &slow, all);
    functions.epdg = function(dice, &slow, all);
    functions.gateway = function(dice, &[1_600, 40_000], in_pool);
    for function in [&mut functions.amf, &mut functions.mme] {
        // Sizes divide with a rest: what a member is sized for need not be whole.
        let exact = in_pool as f64 / size.members as f64;
        let whole = (in_pool / size.members) as f64;
        let rate = function.rate_per_million.get() * whole / exact;
        function.rate_per_million = PerSecond::of(rate);
        if dice.chance(30) {
            function.overload = Some(OverloadSpec {
                start_at: Span::from_millis(400),
                stop_at: Span::from_millis(100),
                ..OverloadSpec::default()
            });
        }
    }
    for function in [&mut functions.udm, &mut functions.ims, &mut functions.epdg] {
        let exact = (in_pool * size.regions) as f64 / size.shared as f64;
        let rate = function.rate_per_million.get() * all as f64 / exact;
        function.rate_per_million = PerSecond::of(rate);
    }
    if !background {
        spec.core.background.messages_in_busy_hour = PerSecond::of(0.0);
        spec.core.background.messages_in_quiet_hour = PerSecond::of(0.0);
    }
}

/// What happens: everybody is cut off at first, so that queues fill; then this and that.
fn fate(
    dice: &mut Dice,
    topology: &Topology,
    horizon: SimTime,
    with_speeds: bool,
) -> Vec<(SimTime, Command)> {
    let nodes: Vec<NodeId> = (0..topology.nodes().len())
        .map(NodeId::from_index)
        .collect();
    let of = |kinds: &[NodeKind]| -> Vec<NodeId> {
        let all = nodes.iter().copied();
        all.filter(|&id| kinds.contains(&topology.node(id).kind))
            .collect()
    };
    let functions = of(&[
        NodeKind::Amf,
        NodeKind::Mme,
        NodeKind::Udm,
        NodeKind::Ims,
        NodeKind::Gateway,
        NodeKind::Epdg,
    ]);
    let (radio, routers) = (of(&[NodeKind::Tower]), of(&[NodeKind::Router]));
    let mut commands = Vec::new();
    for node in of(&[NodeKind::Amf, NodeKind::Mme, NodeKind::Ims]) {
        let share = dice.share();
        commands.push((60, Command::DropContexts { node, share }));
    }
    let end = horizon.as_us() / 1_000_000;
    for _ in 0..dice.between(4, 12) {
        // Half of it while the first storm lasts.
        let last = if dice.chance(50) { 400 } else { end - 1 };
        let at = dice.between(61, last);
        let back = at + dice.between(1, 900);
        let node = match dice.between(0, 9) {
            0 => dice.one_of(&routers),
            1 => dice.one_of(&radio),
            _ => dice.one_of(&functions),
        };
        let (one, other) = pair(dice, topology, node, with_speeds);
        commands.push((at, one));
        commands.extend(other.map(|other| (back, other)));
    }
    commands.sort_by_key(|(at, _)| *at);
    let at = |s: u64| SimTime::ZERO + Span::from_secs(s);
    let in_time = commands.into_iter().filter(|(s, _)| *s < end);
    in_time.map(|(s, command)| (at(s), command)).collect()
}

/// Something that happens, and what ends it.
fn pair(
    dice: &mut Dice,
    topology: &Topology,
    node: NodeId,
    with_speeds: bool,
) -> (Command, Option<Command>) {
    let status = |status| Command::SetStatus { node, status };
    let scope = dice.one_of(&[
        Scope::All,
        Scope::Region(RegionId(0)),
        Scope::Pool(PoolId(0)),
        Scope::Class(ClassId(0)),
        Scope::Nodes(vec![topology.towers()[0].node]),
    ]);
    match dice.between(0, 11) {
        0..=2 => (status(ElementStatus::Down), Some(status(ElementStatus::Up))),
        3 => (
            status(dice.one_of(&[ElementStatus::Isolated, ElementStatus::Withdrawn])),
            Some(status(ElementStatus::Up)),
        ),
        4 | 5 if with_speeds => {
            let factor = dice.one_of(&[0.5, 0.25, 0.125]);
            let speed = |factor| Command::SetCapacity { node, factor };
            (speed(factor), Some(speed(1.0)))
        }
        4 => (
            Command::DropContexts {
                node,
                share: dice.share(),
            },
            None,
        ),
        5 | 6 => (Command::PurgeQueue { node }, None),
        7 => {
            let causes = [3, 9, 11, 17, 22, 27, 111].map(|cause| Some(Cause(cause)));
            let reject = |cause, share| Command::SetReject { node, cause, share };
            let one = reject(dice.one_of(&causes), dice.share());
            (one, Some(reject(None, Share::NONE)))
        }
        8 => {
            let bar = |barring| Command::SetBarring {
                scope: scope.clone(),
                barring,
            };
            (bar(Some(barring(dice))), Some(bar(None)))
        }
        9 => {
            let pace = pace(dice);
            let set = |pace| Command::SetPace {
                scope: scope.clone(),
                pace,
            };
            (set(Some(pace)), Some(set(None)))
        }
        10 => {
            let flood = flood(dice, scope);
            (
                Command::StartFlood { id: 1, flood },
                Some(Command::StopFlood { id: 1 }),
            )
        }
        _ => (
            Command::Announce {
                share: dice.share(),
            },
            None,
        ),
    }
}

fn pace(dice: &mut Dice) -> Pace {
    Pace {
        rate: PerSecond::of(dice.one_of(&[0.5, 2.0, 10.0])),
        order: dice.one_of(&[
            PaceOrder::Priority,
            PaceOrder::Region,
            PaceOrder::Pool,
            PaceOrder::Random,
        ]),
        step: Span::from_minutes(2),
        backoff: Span::from_minutes(dice.between(1, 5)),
    }
}

fn flood(dice: &mut Dice, scope: Scope) -> Flood {
    Flood {
        scope,
        share: dice.share(),
        rate_per_device: PerSecond::of(dice.one_of(&[0.02, 0.2])),
        ramp: Span::from_secs(dice.between(0, 60)),
        obeys_backoff: false,
    }
}
