//! One step of the playbook at work: element after element, or stage after stage.
//!
//! Invariant: a step knows neither the alarms nor the other steps.

use crate::base::{NodeId, SimTime, Span, Stream};
use crate::fault::{Holder, Luck, Port, luck, text_key};
use crate::network::{Command, ElementStatus};
use crate::telemetry::Path;

use super::engine::{Outcome, ResponseAction, ResponseOrder};
use super::plan::{Effect, Plan, Work};

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// What it waits for has not happened.
    Waiting,
    /// Its delay or its preparation runs, or its tools are dead.
    Scheduled,
    /// It takes effect.
    Running,
    /// It is done.
    Done,
}

/// A step with its progress.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) plan: Plan,
    pub(super) state: State,
    /// Elements not yet begun, in order.
    pending: Vec<NodeId>,
    /// Elements being worked on.
    busy: usize,
    /// Whether its lack of tools has been recorded.
    is_blocked: bool,
    /// Whether it will look again whether its tools work.
    will_retry: bool,
}

/// What a step needs to know beside the port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Which step it is.
    pub(super) index: usize,
    /// How often dead tools are tried.
    pub(super) retry: Span,
}

/// Whether tools work now. In-band tools work as long as the management plane reaches any core
/// function: what people look at, they look at through it.
pub(super) fn tools_work(path: Path, port: &dyn Port) -> bool {
    if path == Path::OutOfBand {
        return true;
    }
    let nodes = port.topology().nodes().iter().enumerate();
    let mut core = nodes
        .filter(|(_, node)| node.kind.is_core_function())
        .map(|(index, _)| NodeId::from_index(index))
        .peekable();
    core.peek().is_none() || core.any(|node| port.management_reachable(node))
}

impl Step {
    pub(super) fn new(plan: Plan) -> Self {
        let mut pending = match &plan.work {
            Work::Elements { nodes, .. } => nodes.clone(),
            Work::RollBack | Work::Stages { .. } => Vec::new(),
        };
        // Taken from the end.
        pending.reverse();
        Self {
            plan,
            state: State::Waiting,
            pending,
            busy: 0,
            is_blocked: false,
            will_retry: false,
        }
    }

    /// What it waited for has happened at `from`.
    pub(super) fn schedule(&mut self, turn: Turn, from: SimTime, seed: u64) -> Outcome {
        self.state = State::Scheduled;
        let delay = self.drawn(seed, "delay").delay(&self.plan.delay);
        let step = turn.index;
        Outcome::Order(from + delay, ResponseOrder::Begin { step })
    }

    /// Its delay has passed: prepare it, if the tools work.
    pub(super) fn begin(&mut self, turn: Turn, port: &mut dyn Port) -> Outcome {
        let step = turn.index;
        if !tools_work(self.plan.tools, port) {
            self.block(port, "the management plane reaches no core function");
            return Outcome::Order(port.now() + turn.retry, ResponseOrder::Begin { step });
        }
        self.unblock(port);
        self.record(port, "action-started", self.describe());
        let takes = self.drawn(port.seed(), "takes").delay(&self.plan.takes);
        Outcome::Order(port.now() + takes, ResponseOrder::Effect { step })
    }

    /// It is prepared: take effect.
    pub(super) fn take_effect(&mut self, turn: Turn, port: &mut dyn Port) -> Vec<Outcome> {
        self.state = State::Running;
        match &self.plan.work {
            Work::RollBack => vec![Outcome::Action(ResponseAction::RollBack)],
            Work::Stages { .. } => self.run_stage(turn, 0, port),
            Work::Elements { .. } => self.advance(turn, port),
        }
    }

    /// Give the commands of a stage and set the next one.
    pub(super) fn run_stage(
        &mut self,
        turn: Turn,
        stage: usize,
        port: &mut dyn Port,
    ) -> Vec<Outcome> {
        let Work::Stages { stages, every } = &self.plan.work else {
            return Vec::new();
        };
        let (count, every) = (stages.len(), *every);
        let now = stages[stage].clone();
        for command in now.commands {
            port.command(command);
        }
        if count > 1 {
            let detail = format!("{} of {count}: {}", stage + 1, now.name);
            self.record(port, "stage-let-in", detail);
        }
        let (step, stage) = (turn.index, stage + 1);
        if stage < count {
            let order = ResponseOrder::Stage { step, stage };
            return vec![Outcome::Order(port.now() + every, order)];
        }
        self.finish(port);
        Vec::new()
    }

