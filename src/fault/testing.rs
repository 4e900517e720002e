//! A port without a network, a bench that runs orders in time order, and small graphs: for tests of
//! this room and the two below.
//!
//! Invariant: compiled for tests only.

use std::collections::BTreeMap;

use crate::base::{NodeId, PoolId, Record, RegionId, SimTime, Span};
use crate::network::{Command, ElementStatus};
use crate::topology::{Edge, EdgeKind, Labels, Node, NodeKind, Pool, Region, Topology, Tower};

use super::{CollectorOutage, FaultEngine, FaultId, FaultOrder, FaultSpec, Holds, Port, Trace};

/// A world that only remembers what was done to it.
#[derive(Debug)]
pub(crate) struct FakePort {
    pub(crate) now: SimTime,
    pub(crate) seed: u64,
    pub(crate) topology: Topology,
    pub(crate) commands: Vec<(SimTime, Command)>,
    pub(crate) records: Vec<Record>,
    pub(crate) status: BTreeMap<NodeId, ElementStatus>,
    pub(crate) unreachable: Vec<NodeId>,
    pub(crate) holds: Holds,
    /// How long work waits, where it does.
    pub(crate) waiting: BTreeMap<NodeId, Span>,
    /// How busy the hour is.
    pub(crate) busyness: f64,
    pub(crate) mitigated: bool,
    pub(crate) outages: Vec<CollectorOutage>,
    pub(crate) traces: Vec<Trace>,
}

impl FakePort {
    pub(crate) fn new(topology: Topology, seed: u64) -> Self {
        Self {
            now: SimTime::ZERO,
            seed,
            topology,
            commands: Vec::new(),
            records: Vec::new(),
            status: BTreeMap::new(),
            unreachable: Vec::new(),
            holds: Holds::default(),
            waiting: BTreeMap::new(),
            busyness: 1.0,
            mitigated: false,
            outages: Vec::new(),
            traces: Vec::new(),
        }
    }

    /// How many records of this kind there are.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.records.iter().filter(|line| line.kind == kind).count()
    }

    /// When records of this kind were written.
    pub(crate) fn times(&self, kind: &str) -> Vec<SimTime> {
        let lines = self.records.iter().filter(|line| line.kind == kind);
        lines.map(|line| line.at).collect()
    }
}

impl Port for FakePort {
    fn now(&self) -> SimTime {
        self.now
    }
    fn seed(&self) -> u64 {
        self.seed
    }
    fn topology(&self) -> &Topology {
        &self.topology
    }
    fn command(&mut self, command: Command) {
        if let Command::SetStatus { node, status } = command {
            self.status.insert(node, status);
        }
        self.commands.push((self.now, command));
    }
    fn record(
        &mut self,
        source: &'static str,
        kind: &'static str,
        subject: String,
        detail: String,
    ) {
        let at = self.now;
        self.records.push(Record {
            at,
            source,
            kind,
            subject,
            detail,
        });
    }
    fn trace(&mut self, trace: Trace) {
        self.traces.push(trace);
    }
    fn element_status(&self, node: NodeId) -> ElementStatus {
        self.status.get(&node).copied().unwrap_or(ElementStatus::Up)
    }
    fn management_reachable(&self, node: NodeId) -> bool {
        !self.unreachable.contains(&node)
    }
    fn waiting(&self, node: NodeId) -> Span {
        self.waiting.get(&node).copied().unwrap_or(Span::ZERO)
    }
    fn busyness(&self, _: NodeId) -> f64 {
        self.busyness
    }
    fn is_mitigated(&self) -> bool {
        self.mitigated
    }
    fn blind(&mut self, outage: CollectorOutage) {
        self.outages.push(outage);
    }
    fn holds(&mut self) -> &mut Holds {
        &mut self.holds
    }
}

