//! Rank correlation.
//!
//! Invariant: depends on the order of values alone; equal values share the mean of their ranks.

use std::collections::BTreeMap;

use crate::base::normal_quantile;

use super::average::mean;
use super::{Interval, number};

/// The ranks of values, from 1; equal values get the mean of the ranks that they take up.
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut ranks = vec![0.0; values.len()];
    for run in order.chunk_by(|&one, &other| values[one] >= values[other]) {
        let before = order.partition_point(|&index| values[index] < values[run[0]]);
        let rank = number(2 * before + run.len() + 1) / 2.0;
        for &index in run {
            ranks[index] = rank;
        }
    }
    ranks
}

/// Spearman's rank correlation of pairs (Spearman 1904; with ties, Pearson's correlation of mid-ranks, as
/// `scipy.stats.spearmanr`); none of fewer than three, or where one side never changes.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let side = |part: fn(&(f64, f64)) -> f64| {
        let ranks = mid_ranks(&pairs.iter().map(part).collect::<Vec<_>>());
        let centre = mean(&ranks).expect("there are pairs");
        ranks.iter().map(|rank| rank - centre).collect::<Vec<_>>()
    };
    let (first, second) = (side(|pair| pair.0), side(|pair| pair.1));
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let scale = libm::sqrt(dot(&first, &first) * dot(&second, &second));
    (scale > 0.0).then(|| (dot(&first, &second) / scale).clamp(-1.0, 1.0))
}

/// The share of the variance of ranks that lies between groups, for what has no order itself: the statistic
/// of Kruskal and Wallis (1952) over n - 1; none of fewer than three pairs, or if nothing ever changes.
pub fn rank_share<G: Ord>(pairs: &[(G, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let ranks = mid_ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let centre = mean(&ranks)?;
    let mut groups: BTreeMap<&G, Vec<f64>> = BTreeMap::new();
    for ((group, _), rank) in pairs.iter().zip(&ranks) {
        groups.entry(group).or_default().push(rank - centre);
    }
    let total: f64 = ranks
        .iter()
        .map(|rank| (rank - centre) * (rank - centre))
        .sum();
    let between = groups.values().map(|group| {
        let sum: f64 = group.iter().sum();
        sum * sum / number(group.len())
    });
    (total > 0.0).then(|| between.sum::<f64>() / total)
}

/// The interval of a rank correlation found in so many pairs, by Fisher's transformation with the variance
/// of Bonett and Wright (2000, "Sample size requirements for estimating Pearson, Kendall and Spearman
/// correlations", Psychometrika 65); none of fewer than four pairs.
pub fn spearman_interval(correlation: f64, pairs: usize, level: f64) -> Option<Interval> {
    if pairs < 4 {
        return None;
    }
    if correlation.abs() >= 1.0 {
        return Some(Interval {
            low: correlation,
            high: correlation,
        });
    }
    let error = libm::sqrt((1.0 + correlation * correlation / 2.0) / (number(pairs) - 3.0));
    let reach = normal_quantile(f64::midpoint(1.0, level)) * error;
    let centre = libm::atanh(correlation);
    Some(Interval {
        low: libm::tanh(centre - reach),
        high: libm::tanh(centre + reach),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_ranks() {
        let ranks = mid_ranks(&[10.0, 20.0, 10.0, 30.0, 10.0]);
        assert_eq!(ranks, [2.0, 4.0, 2.0, 5.0, 2.0]);
    }

    #[test]
    fn only_the_order_counts() {
        let pairs = |f: fn(f64) -> f64| {
            let values = (1..=9).map(f64::from);
            values.map(|x| (x, f(x))).collect::<Vec<_>>()
        };
        assert_eq!(spearman(&pairs(libm::exp)), Some(1.0));
        assert_eq!(spearman(&pairs(|x| -x * x)), Some(-1.0));
        assert_eq!(spearman(&pairs(|_| 4.0)), None);
        assert_eq!(spearman(&[(1.0, 2.0), (2.0, 3.0)]), None);
    }

    #[test]
    fn the_interval_narrows_with_pairs() {
        let width = |pairs| {
            let found = spearman_interval(0.6, pairs, 0.95).expect("enough pairs");
            assert!(found.holds(0.6));
            found.high - found.low
        };
        assert!(width(400) < width(100) * 0.55);
        assert_eq!(spearman_interval(0.6, 3, 0.95), None);
    }
}
