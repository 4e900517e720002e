//! What drives an outcome: how much of it each parameter carries.
//!
//! Invariant: indices of variance are given only where the design allows them; elsewhere, rank correlation.

use super::super::record::{Cell, Table};
use super::super::statistics::{
    Interval, Resampling, SobolIndex, SobolRuns, mean, rank_share, sobol_indices, spearman,
    spearman_interval,
};
use super::number_in;
use super::outcome::Study;
use super::points::{Layout, Point};

/// A parameter and its influence on an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    /// Name of the parameter.
    pub parameter: String,
    /// Its influence.
    pub influence: Influence,
}

/// How much of an outcome a parameter carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Influence {
    /// Shares of the variance.
    Sobol(SobolIndex),
    /// Rank correlation and its interval.
    Rank {
        /// Between -1 and 1.
        correlation: f64,
        /// Its interval.
        interval: Option<Interval>,
    },
    /// For words, which have no order: the share of the variance of ranks that lies between them.
    Between(f64),
}

impl Influence {
    /// How strong it is, between 0 and 1 but for the noise of an estimate.
    pub fn strength(&self) -> f64 {
        match self {
            Self::Sobol(index) => index.total,
            Self::Rank { correlation, .. } => correlation * correlation,
            Self::Between(share) => *share,
        }
    }
}

/// The parameters that change between runs, the most influential first; none if the outcome never changes.
pub(super) fn drivers(study: &Study<'_>, column: usize, how: &Resampling) -> Vec<Driver> {
    let mut found = match study.layout {
        Layout::Sobol => by_variance(study, column, how),
        _ => by_rank(study, column, how),
    };
    found.sort_by(|a, b| b.influence.strength().total_cmp(&a.influence.strength()));
    found
}

fn by_variance(study: &Study<'_>, column: usize, how: &Resampling) -> Vec<Driver> {
    let width = study.parameters.len() + 2;
    let mut runs = SobolRuns {
        ab: vec![Vec::new(); study.parameters.len()],
        ..SobolRuns::default()
    };
    for row in study.points.chunks(width) {
        let values: Option<Vec<f64>> = row.iter().map(|point| at(study, point, column)).collect();
        // A row of which a run failed is left out whole.
        let Some(values) = values else { continue };
        runs.a.push(values[0]);
        runs.b.push(values[1]);
        for (of_parameter, value) in runs.ab.iter_mut().zip(&values[2..]) {
            of_parameter.push(*value);
        }
    }
    let indices = sobol_indices(&runs, how).unwrap_or_default();
    let names = study.parameters.iter().zip(indices);
    names
        .map(|(&at, index)| Driver {
            parameter: study.table.columns[at].name.clone(),
            influence: Influence::Sobol(index),
        })
        .collect()
}

/// The mean outcome of a point over its seeds.
fn at(study: &Study<'_>, point: &Point, column: usize) -> Option<f64> {
    let values = point.rows.iter().map(|&row| study.watched(row, column));
    mean(&values.collect::<Option<Vec<f64>>>()?)
}

fn by_rank(study: &Study<'_>, column: usize, how: &Resampling) -> Vec<Driver> {
    let influence = |&parameter: &usize| {
        let influence = if is_number(study.table, study.rows, parameter) {
            let pairs = study.rows.iter().filter_map(|&row| {
                let level = number_in(&study.table.rows[row][parameter])?;
                Some((level, study.value(row, column)?))
            });
            let pairs: Vec<(f64, f64)> = pairs.collect();
            let correlation = spearman(&pairs)?;
            Influence::Rank {
                correlation,
                interval: spearman_interval(correlation, pairs.len(), how.level),
            }
        } else {
            let pairs = study.rows.iter().filter_map(|&row| {
                let word = format!("{:?}", study.table.rows[row][parameter]);
                Some((word, study.value(row, column)?))
            });
            Influence::Between(rank_share(&pairs.collect::<Vec<_>>())?)
        };
        Some(Driver {
            parameter: study.table.columns[parameter].name.clone(),
            influence,
        })
    };
    study.parameters.iter().filter_map(influence).collect()
}

fn is_number(table: &Table, rows: &[usize], column: usize) -> bool {
    let cells = rows.iter().map(|&row| &table.rows[row][column]);
    !cells.into_iter().any(|cell| matches!(cell, Cell::Text(_)))
}