/// Orders in time order, first in first out at one instant.
#[derive(Debug)]
pub(crate) struct Agenda<O> {
    waiting: BTreeMap<(SimTime, u64), O>,
    pushed: u64,
}

impl<O> Default for Agenda<O> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            pushed: 0,
        }
    }
}

impl<O> Agenda<O> {
    /// Adds orders made at `now`.
    pub(crate) fn push(&mut self, now: SimTime, orders: impl IntoIterator<Item = (SimTime, O)>) {
        for (at, order) in orders {
            assert!(at >= now, "an order for the past");
            self.pushed += 1;
            self.waiting.insert((at, self.pushed), order);
        }
    }

    /// Takes the next order at or before an instant.
    pub(crate) fn pop(&mut self, end: SimTime) -> Option<(SimTime, O)> {
        let key = *self.waiting.first_key_value()?.0;
        let order = (key.0 <= end).then(|| self.waiting.remove(&key))??;
        Some((key.0, order))
    }
}

/// Faults on a fake world.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) port: FakePort,
    pub(crate) engine: FaultEngine,
    agenda: Agenda<FaultOrder>,
    last: FaultId,
}

impl Bench {
    pub(crate) fn new(topology: Topology, seed: u64) -> Self {
        Self {
            engine: FaultEngine::new(),
            port: FakePort::new(topology, seed),
            agenda: Agenda::default(),
            last: FaultId(0),
        }
    }

    pub(crate) fn node(&self, name: &str) -> NodeId {
        self.port.topology.find(name).expect(name)
    }

    pub(crate) fn inject(&mut self, spec: FaultSpec, origins: &[NodeId], at: SimTime) -> FaultId {
        let name = format!("test/{}", spec.kind);
        self.last = self.engine.inject(&name, spec, origins, at);
        self.gather();
        self.last
    }

    pub(crate) fn run_until(&mut self, end: SimTime) {
        while let Some((at, order)) = self.agenda.pop(end) {
            self.port.now = at;
            let orders = self.engine.handle(order, &mut self.port);
            self.agenda.push(at, orders);
        }
        self.port.now = end;
    }

    pub(crate) fn remove_origin(&mut self, node: NodeId) {
        self.remove_origin_of(self.last, node);
    }

    pub(crate) fn remove_origin_of(&mut self, fault: FaultId, node: NodeId) {
        self.engine.remove_origin(fault, node, &mut self.port);
        self.gather();
    }

    pub(crate) fn strike(&mut self) {
        self.engine.strike(self.last, &mut self.port);
        self.gather();
    }

    pub(crate) fn restore(&mut self, node: NodeId) -> bool {
        let any = self.engine.restore(node, &mut self.port);
        self.gather();
        any
    }

    pub(crate) fn status(&self, node: NodeId) -> ElementStatus {
        self.port.element_status(node)
    }

    pub(crate) fn commands(&self) -> Vec<Command> {
        self.port.commands.iter().map(|(_, c)| c.clone()).collect()
    }

    /// When this command was given.
    pub(crate) fn when(&self, command: &Command) -> Vec<SimTime> {
        let given = self.port.commands.iter().filter(|(_, c)| c == command);
        given.map(|&(at, _)| at).collect()
    }

    pub(crate) fn count(&self, kind: &str) -> usize {
        self.port.count(kind)
    }

    fn gather(&mut self) {
        let orders = self.engine.take_orders();
        self.agenda.push(self.port.now, orders);
    }
}

/// A node without much to it.
pub(crate) fn node(name: &str, kind: NodeKind) -> Node {
    Node {
        name: name.to_owned(),
        kind,
        latitude: 0.0,
        longitude: 0.0,
        labels: Labels {
            sw_version: "1.0".to_owned(),
            ..Labels::default()
        },
        router: NodeId(0),
        access_latency: Span::ZERO,
        weight: 1.0,
    }
}

