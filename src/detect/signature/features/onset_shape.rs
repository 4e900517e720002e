//! `onset-shape`: the shape in which subscribers were lost: a step, a staircase (wave after wave), a ramp, or
//! logistic (slow, fast, slow: something spreads).
//!
//! The number is the time in which the loss grew from a tenth to nine tenths of the worst so far, in
//! seconds. Within two periods it is a step. Two jumps or more of at least a fifth of the whole, each
//! with a standstill before it, are a staircase. Otherwise the middle third of the time is compared with the outer
//! ones: a logistic curve grows 1.56 times as fast there, a ramp as fast as elsewhere; the
//! border is 1.25.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "onset-shape",
    question: "Did it begin at once or by and by?",
    asks: "from a tenth to nine tenths of the worst, in seconds",
    read,
};

/// A single period's growth that is a jump, and one that is a standstill, as shares of the whole.
const JUMP: f64 = 0.2;
const STILL: f64 = 0.02;
/// How much faster the middle third of a logistic curve grows than the rest (1.56), and a ramp's (1).
const LOGISTIC: f64 = 1.25;

fn read(evidence: &Evidence) -> Sign {
    let harm = evidence.harm();
    if harm.is_empty() {
        return Sign::Unknown("no baseline of registered subscribers");
    }
    let worst = harm.iter().map(|(_, missing)| *missing).fold(0.0, f64::max);
    if !evidence.is_harm(worst) {
        return Sign::Unknown("nobody is missing");
    }
    let top = harm.iter().position(|(_, missing)| *missing >= 0.9 * worst);
    let rising = &harm[..=top.expect("the worst itself")];
    let low = rising
        .iter()
        .rposition(|(_, missing)| *missing <= 0.1 * worst);
    let rising = &rising[low.unwrap_or(0)..];
    let (begin, end) = (rising[0], rising[rising.len() - 1]);
    let lasted = end.0 - begin.0;
    if rising.len() <= 3 {
        return Sign::known("step", lasted);
    }
    let growth: Vec<f64> = rising
        .windows(2)
        .map(|pair| (pair[1].1 - pair[0].1) / worst)
        .collect();
    let word = if jumps(&growth) >= 2 {
        "staircase"
    } else if middle_speed(rising) > LOGISTIC {
        "logistic"
    } else {
        "ramp"
    };
    Sign::known(word, lasted)
}

/// Jumps that follow a standstill or begin the whole.
fn jumps(growth: &[f64]) -> usize {
    let follows = |place: usize| place == 0 || growth[place - 1].abs() < STILL;
    let is_jump = |&place: &usize| growth[place] >= JUMP && follows(place);
    (0..growth.len()).filter(is_jump).count()
}

/// How fast the middle third of the time grows, in multiples of the outer thirds.
fn middle_speed(rising: &[(f64, f64)]) -> f64 {
    let (begin, end) = (rising[0], rising[rising.len() - 1]);
    let third = (end.0 - begin.0) / 3.0;
    let first = level_at(rising, begin.0 + third);
    let second = level_at(rising, begin.0 + 2.0 * third);
    let outer = (first - begin.1 + end.1 - second) / 2.0;
    (second - first) / outer.max(1e-12)
}

/// The level at an instant within the series, between two samples in a straight line.
fn level_at(series: &[(f64, f64)], at_s: f64) -> f64 {
    let after = series.iter().position(|(s, _)| *s >= at_s);
    let after = after.unwrap_or(series.len() - 1).max(1);
    let ((t0, low), (t1, high)) = (series[after - 1], series[after]);
    low + (high - low) * ((at_s - t0) / (t1 - t0).max(1e-9)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::with_harm;
    use super::*;

    fn word(missing: &[f64]) -> &'static str {
        read(&with_harm(missing)).word()
    }

    #[test]
    fn four_shapes() {
        assert_eq!(read(&with_harm(&[0.5, 0.5])), Sign::known("step", 60.0));
        let waves = [0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 0.6, 0.6, 0.6, 0.8];
        assert_eq!(word(&waves), "staircase");
        let ramp: Vec<f64> = (1..=20).map(|n| 0.04 * f64::from(n)).collect();
        assert_eq!(word(&ramp), "ramp");
        let curve = |n: i32| 0.8 / (1.0 + libm::exp(-f64::from(n) / 3.0));
        let logistic: Vec<f64> = (-15..=15).map(curve).collect();
        assert_eq!(word(&logistic), "logistic");
    }

    #[test]
    fn recovery_does_not_change_the_shape() {
        assert_eq!(word(&[0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]), "step");
    }

    #[test]
    fn nobody_missing_is_no_shape() {
        let nobody = Sign::Unknown("nobody is missing");
        assert_eq!(read(&with_harm(&[0.005, 0.002])), nobody);
        assert_eq!(read(&Evidence::default()).value(), None);
    }
}
