//! What the commands need from the rooms below: to load a scenario, run it, and show its network.
//!
//! Invariant: the one seam between arguments and simulation; commands know nothing else of it.

use std::path::Path;

use crate::base::{SimTime, WallClock};
use crate::simulation::{Observer, RunResult};
use crate::study::{DetectPlan, DetectStudy, GateStudy, RunSigns};

use super::many::Many;

/// Which scenario, with what changed from outside.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The scenario file.
    pub path: &'a Path,
    /// The seed, instead of the scenario's.
    pub seed: Option<u64>,
    /// The scale, instead of the scenario's.
    pub scale: Option<f64>,
    /// Overrides `path.to.key=value`.
    pub set: &'a [String],
}

/// What is known of a run before it starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Name of the scenario.
    pub name: String,
    /// The seed that will be used.
    pub seed: u64,
    /// The calendar.
    pub clock: WallClock,
    /// End of the run.
    pub horizon: SimTime,
    /// Warnings about the scenario, each with its place.
    pub warnings: Vec<String>,
    /// What the plan lint says: the rule, and its warning with its place.
    pub lint: Vec<(&'static str, String)>,
    /// What is odd about the network, for those who ask.
    pub remarks: Vec<String>,
    /// Number of published figures to compare with.
    pub published: usize,
}

/// What is known of a network before anything happens to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopologyView {
    /// Counts, devices, articulation points: text for a reader.
    pub summary: String,
    /// The graph as GraphML.
    pub graphml: Vec<u8>,
    /// Its nodes as CSV.
    pub nodes_csv: Vec<u8>,
    /// Its edges as CSV.
    pub edges_csv: Vec<u8>,
    /// Warnings, each with its place.
    pub warnings: Vec<String>,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Everything that is wrong with the input, a line each, with file and place.
    Input(Vec<String>),
    /// The observer ended the run at this simulated instant.
    Interrupted(SimTime),
}

/// Loads and runs scenarios.
pub trait Engine {
    /// A scenario that was read and checked, with its network built.
    type World;

    /// Read, check and build.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario and its input files.
    fn load(&self, request: &Request<'_>) -> Result<Self::World, Failure>;

    /// What is known of its run.
    fn plan(&self, world: &Self::World) -> Plan;

    /// Run it. `command` and `timing` of the result are left to the caller.
    ///
    /// # Errors
    /// If the observer ended it.
    fn simulate(
        &self,
        world: &Self::World,
        threads: usize,
        observer: &mut dyn Observer,
    ) -> Result<RunResult, Failure>;

    /// Run it, and say what every telemetry contract shows of it; of none, if there is nobody to look.
    ///
    /// # Errors
    /// If the observer ended it.
    fn simulate_for_all(
        &self,
        world: &Self::World,
        threads: usize,
        observer: &mut dyn Observer,
    ) -> Result<(RunResult, Vec<RunSigns>), Failure> {
        let result = self.simulate(world, threads, observer)?;
        Ok((result, Vec::new()))
    }

    /// What each gate of its rollout is worth.
    ///
    /// # Errors
    /// If it has none, or the user ended it.
    fn gate_study(&self, world: &Self::World, many: &Many) -> Result<GateStudy, Failure>;

    /// When each detector fires, calibrated on the network of the first.
    ///
    /// # Errors
    /// If the plan makes no sense, or the user ended it.
    fn detect_study(
        &self,
        worlds: &[Self::World],
        plan: &DetectPlan,
        many: &Many,
    ) -> Result<DetectStudy, Failure>;

    /// Its network.
    fn topology(&self, world: &Self::World) -> TopologyView;

    /// The JSON Schema of scenario files.
    fn schema(&self) -> String;
}
