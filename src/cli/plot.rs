//! `cellfall plot`: the pictures of a report, of a run or of a score, each as a file of its own.
//!
//! Invariant: runs nothing; what is drawn stands in the report of the directory.

use crate::report::read_plots;

use super::arguments::PlotArguments;
use super::export::{Export, write_all};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn plot(asked: &PlotArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let plots = read_plots(&asked.run)?;
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
