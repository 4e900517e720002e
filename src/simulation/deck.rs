//! What faults, rollouts, attacks and people reach of the world: the port that all of them act through.
//!
//! Invariant: every command is carried out at once, and every act leaves a record.

use crate::base::{NodeId, Record, SimTime, Span};
use crate::fault::{CollectorOutage, FaultEngine, Holds, Port, Trace};
use crate::network::{Command, ElementStatus, Network};
use crate::topology::Topology;

/// The world as one order finds it.
#[derive(Debug)]
pub(super) struct Deck<'x, 'a> {
    pub(super) now: SimTime,
    pub(super) seed: u64,
    pub(super) topology: &'a Topology,
    pub(super) network: &'x mut Network<'a>,
    pub(super) holds: &'x mut Holds,
    /// What was done to elements, where somebody may ask.
    pub(super) faults: Option<&'x FaultEngine>,
    pub(super) records: &'x mut Vec<Record>,
    /// Outages of the collector of reports.
    pub(super) outages: &'x mut Vec<CollectorOutage>,
    pub(super) traces: &'x mut Vec<Trace>,
}

impl Port for Deck<'_, '_> {
    fn now(&self) -> SimTime {
        self.now
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn topology(&self) -> &Topology {
        self.topology
    }

    fn command(&mut self, command: Command) {
        self.network.apply(&command, self.now);
    }

    fn record(
        &mut self,
        source: &'static str,
        kind: &'static str,
        subject: String,
        detail: String,
    ) {
        self.records.push(Record {
            at: self.now,
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
        self.network.status(node)
    }

    fn management_reachable(&self, node: NodeId) -> bool {
        self.network.management_reaches(node)
    }

    fn restore_factor(&self, node: NodeId) -> f64 {
        self.faults
            .map_or(1.0, |faults| faults.restore_factor(node))
    }

    fn waiting(&self, node: NodeId) -> Span {
        self.network.waiting(node, self.now)
    }

    fn busyness(&self, node: NodeId) -> f64 {
        self.network.busyness(node, self.now)
    }

    fn is_mitigated(&self) -> bool {
        self.network.is_mitigated()
    }

    fn blind(&mut self, outage: CollectorOutage) {
        self.outages.push(outage);
    }

    fn holds(&mut self) -> &mut Holds {
        self.holds
    }
}
