//! Attacks on a fake world, for tests of this room.
//!
//! Invariant: compiled for tests only.

use crate::base::{NodeId, SimTime};
use crate::fault::testing::{Agenda, FakePort, small_network};
use crate::fault::{FaultEngine, FaultId, FaultOrder, Port};
use crate::network::{Command, ElementStatus};
use crate::topology::Topology;

use super::{AttackOrder, AttackSpec, Attacks, Census, DisturbanceSpec};

enum Order {
    Fault(FaultOrder),
    Attack(AttackOrder),
}

/// A small network under attack.
pub(super) struct Range {
    pub(super) port: FakePort,
    pub(super) faults: FaultEngine,
    pub(super) attacks: Attacks,
    agenda: Agenda<Order>,
}

impl Range {
    pub(super) fn census() -> Census {
        Census::new(&small_network(), &classes())
    }

    pub(super) fn new(attacks: &[serde_json::Value], seed: u64) -> Self {
        let topology = small_network();
        let specs: Vec<AttackSpec> = attacks
            .iter()
            .map(|attack| serde_json::from_value(attack.clone()).expect("an attack"))
            .collect();
        Self::with(
            Attacks::new(&specs, &[], &topology, &classes()).expect("attacks"),
            topology,
            seed,
        )
    }

    /// The same with disturbances.
    pub(super) fn disturbed(disturbances: &[serde_json::Value], topology: Topology) -> Self {
        let specs: Vec<DisturbanceSpec> = disturbances
            .iter()
            .map(|one| serde_json::from_value(one.clone()).expect("a disturbance"))
            .collect();
        let attacks = Attacks::new(&[], &specs, &topology, &classes()).expect("disturbances");
        Self::with(attacks, topology, 1)
    }

    fn with(attacks: Attacks, topology: Topology, seed: u64) -> Self {
        let faults = FaultEngine::new();
        let port = FakePort::new(topology, seed);
        let mut agenda = Agenda::default();
        let orders = attacks.start(&port).into_iter();
        agenda.push(port.now, orders.map(|(at, o)| (at, Order::Attack(o))));
        Self {
            port,
            faults,
            attacks,
            agenda,
        }
    }

    pub(super) fn run_until(&mut self, minutes: f64) {
        let end = SimTime::from_secs(minutes * 60.0);
        while let Some((at, order)) = self.agenda.pop(end) {
            self.port.now = at;
            match order {
                Order::Attack(order) => {
                    let orders = self
                        .attacks
                        .handle(order, &mut self.port, &mut self.faults)
                        .into_iter();
                    self.agenda
                        .push(at, orders.map(|(at, o)| (at, Order::Attack(o))));
                }
                Order::Fault(order) => {
                    let orders = self.faults.handle(order, &mut self.port).into_iter();
                    self.agenda
                        .push(at, orders.map(|(at, o)| (at, Order::Fault(o))));
                }
            }
            self.gather();
        }
        self.port.now = end;
    }

    pub(super) fn remove_origin(&mut self, fault: FaultId, node: NodeId) {
        self.faults.remove_origin(fault, node, &mut self.port);
        self.gather();
    }

    pub(super) fn restore(&mut self, node: NodeId) {
        self.faults.restore(node, &mut self.port);
        self.gather();
    }

    pub(super) fn node(&self, name: &str) -> NodeId {
        self.port.topology.find(name).expect(name)
    }

    pub(super) fn commands(&self) -> Vec<(f64, Command)> {
        let given = self.port.commands.iter();
        given
            .map(|(at, c)| (at.as_minutes_f64(), c.clone()))
            .collect()
    }

    pub(super) fn status(&self, name: &str) -> ElementStatus {
        self.port.element_status(self.node(name))
    }

    fn gather(&mut self) {
        let orders = self.faults.take_orders().into_iter();
        self.agenda
            .push(self.port.now, orders.map(|(at, o)| (at, Order::Fault(o))));
    }
}

fn classes() -> Vec<String> {
    ["smartphone", "iot"].map(str::to_owned).to_vec()
}
