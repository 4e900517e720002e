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
mod night;
mod result;
mod watch;

use std::ops::ControlFlow;

use crate::attack::Attacks;
use crate::base::{SimTime, Span};
use crate::change::Rollout;
use crate::fault::{FaultEngine, Holds};
use crate::impact::{
    Ending, Evidence, Names as ImpactNames, PlaceRecorder, Recorder, TowerOutcome, evaluate,
};
use crate::kernel::{Agenda, RunEnd, Workers, WorkersError, run};
use crate::network::{Network, NetworkInput};
use crate::response::Response;
use crate::scenario::Scenario;
use crate::telemetry::{Names, OperatorView, Pipeline};

use night::{Night, Order};
pub use result::{ElementFact, GateFact, Observer, RunResult, Silent, StageFact, Timing};
pub use watch::{WATCHED, Watch};

/// How a run is carried out. None of it changes a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Threads that advance shards.
    pub threads: usize,
    /// Devices per shard, more or less; at most 65,536.
    pub shard_size: usize,
    /// Windows no longer than this; as long as the scenario allows unless given.
    pub window: Option<Span>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: 1,
            shard_size: 32_768,
            window: None,
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
    let workers = Workers::new(settings.threads).map_err(RunError::Workers)?;
    let file = scenario.file();
    let topology = scenario.topology();
    let rollout = file.change.as_ref().map(|change| {
        Rollout::new(change, &file.rollout, topology, scenario.clock(), seed)
            .expect("the scenario has checked it")
    });
    let added = file
        .change
        .as_ref()
        .is_some_and(|change| change.adds_elements);
    let absent = rollout
        .as_ref()
        .filter(|_| added)
        .map_or_else(Vec::new, |rollout| rollout.targets().to_vec());
    let input = NetworkInput {
        topology,
        population: &file.population,
        spec: &file.network,
        clock: scenario.clock(),
        scale: file.scale,
        seed,
        absent: &absent,
        shard_size: settings.shard_size,
    };
    let network = Network::new(&input, &workers).expect("the scenario has checked the time zones");
    let window = settings
        .window
        .unwrap_or(Span::from_hours(1))
        .min(network.lookahead(&workers));
    let classes = scenario.class_names();
    let names = Names {
        topology,
        classes: &classes,
    };
    let retention = file.telemetry.retention;
    let mut night = Night {
        scenario,
        seed,
        network,
        workers,
        faults: FaultEngine::new(),
        rollout,
        attacks: Attacks::new(&file.attacks, topology, &classes)
            .expect("the scenario has checked them"),
        pipeline: Pipeline::new(&file.telemetry, seed, file.scale),
        view: OperatorView::new(&file.telemetry, topology).at_scale(file.scale),
        response: Response::new(&file.response, &names, retention)
            .expect("the scenario has checked it"),
        holds: Holds::default(),
        records: Vec::new(),
        places: PlaceRecorder::new(topology),
        watch: Watch::default(),
        recorder: Recorder::new(ImpactNames::new(topology, classes.clone(), file.scale)),
        classes: &classes,
        observer,
        kpi_period: file.outputs.kpi_period,
        awaits_rollback: false,
    };
    let mut agenda: Agenda<Order> = Agenda::new();
    night.start(&mut agenda);
    let horizon = SimTime::ZERO + file.horizon;
    match run(&mut night, &mut agenda, window, horizon) {
        RunEnd::Interrupted(at) => Err(RunError::Interrupted(at)),
        RunEnd::Horizon => Ok(finish(night, horizon)),
    }
}

/// Turn what happened into results.
fn finish(mut night: Night<'_, '_>, horizon: SimTime) -> RunResult {
    let scenario = night.scenario;
    let file = scenario.file();
    night.network.settle(horizon, &night.workers);
    night.network.assert_conserved();
    if night.recorder.last_at() != Some(horizon) {
        night.sample(horizon);
    }
    let names = ImpactNames::new(scenario.topology(), scenario.class_names(), file.scale);
    let ending = Ending {
        reference: scenario.reference(),
        detected: night.response.first_alarm().map(|(at, _)| at),
        towers: towers(&night.network, horizon),
    };
    let (impact, kpi) = night.recorder.finish(ending);
    let evidence = Evidence {
        impact: &impact,
        records: &night.records,
        regions: names.regions.len(),
    };
    let published = evaluate(&file.published, &evidence);
    let stages = night.rollout.as_ref().map_or_else(Vec::new, |rollout| {
        facts::stages(rollout, &night.records, scenario.topology())
    });
    RunResult {
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
        records: night.records,
        names,
        impact,
        kpi,
        stages,
        published,
        places: night.places.finish(),
        watch: night.watch,
        elements: facts::elements(scenario.topology()),
        timing: None,
    }
}

fn towers(network: &Network<'_>, horizon: SimTime) -> Vec<TowerOutcome> {
    let outcomes = network.towers(horizon).into_iter().zip(0_u32..);
    outcomes
        .map(|(outcome, tower)| TowerOutcome {
            tower: crate::base::TowerId(tower),
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
    fn progress(&mut self, now: SimTime, devices_out: u64, events: u64) -> ControlFlow<()> {
        (**self).progress(now, devices_out, events)
    }
}
