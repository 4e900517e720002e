//! The rollout: stage after stage, each installed, soaked, judged and approved; or the way back.
//!
//! Invariant: at any time at most `max_unavailable` elements of the current stage are in work, and no
//! element's work begins outside its window.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::base::{NodeId, SimTime, Stream, WallClock};
use crate::fault::{ChangeStep, FaultId, Finding, Holder, Luck, Port, Trace, luck, text_key};
use crate::network::ElementStatus;
use crate::topology::{NodeKind, Topology};

use super::checks::{findings, same_version};
use super::footprint::{Exposure, Footprint, pool_of};
use super::gate::StageInfo;
use super::gate_log::{GateEntry, GateLog};
use super::gate_run::GateRun;
use super::ledger::Ledger;
use super::orders::{ChangeOrder, Hands, RolloutCommand, Status};
use super::plan::Planner;
use super::rollout_spec::{RolloutSpec, StageSpec};
use super::spec::ChangeSpec;

mod back;
mod flow;
mod gates;
mod install;

/// Where an element is in its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Draining,
    Installing,
    Verifying,
    Installed,
    RollingBack,
    Back,
}

/// The release of one change.
#[derive(Clone, Debug)]
pub struct Rollout {
    change: ChangeSpec,
    spec: RolloutSpec,
    clock: WallClock,
    footprint: Footprint,
    targets: Vec<NodeId>,
    plan: Vec<Vec<NodeId>>,
    /// Seconds east of UTC at each target; filled when there is a window.
    offsets: BTreeMap<NodeId, i32>,
    ledger: Ledger,
    fault: Option<FaultId>,
    key: u64,

    status: Status,
    stopped: bool,
    generation: u32,
    stage: usize,
    stage_started: SimTime,
    queue: VecDeque<NodeId>,
    /// When it looks again for an open window.
    next_look: Option<SimTime>,
    work: BTreeMap<NodeId, Work>,
    not_serving: u32,
    gates: Vec<Option<GateRun>>,
    gate_log: GateLog,
    /// In the order in which the new version came.
    installed: Vec<NodeId>,
    back_begun: bool,
    back_queue: VecDeque<NodeId>,
    back_attempts: BTreeMap<NodeId, u32>,
    blocked: BTreeSet<NodeId>,
    paced: bool,
    orders: Vec<(SimTime, ChangeOrder)>,
}

impl Rollout {
    /// The plan of a release on a graph.
    ///
    /// # Errors
    /// Everything in `change` and `rollout` that cannot be used: its path, what was found, what is
    /// allowed.
    pub fn new(
        change: &ChangeSpec,
        spec: &RolloutSpec,
        topology: &Topology,
        clock: &WallClock,
        seed: u64,
    ) -> Result<Self, Vec<Finding>> {
        let footprint = Footprint::new(topology);
        let planner = Planner {
            change,
            topology,
            footprint: &footprint,
            seed,
        };
        let mut findings = findings(change, spec, clock);
        let targets = planner.targets().unwrap_or_else(|finding| {
            findings.push(finding);
            Vec::new()
        });
        let plan = if targets.is_empty() {
            Ok(Vec::new())
        } else {
            planner.stages(&targets, &spec.stages)
        };
        let plan = plan.unwrap_or_else(|more| {
            findings.extend(more);
            Vec::new()
        });
        findings.extend(same_version(change, &targets, topology));
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut rollout = Self::empty(change, spec, topology, clock);
        rollout.footprint = footprint;
        rollout.offsets = install::offsets(spec, &targets, topology, clock);
        rollout.note_old_versions(&targets, topology);
        (rollout.targets, rollout.plan) = (targets, plan);
        Ok(rollout)
    }

    fn empty(
        change: &ChangeSpec,
        spec: &RolloutSpec,
        topology: &Topology,
        clock: &WallClock,
    ) -> Self {
        Self {
            change: change.clone(),
            spec: spec.clone(),
            clock: clock.clone(),
            footprint: Footprint::new(topology),
            targets: Vec::new(),
            plan: Vec::new(),
            offsets: BTreeMap::new(),
            ledger: Ledger::default(),
            fault: None,
            key: text_key(&change.id),
            status: Status::Waiting,
            stopped: false,
            generation: 0,
            stage: 0,
            stage_started: SimTime::ZERO,
            queue: VecDeque::new(),
            next_look: None,
            work: BTreeMap::new(),
            not_serving: 0,
            gates: Vec::new(),
            gate_log: GateLog::default(),
            installed: Vec::new(),
            back_begun: false,
            back_queue: VecDeque::new(),
            back_attempts: BTreeMap::new(),
            blocked: BTreeSet::new(),
            paced: false,
            orders: Vec::new(),
        }
    }

