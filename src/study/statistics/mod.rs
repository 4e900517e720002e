//! Statistics of plain numbers: averages, quantiles, intervals, paired differences, rank correlation,
//! Sobol indices, survival curves. Each says which published method it is, and is checked against SciPy.
//!
//! Invariant: pure functions of slices; knows neither runs nor studies, and draws only from the seed it is
//! given, so that the same numbers give the same answer on any machine and any number of threads.

mod average;
mod binomial;
mod bootstrap;
mod order;
mod paired;
mod rank;
mod resample;
mod sobol;
mod survival;

pub use average::{mean, quantile, sorted, variance, weighted_quantile};
pub use binomial::{binomial_cdf, proportion_interval};
pub use bootstrap::{bca_interval, percentile_interval};
pub use order::{OrderInterval, quantile_interval};
pub use paired::{PairedDifference, paired_difference};
pub use rank::{mid_ranks, rank_share, spearman, spearman_interval};
pub use resample::Resampling;
pub use sobol::{SobolIndex, SobolRuns, sobol_indices};
pub use survival::{Duration, SurvivalCurve, SurvivalStep, survival};

/// A range that holds the true value with a stated confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// Whether a value lies in it, ends included.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A count as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of runs are far below 2^53"
)]
pub(crate) const fn number(count: usize) -> f64 {
    count as f64
}
