//! `cellfall plot`: the pictures of a report, of whatever it is, each as a file of its own.
//!
//! Invariant: runs nothing; what is drawn stands in the report of the directory, or in the tables of a study.

use crate::report::{STUDY_FILE, read_plots, read_study, study_pictures};

use super::arguments::PlotArguments;
use super::export::{Export, write_all};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn plot(asked: &PlotArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let directory = &asked.directory;
    let plots = if directory.join(STUDY_FILE).exists() {
        let drawn = study_pictures(directory, &read_study(directory)?);
        drawn.map_err(|why| Stop::File(format!("{}: {why}", directory.display())))?
    } else {
        read_plots(directory)?
    };
    let exports: Vec<Export<'_>> = plots
        .iter()
        .map(|(name, svg)| Export {
            path: asked.out.join(name),
            bytes: svg.as_bytes(),
        })
        .collect();
    write_all(&exports, asked.force)?;
    for export in &exports {
        terminal.tell(&format!("written to {}", export.path.display()));
    }
    Ok(Exit::Done)
}
