//! One outcome over the runs of a study.
//!
//! Invariant: differences are taken only between runs of the same seed.

use std::collections::BTreeMap;

use super::super::record::{Column, Table};
use super::super::statistics::{
    Duration, Interval, OrderInterval, PairedDifference, Resampling, SurvivalCurve, bca_interval,
    mean, paired_difference, quantile, quantile_interval, sorted, survival,
};
use super::drivers::{Driver, drivers};
use super::number_in;
use super::points::{Layout, Point};

/// The shares whose quantiles are given.
pub const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Where times that were not reached are censored.
const OBSERVED: &str = "observed_s";

/// What the runs say about one outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeSummary {
    /// The outcome: name, unit, meaning.
    pub column: Column,
    /// Over all runs.
    pub all: Spread,
    /// At each point, in the order of the points; empty for Sobol designs, whose points differ in everything.
    pub points: Vec<Spread>,
    /// Each later point against the first, if they ran on the same seeds.
    pub differences: Vec<Difference>,
    /// The parameters, the most influential first.
    pub drivers: Vec<Driver>,
    /// How long it took at each point (Sobol: over all runs), where some runs ended before; otherwise empty.
    pub waiting: Vec<SurvivalCurve>,
}

/// How an outcome is distributed over some runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Runs with a value; times that were not reached count as longer than the run.
    pub runs: usize,
    /// Runs that did not reach it, or where it does not exist.
    pub missing: usize,
    /// The mean; none for a time that was not always reached.
    pub mean: Option<f64>,
    /// Its `BCa` interval.
    pub mean_interval: Option<Interval>,
    /// The quantiles of [`SHARES`]; none where it was not reached by so many.
    pub quantiles: [Option<f64>; 5],
    /// Their exact intervals.
    pub quantile_intervals: [OrderInterval; 5],
}

/// A point against the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which point, counted from 0.
    pub point: usize,
    /// What the seeds that both have say.
    pub paired: PairedDifference,
}

/// A study as its outcomes need it.
pub(super) struct Study<'a> {
    pub(super) table: &'a Table,
    pub(super) points: &'a [Point],
    pub(super) parameters: &'a [usize],
    pub(super) layout: Layout,
    pub(super) rows: &'a [usize],
}

impl Study<'_> {
    /// What the runs say about the outcome in a column.
    pub(super) fn outcome(&self, column: usize, how: &Resampling) -> OutcomeSummary {
        let groups: Vec<&[usize]> = match self.layout {
            Layout::Sobol => Vec::new(),
            _ => self
                .points
                .iter()
                .map(|point| point.rows.as_slice())
                .collect(),
        };
        let spread = |rows: &[usize]| self.spread(column, rows, how);
        OutcomeSummary {
            column: self.table.columns[column].clone(),
            all: spread(self.rows),
            points: groups.iter().map(|rows| spread(rows)).collect(),
            differences: self.differences(column, how),
            drivers: drivers(self, column, how),
            waiting: self.waiting(column, &groups),
        }
    }

    /// Whether an outcome is a time, which is longer than the run where it is missing.
    pub(super) fn is_time(&self, column: usize) -> bool {
        self.table.columns[column].unit == "s"
    }

    /// The outcome of a run; infinite for a time that was not reached.
    pub(super) fn value(&self, row: usize, column: usize) -> Option<f64> {
        let found = number_in(&self.table.rows[row][column]);
        found.or(self.is_time(column).then_some(f64::INFINITY))
    }

    /// The outcome of a run; for a time that was not reached, as long as the run was watched.
    pub(super) fn watched(&self, row: usize, column: usize) -> Option<f64> {
        let found = number_in(&self.table.rows[row][column]);
        found.or_else(|| {
            let observed = self
                .table
                .column(OBSERVED)
                .filter(|_| self.is_time(column))?;
            number_in(&self.table.rows[row][observed])
        })
    }

    fn spread(&self, column: usize, rows: &[usize], how: &Resampling) -> Spread {
        let values = rows.iter().filter_map(|&row| self.value(row, column));
        let values = sorted(&values.collect::<Vec<_>>());
        let reached = values.partition_point(|value| value.is_finite());
        let is_whole = reached == values.len();
        let average = |values: &[f64]| mean(values).expect("a resample is as large as its sample");
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        Spread {
            runs: values.len(),
            missing: rows.len() - reached,
            mean: mean(&values).filter(|_| is_whole),
            mean_interval: bca_interval(&values, average, how).filter(|_| is_whole),
            quantiles: SHARES.map(|share| finite(quantile(&values, share))),
            quantile_intervals: SHARES.map(|share| {
                let found = quantile_interval(&values, share, how.level);
                OrderInterval {
                    low: finite(found.low),
                    high: finite(found.high),
                }
            }),
        }
    }

    fn differences(&self, column: usize, how: &Resampling) -> Vec<Difference> {
        let Some((first, others)) = self.points.split_first() else {
            return Vec::new();
        };
        if self.layout != Layout::Paired {
            return Vec::new();
        }
        let base = self.by_seed(column, first);
        let others = others.iter().enumerate();
        let compared = others.filter_map(|(i, point)| {
            let mine = self.by_seed(column, point);
            let shared = base
                .iter()
                .filter_map(|(seed, a)| Some((*a, *mine.get(seed)?)));
            let shared: Vec<(f64, f64)> = shared.collect();
            let paired = paired_difference(&shared, how)?;
            Some(Difference {
                point: i + 1,
                paired,
            })
        });
        compared.collect()
    }

    /// The outcome of each seed at a point.
    fn by_seed(&self, column: usize, point: &Point) -> BTreeMap<u64, f64> {
        let seed = self
            .table
            .column("seed")
            .expect("the table of runs has seeds");
        let rows = point.rows.iter();
        rows.filter_map(|&row| {
            let seed = number_in(&self.table.rows[row][seed])?;
            Some((seed.to_bits(), self.watched(row, column)?))
        })
        .collect()
    }

    fn waiting(&self, column: usize, groups: &[&[usize]]) -> Vec<SurvivalCurve> {
        let is_missing = |&row: &usize| number_in(&self.table.rows[row][column]).is_none();
        if !self.is_time(column) || !self.rows.iter().any(is_missing) {
            return Vec::new();
        }
        let curve = |rows: &[usize]| {
            let durations = rows.iter().filter_map(|row| {
                Some(Duration {
                    time: self.watched(*row, column)?,
                    happened: !is_missing(row),
                })
            });
            survival(&durations.collect::<Vec<_>>(), 0.95)
        };
        if groups.is_empty() {
            return vec![curve(self.rows)];
        }
        groups.iter().map(|rows| curve(rows)).collect()
    }
}