    fn note_old_versions(&mut self, targets: &[NodeId], topology: &Topology) {
        for &node in targets {
            let label = &topology.node(node).labels.sw_version;
            let old = self.change.from.as_ref().unwrap_or(label).clone();
            self.ledger.set(node, SimTime::ZERO, &old);
        }
    }

    /// Puts the rollout into the world; to be called once, at the start of the run.
    pub fn start(&mut self, hands: &mut Hands<'_>) -> Vec<(SimTime, ChangeOrder)> {
        if let Some(defect) = &self.change.defect {
            let name = format!("change/{}", self.change.id);
            self.fault = Some(hands.faults.open(&name, defect.fault()));
        }
        if self.change.adds_elements {
            for &node in &self.targets {
                hands.port.hold(node, Holder::Change, ElementStatus::Down);
            }
        }
        vec![(hands.port.now() + self.spec.start, ChangeOrder::Begin)]
    }

    /// Does what was ordered; orders for later come back, those of faults stay in the fault engine.
    pub fn handle(
        &mut self,
        order: ChangeOrder,
        hands: &mut Hands<'_>,
    ) -> Vec<(SimTime, ChangeOrder)> {
        let current = |generation| generation == self.generation;
        match order {
            ChangeOrder::Begin => self.begin_unless_withdrawn(hands),
            ChangeOrder::Look { generation } if current(generation) => {
                self.next_look = None;
                self.look(hands);
            }
            ChangeOrder::Drained { node } => self.drained(node, hands),
            ChangeOrder::Installed { node } => self.came_up(node, hands),
            ChangeOrder::Verify { node } => self.verify(node, hands),
            ChangeOrder::SoakOver { generation } if current(generation) => self.soaked(hands),
            ChangeOrder::Measure { gate, generation } if current(generation) => {
                self.measure(gate, hands);
            }
            ChangeOrder::Approved { generation } if current(generation) => self.approved(hands),
            ChangeOrder::Look { .. }
            | ChangeOrder::SoakOver { .. }
            | ChangeOrder::Measure { .. }
            | ChangeOrder::Approved { .. } => {}
            ChangeOrder::BeginRollback => self.begin_rollback(hands),
            ChangeOrder::RetryRollback { node } => self.retry_rollback(node, hands),
            ChangeOrder::RolledBack { node } => self.rolled_back(node, hands),
            ChangeOrder::LiftPace => self.lift_pace(hands),
        }
        std::mem::take(&mut self.orders)
    }

    /// Does what somebody asks; what makes no sense now is recorded and ignored.
    pub fn command(
        &mut self,
        command: RolloutCommand,
        hands: &mut Hands<'_>,
    ) -> Vec<(SimTime, ChangeOrder)> {
        let over = matches!(self.status, Status::RollingBack | Status::RolledBack);
        match (command, self.status) {
            (RolloutCommand::Rollback, _) if !over => self.roll_back("asked for", hands),
            (RolloutCommand::Halt, _) if !over && !self.stopped => self.stop("asked for", hands),
            (RolloutCommand::Resume, _) if !over && self.stopped => self.resume(hands),
            (RolloutCommand::Approve, Status::Approving(_)) if !self.stopped => {
                self.generation += 1;
                self.approved(hands);
            }
            (RolloutCommand::LiftPace, _) if self.paced => self.lift_pace(hands),
            _ => self.note("command-ignored", format!("{command:?}"), hands.port),
        }
        std::mem::take(&mut self.orders)
    }

    /// How it stands.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Whether it was halted or waits for a decision.
    pub const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Which element has run which version since when.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The elements that the change is meant for, in the order of the table.
    pub fn targets(&self) -> &[NodeId] {
        &self.targets
    }

