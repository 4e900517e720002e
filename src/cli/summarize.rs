//! `cellfall summarize`: what the runs of a study say.
//!
//! Invariant: reads the directory of a study and changes nothing in it.

use std::io;
use std::path::Path;

use crate::report::{
    REPORT_FILE, RUNS_CSV, SUMMARY_FILES, StudyIndex, StudyPage, edited_tables, make_directory,
    read_study, read_table, study_csv, study_html, study_text, write_whole,
};
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
    let index = read_study(&asked.directory).ok();
    if let Some(index) = &index {
        tell_edited(&asked.directory, index, terminal);
    }
    let how = Resampling::new(asked.seed);
    let found = summary_of(&table, &asked.outcomes, &how);
    let directory = asked.directory.display();
    let study = found.map_err(|error| Stop::File(format!("{directory}: {error}")))?;
    if let Some(out) = &asked.out {
        let own = asked.directory.file_name().unwrap_or_default();
        let own = own.to_string_lossy();
        let page = StudyPage {
            name: index.as_ref().map_or(&*own, |index| index.name.as_str()),
            summary: &study,
            runs: &table,
            file: index.as_ref().map(|index| &index.study),
        };
        let kept = keep(out, &page);
        kept.map_err(|error| Stop::File(format!("{}: {error}", out.display())))?;
    }
    terminal.print(&study_text(&study, terminal.width))?;
    if let Some(out) = &asked.out {
        terminal.tell(&format!("written to {}", out.display()));
    }
    Ok(Exit::Done)
}

/// Write the figures and the page.
fn keep(out: &Path, page: &StudyPage<'_>) -> io::Result<()> {
    make_directory(out)?;
    for (name, bytes) in SUMMARY_FILES.iter().zip(study_csv(page.summary)) {
        write_whole(&out.join(name), &bytes)?;
    }
    write_whole(&out.join(REPORT_FILE), study_html(page).as_bytes())
}

/// A table may be edited by hand; figures that come from one should say so.
fn tell_edited(directory: &Path, index: &StudyIndex, terminal: &mut Terminal<'_>) {
    let edited = edited_tables(directory, index);
    if edited.iter().any(|name| name == RUNS_CSV) {
        let path = directory.join(RUNS_CSV);
        terminal.tell(&format!(
            "{}: warning: not as the study wrote it; its digest in study.json is another",
            path.display()
        ));
    }
}
