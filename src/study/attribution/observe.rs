//! Worlds that are run, and what each contract shows of them 1, 5, 15 and 60 minutes after the first impact.
//!
//! The first impact is the truth, and sets the clock of the question alone: signs are read from what had been
//! delivered by then. Operators look every whole minute. Where nobody was ever out, the clock starts with the
//! cause.
//!
//! Invariant: no truth but the clock, the label and the change calendar of the dumb baseline leaves here.

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::base::{SimTime, Span};
use crate::detect::signature::{Sign, Signature};
use crate::scenario::Scenario;
use crate::simulation::{Observer, RunError, RunResult, Settings, simulate_seen};

use super::super::signs::HORIZONS_MIN;
use super::super::watch::{Overseer, WatchError};
use super::cast::Kind;
use super::draw::{Drawn, draw};
use super::sight::{Sight, in_order, onlooks};

/// Signs by feature, at each of [`HORIZONS_MIN`].
pub type Signs = [Vec<Sign>; 4];

/// A world that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// What was drawn; its scenario file is left out.
    pub drawn: Drawn,
    /// When anybody was first out; none if nobody ever was.
    pub first_impact: Option<SimTime>,
    /// When the clock of the question starts.
    pub clock: SimTime,
    /// Whether a stage of any rollout began in the two hours before that.
    pub changed: bool,
    /// What was seen, sight by sight.
    pub(super) seen: Vec<Signs>,
}

/// A change is "the latest" for so long.
const LATEST: Span = Span::from_hours(2);

/// Draw and run all worlds.
///
/// # Errors
/// If somebody asked to stop, or a world cannot be made.
pub(super) fn worlds(
    (cast, seed, count): (&[Kind], u64, usize),
    sights: &[Sight],
    overseer: &Overseer<'_>,
) -> Result<Vec<World>, WatchError> {
    let runs = (0..count).into_par_iter().with_max_len(1);
    let done: Vec<Result<World, WatchError>> = runs
        .map(|number| {
            let (mut drawn, scenario) = make(cast, seed, number)?;
            let (result, shown) = run(&scenario, drawn.seed, sights, overseer)?;
            drawn.scenario = serde_json::Value::Null;
            Ok(world(drawn, &result, &shown))
        })
        .collect();
    done.into_iter().collect()
}

/// A world as it is drawn, or, if its parameters do not go together, as its kind usually is.
pub(super) fn make(
    cast: &[Kind],
    seed: u64,
    number: usize,
) -> Result<(Drawn, Scenario), WatchError> {
    let tried = [true, false].map(|varied| {
        let drawn = draw(cast, seed, number, varied);
        let text = drawn.scenario.to_string();
        let name = format!("world-{number} ({})", cast[drawn.kind].name);
        Scenario::from_text(&name, &text, &[]).map(|scenario| (drawn, scenario))
    });
    let [varied, usual] = tried;
    varied.or(usual).map_err(|problems| {
        WatchError::Scenario(problems.iter().map(ToString::to_string).collect())
    })
}

/// Run a scenario, and show it in each of the sights.
pub(super) fn run(
    scenario: &Scenario,
    seed: u64,
    sights: &[Sight],
    overseer: &Overseer<'_>,
) -> Result<(RunResult, Vec<Signature>), WatchError> {
    let mut patience = Patience { overseer };
    let settings = Settings::default();
    let onlooks = onlooks(sights);
    let done = simulate_seen(scenario, seed, settings, (&mut patience, &onlooks));
    let (result, shown) = done.map_err(WatchError::Run)?;
    if (overseer.is_stopped)() {
        return Err(WatchError::Run(RunError::Interrupted(result.horizon)));
    }
    (overseer.run_done)();
    Ok((result, in_order(sights, shown)))
}

fn world(drawn: Drawn, result: &RunResult, shown: &[Signature]) -> World {
    let first_impact = result.first_impact();
    let clock = first_impact.unwrap_or(SimTime::ZERO + drawn.cause);
    let began = result.stages.iter().map(|stage| stage.started);
    let is_latest = |at: SimTime| at <= clock && clock.since(at) <= LATEST;
    World {
        first_impact,
        clock,
        changed: began.into_iter().any(is_latest),
        seen: shown
            .iter()
            .map(|one| signs(one, clock, result.horizon))
            .collect(),
        drawn,
    }
}

/// What was seen at each of [`HORIZONS_MIN`] after `clock`; after the end of the run, nothing.
pub(super) fn signs(seen: &Signature, clock: SimTime, horizon: SimTime) -> Signs {
    HORIZONS_MIN.map(|minutes| {
        let at = clock + Span::from_minutes(minutes);
        let mut signs = seen.at(at);
        if at > horizon {
            signs.fill(Sign::Unknown("the run has ended"));
        }
        signs
    })
}

/// Watches nothing, and ends the run when somebody asked to stop.
struct Patience<'a> {
    overseer: &'a Overseer<'a>,
}

impl Observer for Patience<'_> {
    fn progress(&mut self, _: SimTime, _: u64, _: u64) -> ControlFlow<()> {
        if (self.overseer.is_stopped)() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

impl World {
    /// What one of the contracts showed at one of [`HORIZONS_MIN`], by their places.
    pub fn signs(&self, contract: usize, minute: usize) -> &[Sign] {
        &self.seen[contract][minute]
    }
}
