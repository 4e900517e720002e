//! How many events a week may bring, after so many were counted.
//!
//! Invariant: pure arithmetic.

use super::super::statistics::{Interval, number};

/// The interval of a Poisson mean after `count` events (Garwood 1936); each end is wrong with
/// probability `1 - level`. At 0.95, none counted is a mean of at most 3.0.
pub fn poisson_interval(count: usize, level: f64) -> Interval {
    let tail = 1.0 - level;
    let low = if count == 0 {
        0.0
    } else {
        mean_where(|mean| 1.0 - cumulative(count - 1, mean), tail, false)
    };
    Interval {
        low,
        high: mean_where(|mean| cumulative(count, mean), tail, true),
    }
}

/// The mean at which a probability, rising or falling with it, is `wanted`; by halving.
fn mean_where(probability: impl Fn(f64) -> f64, wanted: f64, falls: bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    let is_below = |mean: f64| (probability(mean) > wanted) == falls;
    while is_below(high) {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The probability of at most `count` events.
fn cumulative(count: usize, mean: f64) -> f64 {
    let (mut log, mut sum) = (-mean, 0.0);
    for event in 0..=count {
        if event > 0 {
            log += libm::log(mean) - libm::log(number(event));
        }
        sum += libm::exp(log);
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_tables() {
        // scipy.stats.chi2.ppf(0.05, 2 n) / 2 and chi2.ppf(0.95, 2 n + 2) / 2.
        for (count, low, high) in [
            (0, 0.0, 2.995_732_273_553_991),
            (1, 0.051_293_294_387_550_58, 4.743_864_518_390_587),
            (5, 1.970_149_568_059_466, 10.513_034_908_741_535),
            (40, 30.195_739_194_344_732, 52.069_369_115_136_94),
        ] {
            let found = poisson_interval(count, 0.95);
            assert!((found.low - low).abs() < 1e-6, "{count}: {found:?}");
            assert!((found.high - high).abs() < 1e-6, "{count}: {found:?}");
        }
    }
}
