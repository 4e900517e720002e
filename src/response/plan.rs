//! The playbook with every name resolved: what each step waits for, and the commands it gives.
//!
//! Invariant: a plan that was made can be carried out; all that is wrong with a playbook is found
//! here.

use crate::base::{Delay, NodeId, Problem, Share, SimTime, Span};
use crate::network::{Command, Pace, PaceOrder};
use crate::telemetry::{Names, Path};
use crate::topology::{NodeKind, Selector};

use super::action::{ActionSpec, ElementWork, Lift, ReAdmit, Throttle};
use super::spec::{After, ResponseSpec, StepSpec};
use super::target::{pools_in, regions_in, registrars, select, serves_requests};

/// What a step waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    Decision,
    Step(usize),
    At(SimTime),
    Raised(usize),
    Cleared(usize),
}

/// What is done to one element after another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Effect {
    Isolate,
    Restore,
    Purge,
    Reboot { lose_contexts: Share },
}

/// Commands given at the same instant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stage {
    pub(super) name: String,
    pub(super) commands: Vec<Command>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Work {
    RollBack,
    Stages {
        stages: Vec<Stage>,
        every: Span,
    },
    Elements {
        effect: Effect,
        nodes: Vec<NodeId>,
        per_element: Delay,
        parallel: usize,
    },
}

/// A step of the playbook.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) word: &'static str,
    pub(super) trigger: Trigger,
    pub(super) delay: Delay,
    pub(super) takes: Delay,
    pub(super) tools: Path,
    pub(super) work: Work,
}

/// The plan of every step.
///
/// # Errors
/// All that is wrong with the playbook.
pub(super) fn plan(spec: &ResponseSpec, names: &Names<'_>) -> Result<Vec<Plan>, Vec<Problem>> {
    let mut plans = Vec::new();
    let mut problems = Vec::new();
    for (index, step) in spec.playbook.iter().enumerate() {
        let path = format!("playbook[{index}]");
        let trigger = trigger(spec, index).map_err(|problem| problem.under("after"));
        let work = work(&step.action, names).map_err(|problem| problem.under("action"));
        match (unique_name(spec, index), trigger, work) {
            (Ok(()), Ok(trigger), Ok(work)) => plans.push(with(spec, step, trigger, work)),
            (name, trigger, work) => {
                let found = [name.err(), trigger.err(), work.err()];
                problems.extend(found.into_iter().flatten().map(|p| p.under(&path)));
            }
        }
    }
    if problems.is_empty() {
        Ok(plans)
    } else {
        Err(problems)
    }
}

fn with(spec: &ResponseSpec, step: &StepSpec, trigger: Trigger, work: Work) -> Plan {
    Plan {
        name: step.name.clone(),
        word: step.action.word(),
        trigger,
        delay: step.delay,
        takes: step.takes,
        tools: step.tools.unwrap_or(spec.tools),
        work,
    }
}

fn unique_name(spec: &ResponseSpec, index: usize) -> Result<(), Problem> {
    let name = &spec.playbook[index].name;
    let earlier = &spec.playbook[..index];
    if earlier.iter().any(|step| step.name == *name) {
        let allowed = "a name that no earlier step has";
        return Err(Problem::new("name", name.as_str(), allowed));
    }
    Ok(())
}

fn trigger(spec: &ResponseSpec, index: usize) -> Result<Trigger, Problem> {
    match &spec.playbook[index].after {
        After::Decision => Ok(Trigger::Decision),
        After::At(span) => Ok(Trigger::At(SimTime::ZERO + *span)),
        After::Step(name) => {
            let earlier: Vec<&str> = spec.playbook[..index]
                .iter()
                .map(|step| step.name.as_str())
                .collect();
            position("step", "step that comes earlier", name, &earlier).map(Trigger::Step)
        }
        After::Raised(name) => alarm("raised", name, spec).map(Trigger::Raised),
        After::Cleared(name) => alarm("cleared", name, spec).map(Trigger::Cleared),
    }
}

/// The alarm with this name.
///
/// # Errors
/// If there is none, at `path`, with the nearest name.
pub(super) fn alarm(path: &str, name: &str, spec: &ResponseSpec) -> Result<usize, Problem> {
    let known: Vec<&str> = spec
        .alarms
        .iter()
        .map(|alarm| alarm.name.as_str())
        .collect();
    position(path, "alarm", name, &known)
}

fn position(path: &str, what: &str, name: &str, known: &[&str]) -> Result<usize, Problem> {
    known
        .iter()
        .position(|known| *known == name)
        .ok_or_else(|| Problem::unknown_name(path, name, what, known))
}

