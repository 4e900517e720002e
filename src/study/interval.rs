//! Student's confidence interval of a mean, for stopping when it is narrow enough.
//!
//! Invariant: the same numbers in the same order give the same bits.

/// Mean and spread of numbers, taken one by one (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    count: u32,
    mean: f64,
    squares: f64,
}

impl Sample {
    /// Take a number.
    pub(super) fn take(&mut self, number: f64) {
        self.count += 1;
        let before = number - self.mean;
        self.mean += before / f64::from(self.count);
        self.squares += before * (number - self.mean);
    }

    /// Their mean.
    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    /// How far the confidence interval of the mean reaches to each side; none for fewer than two.
    pub(super) fn half_width(&self, confidence: f64) -> Option<f64> {
        let freedom = self.count.checked_sub(1).filter(|freedom| *freedom > 0)?;
        let variance = self.squares / f64::from(freedom);
        let error = libm::sqrt(variance / f64::from(self.count));
        Some(student_quantile(f64::midpoint(1.0, confidence), f64::from(freedom)) * error)
    }
}

/// The quantile above one half of Student's distribution, by bisection.
fn student_quantile(share: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while student(high, freedom) < share && high < 1e300 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if student(middle, freedom) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Student's distribution function for x of 0 or more.
fn student(x: f64, freedom: f64) -> f64 {
    1.0 - incomplete_beta(freedom / (freedom + x * x), freedom / 2.0, 0.5) / 2.0
}

/// The regularised incomplete beta function, by the continued fraction DLMF 8.17.22.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = a * libm::log(x) + b * libm::log1p(-x) + libm::lgamma(a + b)
        - libm::lgamma(a)
        - libm::lgamma(b);
    libm::exp(front) * beta_fraction(x, a, b) / a
}

/// The continued fraction, evaluated forwards (Lentz 1976).
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let mut upper = 1.0;
    let mut lower = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = lower;
    for step in (1..1_000).map(f64::from) {
        let twice = a + 2.0 * step;
        let even = step * (b - step) * x / ((twice - 1.0) * twice);
        let odd = -(a + step) * (a + b + step) * x / (twice * (twice + 1.0));
        for term in [even, odd] {
            lower = 1.0 / away_from_zero(1.0 + term * lower);
            upper = away_from_zero(1.0 + term / upper);
            fraction *= upper * lower;
        }
        if (upper * lower - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

fn away_from_zero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_students_distribution() {
        // SciPy 1.17: scipy.stats.t.ppf.
        for (share, freedom, expected) in [
            (0.975, 1.0, 12.706_204_736_174_7),
            (0.975, 3.0, 3.182_446_305_283_71),
            (0.95, 10.0, 1.812_461_122_811_68),
            (0.995, 29.0, 2.756_385_903_670_6),
            (0.75, 2.0, 0.816_496_580_927_726),
            (0.999_95, 5.0, 11.177_710_070_278_9),
            (0.975, 999.0, 1.962_341_461_133_45),
        ] {
            let found: f64 = student_quantile(share, freedom);
            assert!(
                (found / expected - 1.0).abs() < 1e-10,
                "{share} {freedom}: {found}"
            );
        }
    }

    #[test]
    fn an_interval_from_the_textbook_formula() {
        let mut sample = Sample::default();
        for number in [4.0, 7.0, 13.0, 16.0] {
            assert!(sample.half_width(0.95).is_none() || sample.count > 1);
            sample.take(number);
        }
        // Mean 10, variance 30: t(3) 3.182_446 times the root of 30 / 4.
        assert!((sample.mean() - 10.0).abs() < 1e-12);
        let half = sample.half_width(0.95).expect("four numbers");
        assert!((half - 8.715_488_147_264).abs() < 1e-9, "{half}");
    }
}
