//! What each gate of a rollout is worth: the same night again with the gate absent, and with no other.
//!
//! All arms share one seed. They meet the same world up to the first instant at which a gate acts in one
//! and not in another, so that differences are the gates' doing, exactly and not on the average.
//!
//! Invariant: nothing but gates differs between two arms.

use std::collections::BTreeMap;

use crate::network::Service;
use crate::scenario::Scenario;
use crate::simulation::{GateReport, RunResult};

use super::watch::{Overseer, Task, WatchError, run_all};

/// The gates of a plan, and what each is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct GateStudy {
    /// Name of the scenario.
    pub scenario: String,
    /// The seed that all arms share.
    pub seed: u64,
    /// Simulated devices per real device.
    pub scale: f64,
    /// With every gate.
    pub all: ArmFigures,
    /// With none.
    pub none: ArmFigures,
    /// Each gate, in the order of the plan.
    pub gates: Vec<GateWorth>,
}

/// What a gate is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct GateWorth {
    /// What it did among all the others.
    pub together: GateReport,
    /// What it did by itself.
    pub by_itself: GateReport,
    /// The night without it, with all the others.
    pub without: ArmFigures,
    /// The night with it alone.
    pub alone: ArmFigures,
}

/// What a night cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ArmFigures {
    /// Device-minutes without data, at scale 1.
    pub data_minutes: f64,
    /// Device-minutes without voice.
    pub voice_minutes: f64,
    /// The most devices without data at once.
    pub peak_devices: u64,
    /// Whether a gate stopped the rollout.
    pub is_stopped: bool,
}

/// What is to be said of a gate in one or two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateVerdict {
    /// Its stage was never reached, even by itself.
    NotReached,
    /// It never had data.
    Blind,
    /// It had data and saw nothing.
    Silent,
    /// It failed the stage, and that saved service.
    Saves,
    /// It failed the stage, and that saved nothing: the worst had come.
    TooLate,
    /// It failed the stage in time, and there was nothing that this could save.
    Needless,
    /// It failed the stage, and that cost more service than it saved.
    Costs,
}

impl GateVerdict {
    /// Its words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotReached => "not reached",
            Self::Blind => "blind",
            Self::Silent => "silent",
            Self::Saves => "saves",
            Self::TooLate => "too late",
            Self::Needless => "needless",
            Self::Costs => "costs",
        }
    }
}

impl GateWorth {
    /// What is to be said of it, by what it did alone against no gate at all.
    pub fn verdict(&self, none: &ArmFigures) -> GateVerdict {
        let alone = &self.by_itself;
        let saved = none.data_minutes - self.alone.data_minutes;
        // A tenth of a per cent of what was lost is noise of the way back.
        let noise = 1e-3 * none.data_minutes.max(self.alone.data_minutes);
        match alone.outcome {
            "not-reached" => GateVerdict::NotReached,
            "failed" if saved > noise => GateVerdict::Saves,
            "failed" if saved < -noise => GateVerdict::Costs,
            // Most of those were out who ever were at once.
            "failed" if none.peak_devices > 0 && 2 * alone.devices_out >= none.peak_devices => {
                GateVerdict::TooLate
            }
            "failed" => GateVerdict::Needless,
            _ if alone.measured == 0 => GateVerdict::Blind,
            _ => GateVerdict::Silent,
        }
    }
}

/// A gate of the plan: its stage and its place there.
type Place = (usize, usize);

/// Run a plan with all its gates, with none, without each, and with each alone.
///
/// # Errors
/// If the plan has no gate, or a run came to no result.
pub fn gate_study(scenario: &Scenario, overseer: &Overseer<'_>) -> Result<GateStudy, WatchError> {
    let places = places(scenario);
    let mut arms: BTreeMap<Vec<Place>, Scenario> = BTreeMap::new();
    for kept in arms_of(&places) {
        let arm = with_gates(scenario, &kept)?;
        arms.insert(kept, arm);
    }
    let seed = scenario.file().seed;
    let tasks = arms.values().map(|arm| Task {
        scenario: arm,
        seed,
        looker: (),
    });
    let done = run_all(tasks.collect(), overseer)?;
    let results: BTreeMap<&Vec<Place>, RunResult> = arms
        .keys()
        .zip(done.into_iter().map(|((), result)| result))
        .collect();
    let figures = |kept: &Vec<Place>| ArmFigures::of(&results[kept]);
    let worth = |place: &Place| {
        let others: Vec<Place> = places.iter().copied().filter(|p| p != place).collect();
        let alone = vec![*place];
        GateWorth {
            together: report(&results[&places], &places, *place),
            by_itself: report(&results[&alone], &alone, *place),
            without: figures(&others),
            alone: figures(&alone),
        }
    };
    Ok(GateStudy {
        scenario: scenario.file().name.clone(),
        seed,
        scale: scenario.file().scale,
        all: figures(&places),
        none: figures(&Vec::new()),
        gates: places.iter().map(worth).collect(),
    })
}

