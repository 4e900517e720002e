//! The points of a study: runs with the same parameters, and how the points relate to each other.
//!
//! Invariant: looks at parameters and seeds alone, never at an outcome.

use std::collections::BTreeMap;

use super::super::record::{Cell, ColumnKind, Table};
use super::{SummaryError, number_in};
use crate::base::Span;

/// How the runs of a study were laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Every run has a seed of its own.
    Grid,
    /// All points ran on the same seeds.
    Paired,
    /// Rows of points for Sobol indices.
    Sobol,
}

/// Runs with the same parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its number in the study.
    pub number: u64,
    /// What sets it apart from the others: `canary=1 soak=30m`; `all runs` if nothing does.
    pub label: String,
    /// Its runs that succeeded: their rows in the table.
    pub rows: Vec<usize>,
}

/// The points of a table.
pub(super) struct Points {
    pub(super) points: Vec<Point>,
}

impl Points {
    /// The rows of all runs that succeeded, in the order of the table.
    pub(super) fn succeeded(&self) -> Vec<usize> {
        let rows = self
            .points
            .iter()
            .flat_map(|point| point.rows.iter().copied());
        let mut rows: Vec<usize> = rows.collect();
        rows.sort_unstable();
        rows
    }
}

/// Group the runs that succeeded.
pub(super) fn points(table: &Table) -> Result<Points, SummaryError> {
    let column = |name| table.column(name).ok_or(SummaryError::NoColumn(name));
    let (point, failure) = (column("point")?, column("failure")?);
    column("seed")?;
    // Of each point all rows, and those of runs that succeeded.
    let mut groups: BTreeMap<u64, [Vec<usize>; 2]> = BTreeMap::new();
    for (row, cells) in table.rows.iter().enumerate() {
        let Cell::Whole(number) = cells[point] else {
            return Err(SummaryError::NoColumn("point"));
        };
        let [all, succeeded] = groups.entry(number).or_default();
        all.push(row);
        if cells[failure] == Cell::Empty {
            succeeded.push(row);
        }
    }
    let every: Vec<usize> = groups.values().flat_map(|[all, _]| all).copied().collect();
    let shown = varying(table, &every);
    let point = |(number, [all, rows]): (u64, [Vec<usize>; 2])| Point {
        number,
        label: label(table, &shown, &all),
        rows,
    };
    Ok(Points {
        points: groups.into_iter().map(point).collect(),
    })
}

/// The parameters that are not the same in all these rows.
pub(super) fn varying(table: &Table, rows: &[usize]) -> Vec<usize> {
    let changes = |at: &usize| {
        let mut cells = rows.iter().map(|&row| &table.rows[row][*at]);
        let first = cells.next();
        table.columns[*at].kind == ColumnKind::Parameter && cells.any(|cell| Some(cell) != first)
    };
    (0..table.columns.len()).filter(changes).collect()
}

/// What sets the runs of these rows apart: the parameters that they share.
fn label(table: &Table, shown: &[usize], rows: &[usize]) -> String {
    let first = rows[0];
    let shared = shown.iter().filter(|&&at| {
        let cell = &table.rows[first][at];
        rows.iter().all(|&row| table.rows[row][at] == *cell)
    });
    let word = |&at: &usize| {
        let column = &table.columns[at];
        format!(
            "{}={}",
            column.name,
            value(&table.rows[first][at], &column.unit)
        )
    };
    let words: Vec<String> = shared.map(word).collect();
    if words.is_empty() {
        return "all runs".to_owned();
    }
    words.join(" ")
}

fn value(cell: &Cell, unit: &str) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(seconds) if unit == "s" && *seconds >= 0.0 => {
            Span::from_secs_f64(*seconds).to_string()
        }
        Cell::Whole(whole) => whole.to_string(),
        Cell::Number(number) => {
            // Four digits tell any two levels of a plan apart.
            let digits = 3.0 - libm::floor(libm::log10(number.abs().max(1e-9)));
            let unit = libm::pow(10.0, digits);
            (libm::round(number * unit) / unit).to_string()
        }
    }
}

/// How the points relate to each other.
pub(super) fn layout(table: &Table, points: &[Point], parameters: &[usize]) -> Layout {
    if is_saltelli(table, points, parameters) {
        return Layout::Sobol;
    }
    let seed = table.column("seed").expect("the table of runs has seeds");
    let seeds = |point: &Point| {
        let cells = point
            .rows
            .iter()
            .map(|&row| number_in(&table.rows[row][seed]));
        cells.map(|seed| seed.map(f64::to_bits)).collect::<Vec<_>>()
    };
    // A run that failed takes its seed out of one point only.
    let shared = points.windows(2).all(|two| {
        let (one, other) = (seeds(&two[0]), seeds(&two[1]));
        one.iter().any(|seed| other.contains(seed))
    });
    if points.len() > 1 && shared {
        Layout::Paired
    } else {
        Layout::Grid
    }
}

/// Whether the points come in rows of A, B and A with one parameter after the other from B.
fn is_saltelli(table: &Table, points: &[Point], parameters: &[usize]) -> bool {
    let width = parameters.len() + 2;
    if parameters.is_empty() || !points.len().is_multiple_of(width) {
        return false;
    }
    let cell = |point: &Point, at: usize| point.rows.first().map(|&row| &table.rows[row][at]);
    // A point without a run that succeeded could be anything.
    let same = |one: &Point, other: &Point, at: usize| match (cell(one, at), cell(other, at)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    points.chunks(width).all(|row| {
        let (a, b) = (&row[0], &row[1]);
        row[2..].iter().enumerate().all(|(taken, mixed)| {
            let source = |i: usize| if i == taken { b } else { a };
            let mut each = parameters.iter().enumerate();
            each.all(|(i, &at)| same(mixed, source(i), at))
        })
    })
}
