//! What a finished run leaves behind, and the table that all runs make: the one form in which results of
//! a study travel, between processes, machines and rooms.
//!
//! Invariant: a record says nothing of when, where or how fast its run was done.

use std::io;

use serde::{Deserialize, Serialize};

/// A finished run of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its number in the canonical order of the study, from 0.
    pub number: u64,
    /// Which combination of plan and levels (or point of the Sobol design) it is, from 0.
    pub point: u64,
    /// Which replication of that combination, from 0.
    pub replication: u64,
    /// The seed that it ran with.
    pub seed: u64,
    /// Version of the program that ran it.
    pub version: String,
    /// Hash of the resolved scenario and its input files, in hexadecimal; empty if the scenario was refused.
    pub scenario_hash: String,
    /// The values of the plan and of the factors, in the order of the study file.
    pub parameters: Vec<Parameter>,
    /// The outcomes that are kept, in the order of the figures; or why there are none, in one line.
    pub outcome: Result<Vec<Figure>, String>,
}

/// The value of one factor in one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name of the factor; `plan` for the plan.
    pub name: String,
    /// Its value: durations in seconds.
    pub value: ParameterValue,
}

/// A value of a factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// A number, or a duration in seconds.
    Number(f64),
    /// A word.
    Text(String),
}

/// One outcome of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name, the unit last: `data.t90_s`.
    pub name: String,
    /// Its unit: `s`, `devices`, `device-minutes`, `calls`, `1` …
    pub unit: String,
    /// What it measures, in a sentence.
    pub meaning: String,
    /// Its value; none if it was not reached before the run ended.
    pub value: Option<f64>,
}

/// A column of the table of runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name, no other column's.
    pub name: String,
    /// The unit of its values; empty for words.
    pub unit: String,
    /// What it holds, in a sentence.
    pub meaning: String,
    /// What role it plays.
    pub kind: ColumnKind,
    /// What its cells hold, unless they are empty.
    pub holds: Holds,
}

/// The role of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// Says which run it is: number, point, replication, version, scenario hash, failure.
    Run,
    /// A factor, or the plan.
    Parameter,
    /// The seed.
    Seed,
    /// A result.
    Outcome,
}

/// The type of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// Whole numbers without sign, of 64 bits.
    Whole,
    /// Floating-point numbers, of 64 bits.
    Number,
    /// Text.
    Text,
}

/// One cell; it holds what its column says, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing: not reached, or the run failed.
    Empty,
    /// A whole number.
    Whole(u64),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

/// A table of runs in memory, rows in the canonical order.
///
/// The columns, in this order: those of kind run (`run`, `point`, `replication`), `seed`, the parameters,
/// `scenario_hash`, `version`, `failure`, the outcomes. A failed run has a text in `failure` and no outcomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// A cell for each column in each row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Where the column of this name is.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The numbers of a column, row by row; none where the cell is empty or holds text.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn numbers(&self, column: usize) -> impl Iterator<Item = Option<f64>> {
        self.rows.iter().map(move |row| match row[column] {
            Cell::Number(number) => Some(number),
            Cell::Whole(whole) => Some(whole as f64),
            Cell::Empty | Cell::Text(_) => None,
        })
    }
}

/// Takes the rows of a table one by one, in the canonical order, so that a study of any length needs
/// memory for a row, not for all.
pub trait RowSink {
    /// Take the next row: a cell for each column.
    ///
    /// # Errors
    /// If it cannot be written.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// Write what is still held back, and make it durable.
    ///
    /// # Errors
    /// If it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl RowSink for Table {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.rows.push(cells.to_vec());
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}