fn work(action: &ActionSpec, names: &Names<'_>) -> Result<Work, Problem> {
    match action {
        ActionSpec::RollBack {} => Ok(Work::RollBack),
        ActionSpec::Isolate(work) => elements(Effect::Isolate, work, names, |_| true),
        ActionSpec::Restore(work) => elements(Effect::Restore, work, names, |_| true),
        ActionSpec::Purge(work) => elements(Effect::Purge, work, names, serves_requests),
        ActionSpec::Reboot(reboot) => {
            let effect = Effect::Reboot {
                lose_contexts: reboot.lose_contexts,
            };
            let work = ElementWork {
                select: reboot.select.clone(),
                per_element: reboot.per_element,
                parallel: reboot.parallel,
            };
            elements(effect, &work, names, |_| true)
        }
        ActionSpec::Throttle(throttle) => throttled(throttle, names),
        ActionSpec::Bar(bar) => {
            let scope = bar.scope.resolve(names).map_err(|p| p.under("scope"))?;
            let barring = Some(bar.barring);
            Ok(at_once(vec![Command::SetBarring { scope, barring }]))
        }
        ActionSpec::ReAdmit(readmit) => readmitted(readmit, names),
        ActionSpec::Announce(announce) => Ok(at_once(vec![Command::Announce {
            share: announce.share,
        }])),
        ActionSpec::Lift(lift) => lifted(lift, names),
    }
}

fn at_once(commands: Vec<Command>) -> Work {
    let name = "all".to_owned();
    Work::Stages {
        stages: vec![Stage { name, commands }],
        every: Span::ZERO,
    }
}

fn elements(
    effect: Effect,
    work: &ElementWork,
    names: &Names<'_>,
    wanted: impl Fn(NodeKind) -> bool,
) -> Result<Work, Problem> {
    if work.parallel == 0 {
        return Err(Problem::new("parallel", "0", "1 or more"));
    }
    if work.select == Selector::default() && effect != Effect::Restore {
        let allowed = "a selector that leaves something out; this would strike every element";
        return Err(Problem::new("select", "{}", allowed));
    }
    let nodes = select(&work.select, names, wanted).map_err(|p| p.under("select"))?;
    Ok(Work::Elements {
        effect,
        nodes,
        per_element: work.per_element,
        parallel: work.parallel as usize,
    })
}

fn throttled(throttle: &Throttle, names: &Names<'_>) -> Result<Work, Problem> {
    let scope = throttle
        .scope
        .resolve(names)
        .map_err(|p| p.under("scope"))?;
    match (throttle.pace, throttle.capacity) {
        (Some(pace), None) => Ok(at_once(vec![Command::SetPace {
            scope,
            pace: Some(checked(pace)?),
        }])),
        (None, Some(factor)) => {
            if !(factor.is_finite() && factor > 0.0) {
                let allowed = "a multiple above 0";
                return Err(Problem::new("capacity", factor.to_string(), allowed));
            }
            let nodes = registrars(&scope, names);
            if nodes.is_empty() {
                let allowed = "a scope with AMF or MME elements of its own";
                return Err(Problem::new("scope", "a scope without any", allowed));
            }
            let command = |node| Command::SetCapacity { node, factor };
            Ok(at_once(nodes.into_iter().map(command).collect()))
        }
        (None, None) => Err(Problem::new("", "throttle", "either pace or capacity")),
        (Some(_), Some(_)) => Err(Problem::new("", "pace and capacity", "one of the two")),
    }
}

/// A pace that lets somebody in.
fn checked(pace: Pace) -> Result<Pace, Problem> {
    if pace.rate.get() > 0.0 {
        Ok(pace)
    } else {
        Err(Problem::new("pace.rate", "0", "more than 0"))
    }
}

/// The pace, and barring lifted in its order: the network serves each region or pool alone for a
/// `step`, so barring ends there when its turn comes.
fn readmitted(readmit: &ReAdmit, names: &Names<'_>) -> Result<Work, Problem> {
    let scope = readmit.scope.resolve(names).map_err(|p| p.under("scope"))?;
    let pace = checked(readmit.pace)?;
    let turns = match pace.order {
        PaceOrder::Region => regions_in(&scope, names),
        PaceOrder::Pool => pools_in(&scope, names),
        PaceOrder::Priority | PaceOrder::Random => vec![("all".to_owned(), scope.clone())],
    };
    let lift = |(name, scope)| Stage {
        name,
        commands: vec![Command::SetBarring {
            scope,
            barring: None,
        }],
    };
    let mut stages: Vec<Stage> = turns.into_iter().map(lift).collect();
    let first = stages.first_mut().expect("a scope has at least itself");
    let pace = Some(pace);
    first.commands.insert(0, Command::SetPace { scope, pace });
    Ok(Work::Stages {
        stages,
        every: readmit.pace.step,
    })
}

fn lifted(lift: &Lift, names: &Names<'_>) -> Result<Work, Problem> {
    let scope = lift.scope.resolve(names).map_err(|p| p.under("scope"))?;
    let barring = lift.barring.then(|| Command::SetBarring {
        scope: scope.clone(),
        barring: None,
    });
    let pace = lift.pace.then(|| Command::SetPace {
        scope: scope.clone(),
        pace: None,
    });
    let commands: Vec<Command> = barring.into_iter().chain(pace).collect();
    if commands.is_empty() {
        return Err(Problem::new("", "neither", "barring or pace, or both"));
    }
    Ok(at_once(commands))
}
