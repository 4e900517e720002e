//! What the table of a study's runs says: distributions, differences between plans, what drives an outcome,
//! and how long things took where some were never over.
//!
//! How the runs were laid out is read off the table itself: points that share their seeds are compared seed
//! by seed, and rows that take one parameter after the other from a second point are a design of Saltelli.
//!
//! Invariant: a run that failed counts nowhere but in the number of failures; a time that was not reached
//! counts as longer than the run, never as missing.

mod drivers;
mod outcome;
mod points;

#[cfg(test)]
mod tests;

use std::fmt;

use rayon::prelude::*;

use crate::base::Problem;

use super::outcomes::matches;
use super::record::{Cell, Column, ColumnKind, Table};
use super::statistics::Resampling;

pub use drivers::{Driver, Influence};
pub use outcome::{Difference, OutcomeSummary, SHARES, Spread};
pub use points::{Layout, Point};

/// What a table of runs says.
#[derive(Clone, Debug, PartialEq)]
pub struct StudySummary {
    /// Runs in the table.
    pub runs: usize,
    /// Those that failed.
    pub failed: usize,
    /// How they were laid out.
    pub layout: Layout,
    /// The parameters that change between runs.
    pub parameters: Vec<Column>,
    /// The points, in their order.
    pub points: Vec<Point>,
    /// The outcomes that were asked for, in the order of the table.
    pub outcomes: Vec<OutcomeSummary>,
}

/// Why there is nothing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SummaryError {
    /// No run that succeeded, of so many.
    NoRuns(usize),
    /// A column that every table of runs has is not there.
    NoColumn(&'static str),
    /// No outcome of this name; some that there are.
    NoOutcome(String, Vec<String>),
}

impl fmt::Display for SummaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuns(runs) => {
                write!(
                    f,
                    "found {runs} runs, none of them with results; expected at least one"
                )
            }
            Self::NoColumn(name) => {
                write!(f, "found no column \"{name}\"; expected a table of runs")
            }
            Self::NoOutcome(name, known) => {
                let Problem { allowed, .. } =
                    Problem::unknown_name("", name, "name of an outcome", known);
                write!(f, "found no outcome \"{name}\", expected {allowed}")
            }
        }
    }
}

impl std::error::Error for SummaryError {}

/// The outcomes that are summarised unless others are asked for: the blast radius, its cost, its length.
const USUAL: [&str; 4] = [
    "data.peak_devices",
    "at_end.towers",
    "data.lost_device_min",
    "data.t90_s",
];

/// Say what the runs of a table say about the outcomes whose names match one of `wanted` (`*` stands for
/// any text); without any, about the blast radius, its cost and its length.
///
/// # Errors
/// If no run succeeded, or there is no such outcome.
pub fn summarize(
    table: &Table,
    wanted: &[String],
    how: &Resampling,
) -> Result<StudySummary, SummaryError> {
    let found = points::points(table)?;
    let outcomes = chosen(table, wanted)?;
    let rows = found.succeeded();
    if rows.is_empty() {
        return Err(SummaryError::NoRuns(table.rows.len()));
    }
    let parameters = points::varying(table, &rows);
    let layout = points::layout(table, &found.points, &parameters);
    let study = outcome::Study {
        table,
        points: &found.points,
        parameters: &parameters,
        layout,
        rows: &rows,
    };
    let summarised = outcomes
        .par_iter()
        .map(|&column| study.outcome(column, how));
    Ok(StudySummary {
        runs: table.rows.len(),
        failed: table.rows.len() - rows.len(),
        layout,
        parameters: parameters
            .iter()
            .map(|&at| table.columns[at].clone())
            .collect(),
        outcomes: summarised.collect(),
        points: found.points,
    })
}

/// Where the columns of the wanted outcomes are.
fn chosen(table: &Table, wanted: &[String]) -> Result<Vec<usize>, SummaryError> {
    let is_outcome = |at: &usize| table.columns[*at].kind == ColumnKind::Outcome;
    let all: Vec<usize> = (0..table.columns.len()).filter(is_outcome).collect();
    let name = |at: usize| table.columns[at].name.as_str();
    // Names with these letters in them first.
    let known = |pattern: &str| {
        let mut known: Vec<String> = all.iter().map(|&at| name(at).to_owned()).collect();
        let letters = pattern.trim_matches('*');
        known.sort_by_key(|name| !name.contains(letters));
        known
    };
    for pattern in wanted {
        if !all.iter().any(|&at| matches(pattern, name(at))) {
            return Err(SummaryError::NoOutcome(pattern.clone(), known(pattern)));
        }
    }
    let usual: Vec<String> = USUAL.map(str::to_owned).to_vec();
    let patterns = if wanted.is_empty() { &usual } else { wanted };
    let hit = |at: &usize| patterns.iter().any(|pattern| matches(pattern, name(*at)));
    let hits: Vec<usize> = all.iter().copied().filter(hit).collect();
    // A study that keeps none of the usual outcomes keeps few.
    Ok(if hits.is_empty() { all } else { hits })
}

/// The number in a cell.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn number_in(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Whole(whole) => Some(*whole as f64),
        Cell::Empty | Cell::Text(_) => None,
    }
}
