//! Plan search: given a release with an uncertain defect, which rollout plans are worth choosing between.
//!
//! Every plan of stage sizes, order, soak and gates meets the same worlds (common random numbers); a race spends
//! the runs on the plans that may lie on the Pareto frontier of duration against expected and high loss.
//!
//! Invariant: a search is a pure function of scenario, search file, budget, seed and program version; threads
//! change how fast it goes, and nothing else.

mod candidates;
mod check;
mod field;
mod file;
mod race;
mod releases;

use std::fmt;
use std::path::{Path, PathBuf};

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::base::tie_break;
use crate::scenario::{Networks, Problem, Scenario, ScenarioText, load, to_yaml};
use crate::simulation::{Keep, RunResult, Settings, Silent, simulate_with};

use super::figures::RunFigures;
use super::statistics::{Interval, Resampling};

pub use candidates::Candidate;
pub use field::{Objectives, on_frontier};
pub use file::{GateSet, PossibleDefect, SearchFile};
pub use race::Round;

use candidates::Space;
use field::{Observation, Seen, loss_intervals, objectives};
use race::{Job, Race, WORLDS_MIN};
use releases::{Release, releases, world_seed};

/// What is asked of a search.
#[derive(Clone, Debug)]
pub struct Question {
    /// The scenario, with its own plan and perhaps its own defect.
    pub scenario: ScenarioText,
    /// The folder to which the scenario's paths are relative, from the root of the file system.
    pub folder: PathBuf,
    /// Overrides `path.to.key=value` for every run.
    pub overrides: Vec<String>,
    /// What may be wrong, and what is tried.
    pub file: SearchFile,
    /// Runs that may be made.
    pub budget: u32,
    /// The seed.
    pub seed: u64,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Name of the scenario.
    pub scenario: String,
    /// The figure that counts as the loss.
    pub loss: String,
    /// The kinds of release and their probabilities.
    pub releases: Vec<(String, f64)>,
    /// Plans that could have been tried.
    pub possible: usize,
    /// Every plan that was tried; the scenario's own first.
    pub plans: Vec<Assessed>,
    /// The plans on the frontier, quickest first; of plans that come to the same, the first.
    pub frontier: Vec<usize>,
    /// The scenario with each of these plans, all defaults filled in, as YAML.
    pub scenarios: Vec<String>,
    /// Runs made.
    pub runs: u32,
}

/// A plan and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessed {
    /// The plan in a few words.
    pub label: String,
    /// The plan.
    pub candidate: Candidate,
    /// Whether it was in the race to the end.
    pub raced: bool,
    /// Worlds of each kind of release that it met.
    pub worlds: usize,
    /// What it comes to.
    pub objectives: Objectives,
    /// Share of the worlds with a good release in which its last stage was passed.
    pub finished: f64,
    /// Interval of the expected loss.
    pub mean_interval: Interval,
    /// Interval of the 95th percentile.
    pub high_interval: Interval,
    /// Share of resamples of its worlds in which it is on the frontier, as far as it was in the race.
    pub sure: f64,
}

/// Why a search found nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum SearchError {
    /// What is wrong with the scenario, or with a plan in it.
    Problems(Vec<Problem>),
    /// The scenario ships nothing.
    NoChange,
    /// Neither the search file nor the scenario has a defect.
    NoDefect,
    /// No figure of this name; some that there are.
    NoLoss(String, Vec<String>),
    /// Fewer runs than a comparison of two plans takes.
    Budget(u32, u32),
    /// The user asked to stop.
    Interrupted,
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems(problems) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::NoChange => f.write_str("found no change in the scenario; expected a release to plan for"),
            Self::NoDefect => f.write_str(
                "found no defect; expected defects in the search file, or change.defect in the scenario",
            ),
            Self::NoLoss(name, known) => {
                write!(f, "loss: found no figure \"{name}\"; there are {}", known.join(", "))
            }
            Self::Budget(found, least) => {
                write!(f, "found a budget of {found} runs; expected at least {least}")
            }
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for SearchError {}

/// Read and check a search file.
///
/// # Errors
/// Everything that is wrong with it, with line and column.
pub fn read_search(path: &Path) -> Result<SearchFile, Vec<Problem>> {
    let mut loaded = load::<SearchFile>(path, &[])?;
    check::check(&loaded.value, &mut loaded.problems);
    loaded.finish().map(|(file, _)| file)
}

