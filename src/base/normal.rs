//! The standard normal distribution.
//!
//! Invariant: `normal_cdf(normal_quantile(p))` is `p` up to rounding.

use core::f64::consts::FRAC_1_SQRT_2;

/// The probability that a standard normal number is at most `x`.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The number that a standard normal one stays below with this probability; infinite at 0 and 1.
///
/// By bisection: a handful are needed, and it is exact wherever the distribution function is.
pub fn normal_quantile(probability: f64) -> f64 {
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    if probability > 0.5 {
        return -normal_quantile(1.0 - probability);
    }
    // Below -38.5 the distribution function is 0 in double precision.
    let (mut low, mut high) = (-40.0, 0.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if normal_cdf(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert_the_distribution() {
        for p in [1e-12, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9999] {
            let back = normal_cdf(normal_quantile(p));
            assert!((back / p - 1.0).abs() < 1e-12, "{p}: {back}");
        }
        // SciPy 1.17: scipy.stats.norm.ppf.
        for (share, expected) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.99, 2.326_347_874_040_840_8),
            (0.001, -3.090_232_306_167_813_6),
            (1e-9, -5.997_807_015_007_686),
        ] {
            let found = normal_quantile(share);
            assert!((found - expected).abs() < 1e-12, "{share}: {found}");
        }
        assert!(normal_quantile(0.0) < f64::MIN);
        assert!(normal_quantile(1.0) > f64::MAX);
    }
}
