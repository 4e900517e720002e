//! `cellfall summarize`: what the runs of a study say.
//!
//! Invariant: reads the directory of a study and changes nothing in it.

use std::fs;

use crate::report::{SUMMARY_FILES, read_table, study_csv, study_text, write_whole};
use crate::study::statistics::Resampling;
use crate::study::summary::summarize as summary_of;

use super::arguments::SummarizeArguments;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn summarize(
    asked: &SummarizeArguments,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let table = read_table(&asked.directory).map_err(|error| Stop::File(error.to_string()))?;
    let how = Resampling::new(asked.seed);
    let found = summary_of(&table, &asked.outcomes, &how);
    let directory = asked.directory.display();
    let study = found.map_err(|error| Stop::File(format!("{directory}: {error}")))?;
    if let Some(out) = &asked.out {
        let refused = |error| Stop::File(format!("{}: {error}", out.display()));
        fs::create_dir_all(out).map_err(refused)?;
        for (name, bytes) in SUMMARY_FILES.iter().zip(study_csv(&study)) {
            write_whole(&out.join(name), &bytes).map_err(refused)?;
        }
    }
    terminal.print(&study_text(&study, terminal.width))?;
    if let Some(out) = &asked.out {
        terminal.tell(&format!("written to {}", out.display()));
    }
    Ok(Exit::Done)
}