    /// The elements of each stage, in the order of their work.
    pub fn plan(&self) -> &[Vec<NodeId>] {
        &self.plan
    }

    /// The names of the stages, in their order.
    pub fn stage_names(&self) -> Vec<&str> {
        let stages = self.spec.stages.iter();
        stages.map(|stage| stage.name.as_str()).collect()
    }

    /// The fault that the change carries, once started.
    pub const fn fault(&self) -> Option<FaultId> {
        self.fault
    }

    /// How far the change had come at an instant.
    pub fn exposure_at(&self, at: SimTime) -> Exposure {
        let exposed: Vec<NodeId> = self.ledger.running(&self.change.to, at).collect();
        let count = |nodes: &[NodeId]| u32::try_from(nodes.len()).map_or(f64::MAX, f64::from);
        Exposure {
            nodes: count(&exposed) / count(&self.targets).max(1.0),
            subscribers: self.footprint.share(exposed.into_iter()),
        }
    }

    /// The gates that were started, with what became of them.
    pub fn gate_log(&self) -> &[GateEntry] {
        self.gate_log.entries()
    }

    /// The plan that it follows.
    pub const fn spec(&self) -> &RolloutSpec {
        &self.spec
    }

    /// The current stage, as a judge needs to know it.
    pub fn stage_info(&self, topology: &Topology) -> StageInfo {
        let in_stage = self.plan.get(self.stage).map_or(&[][..], Vec::as_slice);
        let nodes: Vec<NodeId> = in_stage
            .iter()
            .copied()
            .filter(|node| self.installed.contains(node))
            .collect();
        let pools = nodes.iter().filter_map(|&node| pool_of(node, topology));
        let regions = nodes
            .iter()
            .filter_map(|&node| topology.find_region(&topology.node(node).labels.region));
        StageInfo {
            name: self.stage_name(),
            index: self.stage,
            pools: pools.collect::<BTreeSet<_>>().into_iter().collect(),
            regions: regions.collect::<BTreeSet<_>>().into_iter().collect(),
            changed: self.installed.clone(),
            nodes,
            started: self.stage_started,
        }
    }

    fn stage_spec(&self) -> &StageSpec {
        let last = self.spec.stages.len() - 1;
        &self.spec.stages[self.stage.min(last)]
    }

    fn stage_name(&self) -> String {
        self.stage_spec().name.clone()
    }

    /// Writes a fact about the current stage into the event log.
    fn note(&self, kind: &'static str, detail: String, port: &mut dyn Port) {
        port.record("rollout", kind, self.stage_name(), detail);
    }

    /// Writes a fact about an element into the event log.
    fn note_node(&self, kind: &'static str, node: NodeId, port: &mut dyn Port) {
        let subject = port.topology().node(node).name.clone();
        port.record("rollout", kind, subject, self.stage_name());
    }

    /// Writes a line into the change record.
    fn enter(&self, step: ChangeStep, node: Option<NodeId>, port: &mut dyn Port) {
        let ticket = self.change.id.clone();
        port.trace(Trace::Change { ticket, step, node });
    }

    /// A version was put on an element, by a session that the change record explains.
    fn trace_work(&self, step: ChangeStep, node: NodeId, version: &str, port: &mut dyn Port) {
        let ticket = Some(self.change.id.clone());
        port.trace(Trace::Session { node, ticket });
        let defect = self.change.defect.as_ref();
        let is_signed = defect.is_none_or(|defect| defect.defect().is_signed());
        port.trace(Trace::Software {
            node,
            version: version.to_owned(),
            genuine: step != ChangeStep::Installed || is_signed,
        });
        self.enter(step, Some(node), port);
    }

    fn luck(&self, turn: Turn, entity: u64, occasion: u64, port: &dyn Port) -> Luck {
        let words = [self.key, turn as u64, entity, occasion];
        luck(port.seed(), Stream::Rollout, &words)
    }
}

/// What a draw is for.
#[derive(Clone, Copy)]
enum Turn {
    Drain = 1,
    Install = 2,
    Verify = 3,
    Approval = 4,
    RollbackDelay = 5,
    Rollback = 6,
}

/// Whether an element of this kind holds contexts of devices.
const fn holds_contexts(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Amf | NodeKind::Mme | NodeKind::Ims)
}

#[cfg(test)]
mod tests;
