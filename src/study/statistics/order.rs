//! Exact intervals of quantiles, between two of the values themselves.
//!
//! Invariant: holds for any continuous distribution, without resampling.

use super::binomial::binomial_cdf;

/// The interval of a quantile; an end is missing where too few values were seen to bound it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderInterval {
    /// Its lower end.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// The exact interval of the quantile of a share, from values in ascending order (Conover 1999, "Practical
/// nonparametric statistics", 3.2; as `scipy.stats.quantile_test`): how many of n values lie below the
/// quantile is binomial.
pub fn quantile_interval(ascending: &[f64], share: f64, level: f64) -> OrderInterval {
    let tail = (1.0 - level) / 2.0;
    let count = ascending.len();
    let below = least(count, |k| binomial_cdf(k, count, share) >= tail);
    let above = least(count, |k| binomial_cdf(k, count, share) >= 1.0 - tail);
    let low = below.checked_sub(1).and_then(|index| ascending.get(index));
    OrderInterval {
        low: low.copied(),
        high: ascending.get(above).copied(),
    }
}

/// The least number up to `most` for which a condition holds that holds for all larger ones.
fn least(most: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_do_not_bound_an_extreme_quantile() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        let found = quantile_interval(&values, 0.95, 0.95);
        assert_eq!((found.low, found.high), (Some(17.0), None));
        // The table of the sign test: the median of 20 lies between the 6th and the 15th.
        let median = quantile_interval(&values, 0.5, 0.95);
        assert_eq!((median.low, median.high), (Some(6.0), Some(15.0)));
        let nothing = quantile_interval(&[], 0.5, 0.95);
        assert_eq!((nothing.low, nothing.high), (None, None));
    }
}
