//! One run of a scenario, from its first order to its results.
//!
//! ```
//! use cellfall::scenario::Scenario;
//! use cellfall::simulation::simulate;
//!
//! let text = "
//! topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 1, ims: 1}}
//! scale: 1
//! horizon: 1h
//! ";
//! let scenario = Scenario::from_text("a quiet hour", text, &[]).expect("a sound scenario");
//! let result = simulate(&scenario, 7);
//! assert_eq!(result.simulated_devices, 20_000);
//! assert_eq!(result.impact.worst_of_all().device_minutes, 0.0);
//! ```
//!
//! Invariant: a run is a pure function of (scenario, seed, version): threads, windows and shards change
//! how fast it goes, and nothing else.

mod deck;
mod facts;
mod keep;
mod night;
mod onlooker;
mod order;
mod result;
mod watch;

use std::ops::ControlFlow;

use crate::attack::Attacks;
use crate::base::{NodeId, SimTime, Span, TowerId};
use crate::change::Rollout;
use crate::detect::signature::{Signature, Tracker};
use crate::fault::{FaultEngine, Holds};
use crate::impact::{
    Ending, Evidence, Names as ImpactNames, PlaceRecorder, TowerOutcome, evaluate,
};
use crate::kernel::{Agenda, RunEnd, Workers, WorkersError, run};
use crate::network::{AlertSpec, Network, NetworkInput};
use crate::response::Response;
use crate::scenario::Scenario;
use crate::telemetry::{Names, OperatorView, Sensors};

pub use keep::Keep;
use night::Night;
pub use onlooker::Onlook;
use onlooker::Onlooker;
use order::Order;
pub use result::{
    ElementFact, GateFact, GateReport, Observer, Part, RunResult, Silent, StageFact, Timing,
};
pub use watch::{WATCHED, Watch};

/// How a run is carried out. None of it changes a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Threads that advance shards.
    pub threads: usize,
    /// Devices per shard, more or less; at most 65,536, and fewer if several threads would not have enough shards.
    pub shard_size: usize,
    /// Windows no longer than this; as long as the scenario allows unless given.
    pub window: Option<Span>,
    /// What is kept of it.
    pub keep: Keep,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: 1,
            shard_size: 65_536,
            window: None,
            keep: Keep::Everything,
        }
    }
}

