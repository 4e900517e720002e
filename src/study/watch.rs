//! Many runs side by side, each on a thread of its own; results come in the order of the runs.
//!
//! Invariant: how many threads there are changes no result.

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::base::{SimTime, Span};
use crate::scenario::Scenario;
use crate::simulation::{Observer, RunError, RunResult, Settings, simulate_with};
use crate::telemetry::OperatorView;

/// Who watches over many runs.
#[derive(Clone, Copy)]
pub struct Overseer<'a> {
    /// How many runs at a time.
    pub threads: usize,
    /// Whether somebody asked to stop.
    pub is_stopped: &'a (dyn Fn() -> bool + Sync),
    /// Called after each run.
    pub run_done: &'a (dyn Fn() + Sync),
}

impl std::fmt::Debug for Overseer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overseer")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// Why many runs came to no result.
#[derive(Debug)]
pub enum WatchError {
    /// One of the runs.
    Run(RunError),
    /// A scenario cannot be altered as the study needs it, one line a problem.
    Scenario(Vec<String>),
    /// The threads could not be had.
    Threads(String),
    /// What was asked for makes no sense: what was found, and what is allowed.
    Plan(String),
}

impl std::fmt::Display for WatchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run(error) => error.fmt(f),
            Self::Scenario(problems) => f.write_str(&problems.join("\n")),
            Self::Threads(error) => write!(f, "threads: {error}"),
            Self::Plan(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for WatchError {}

/// A run to be done, and who looks at it.
pub(super) struct Task<'a, L> {
    pub(super) scenario: &'a Scenario,
    pub(super) seed: u64,
    pub(super) looker: L,
}

/// Looks at what the operator sees.
pub(super) trait Looker: Send {
    fn looks_every(&self) -> Option<Span>;
    fn look(&mut self, now: SimTime, view: &OperatorView);
}

/// Looks at nothing.
impl Looker for () {
    fn looks_every(&self) -> Option<Span> {
        None
    }

    fn look(&mut self, _: SimTime, _: &OperatorView) {}
}

/// Do all runs.
pub(super) fn run_all<L: Looker>(
    tasks: Vec<Task<'_, L>>,
    overseer: &Overseer<'_>,
) -> Result<Vec<(L, RunResult)>, WatchError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(overseer.threads)
        .build()
        .map_err(|error| WatchError::Threads(error.to_string()))?;
    let done: Vec<Result<(L, RunResult), RunError>> = pool.install(|| {
        let runs = tasks.into_par_iter().with_max_len(1);
        runs.map(|task| run_one(task, overseer)).collect()
    });
    done.into_iter()
        .collect::<Result<_, _>>()
        .map_err(WatchError::Run)
}

fn run_one<L: Looker>(
    task: Task<'_, L>,
    overseer: &Overseer<'_>,
) -> Result<(L, RunResult), RunError> {
    let mut watched = Watched {
        looker: task.looker,
        overseer,
    };
    let result = simulate_with(task.scenario, task.seed, Settings::default(), &mut watched)?;
    (overseer.run_done)();
    Ok((watched.looker, result))
}

struct Watched<'a, L> {
    looker: L,
    overseer: &'a Overseer<'a>,
}

impl<L: Looker> Observer for Watched<'_, L> {
    fn progress(&mut self, _: SimTime, _: u64, _: u64) -> ControlFlow<()> {
        if (self.overseer.is_stopped)() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn looks_every(&self) -> Option<Span> {
        self.looker.looks_every()
    }

    fn look(&mut self, now: SimTime, view: &OperatorView) {
        self.looker.look(now, view);
    }
}
