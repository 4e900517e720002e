//! The response at work: alarms are evaluated, the first that triggers starts the chain detect →
//! triage → decide, and the steps of the playbook follow what they wait for.
//!
//! Invariant: never moves time: it returns orders for later. It reads the operator's view through
//! alarms only, and asks the port for nothing but the reach of its own tools.

use crate::base::{Delay, NodeId, Problem, SimTime, Span, Stream};
use crate::detect::{Alarm, AlarmChange};
use crate::fault::{Port, luck, text_key};
use crate::telemetry::{Names, Observed, OperatorView, Path};

use super::plan::{Trigger, alarm, plan};
use super::spec::ResponseSpec;
use super::step::{State, Step, Turn, tools_work};

/// Something the response will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseOrder {
    /// Evaluate an alarm rule.
    Evaluate {
        /// Its place among the rules.
        alarm: usize,
    },
    /// A person looks at the alarm; triage begins once the tools work.
    Detect,
    /// Triage is done.
    Triage,
    /// What to do is decided.
    Decide,
    /// A step's delay has passed.
    Begin {
        /// Its place in the playbook.
        step: usize,
    },
    /// A step is prepared.
    Effect {
        /// Its place in the playbook.
        step: usize,
    },
    /// The next stage of a re-admission is due.
    Stage {
        /// The step's place in the playbook.
        step: usize,
        /// Which stage.
        stage: usize,
    },
    /// Work on an element is done.
    Element {
        /// The step's place in the playbook.
        step: usize,
        /// Which element.
        node: NodeId,
    },
    /// See whether elements that were out of reach are within it again.
    Advance {
        /// The step's place in the playbook.
        step: usize,
    },
}

/// What the response asks of other parts of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseAction {
    /// The rollout should take its change back; whoever carries this calls
    /// [`Response::rollback_finished`] when that is done, or at once if there is nothing to take
    /// back.
    RollBack,
    /// What faults and attacks did to these elements should be healed.
    Restore {
        /// Which.
        nodes: Vec<NodeId>,
    },
}

/// What follows from an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A later order.
    Order(SimTime, ResponseOrder),
    /// A request to another part of the world, now.
    Action(ResponseAction),
}

/// The response of one run.
#[derive(Clone, Debug)]
pub struct Response {
    alarms: Vec<Alarm>,
    /// Whether each alarm starts the chain.
    triggers: Vec<bool>,
    steps: Vec<Step>,
    detect: Delay,
    triage: Delay,
    decide: Delay,
    tools: Path,
    retry: Span,
    is_blocked: bool,
    first_alarm: Option<(SimTime, usize)>,
    /// The alarm that started the chain.
    chain_alarm: Option<usize>,
    decided_at: Option<SimTime>,
}

