//! `cellfall batch`: a study in, one table of all runs out.
//!
//! Invariant: everything that can be wrong is found before the first run; what was recorded is never lost.

use std::path::{Path, PathBuf};

use crate::report::{REPORT_FILE, StudyDir, StudyDirError, Written, grouped, read_study};
use crate::scenario::{Problem, json_schema};
use crate::study::{Finished, Journal, Replications, Resources, Shard, Start, Study, StudyFile};

use super::arguments::{BatchArguments, CheckArguments};
use super::batch_progress::BatchProgress;
use super::check::{Found, verdict};
use super::run::file_word;
use super::slurm;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::{Stopwatch, free_memory_bytes, peak_memory_bytes, processors};

/// Memory that runs may take where the system does not say what is free.
const MEMORY_UNKNOWN: u64 = 4 << 30;

pub(super) fn batch(asked: &BatchArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let study = Study::load(&asked.file).map_err(|problems| told(&problems))?;
    study.warnings().iter().for_each(|line| terminal.tell(line));
    refuse_rounds_in_shards(asked, &study)?;
    let place = asked
        .out
        .clone()
        .unwrap_or_else(|| default_place(&study, asked.shard));
    if asked.slurm.slurm {
        return slurm::submit(asked, &study, &place, terminal);
    }
    if let Some(exit) = finished_before(asked, &study, &place, terminal)? {
        return Ok(exit);
    }
    let shard = asked.shard.unwrap_or(Shard::WHOLE);
    let directory = StudyDir::prepare(&place, asked.force)?;
    let start = if asked.resume {
        Start::Resume
    } else {
        Start::Anew
    };
    let mut journal = study.journal(directory.path(), shard, start)?;
    carry_out(asked, &study, &mut journal, terminal)?;
    if asked.shard.is_some() {
        return show_shard(&journal, terminal);
    }
    let written = directory.finish(Finished::of(journal))?;
    show(&written, &place, terminal)
}

/// Problems as a command reports them.
fn told(problems: &[Problem]) -> Stop {
    let lines = problems.iter().map(ToString::to_string).collect();
    super::engine::Failure::Input(lines).into()
}

fn refuse_rounds_in_shards(asked: &BatchArguments, study: &Study) -> Result<(), Stop> {
    let is_sharded = asked.shard.is_some() || asked.slurm.slurm;
    match &study.file().replications {
        Replications::Until(precision) if is_sharded => Err(Stop::File(format!(
            "{}: `replications` until a precision cannot be judged in shards, which do not see one another; \
             give a count, such as `replications: {}`, or run the study in one process",
            asked.file.display(),
            precision.most
        ))),
        _ => Ok(()),
    }
}

/// `runs/NAME`, or `runs/NAME-K-of-N`.
fn default_place(study: &Study, shard: Option<Shard>) -> PathBuf {
    let name = file_word(&study.file().name);
    let part = shard.map(|shard| format!("-{}-of-{}", shard.index(), shard.count()));
    Path::new("runs").join(format!("{name}{}", part.unwrap_or_default()))
}

/// With --resume, a study that is finished already needs nothing, if it is this one.
fn finished_before(
    asked: &BatchArguments,
    study: &Study,
    place: &Path,
    terminal: &mut Terminal<'_>,
) -> Result<Option<Exit>, Stop> {
    if !asked.resume || asked.shard.is_some() || !place.join(crate::report::STUDY_FILE).exists() {
        return Ok(None);
    }
    let index = read_study(place)?;
    let there = (index.study_digest.as_str(), index.version.as_str());
    let here = (study.digest(), env!("CARGO_PKG_VERSION"));
    if there != here {
        let [there, here] =
            [there, here].map(|(digest, version)| format!("{digest} by version {version}"));
        return Err(StudyDirError::Other(place.to_owned(), there, here).into());
    }
    StudyDir::tidy(place)?;
    terminal.tell(&format!("{}: finished already", place.display()));
    let is_whole = index.failed == 0;
    Ok(Some(if is_whole { Exit::Done } else { Exit::Partial }))
}