/// Why there is no result.
#[derive(Debug)]
pub enum RunError {
    /// The observer ended the run at this instant.
    Interrupted(SimTime),
    /// The threads could not be had.
    Workers(WorkersError),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Interrupted(at) => write!(f, "interrupted at {at}"),
            Self::Workers(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RunError {}

/// With several threads, so many shards for each at least: the last one of a window keeps one of them busy alone.
const SHARDS_PER_THREAD: usize = 8;
/// Shards of fewer devices are not worth their own timers.
const SMALLEST_SHARD: usize = 4_096;

/// So many devices go through a window in about a hundredth of a second.
const WINDOW_DEVICES: u64 = 50_000_000;

/// Run a scenario on the calling thread.
pub fn simulate(scenario: &Scenario, seed: u64) -> RunResult {
    simulate_with(scenario, seed, Settings::default(), &mut Silent)
        .expect("nobody interrupts, and no thread is needed")
}

/// Run a scenario with chosen threads, shards and windows, watched by `observer`.
///
/// # Errors
/// If the observer ended the run, or the threads could not be had.
pub fn simulate_with(
    scenario: &Scenario,
    seed: u64,
    settings: Settings,
    observer: &mut dyn Observer,
) -> Result<RunResult, RunError> {
    let (result, _) = simulate_seen(scenario, seed, settings, (observer, &[]))?;
    Ok(result)
}

/// Run a scenario, and see it through the eyes of other operators, too: one signature for each way in which
/// each of them looks. Nothing that they see reaches the run.
///
/// # Errors
/// If the observer ended the run, or the threads could not be had.
pub fn simulate_seen(
    scenario: &Scenario,
    seed: u64,
    settings: Settings,
    (observer, onlooks): (&mut dyn Observer, &[Onlook]),
) -> Result<(RunResult, Vec<Vec<Signature>>), RunError> {
    observer.turns_to(Part::Build);
    let workers = Workers::new(settings.threads).map_err(RunError::Workers)?;
    let file = scenario.file();
    let topology = scenario.topology();
    let (rollouts, absent) = rollouts(scenario, seed);
    let network = network(scenario, (seed, settings), &absent, &workers);
    let details = settings.keep == Keep::Everything;
    let window = settings.window.unwrap_or(Span::from_hours(1));
    let classes = scenario.class_names();
    let names = Names {
        topology,
        classes: &classes,
    };
    let retention = file.telemetry.retention;
    let windows_per_progress = (WINDOW_DEVICES / network.devices().max(1)).clamp(1, 64);
    let mut night = Night {
        scenario,
        seed,
        network,
        faults: FaultEngine::new(),
        rollouts: rollouts.into_iter().map(Some).collect(),
        attacks: Attacks::new(&file.attacks, &file.disturbances, topology, &classes)
            .expect("the scenario has checked them"),
        pipeline: keep::pipeline(scenario, seed, settings.keep),
        sensors: Sensors::new(&file.telemetry, seed),
        traces: Vec::new(),
        view: view(scenario),
        tracker: details.then(|| Tracker::new(topology, file.scale)),
        signature: Signature {
            contract: file.telemetry.contract,
            ..Signature::default()
        },
        onlookers: onlookers(onlooks, scenario, seed),
        response: Response::new(&file.response, &names, retention)
            .expect("the scenario has checked it"),
        holds: Holds::default(),
        records: Vec::new(),
        alert_areas: alert_areas(scenario),
        alerts: Vec::new(),
        places: details.then(|| PlaceRecorder::new(topology)),
        watch: details.then(Watch::default),
        outages: Vec::new(),
        recorder: settings
            .keep
            .recorder(ImpactNames::new(topology, classes.clone(), file.scale)),
        classes: &classes,
        observer,
        kpi_period: file.outputs.kpi_period,
        awaits_rollback: false,
        windows: 0,
        windows_per_progress,
    };
    let mut agenda: Agenda<Order> = Agenda::new();
    night.start(&mut agenda);
    let horizon = SimTime::ZERO + file.horizon;
    match workers.lead(|| run(&mut night, &mut agenda, window, horizon)) {
        RunEnd::Interrupted(at) => Err(RunError::Interrupted(at)),
        RunEnd::Horizon => {
            let onlookers = std::mem::take(&mut night.onlookers).into_iter();
            let shown = onlookers.map(Onlooker::into_signatures).collect();
            Ok((finish(night, horizon), shown))
        }
    }
}

/// The network of a run, without the elements that are not in service yet.
fn network<'a>(
    scenario: &'a Scenario,
    (seed, settings): (u64, Settings),
    absent: &'a [NodeId],
    workers: &'a Workers,
) -> Network<'a> {
    let file = scenario.file();
    let input = NetworkInput {
        topology: scenario.topology(),
        population: &file.population,
        spec: &file.network,
        clock: scenario.clock(),
        scale: file.scale,
        seed,
        absent,
        shard_size: shard_size(scenario, settings),
    };
    Network::new(&input, workers).expect("the scenario has checked the time zones")
}

/// Devices per shard of a run.
fn shard_size(scenario: &Scenario, settings: Settings) -> usize {
    if settings.threads == 1 {
        return settings.shard_size;
    }
    let towers = scenario.topology().towers().iter();
    let devices: u64 = towers.map(|tower| tower.devices).sum();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "about how many"
    )]
    let simulated = (devices as f64 * scenario.file().scale) as usize;
    let enough = simulated / (settings.threads * SHARDS_PER_THREAD);
    settings.shard_size.min(enough.max(SMALLEST_SHARD))
}

fn onlookers(onlooks: &[Onlook], scenario: &Scenario, seed: u64) -> Vec<Onlooker> {
    let each = onlooks.iter();
    each.map(|onlook| Onlooker::new(onlook, scenario, seed))
        .collect()
}

/// The rollouts of the night, and the elements that are not in service before they have been installed.
fn rollouts(scenario: &Scenario, seed: u64) -> (Vec<Rollout>, Vec<NodeId>) {
    let changes = scenario.file().rollouts();
    let rollout = |(change, rollout): &(_, _)| {
        Rollout::new(change, rollout, scenario.topology(), scenario.clock(), seed)
            .expect("the scenario has checked it")
    };
    let rollouts: Vec<Rollout> = changes.iter().map(rollout).collect();
    let added = changes.iter().zip(&rollouts);
    let absent = added
        .filter(|((change, _), _)| change.adds_elements)
        .flat_map(|(_, rollout)| rollout.targets().to_vec())
        .collect();
    (rollouts, absent)
}