/// How a search is carried out. None of it changes what is found.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The threads.
    pub pool: &'a ThreadPool,
    /// Whether the user has asked to stop.
    pub stops: &'a (dyn Fn() -> bool + Sync),
}

impl fmt::Debug for Means<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means")
            .field("pool", self.pool)
            .finish_non_exhaustive()
    }
}

/// Search. `tell` hears of each round before it starts.
///
/// # Errors
/// If the scenario or a plan in it is wrong, the budget too small, or the user asked to stop.
pub fn search(
    question: &Question,
    means: Means<'_>,
    tell: impl FnMut(Round),
) -> Result<Found, SearchError> {
    let bench = Bench::new(question, means)?;
    let candidates = bench.space.candidates(&bench.file);
    let chosen = affordable(candidates.len(), bench.releases.len(), question)?;
    let probabilities: Vec<f64> = bench.releases.iter().map(|r| r.probability).collect();
    let stages: Vec<Vec<String>> = candidates.iter().map(|c| bench.overrides(c)).collect();
    let mut race = Race {
        budget: question.budget,
        seed: question.seed,
        ..Race::new(chosen.clone(), candidates.len(), &probabilities)
    };
    race.run(|jobs| bench.observe(jobs, &stages), tell)?;
    let assessed = chosen.par_iter().map(|&plan| {
        let label = bench.space.label(&candidates[plan]);
        assess(&race, plan, (label, candidates[plan].clone()))
    });
    let plans: Vec<Assessed> = means.pool.install(|| assessed.collect());
    let frontier = frontier(&plans);
    let written = frontier.iter().zip(1..);
    let written = written.map(|(&place, number)| bench.written(&stages[chosen[place]], number));
    Ok(Found {
        scenarios: written.collect::<Result<_, _>>()?,
        frontier,
        scenario: bench.name,
        loss: bench.file.loss.clone(),
        releases: bench
            .releases
            .into_iter()
            .map(|r| (r.name, r.probability))
            .collect(),
        possible: candidates.len(),
        plans,
        runs: race.runs,
    })
}

/// What the runs of a search need.
struct Bench<'a> {
    question: &'a Question,
    means: Means<'a>,
    file: SearchFile,
    name: String,
    space: Space,
    releases: Vec<Release>,
    networks: Networks,
}

impl<'a> Bench<'a> {
    fn new(question: &'a Question, means: Means<'a>) -> Result<Self, SearchError> {
        let networks = Networks::keeping(1);
        let scenario = question.scenario.scenario(&question.overrides, &networks);
        let scenario = scenario.map_err(SearchError::Problems)?;
        let change = scenario
            .file()
            .change
            .as_ref()
            .ok_or(SearchError::NoChange)?;
        let mut file = question.file.clone();
        if file.defects.is_empty() {
            let defect = change.defect.clone().ok_or(SearchError::NoDefect)?;
            file.defects.push(PossibleDefect {
                weight: 1.0,
                defect,
                vary: std::collections::BTreeMap::new(),
            });
        }
        let targets = change.target.resolve(scenario.topology());
        let targets = targets.expect("the scenario has checked the targets").len();
        Ok(Self {
            question,
            means,
            name: scenario.file().name.clone(),
            space: Space::new(&file, &scenario.file().rollout.stages, targets),
            releases: releases(&file),
            networks,
            file,
        })
    }

    /// What makes the scenario's rollout this plan.
    fn overrides(&self, candidate: &Candidate) -> Vec<String> {
        let mut overrides = self.question.overrides.clone();
        if let Some(stages) = self.space.stages(candidate) {
            let stages = serde_json::to_string(&stages).expect("stages are plain data");
            overrides.push(format!("rollout.stages={stages}"));
        }
        overrides
    }

    fn scenario(&self, overrides: &[String]) -> Result<Scenario, SearchError> {
        let scenario = self.question.scenario.scenario(overrides, &self.networks);
        scenario.map_err(SearchError::Problems)
    }

    /// The scenario of a plan as a file that can be run from anywhere.
    fn written(&self, overrides: &[String], number: usize) -> Result<String, SearchError> {
        let mut file = self.scenario(overrides)?.file().clone();
        file.name = format!("{}-plan-{number}", file.name);
        file.topology = file.topology.with_files_in(&self.question.folder);
        Ok(to_yaml(&file).expect("a checked scenario can be written"))
    }

    fn observe(
        &self,
        jobs: &[Job],
        overrides: &[Vec<String>],
    ) -> Result<Vec<Observation>, SearchError> {
        let run = |job: &Job| self.run(job, overrides[job.plan].clone());
        self.means
            .pool
            .install(|| jobs.par_iter().map(run).collect())
    }