/// Do what is left to do.
fn carry_out(
    asked: &BatchArguments,
    study: &Study,
    journal: &mut Journal,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    let kept = journal.count();
    if kept > 0 {
        terminal.tell(&format!("going on after {} runs", counted(kept)));
    }
    let memory = free_memory_bytes().map_or(MEMORY_UNKNOWN, |free| free / 5 * 4);
    let resources = Resources {
        threads: asked.threads.map_or_else(processors, usize::from),
        memory: asked.memory.unwrap_or(memory),
    };
    let total = journal.header().shard.share_of(study.runs());
    let clock = Stopwatch::start();
    let shows = terminal.shows_progress && !terminal.is_quiet;
    let progress = BatchProgress::new((kept, total), shows);
    let done = study.carry_out(journal, resources, &progress);
    drop(progress);
    let is_done = done?;
    terminal.tell(&speed((kept, journal.count()), clock, resources.threads));
    if is_done {
        return Ok(());
    }
    let kept = counted(journal.count());
    Err(Stop::Halted(format!(
        "{kept} of {} runs are kept; --resume goes on",
        counted(total)
    )))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn counted(count: u64) -> String {
    grouped(count as f64)
}

/// How long the runs took, and the memory that they held.
fn speed((before, after): (u64, u64), clock: Stopwatch, threads: usize) -> String {
    let (runs, seconds) = (after - before, clock.seconds());
    let held =
        peak_memory_bytes().map(|bytes| format!(", at most {} KiB held", counted(bytes >> 10)));
    let held = held.unwrap_or_default();
    format!(
        "{} runs in {seconds:.1} s, {threads} at a time{held}",
        counted(runs)
    )
}

fn show_shard(journal: &Journal, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let (shard, runs) = (journal.header().shard, counted(journal.count()));
    let place = journal.path().parent().unwrap_or(Path::new(".")).display();
    terminal.print(&format!("shard {shard}: {runs} runs in {place}\n"))?;
    Ok(Exit::Done)
}

/// Say what was done, and which runs failed.
pub(super) fn show(
    written: &Written,
    place: &Path,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let index = &written.index;
    let (runs, failed) = (counted(index.runs), counted(index.failed));
    let mut text = vec![format!("{}: {runs} runs, {failed} failed\n", index.name)];
    let tables = index.tables.iter();
    text.extend(tables.map(|(name, digest)| format!("  {name:<16} {digest}\n")));
    terminal.print(&text.concat())?;
    if let Some(why) = &written.no_report {
        terminal.tell(&format!("no {REPORT_FILE}: {why}"));
    }
    terminal.tell(&format!("written to {}", place.display()));
    if written.failures.is_empty() {
        return Ok(Exit::Done);
    }
    let each = written.failures.iter();
    let mut lines: Vec<String> = each
        .map(|(run, why)| format!("run {run} failed: {why}"))
        .collect();
    let told = lines.len() as u64;
    if told < index.failed {
        let more = index.failed - told;
        lines.push(format!(
            "and {more} more, in the column failure of runs.csv"
        ));
    }
    Err(Stop::Batch(lines))
}

/// `cellfall check --study`.
pub(super) fn check(asked: &CheckArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let words = |problems: Vec<Problem>| problems.iter().map(ToString::to_string).collect();
    let each = asked.files.iter().map(|path| {
        let (errors, warnings) = match Study::load(path) {
            Ok(study) => (Vec::new(), study.warnings().to_vec()),
            Err(problems) => (words(problems), Vec::new()),
        };
        Found {
            file: path.display().to_string(),
            errors,
            warnings,
        }
    });
    verdict(asked.json, &each.collect::<Vec<_>>(), terminal)
}

/// `cellfall schema --study`.
pub(super) fn schema(terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let schema = json_schema::<StudyFile>();
    terminal.print(&format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
