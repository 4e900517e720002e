//! The engine of the program: joins the commands to the rooms that load, build and simulate.
//!
//! Invariant: no decision is taken here; what a scenario means is the business of those rooms.

use crate::base::SimTime;
use crate::scenario::{Scenario, ScenarioFile, json_schema};
use crate::simulation::{Observer, RunError, RunResult, Settings, simulate_with};
use crate::topology::{Summary, write_edges_csv, write_graphml, write_nodes_csv};

use super::engine::{Engine, Failure, Plan, Request, TopologyView};

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
        }
    }

    fn simulate(
        &self,
        scenario: &Scenario,
        threads: usize,
        observer: &mut dyn Observer,
    ) -> Result<RunResult, Failure> {
        let settings = Settings {
            threads,
            ..Settings::default()
        };
        simulate_with(scenario, scenario.file().seed, settings, observer).map_err(|error| {
            match error {
                RunError::Interrupted(at) => Failure::Interrupted(at),
                RunError::Workers(error) => Failure::Input(vec![error.to_string()]),
            }
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
