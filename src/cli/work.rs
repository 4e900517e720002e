//! The engine of the program: joins the commands to the rooms that load, build and simulate.
//!
//! Invariant: no decision is taken here; what a scenario means is the business of those rooms.

use std::convert::Infallible;

use crate::simulation::{Observer, RunResult};

use super::engine::{Engine, Failure, Plan, Request, TopologyView};

/// The engine of this program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cellfall;

impl Engine for Cellfall {
    /// No scenario can be loaded before the scenario room is joined, so none can be run.
    type World = Infallible;

    fn load(&self, request: &Request<'_>) -> Result<Self::World, Failure> {
        let path = request.path.display();
        Err(Failure::Input(vec![format!(
            "{path}: this version of the program cannot load scenarios"
        )]))
    }

    fn plan(&self, world: &Self::World) -> Plan {
        match *world {}
    }

    fn simulate(
        &self,
        world: &Self::World,
        _: usize,
        _: &mut dyn Observer,
    ) -> Result<RunResult, Failure> {
        match *world {}
    }

    fn topology(&self, world: &Self::World) -> TopologyView {
        match *world {}
    }

    fn schema(&self) -> String {
        let schema = schemars::schema_for!(crate::impact::Published);
        serde_json::to_string_pretty(&schema).expect("a schema is plain JSON")
    }
}