/// The towers of each public warning.
fn alert_areas(scenario: &Scenario) -> Vec<Vec<TowerId>> {
    let alerts = scenario.file().alerts.iter();
    let area = |alert: &AlertSpec| {
        let towers = alert.towers(scenario.topology());
        towers.expect("the scenario has checked it")
    };
    alerts.map(area).collect()
}

/// What the operator will see.
fn view(scenario: &Scenario) -> OperatorView {
    let file = scenario.file();
    let view = OperatorView::new(&file.telemetry, scenario.topology()).at_scale(file.scale);
    if file.outputs.export.is_empty() {
        view
    } else {
        view.keeping_everything()
    }
}

/// Turn what happened into results.
fn finish(mut night: Night<'_, '_>, horizon: SimTime) -> RunResult {
    night.observer.turns_to(Part::Score);
    let scenario = night.scenario;
    let file = scenario.file();
    night.network.settle(horizon);
    night.network.assert_conserved();
    if night.recorder.last_at() != Some(horizon) {
        night.sample(horizon);
    }
    let names = ImpactNames::new(scenario.topology(), scenario.class_names(), file.scale);
    let ending = Ending {
        reference: scenario.reference(),
        detected: night.response.first_alarm().map(|(at, _)| at),
        towers: towers(&night.network, horizon),
        alerts: night.alerts,
    };
    let (impact, kpi) = night.recorder.finish(ending);
    let evidence = Evidence {
        impact: &impact,
        records: &night.records,
        regions: names.regions.len(),
    };
    let published = evaluate(&file.published, &evidence);
    let rollouts = night.rollouts.iter().flatten();
    let stages = rollouts
        .flat_map(|rollout| facts::stages(rollout, &night.records, scenario.topology()))
        .collect();
    let rollouts = night.rollouts.iter().flatten();
    let gate_reports = rollouts
        .flat_map(|rollout| facts::gate_reports(rollout, &impact, horizon))
        .collect();
    let exports = file.outputs.export.clone();
    let releases = night.pipeline.releases().clone();
    let kept = !exports.is_empty();
    let operator = kept.then(|| night.view.into_record(releases, scenario.topology()));
    RunResult {
        exports,
        operator,
        signature: night.signature,
        scenario: file.name.clone(),
        command: String::new(),
        resolved: scenario.resolved().to_owned(),
        scenario_hash: scenario.digest().to_string(),
        seed: night.seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        clock: scenario.clock().clone(),
        horizon,
        simulated_devices: night.network.devices(),
        events: night
            .network
            .events()
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count))
            .collect(),
        notes: notes(&night.network),
        gates: facts::gates(&night.records),
        gate_reports,
        records: night.records,
        names,
        impact,
        kpi,
        stages,
        published,
        places: night.places.map(PlaceRecorder::finish).unwrap_or_default(),
        watch: night.watch.unwrap_or_default(),
        elements: facts::elements(scenario.topology()),
        timing: None,
    }
}

fn towers(network: &Network<'_>, horizon: SimTime) -> Vec<TowerOutcome> {
    let outcomes = network.towers(horizon).into_iter().zip(0_u32..);
    outcomes
        .map(|(outcome, tower)| TowerOutcome {
            tower: TowerId(tower),
            devices: outcome.devices,
            first_out: outcome.first_out,
            last_back: outcome.last_back,
            still_out: outcome.still_out,
            lost_device_us: outcome.lost_device_us,
        })
        .filter(|outcome| outcome.devices > 0)
        .collect()
}

/// What a reader must know about how the run was done.
fn notes(network: &Network<'_>) -> Vec<String> {
    let shared = network.towers_per_radio();
    if shared > 1 {
        vec![format!(
            "at this scale a tower's radio limit would hold less than a request: {shared} towers share one"
        )]
    } else {
        Vec::new()
    }
}

impl Observer for &mut dyn Observer {
    fn turns_to(&mut self, part: Part) {
        (**self).turns_to(part);
    }

    fn progress(&mut self, now: SimTime, devices_out: u64, events: u64) -> ControlFlow<()> {
        (**self).progress(now, devices_out, events)
    }

    fn looks_every(&self) -> Option<Span> {
        (**self).looks_every()
    }

    fn look(&mut self, now: SimTime, view: &OperatorView) {
        (**self).look(now, view);
    }
}