impl Response {
    /// The response with every name resolved. `retention` is how long the operator's view keeps
    /// reports.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn new(
        spec: &ResponseSpec,
        names: &Names<'_>,
        retention: Span,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let alarms = alarms(spec, names, retention, &mut problems);
        let triggers = triggers(spec, &mut problems);
        if spec.retry.is_zero() {
            problems.push(Problem::new("retry", "0s", "more than 0s"));
        }
        let plans = plan(spec, names).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            alarms,
            triggers,
            steps: plans.into_iter().map(Step::new).collect(),
            detect: spec.detect,
            triage: spec.triage,
            decide: spec.decide,
            tools: spec.tools,
            retry: spec.retry,
            is_blocked: false,
            first_alarm: None,
            chain_alarm: None,
            decided_at: None,
        })
    }

    /// The first orders: every alarm's first evaluation, and steps that wait for the clock alone.
    pub fn start(&mut self, seed: u64) -> Vec<(SimTime, ResponseOrder)> {
        let evaluations = self.alarms.iter().enumerate().map(|(index, alarm)| {
            let order = ResponseOrder::Evaluate { alarm: index };
            (SimTime::ZERO + alarm.interval(), order)
        });
        let mut orders: Vec<_> = evaluations.collect();
        for (index, step) in self.steps.iter_mut().enumerate() {
            let Trigger::At(at) = step.plan.trigger else {
                continue;
            };
            let retry = self.retry;
            if let Outcome::Order(at, order) = step.schedule(Turn { index, retry }, at, seed) {
                orders.push((at, order));
            }
        }
        orders
    }

    /// Carry out an order.
    pub fn handle(
        &mut self,
        order: ResponseOrder,
        view: &OperatorView,
        port: &mut dyn Port,
    ) -> Vec<Outcome> {
        let retry = self.retry;
        match order {
            ResponseOrder::Evaluate { alarm } => self.evaluate(alarm, view, port),
            ResponseOrder::Detect | ResponseOrder::Triage | ResponseOrder::Decide => {
                self.follow_chain(order, port)
            }
            ResponseOrder::Begin { step: index } => {
                vec![self.steps[index].begin(Turn { index, retry }, port)]
            }
            ResponseOrder::Effect { step } => {
                self.at_step(step, port, |at, turn, port| at.take_effect(turn, port))
            }
            ResponseOrder::Stage { step, stage } => {
                self.at_step(step, port, |at, turn, port| at.run_stage(turn, stage, port))
            }
            ResponseOrder::Element { step, node } => self.at_step(step, port, |at, turn, port| {
                at.end_element(turn, node, port)
            }),
            ResponseOrder::Advance { step } => {
                self.at_step(step, port, |at, turn, port| at.retry(turn, port))
            }
        }
    }

    /// The rollout says that its rollback is done.
    pub fn rollback_finished(&mut self, port: &mut dyn Port) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for index in 0..self.steps.len() {
            outcomes.extend(self.at_step(index, port, |at, _, port| {
                at.end_roll_back(port);
                Vec::new()
            }));
        }
        outcomes
    }

    /// When an alarm was first raised, and which.
    pub fn first_alarm(&self) -> Option<(SimTime, &str)> {
        self.first_alarm
            .map(|(at, alarm)| (at, self.alarms[alarm].name()))
    }

    /// When it was decided what to do.
    pub fn decided_at(&self) -> Option<SimTime> {
        self.decided_at
    }

    /// The alarms that are raised now, by name.
    pub fn raised(&self) -> impl Iterator<Item = &str> {
        let raised = self.alarms.iter().filter(|alarm| alarm.is_raised());
        raised.map(Alarm::name)
    }

    /// Let a step work; if that ends it, what waits for it follows.
    fn at_step(
        &mut self,
        index: usize,
        port: &mut dyn Port,
        work: impl FnOnce(&mut Step, Turn, &mut dyn Port) -> Vec<Outcome>,
    ) -> Vec<Outcome> {
        let retry = self.retry;
        let was_done = self.steps[index].state == State::Done;
        let mut outcomes = work(&mut self.steps[index], Turn { index, retry }, port);
        if !was_done && self.steps[index].state == State::Done {
            outcomes.extend(self.release(Trigger::Step(index), port));
        }
        outcomes
    }

    fn evaluate(&mut self, index: usize, view: &OperatorView, port: &mut dyn Port) -> Vec<Outcome> {
        let now = port.now();
        let alarm = &mut self.alarms[index];
        let again = ResponseOrder::Evaluate { alarm: index };
        let mut outcomes = vec![Outcome::Order(now + alarm.interval(), again)];
        match alarm.evaluate(view, now) {
            Some(AlarmChange::Raised(observed)) => {
                record_alarm(alarm, "alarm-raised", observed, port);
                outcomes.extend(self.begin_chain(index, port));
                outcomes.extend(self.release(Trigger::Raised(index), port));
            }
            Some(AlarmChange::Cleared(observed)) => {
                record_alarm(alarm, "alarm-cleared", observed, port);
                outcomes.extend(self.release(Trigger::Cleared(index), port));
            }
            None => {}
        }
        outcomes
    }

    fn begin_chain(&mut self, alarm: usize, port: &mut dyn Port) -> Option<Outcome> {
        let now = port.now();
        self.first_alarm.get_or_insert((now, alarm));
        if self.chain_alarm.is_some() || !self.triggers[alarm] {
            return None;
        }
        self.chain_alarm = Some(alarm);
        let delay = drawn("detect", &self.detect, port);
        Some(Outcome::Order(now + delay, ResponseOrder::Detect))
    }

    /// A phase of the chain is over. People cannot begin triage, nor end it, without their tools;
    /// to decide they need none.
    fn follow_chain(&mut self, order: ResponseOrder, port: &mut dyn Port) -> Vec<Outcome> {
        let now = port.now();
        if order != ResponseOrder::Decide && !self.has_tools(order, port) {
            return vec![Outcome::Order(now + self.retry, order)];
        }
        let (kind, next) = match order {
            ResponseOrder::Detect => {
                let delay = drawn("triage", &self.triage, port);
                ("detected", Some((now + delay, ResponseOrder::Triage)))
            }
            ResponseOrder::Triage => {
                let delay = drawn("decide", &self.decide, port);
                ("triage-done", Some((now + delay, ResponseOrder::Decide)))
            }
            _ => ("decision", None),
        };
        let alarm = self.chain_alarm.map(|alarm| self.alarms[alarm].name());
        let subject = alarm.unwrap_or_default().to_owned();
        port.record("response", kind, subject, String::new());
        if let Some((at, order)) = next {
            return vec![Outcome::Order(at, order)];
        }
        self.decided_at = Some(now);
        self.release(Trigger::Decision, port)
    }

    fn has_tools(&mut self, order: ResponseOrder, port: &mut dyn Port) -> bool {
        let work = tools_work(self.tools, port);
        if work == self.is_blocked {
            self.is_blocked = !work;
            let phase = match order {
                ResponseOrder::Detect => "triage",
                _ => "end of triage",
            };
            let (kind, why) = if work {
                ("unblocked", "the tools work again")
            } else {
                ("blocked", "the management plane reaches no core function")
            };
            port.record("response", kind, phase.to_owned(), why.to_owned());
        }
        work
    }

    /// Something happened that steps wait for.
    fn release(&mut self, trigger: Trigger, port: &mut dyn Port) -> Vec<Outcome> {
        let (now, seed, retry) = (port.now(), port.seed(), self.retry);
        let steps = self.steps.iter_mut().enumerate();
        steps
            .filter(|(_, step)| step.plan.trigger == trigger && step.state == State::Waiting)
            .map(|(index, step)| step.schedule(Turn { index, retry }, now, seed))
            .collect()
    }
}