/// An edge between nodes given by index.
pub(crate) fn edge(a: u32, b: u32, kind: EdgeKind) -> Edge {
    Edge {
        a: NodeId(a),
        b: NodeId(b),
        kind,
        latency: Span::ZERO,
    }
}

/// A graph without towers or pools.
pub(crate) fn bare(nodes: Vec<Node>, edges: Vec<Edge>) -> Topology {
    Topology::by_hand(nodes, edges, Vec::new(), Vec::new(), Vec::new())
}

/// A ring of routers, `r0`, `r1` …, with a chord from every third across the ring.
pub(crate) fn routers(count: u32) -> Topology {
    let nodes = (0..count).map(|n| node(&format!("r{n}"), NodeKind::Router));
    let ring = (0..count).map(|n| (n, (n + 1) % count));
    let chords = (0..count).step_by(3).map(|n| (n, (n + count / 2) % count));
    let links = ring
        .chain(chords)
        .flat_map(|(a, b)| [EdgeKind::IpTransport, EdgeKind::BgpIgp].map(|kind| edge(a, b, kind)));
    bare(nodes.collect(), links.collect())
}

/// Two regions with a pool of an AMF and an MME each, three towers, and what they share.
pub(crate) fn small_network() -> Topology {
    use NodeKind::{Amf, IdentityProvider, Ims, Mme, NfviHost, Oss, Router, Udm};
    let mut nodes = vec![
        node("router", Router),
        node("amf-a1", Amf),
        node("mme-a2", Mme),
        node("amf-b1", Amf),
        node("mme-b2", Mme),
        node("udm", Udm),
        node("ims", Ims),
        node("oss", Oss),
        node("idp", IdentityProvider),
        node("host-a", NfviHost),
        node("tower-a1", NodeKind::Tower),
        node("tower-a2", NodeKind::Tower),
        node("tower-b1", NodeKind::Tower),
    ];
    for node in &mut nodes {
        let side = node.name.split_once('-').map(|(_, rest)| &rest[..1]);
        if let Some(side) = side {
            node.labels.region = format!("region-{side}");
            node.labels.pool = format!("pool-{side}");
        }
    }
    Topology::by_hand(
        nodes,
        small_edges(),
        small_towers(),
        small_pools(),
        regions(),
    )
}

fn small_edges() -> Vec<Edge> {
    use EdgeKind::{IdentityProvider, NfviHost, OamMgmt, S6aDiameter, Sbi, SipIms};
    let mut edges = vec![
        edge(1, 5, Sbi),
        edge(3, 5, Sbi),
        edge(2, 5, S6aDiameter),
        edge(4, 5, S6aDiameter),
        edge(5, 6, SipIms),
        edge(7, 8, IdentityProvider),
        edge(9, 1, NfviHost),
        edge(9, 2, NfviHost),
    ];
    edges.extend([1, 3, 4, 5, 6, 9].map(|to| edge(7, to, OamMgmt)));
    edges
}

fn small_towers() -> Vec<Tower> {
    let tower = |node, region, devices, zone: &str| Tower {
        node: NodeId(node),
        region: RegionId(region),
        pool: PoolId(region),
        devices,
        zone: zone.to_owned(),
        neighbours: Vec::new(),
    };
    vec![
        tower(10, 0, 1_000, "America/New_York"),
        tower(11, 0, 500, "America/New_York"),
        tower(12, 1, 4_500, "America/Los_Angeles"),
    ]
}

fn small_pools() -> Vec<Pool> {
    let pool = |name: &str, region, members: [u32; 2]| Pool {
        name: name.to_owned(),
        region: Some(RegionId(region)),
        members: members.map(NodeId).to_vec(),
        dedicated_to: None,
    };
    vec![pool("pool-a", 0, [1, 2]), pool("pool-b", 1, [3, 4])]
}

fn regions() -> Vec<Region> {
    ["region-a", "region-b"]
        .map(|name| Region {
            name: name.to_owned(),
        })
        .to_vec()
}
