//! `cellfall plan`: search rollout plans for a release that may have a defect.
//!
//! Invariant: the directory of the results appears whole at the end, or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::ThreadPoolBuilder;

use crate::report::{REPORT_FILE, plan_csv, plan_files, plan_html, plan_text};
use crate::scenario::{Problem, ScenarioText, json_schema};
use crate::study::search::{
    Found, Means, Question, Round, SearchError, SearchFile, read_search, search,
};

use super::arguments::PlanArguments;
use super::engine::Failure;
use super::fresh_directory::{refuse_existing, try_place};
use super::interrupt;
use super::run::file_word;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::processors;

pub(super) fn plan(asked: &PlanArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let question = question(asked)?;
    let out = place(asked);
    refuse_existing(&out)?;
    try_place(&out)?;
    let threads = asked.threads.map_or_else(processors, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Stop::File(format!("{threads} threads: {error}")))?;
    let means = Means {
        pool: &pool,
        stops: &interrupt::asked,
    };
    let found = search(&question, means, |round| terminal.tell(&told_text(round)));
    let found = found.map_err(stop)?;
    keep(&found, &out)?;
    terminal.print(&plan_text(&found, terminal.width))?;
    terminal.tell(&format!("written to {}", out.display()));
    Ok(Exit::Done)
}

/// The schema of search files.
pub(super) fn schema(terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let schema = json_schema::<SearchFile>();
    terminal.print(&format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}

fn question(asked: &PlanArguments) -> Result<Question, Stop> {
    let text = ScenarioText::read(&asked.file).map_err(|problems| input(&problems))?;
    let file = asked.search.as_ref().map_or_else(
        || Ok(SearchFile::default()),
        |path| read_search(path).map_err(|problems| input(&problems)),
    )?;
    let mut overrides = asked.overrides.set.clone();
    overrides.extend(asked.scale.map(|scale| format!("scale={scale}")));
    let refused = |error| Stop::File(format!("{}: {error}", asked.file.display()));
    let path = fs::canonicalize(&asked.file).map_err(refused)?;
    Ok(Question {
        scenario: text,
        folder: path.parent().unwrap_or(Path::new("/")).to_owned(),
        overrides,
        file,
        budget: asked.budget,
        seed: asked.seed,
    })
}

/// `plans/NAME-SEED` unless said otherwise.
fn place(asked: &PlanArguments) -> PathBuf {
    let name = asked.file.file_stem().unwrap_or_default().to_string_lossy();
    let default = || Path::new("plans").join(format!("{}-{}", file_word(&name), asked.seed));
    asked.out.clone().unwrap_or_else(default)
}

fn told_text(round: Round) -> String {
    let Round {
        plans,
        worlds,
        runs,
    } = round;
    format!("{plans} plans in {worlds} more worlds of each kind: {runs} runs")
}

fn stop(error: SearchError) -> Stop {
    match error {
        SearchError::Problems(problems) => input(&problems),
        SearchError::Interrupted => Stop::Halted("nothing was kept".to_owned()),
        other => Stop::File(other.to_string()),
    }
}

fn input(problems: &[Problem]) -> Stop {
    Failure::Input(problems.iter().map(ToString::to_string).collect()).into()
}

/// Write everything into the directory.
fn keep(found: &Found, out: &Path) -> Result<(), Stop> {
    let mut files = plan_files(found);
    files.push(("plans.csv".to_owned(), plan_csv(found)));
    files.push((REPORT_FILE.to_owned(), plan_html(found).into_bytes()));
    super::fresh_directory::keep(&files, out)
}
