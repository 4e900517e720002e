//! Two plans in the same worlds: by how much they differ, and how often one is better.
//!
//! Invariant: values are compared only with their partner of the same world.

use super::average::{mean, quantile, sorted};
use super::binomial::proportion_interval;
use super::bootstrap::bca_interval;
use super::order::{OrderInterval, quantile_interval};
use super::resample::Resampling;
use super::{Interval, number};

/// What pairs of values say, second less first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedDifference {
    /// How many pairs.
    pub pairs: usize,
    /// The mean difference.
    pub mean: f64,
    /// Its `BCa` interval; none of a single pair.
    pub mean_interval: Option<Interval>,
    /// The median difference.
    pub median: f64,
    /// Its exact interval.
    pub median_interval: OrderInterval,
    /// Pairs whose second value is the lower.
    pub lower: usize,
    /// Pairs of equal values.
    pub equal: usize,
    /// Probability that the second value is the lower, in a world like these.
    pub lower_probability: f64,
    /// Its exact interval.
    pub lower_interval: Interval,
}

/// Compare pairs (first, second); none of no pairs.
pub fn paired_difference(pairs: &[(f64, f64)], how: &Resampling) -> Option<PairedDifference> {
    let differences: Vec<f64> = pairs.iter().map(|(first, second)| second - first).collect();
    let centre = mean(&differences)?;
    let ascending = sorted(&differences);
    let lower = ascending.partition_point(|value| *value < 0.0);
    let not_higher = ascending.partition_point(|value| *value <= 0.0);
    let average = |values: &[f64]| mean(values).expect("a resample is as large as its sample");
    Some(PairedDifference {
        pairs: pairs.len(),
        mean: centre,
        mean_interval: bca_interval(&differences, average, how),
        median: quantile(&ascending, 0.5)?,
        median_interval: quantile_interval(&ascending, 0.5, how.level),
        lower,
        equal: not_higher - lower,
        lower_probability: number(lower) / number(pairs.len()),
        lower_interval: proportion_interval(lower, pairs.len(), how.level),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_worlds_share_falls_out_of_the_difference() {
        // The worlds differ by thousands, the plans by 1 to 3 in each of them.
        let pair = |i: u32| {
            let world = f64::from(i * i) * 1_000.0;
            (world + f64::from(i % 3 + 1), world)
        };
        let pairs: Vec<_> = (0..30).map(pair).collect();
        let found = paired_difference(&pairs, &Resampling::new(1)).expect("pairs");
        assert!((found.mean + 2.0).abs() < 1e-9);
        let range = found.mean_interval.expect("more than one");
        assert!(range.low > -2.4 && range.high < -1.6, "{range:?}");
        assert_eq!((found.lower, found.equal), (30, 0));
        assert!((found.lower_interval.low - 0.884).abs() < 1e-3);
    }

    #[test]
    fn equal_pairs_are_neither_better_nor_worse() {
        let pairs = [(1.0, 1.0), (2.0, 1.0), (3.0, 5.0), (4.0, 4.0)];
        let found = paired_difference(&pairs, &Resampling::new(1)).expect("pairs");
        assert_eq!((found.lower, found.equal, found.pairs), (1, 2, 4));
        assert!((found.lower_probability - 0.25).abs() < 1e-12);
        assert_eq!(paired_difference(&[], &Resampling::new(1)), None);
    }
}