    /// Begin work on as many elements as hands are free and tools reach.
    pub(super) fn advance(&mut self, turn: Turn, port: &mut dyn Port) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while let Some(node) = self.next_element(port) {
            let at = port.now() + self.begin_element(node, port);
            let step = turn.index;
            outcomes.push(Outcome::Order(at, ResponseOrder::Element { step, node }));
        }
        if self.is_stuck() {
            let detail = format!("{} elements out of reach", self.pending.len());
            self.block(port, &detail);
            if !self.will_retry {
                self.will_retry = true;
                let order = ResponseOrder::Advance { step: turn.index };
                outcomes.push(Outcome::Order(port.now() + turn.retry, order));
            }
        } else {
            self.unblock(port);
        }
        if self.pending.is_empty() && self.busy == 0 && self.state == State::Running {
            self.finish(port);
        }
        outcomes
    }

    /// Look again whether elements are within reach.
    pub(super) fn retry(&mut self, turn: Turn, port: &mut dyn Port) -> Vec<Outcome> {
        self.will_retry = false;
        self.advance(turn, port)
    }

    /// Work on an element is done: it takes effect, and the next one can begin.
    pub(super) fn end_element(
        &mut self,
        turn: Turn,
        node: NodeId,
        port: &mut dyn Port,
    ) -> Vec<Outcome> {
        let Work::Elements { effect, .. } = &self.plan.work else {
            return Vec::new();
        };
        let mut outcomes = Vec::new();
        match *effect {
            Effect::Isolate => port.hold(node, Holder::Response, ElementStatus::Isolated),
            Effect::Purge => port.command(Command::PurgeQueue { node }),
            Effect::Restore => {
                port.release(node, Holder::Response);
                let nodes = vec![node];
                outcomes.push(Outcome::Action(ResponseAction::Restore { nodes }));
            }
            Effect::Reboot { lose_contexts } => {
                if lose_contexts.get() > 0.0 {
                    let share = lose_contexts;
                    port.command(Command::DropContexts { node, share });
                }
                port.release(node, Holder::Response);
            }
        }
        self.busy -= 1;
        outcomes.extend(self.advance(turn, port));
        outcomes
    }

    /// Whoever was asked to roll back says that it is done.
    pub(super) fn end_roll_back(&mut self, port: &mut dyn Port) {
        if self.plan.work == Work::RollBack && self.state == State::Running {
            self.finish(port);
        }
    }

    /// The next element that tools reach, if a hand is free.
    fn next_element(&mut self, port: &dyn Port) -> Option<NodeId> {
        if self.busy >= self.hands() {
            return None;
        }
        let any_path = self.plan.tools == Path::OutOfBand;
        let place = self
            .pending
            .iter()
            .rposition(|&node| any_path || port.management_reachable(node))?;
        self.busy += 1;
        Some(self.pending.remove(place))
    }

    /// Whether hands are free for which no element is within reach.
    fn is_stuck(&self) -> bool {
        !self.pending.is_empty() && self.busy < self.hands()
    }

    fn hands(&self) -> usize {
        match self.plan.work {
            Work::Elements { parallel, .. } => parallel,
            Work::RollBack | Work::Stages { .. } => 0,
        }
    }

    /// Start work on an element; how long it takes.
    fn begin_element(&self, node: NodeId, port: &mut dyn Port) -> Span {
        let Work::Elements {
            effect,
            per_element,
            ..
        } = &self.plan.work
        else {
            return Span::ZERO;
        };
        if matches!(effect, Effect::Reboot { .. }) {
            port.hold(node, Holder::Response, ElementStatus::Down);
        }
        let occasion = [
            text_key(&self.plan.name),
            text_key("element"),
            u64::from(node.0),
        ];
        let usual = luck(port.seed(), Stream::Response, &occasion).delay(per_element);
        if matches!(effect, Effect::Restore) {
            usual.scaled(port.restore_factor(node))
        } else {
            usual
        }
    }

    fn drawn(&self, seed: u64, purpose: &str) -> Luck {
        let occasion = [text_key(&self.plan.name), text_key(purpose)];
        luck(seed, Stream::Response, &occasion)
    }

    fn finish(&mut self, port: &mut dyn Port) {
        self.state = State::Done;
        self.record(port, "action-finished", self.plan.word.to_owned());
    }

    fn block(&mut self, port: &mut dyn Port, why: &str) {
        if !self.is_blocked {
            self.is_blocked = true;
            self.record(port, "action-blocked", why.to_owned());
        }
    }

    fn unblock(&mut self, port: &mut dyn Port) {
        if self.is_blocked {
            self.is_blocked = false;
            self.record(port, "action-unblocked", self.plan.word.to_owned());
        }
    }

    fn record(&self, port: &mut dyn Port, kind: &'static str, detail: String) {
        port.record("response", kind, self.plan.name.clone(), detail);
    }

    fn describe(&self) -> String {
        match &self.plan.work {
            Work::Elements { nodes, .. } => format!("{}, {} elements", self.plan.word, nodes.len()),
            Work::RollBack | Work::Stages { .. } => self.plan.word.to_owned(),
        }
    }
}
