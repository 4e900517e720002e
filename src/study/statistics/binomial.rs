//! The binomial distribution, and the interval of a share that was counted.
//!
//! Invariant: exact but for rounding; no normal approximation at any size.

use super::{Interval, number};

/// The probability of at most `k` successes in `n` trials that each succeed with probability `p`.
pub fn binomial_cdf(k: usize, n: usize, p: f64) -> f64 {
    if k >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    // The shorter tail, so that nothing is lost in 1 - sum.
    if number(k) > number(n) * p {
        let above: f64 = (k + 1..=n).map(|i| mass(i, n, p)).sum();
        return (1.0 - above).max(0.0);
    }
    let below: f64 = (0..=k).map(|i| mass(i, n, p)).sum();
    below.min(1.0)
}

/// The probability of exactly `k` of `n`.
fn mass(k: usize, n: usize, p: f64) -> f64 {
    let log_ways = log_factorial(n) - log_factorial(k) - log_factorial(n - k);
    let (hits, misses) = (number(k), number(n - k));
    libm::exp(log_ways + hits * libm::log(p) + misses * libm::log1p(-p))
}

fn log_factorial(n: usize) -> f64 {
    libm::lgamma(number(n) + 1.0)
}

/// The exact interval of a probability after `hits` of `trials` (Clopper and Pearson 1934, "The use of
/// confidence or fiducial limits"); 0 to 1 of no trials.
pub fn proportion_interval(hits: usize, trials: usize, level: f64) -> Interval {
    let tail = (1.0 - level) / 2.0;
    let low = if hits == 0 {
        0.0
    } else {
        // The least probability at which that many hits or more are not surprising.
        bisect(|p| 1.0 - binomial_cdf(hits - 1, trials, p) < tail)
    };
    let high = if hits >= trials {
        1.0
    } else {
        bisect(|p| binomial_cdf(hits, trials, p) > tail)
    };
    Interval { low, high }
}

/// Where a condition that holds at 0 ceases to hold.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_are_those_of_arithmetic() {
        assert!((binomial_cdf(1, 3, 0.5) - 0.5).abs() < 1e-14);
        assert!((binomial_cdf(0, 4, 0.1) - 0.6561).abs() < 1e-14);
        assert!((binomial_cdf(4, 4, 0.1) - 1.0).abs() < 1e-14);
        assert!((binomial_cdf(3, 4, 0.9) - 0.3439).abs() < 1e-14);
    }

    #[test]
    fn no_hit_leaves_the_rule_of_three() {
        // The upper end after no hit in n trials is 1 - tail^(1/n).
        let found = proportion_interval(0, 100, 0.95);
        assert!((found.high - (1.0 - libm::pow(0.025, 0.01))).abs() < 1e-12);
        assert!(found.low.abs() < 1e-15);
        assert!((proportion_interval(0, 0, 0.95).high - 1.0).abs() < 1e-15);
    }
}
