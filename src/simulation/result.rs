//! What a run hands back, and how it reports its progress while it lasts.
//!
//! Invariant: everything but [`Timing`] is a pure function of scenario, seed and version; `Timing` is
//! filled in by whoever owns a clock, and reaches no other output.

use std::ops::ControlFlow;

use crate::base::{Record, SimTime, WallClock};
use crate::detect::signature::Signature;
use crate::impact::{Evaluated, Impact, Kpi, Names, Places};
use crate::network::Service;
use crate::scenario::ExportFormat;
use crate::telemetry::OperatorRecord;
use crate::topology::NodeKind;

use super::watch::Watch;

/// The results of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunResult {
    /// Name of the scenario.
    pub scenario: String,
    /// The canonical command that repeats the run: no threads, no output directory, no path.
    pub command: String,
    /// The scenario with all defaults filled in, as YAML.
    pub resolved: String,
    /// Hash of the resolved scenario and its input files, in hexadecimal.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// The calendar of the scenario.
    pub clock: WallClock,
    /// End of the run.
    pub horizon: SimTime,
    /// What indices stand for, and the scale.
    pub names: Names,
    /// Devices simulated.
    pub simulated_devices: u64,
    /// The score.
    pub impact: Impact,
    /// Time series.
    pub kpi: Kpi,
    /// Every order and every fact, in the order of time.
    pub records: Vec<Record>,
    /// Stages of the rollout, as they went.
    pub stages: Vec<StageFact>,
    /// Verdicts of gates.
    pub gates: Vec<GateFact>,
    /// What the operator's view said of the kind of disturbance, over time.
    pub signature: Signature,
    /// Formats in which it is written what the operator was told.
    pub exports: Vec<ExportFormat>,
    /// Everything that the operator was told; none unless the scenario exports it.
    pub operator: Option<OperatorRecord>,
    /// Published figures beside the simulated ones.
    pub published: Vec<Evaluated>,
    /// Where devices were out, and when.
    pub places: Places,
    /// What the operator's tools showed, at the instants of the time series.
    pub watch: Watch,
    /// Everything but towers, in the order of the graph.
    pub elements: Vec<ElementFact>,
    /// Committed device events by kind, as simulated.
    pub events: Vec<(String, u64)>,
    /// What a reader must know about how the run was done: merged towers, say.
    pub notes: Vec<String>,
    /// How long it took; none until the caller has measured it.
    pub timing: Option<Timing>,
}

/// How one stage of a rollout went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageFact {
    /// Its name.
    pub name: String,
    /// When its first element was changed.
    pub started: SimTime,
    /// When it was passed, rolled back or halted; none if it still ran at the end.
    pub ended: Option<SimTime>,
    /// How it ended: `passed`, `rolled-back`, `halted`, `running`.
    pub outcome: String,
    /// Elements that it changed.
    pub elements: usize,
    /// Devices at scale 1 that depend on those elements.
    pub exposed_devices: u64,
}

/// An element of the network that is no tower.
#[derive(Clone, Debug, PartialEq)]
pub struct ElementFact {
    /// Its place in [`Names::nodes`].
    pub node: usize,
    /// What it is.
    pub kind: NodeKind,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// One verdict of a gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateFact {
    /// When it was given.
    pub at: SimTime,
    /// The stage that it judged.
    pub stage: String,
    /// The gate.
    pub gate: String,
    /// Whether it let the rollout go on.
    pub passed: bool,
    /// The measured value and the threshold, for a reader.
    pub detail: String,
}

/// How long a run took, and on what. Differs between any two runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timing {
    /// Seconds from reading the scenario to the last result.
    pub wall_seconds: f64,
    /// Seconds of the simulation alone.
    pub run_seconds: f64,
    /// Threads used.
    pub threads: usize,
    /// Operating system, architecture and number of processors.
    pub machine: String,
    /// The most memory the process held, in bytes, where the system says.
    pub peak_memory_bytes: Option<u64>,
    /// Seconds by phase.
    pub phases: Vec<(String, f64)>,
}

impl RunResult {
    /// When anybody was first without voice or data because of what happened: when the devices out first
    /// came to a hundredth of the most; none if nobody ever was.
    pub fn first_impact(&self) -> Option<SimTime> {
        let services = [Service::Voice, Service::Data];
        let onset = |service: Service| self.impact.all.services[service as usize].onset;
        let first = services.into_iter().filter_map(onset).min()?;
        Some(self.impact.reference + first)
    }

    /// Whether a gate stopped the rollout.
    pub fn gate_failed(&self) -> bool {
        self.gates.iter().any(|gate| !gate.passed)
    }

    /// Committed device events, all kinds.
    pub fn event_count(&self) -> u64 {
        self.events.iter().map(|(_, count)| count).sum()
    }
}

/// What a run is busy with, one thing at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Bringing the network and its devices to life.
    Build,
    /// Devices and core, which advance on all threads.
    Network,
    /// Orders: changes, faults, people, and whoever counts. One thread does it.
    Orders,
    /// The score at the end.
    Score,
}

impl Part {
    /// Its name in a list of phases.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Network => "network",
            Self::Orders => "orders",
            Self::Score => "score",
        }
    }
}

/// Watches a run, and may end it.
pub trait Observer: Send {
    /// Called when the run turns to something: whoever owns a clock can tell where the time goes.
    fn turns_to(&mut self, _part: Part) {}

    /// Called some ten times a second or oftener: the simulated time, the devices without data (at
    /// scale 1), the events committed so far. `Break` ends the run as soon as its state allows.
    fn progress(&mut self, now: SimTime, devices_out: u64, events: u64) -> ControlFlow<()>;
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn progress(&mut self, _: SimTime, _: u64, _: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
