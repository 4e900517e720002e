//! The engine of the program: joins the commands to the rooms that load, build and simulate.
//!
//! Invariant: no decision is taken here; what a scenario means is the business of those rooms.

use crate::base::SimTime;
use crate::scenario::{Scenario, ScenarioFile, json_schema};
use crate::simulation::{Observer, RunError, RunResult, Settings, simulate_seen, simulate_with};
use crate::topology::{Summary, write_edges_csv, write_graphml, write_nodes_csv};

use crate::study::{
    DetectPlan, DetectStudy, GateStudy, Overseer, RunSigns, WatchError, detect_study,
    every_contract, gate_study, gate_study_runs,
};

use super::engine::{Engine, Failure, Plan, Request, TopologyView};
use super::interrupt;
use super::many::Many;

/// Watch over many runs with a bar, until the user asks to stop.
pub(super) fn overseen<T>(
    many: Many,
    runs: usize,
    study: impl FnOnce(&Overseer<'_>) -> Result<T, WatchError>,
) -> Result<T, Failure> {
    let bar = many.bar(runs);
    let overseer = Overseer {
        threads: many.threads,
        is_stopped: &interrupt::asked,
        run_done: &|| bar.inc(1),
    };
    let done = study(&overseer);
    bar.finish_and_clear();
    done.map_err(failure)
}

fn failure(error: WatchError) -> Failure {
    match error {
        WatchError::Run(RunError::Interrupted(at)) => Failure::Interrupted(at),
        other => Failure::Input(vec![format!("error: {other}")]),
    }
}

fn on(threads: usize) -> Settings {
    Settings {
        threads,
        ..Settings::default()
    }
}

fn no_result(error: RunError) -> Failure {
    match error {
        RunError::Interrupted(at) => Failure::Interrupted(at),
        RunError::Workers(error) => Failure::Input(vec![error.to_string()]),
    }
}

/// The engine of this program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cellfall;

impl Engine for Cellfall {
    type World = Scenario;

    fn load(&self, request: &Request<'_>) -> Result<Scenario, Failure> {
        let mut overrides = request.set.to_vec();
        overrides.extend(request.seed.map(|seed| format!("seed={seed}")));
        overrides.extend(request.scale.map(|scale| format!("scale={scale}")));
        Scenario::with_overrides(request.path, &overrides)
            .map_err(|problems| Failure::Input(problems.iter().map(ToString::to_string).collect()))
    }

    fn plan(&self, scenario: &Scenario) -> Plan {
        // A scenario tells its own warnings first, then those of its network.
        let said = scenario.warnings();
        let remarks = scenario.topology().warnings().len();
        let told = scenario.remarks().iter();
        let lint = told.filter_map(|problem| Some((problem.rule?, problem.to_string())));
        Plan {
            name: scenario.file().name.clone(),
            seed: scenario.file().seed,
            clock: scenario.clock().clone(),
            horizon: SimTime::ZERO + scenario.file().horizon,
            warnings: said[..said.len() - remarks].to_vec(),
            lint: lint.collect(),
            remarks: said[said.len() - remarks..].to_vec(),
            published: scenario.file().published.figures.len(),
        }
    }

    fn simulate(
        &self,
        scenario: &Scenario,
        threads: usize,
        observer: &mut dyn Observer,
    ) -> Result<RunResult, Failure> {
        simulate_with(scenario, scenario.file().seed, on(threads), observer).map_err(no_result)
    }

    fn simulate_for_all(
        &self,
        scenario: &Scenario,
        threads: usize,
        observer: &mut dyn Observer,
    ) -> Result<(RunResult, Vec<RunSigns>), Failure> {
        let onlooks = every_contract();
        let seed = scenario.file().seed;
        let done = simulate_seen(scenario, seed, on(threads), (observer, &onlooks));
        let (result, shown) = done.map_err(no_result)?;
        let signs = RunSigns::by_contract(&result, shown);
        Ok((result, signs))
    }

    fn gate_study(&self, scenario: &Scenario, many: &Many) -> Result<GateStudy, Failure> {
        let runs = gate_study_runs(scenario).map_err(failure)?;
        overseen(*many, runs, |overseer| gate_study(scenario, overseer))
    }

    fn detect_study(
        &self,
        scenarios: &[Scenario],
        plan: &DetectPlan,
        many: &Many,
    ) -> Result<DetectStudy, Failure> {
        overseen(*many, plan.runs(scenarios.len()), |overseer| {
            detect_study(scenarios, plan, overseer)
        })
    }

    fn topology(&self, scenario: &Scenario) -> TopologyView {
        let topology = scenario.topology();
        let written = |write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
            let mut bytes = Vec::new();
            write(&mut bytes).expect("memory takes everything");
            bytes
        };
        TopologyView {
            summary: Summary::of(topology).to_string(),
            graphml: written(&|out| write_graphml(topology, out)),
            nodes_csv: written(&|out| write_nodes_csv(topology, out)),
            edges_csv: written(&|out| write_edges_csv(topology, out)),
            warnings: scenario.warnings().to_vec(),
        }
    }

    fn schema(&self) -> String {
        serde_json::to_string_pretty(&json_schema::<ScenarioFile>())
            .expect("a schema is plain JSON")
    }
}