/// How many runs a plan needs.
///
/// # Errors
/// If it has no gate.
pub fn gate_study_runs(scenario: &Scenario) -> Result<usize, WatchError> {
    let places = places(scenario);
    if scenario.file().change.is_none() || places.is_empty() {
        let name = &scenario.file().name;
        let remedy = "give a stage of its rollout gates, in the file or with --set";
        return Err(WatchError::Plan(format!("{name}: found no gate; {remedy}")));
    }
    Ok(arms_of(&places).len())
}

fn places(scenario: &Scenario) -> Vec<Place> {
    let stages = scenario.file().rollout.stages.iter().enumerate();
    let gates =
        stages.flat_map(|(stage, spec)| (0..spec.gates.len()).map(move |gate| (stage, gate)));
    gates.collect()
}

/// The gates that are kept in each arm; no arm twice.
fn arms_of(places: &[Place]) -> Vec<Vec<Place>> {
    let mut arms = vec![places.to_vec(), Vec::new()];
    for place in places {
        arms.push(places.iter().copied().filter(|p| p != place).collect());
        arms.push(vec![*place]);
    }
    arms.sort();
    arms.dedup();
    arms
}

fn with_gates(scenario: &Scenario, kept: &[Place]) -> Result<Scenario, WatchError> {
    let altered = scenario.altered(|file| {
        for (stage, spec) in file.rollout.stages.iter_mut().enumerate() {
            let mut gate = 0..;
            spec.gates.retain(|_| {
                let gate = gate.next().expect("the count does not end");
                kept.contains(&(stage, gate))
            });
        }
    });
    let lines = |problems: Vec<crate::scenario::Problem>| {
        WatchError::Scenario(problems.iter().map(ToString::to_string).collect())
    };
    altered.map_err(lines)
}

/// What a gate did in an arm: reports come in the order of the gates that it keeps.
fn report(result: &RunResult, kept: &[Place], place: Place) -> GateReport {
    let mut reports = result.gate_reports.iter();
    let is_first = kept
        .iter()
        .position(|p| *p == place)
        .expect("the arm keeps it");
    let report = reports.nth(is_first).cloned();
    report.expect("every gate of a plan is reported")
}

impl ArmFigures {
    fn of(result: &RunResult) -> Self {
        let services = &result.impact.all.services;
        Self {
            data_minutes: services[Service::Data as usize].device_minutes,
            voice_minutes: services[Service::Voice as usize].device_minutes,
            peak_devices: services[Service::Data as usize].peak,
            is_stopped: result.gate_failed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_all_none_each_absent_and_each_alone() {
        let two = [(0, 0), (0, 1)];
        assert_eq!(
            arms_of(&two).len(),
            4,
            "absent and alone are the same of two"
        );
        let three = [(0, 0), (0, 1), (1, 0)];
        assert_eq!(arms_of(&three).len(), 8);
        assert_eq!(arms_of(&[(0, 0)]).len(), 2);
    }

    #[test]
    fn a_gate_is_judged_by_what_it_does_alone() {
        let figures = |data_minutes| ArmFigures {
            data_minutes,
            peak_devices: 100,
            ..ArmFigures::default()
        };
        let verdict = |outcome, measured, alone: f64, devices_out| {
            let worth = GateWorth {
                together: GateReport::default(),
                by_itself: GateReport {
                    measured,
                    outcome,
                    devices_out,
                    ..GateReport::default()
                },
                without: ArmFigures::default(),
                alone: figures(alone),
            };
            worth.verdict(&figures(1_000.0))
        };
        assert_eq!(verdict("failed", 3, 10.0, 0), GateVerdict::Saves);
        assert_eq!(verdict("failed", 3, 1_000.0, 90), GateVerdict::TooLate);
        assert_eq!(verdict("failed", 3, 1_000.0, 10), GateVerdict::Needless);
        assert_eq!(verdict("failed", 3, 2_000.0, 0), GateVerdict::Costs);
        assert_eq!(verdict("passed", 3, 1_000.0, 0), GateVerdict::Silent);
        assert_eq!(verdict("inconclusive", 0, 1_000.0, 0), GateVerdict::Blind);
        assert_eq!(
            verdict("not-reached", 0, 1_000.0, 0),
            GateVerdict::NotReached
        );
    }
}
