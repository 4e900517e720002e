//! The page of a study, made from its tables.
//!
//! Invariant: what it says comes from the tables and from what the study is; it writes nothing.

use std::fmt;
use std::path::Path;

use crate::study::statistics::Resampling;
use crate::study::summary::summarize;

use super::html::{StudyPage, study_html, study_plots};
use super::read_table::{TableError, read_table};
use super::study_dir::StudyIndex;

/// Runs of a study up to which its page is written with its tables; beyond, it is made when asked for, because the page
/// needs all runs in memory (4 KB each) and the tables do not.
const REPORT_RUNS_MAX: u64 = 10_000;

/// Seed of the resamples of a page that nobody asked for; the default of `cellfall summarize --seed`.
const REPORT_SEED: u64 = 1;

/// Why a finished study has no page; its words are the reason.
#[derive(Debug)]
pub enum NoReport {
    /// It has more runs than a page is written for unasked.
    TooManyRuns,
    /// There is nothing to summarize: the words say why.
    NothingToSay(String),
    /// Its tables cannot be read.
    Unreadable(TableError),
}

impl fmt::Display for NoReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyRuns => write!(
                f,
                "more than {REPORT_RUNS_MAX} runs; `cellfall summarize` with --out makes it"
            ),
            Self::NothingToSay(why) => f.write_str(why),
            Self::Unreadable(why) => why.fmt(f),
        }
    }
}

/// The page of the study whose tables are in `directory`.
pub(super) fn study_report(directory: &Path, index: &StudyIndex) -> Result<String, NoReport> {
    if index.runs > REPORT_RUNS_MAX {
        return Err(NoReport::TooManyRuns);
    }
    with_page(directory, index, study_html)
}

/// The pictures of the study whose tables are in `directory`: file names and contents.
///
/// # Errors
/// If the tables cannot be read, or say nothing.
pub fn study_pictures(
    directory: &Path,
    index: &StudyIndex,
) -> Result<Vec<(String, String)>, NoReport> {
    with_page(directory, index, study_plots)
}

fn with_page<T>(
    directory: &Path,
    index: &StudyIndex,
    draw: impl FnOnce(&StudyPage<'_>) -> T,
) -> Result<T, NoReport> {
    let runs = read_table(directory).map_err(NoReport::Unreadable)?;
    let found = summarize(&runs, &[], &Resampling::new(REPORT_SEED));
    let summary = found.map_err(|why| NoReport::NothingToSay(why.to_string()))?;
    Ok(draw(&StudyPage {
        name: &index.name,
        summary: &summary,
        runs: &runs,
        file: Some(&index.study),
    }))
}
