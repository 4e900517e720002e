//! `cellfall plan`: search rollout plans for a release that may have a defect.
//!
//! Invariant: the directory of the results appears whole at the end, or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::ThreadPoolBuilder;

use crate::report::{
    REPORT_FILE, make_directory, plan_csv, plan_files, plan_html, plan_text, write_whole,
};
use crate::scenario::{Problem, ScenarioText, json_schema};
use crate::study::search::{
    Found, Means, Question, Round, SearchError, SearchFile, read_search, search,
};

use super::arguments::PlanArguments;
use super::engine::Failure;
use super::interrupt;
use super::run::file_word;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::processors;

pub(super) fn plan(asked: &PlanArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let question = question(asked)?;
    let out = place(asked);
    if out.exists() {
        let problem = format!(
            "{}: exists already; expected a new directory in --out",
            out.display()
        );
        return Err(Stop::File(problem));
    }
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

/// The hidden directory in which everything is written.
fn hidden(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}.partial-{}", std::process::id()))
}

/// Fail before the search, not after it, if nothing can be written there.
fn try_place(out: &Path) -> Result<(), Stop> {
    let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let above = out.ancestors().skip(1).find(|path| path.exists());
    let name = hidden(&out);
    let trial = above
        .unwrap_or(&out)
        .join(name.file_name().unwrap_or_default());
    let made = make_directory(&trial).and_then(|()| fs::remove_dir(&trial));
    made.map_err(|error| Stop::File(format!("{}: {error}", out.display())))
}

/// Write everything into a hidden directory, and give it its name.
fn keep(found: &Found, out: &Path) -> Result<(), Stop> {
    let partial = hidden(out);
    let mut files = plan_files(found);
    files.push(("plans.csv".to_owned(), plan_csv(found)));
    files.push((REPORT_FILE.to_owned(), plan_html(found).into_bytes()));
    let written = fs::create_dir_all(&partial).and_then(|()| {
        for (name, bytes) in &files {
            write_whole(&partial.join(name), bytes)?;
        }
        fs::rename(&partial, out)
    });
    written.map_err(|error| {
        for (name, _) in &files {
            drop(fs::remove_file(partial.join(name)));
        }
        drop(fs::remove_dir(&partial));
        Stop::File(format!("{}: {error}", out.display()))
    })
}
