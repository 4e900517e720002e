//! What the control rooms may do to the world, and ask of it.
//!
//! Invariant: everything a fault, a rollout or an attack does to the network passes through here.

use crate::base::{NodeId, Share, SimTime, Span};
use crate::network::{Command, ElementStatus};
use crate::topology::Topology;

use super::holds::{Holder, Holds};
use super::trace::Trace;

/// Reports of the network are lost, or held back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CollectorOutage {
    /// Until then.
    pub until: SimTime,
    /// Which share of the sources is concerned.
    pub share: Share,
    /// Whether the reports are kept and delivered afterwards.
    pub kept: bool,
}

/// The world as faults, rollouts and attacks meet it; implemented by the simulation.
pub trait Port {
    /// The instant at which the order being handled happens.
    fn now(&self) -> SimTime;

    /// The seed of the run.
    fn seed(&self) -> u64;

    /// The frozen graph.
    fn topology(&self) -> &Topology;

    /// Acts on the network now.
    fn command(&mut self, command: Command);

    /// Adds a line to the event log: an order or a fact, with its source, kind, subject and detail.
    fn record(&mut self, source: &'static str, kind: &'static str, subject: String, detail: String);

    /// Leaves a trace in the management plane, for sensors that look there.
    fn trace(&mut self, _trace: Trace) {}

    /// Whether an element serves now.
    fn element_status(&self, node: NodeId) -> ElementStatus;

    /// Whether a working management path leads from the operations centre to an element now.
    fn management_reachable(&self, node: NodeId) -> bool;

    /// By how much the restore of an element takes longer than usual, for what was done to it.
    fn restore_factor(&self, _node: NodeId) -> f64 {
        1.0
    }

    /// How long a piece of work that reaches an element now would wait.
    fn waiting(&self, _node: NodeId) -> Span {
        Span::ZERO
    }

    /// How busy the hour is where an element stands: 1 in the busiest.
    fn busyness(&self, _node: NodeId) -> f64 {
        1.0
    }

    /// Whether anybody holds registrations back, by barring or by a pace: what an attacker's own devices
    /// would notice.
    fn is_mitigated(&self) -> bool {
        false
    }

    /// The collector of reports fails.
    fn blind(&mut self, _outage: CollectorOutage) {}

    /// The ledger of who keeps which element from serving.
    fn holds(&mut self) -> &mut Holds;

    /// Keeps an element from serving on behalf of a holder; the worst of all holds counts.
    fn hold(&mut self, node: NodeId, holder: Holder, status: ElementStatus) {
        if let Some(command) = self.holds().hold(node, holder, status) {
            self.command(command);
        }
    }

    /// Ends a holder's claim on an element: it serves again once nobody else holds it.
    fn release(&mut self, node: NodeId, holder: Holder) {
        if let Some(command) = self.holds().release(node, holder) {
            self.command(command);
        }
    }
}
