//! Means, variances and quantiles.
//!
//! Invariant: sums run in the order of the values, so that they round the same way everywhere.

use super::number;

/// The arithmetic mean; none of no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / number(values.len()))
}

/// The unbiased sample variance; none of fewer than two values.
pub fn variance(values: &[f64]) -> Option<f64> {
    let centre = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    Some(squares / number(values.len() - 1))
}

/// The values in ascending order.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// The quantile of a share between 0 and 1 of values in ascending order, interpolated linearly (type 7 of
/// Hyndman and Fan 1996, "Sample quantiles in statistical packages"; the default of `NumPy` and R).
pub fn quantile(ascending: &[f64], share: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let at = share.clamp(0.0, 1.0) * number(last);
    let below = whole(at).min(last);
    let above = (below + 1).min(last);
    let step = at - number(below);
    // Beyond the last finite value there may be infinite ones: what was never reached.
    if step <= 0.0 {
        return Some(ascending[below]);
    }
    Some(ascending[below] + step * (ascending[above] - ascending[below]))
}

/// The least value at which the weights of it and all lower ones reach a share of all weights: the inverse
/// of the weighted empirical distribution. `pairs` are (value, weight), in any order.
pub fn weighted_quantile(pairs: &[(f64, f64)], share: f64) -> Option<f64> {
    let mut pairs = pairs.to_vec();
    pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let total: f64 = pairs.iter().map(|pair| pair.1).sum();
    // Weights add up to their total only up to rounding.
    let wanted = share * total * (1.0 - 1e-12);
    let mut reached = 0.0;
    for (value, weight) in &pairs {
        reached += weight;
        if reached >= wanted && *weight > 0.0 {
            return Some(*value);
        }
    }
    pairs.last().map(|pair| pair.0)
}

/// The whole part of a number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among values: not negative, and far below 2^53"
)]
pub(super) fn whole(value: f64) -> usize {
    libm::floor(value) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_mean_and_one_no_variance() {
        assert_eq!(mean(&[]), None);
        assert_eq!(variance(&[3.0]), None);
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
        assert_eq!(variance(&[1.0, 2.0, 6.0]), Some(7.0));
    }

    #[test]
    fn quantiles_are_interpolated_between_neighbours() {
        let values = sorted(&[40.0, 10.0, 30.0, 20.0]);
        let at = |share| quantile(&values, share);
        assert_eq!(at(0.0), Some(10.0));
        assert_eq!(at(0.5), Some(25.0));
        assert_eq!(at(1.0), Some(40.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn weights_count_as_so_many_values() {
        let pairs = [(5.0, 0.1), (1.0, 0.5), (3.0, 0.4), (9.0, 0.0)];
        assert_eq!(weighted_quantile(&pairs, 0.5), Some(1.0));
        assert_eq!(weighted_quantile(&pairs, 0.9), Some(3.0));
        assert_eq!(weighted_quantile(&pairs, 0.95), Some(5.0));
        assert_eq!(weighted_quantile(&pairs, 1.0), Some(5.0));
        assert_eq!(weighted_quantile(&[], 0.5), None);
    }
}