fn drawn(phase: &str, delay: &Delay, port: &mut dyn Port) -> Span {
    let occasion = [text_key("chain"), text_key(phase)];
    luck(port.seed(), Stream::Response, &occasion).delay(delay)
}

fn record_alarm(
    alarm: &Alarm,
    kind: &'static str,
    observed: Option<Observed>,
    port: &mut dyn Port,
) {
    let detail = match observed {
        Some(Observed { value, at, .. }) => {
            format!("{}: {value:.4}, as of {at}", alarm.watch())
        }
        None => format!("{}: no value", alarm.watch()),
    };
    port.record("response", kind, alarm.name().to_owned(), detail);
}

fn alarms(
    spec: &ResponseSpec,
    names: &Names<'_>,
    retention: Span,
    problems: &mut Vec<Problem>,
) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for (index, rule) in spec.alarms.iter().enumerate() {
        let path = format!("alarms[{index}]");
        if spec.alarms[..index]
            .iter()
            .any(|other| other.name == rule.name)
        {
            let allowed = "a name that no earlier alarm has";
            problems.push(Problem::new(format!("{path}.name"), &*rule.name, allowed));
        }
        if rule.reach() > retention {
            let allowed = format!("over and compared_with within telemetry.retention, {retention}");
            problems.push(Problem::new(&*path, rule.reach().to_string(), allowed));
        }
        match Alarm::new(rule, names) {
            Ok(alarm) => alarms.push(alarm),
            Err(found) => problems.extend(found.into_iter().map(|p| p.under(&path))),
        }
    }
    alarms
}

fn triggers(spec: &ResponseSpec, problems: &mut Vec<Problem>) -> Vec<bool> {
    let mut triggers = vec![spec.triggers.is_empty(); spec.alarms.len()];
    for (index, name) in spec.triggers.iter().enumerate() {
        match alarm(&format!("triggers[{index}]"), name, spec) {
            Ok(alarm) => triggers[alarm] = true,
            Err(problem) => problems.push(problem),
        }
    }
    triggers
}

#[cfg(test)]
mod tests;