    fn run(&self, job: &Job, mut overrides: Vec<String>) -> Result<Observation, SearchError> {
        if (self.means.stops)() {
            return Err(SearchError::Interrupted);
        }
        let seed = self.question.seed;
        let defect = self.releases[job.release].defect(seed, job.world);
        overrides.push(format!("change.defect={defect}"));
        let scenario = self.scenario(&overrides)?;
        let settings = Settings {
            keep: Keep::Score,
            ..Settings::default()
        };
        let seed = world_seed(seed, job.world);
        let result = simulate_with(&scenario, seed, settings, &mut Silent)
            .expect("nobody interrupts, and no thread is needed");
        let figures = RunFigures::of(&result);
        let loss = figures.value(&self.file.loss).ok_or_else(|| {
            let known = figures.values.iter().map(|(key, _)| key.clone());
            SearchError::NoLoss(self.file.loss.clone(), known.collect())
        })?;
        let (duration, finished) = rollout_time(&scenario, &result);
        Ok(Observation {
            duration,
            finished,
            loss,
        })
    }
}

/// Seconds from the start of the rollout until its last stage was passed, and whether it was; a rollout that
/// did not come to that counts until the end of the run.
fn rollout_time(scenario: &Scenario, result: &RunResult) -> (f64, bool) {
    let rollout = &scenario.file().rollout;
    let start = crate::base::SimTime::ZERO + rollout.start;
    let last = result.stages.get(rollout.stages.len() - 1);
    let passed = last.filter(|stage| stage.outcome == "passed");
    let ended = passed.and_then(|stage| stage.ended);
    let seconds = ended.unwrap_or(result.horizon).since(start).as_secs_f64();
    (seconds, ended.is_some())
}

/// The plans that the budget allows to try: all, or the scenario's own and some of the others, drawn from the
/// seed. At most half the budget goes to trying each plan at all.
fn affordable(
    plans: usize,
    releases: usize,
    question: &Question,
) -> Result<Vec<usize>, SearchError> {
    let releases = u32::try_from(releases).expect("a file holds fewer");
    let least = 2 * 2 * WORLDS_MIN * releases;
    if question.budget < least {
        return Err(SearchError::Budget(question.budget, least));
    }
    let most = (question.budget / (2 * WORLDS_MIN * releases)) as usize;
    let mut others: Vec<usize> = (1..plans).collect();
    others.sort_by_key(|&plan| {
        let plan = u32::try_from(plan).expect("far fewer than 2^32 plans");
        (tie_break(question.seed, plan, 0), plan)
    });
    others.truncate(most - 1);
    others.push(0);
    others.sort_unstable();
    Ok(others)
}

fn assess(race: &Race, plan: usize, (label, candidate): (String, Candidate)) -> Assessed {
    let seen: &Seen = &race.seen[plan];
    let how = Resampling::new(race.seed);
    let place = race.racing.iter().position(|&other| other == plan);
    let (mean_interval, high_interval) = loss_intervals(seen, &race.probabilities, &how);
    let good = &seen[0];
    let finished = good
        .iter()
        .filter(|observation| observation.finished)
        .count();
    Assessed {
        label,
        candidate,
        raced: place.is_some(),
        worlds: good.len(),
        objectives: objectives(seen, &race.probabilities),
        finished: super::statistics::number(finished) / super::statistics::number(good.len()),
        mean_interval,
        high_interval,
        sure: place.map_or(0.0, |place| race.scores[place]),
    }
}

/// The plans that were in the race to the end and that no other of them beats, quickest first.
fn frontier(plans: &[Assessed]) -> Vec<usize> {
    let racing: Vec<usize> = (0..plans.len()).filter(|&plan| plans[plan].raced).collect();
    let objectives: Vec<Objectives> = racing.iter().map(|&plan| plans[plan].objectives).collect();
    let is_on = on_frontier(&objectives);
    let mut frontier: Vec<usize> = Vec::new();
    for (&plan, _) in racing.iter().zip(is_on).filter(|(_, is_on)| *is_on) {
        let same = |&other: &usize| plans[other].objectives == plans[plan].objectives;
        if !frontier.iter().any(same) {
            frontier.push(plan);
        }
    }
    frontier.sort_by(|&a, &b| {
        let duration = |plan: usize| plans[plan].objectives.duration;
        duration(a).total_cmp(&duration(b))
    });
    frontier
}
