//! How good held-out answers are: accuracy, log loss, calibration, and whether attack and own change can be told
//! apart at all.
//!
//! Every world counts by what the prior expects of its kind; intervals are those of a bootstrap over worlds.
//! "Not distinguishable" is a rule: between the two classes alone, at equal odds, the share of held-out worlds
//! that is judged right is not above one half by its exact 95 % interval (Clopper and Pearson 1934).
//!
//! Invariant: answers are looked at, never changed.

use super::super::statistics::{
    Interval, Resampling, bca_interval, mean, number, proportion_interval,
};
use super::cast::{CLASSES, Class};

/// A weighted mean over worlds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its 95 % interval; none of fewer than two worlds.
    pub interval: Option<Interval>,
}

/// A world that was judged: what was said of each class, and what was true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) said: [f64; 3],
    pub(super) class: Class,
    pub(super) weight: f64,
}

impl Verdict {
    /// The likeliest class; the first of equals.
    pub(super) fn likeliest(&self) -> Class {
        let most = self.said.iter().copied().fold(0.0, f64::max);
        let found = CLASSES
            .iter()
            .find(|class| self.said[**class as usize] >= most);
        *found.unwrap_or(&Class::Nobody)
    }

    pub(super) fn is_right(&self) -> f64 {
        f64::from(u8::from(self.likeliest() == self.class))
    }

    /// Logarithmic loss (natural logarithm); what was called impossible counts as one in a million.
    pub(super) fn loss(&self) -> f64 {
        -libm::log(self.said[self.class as usize].max(1e-6))
    }
}

/// Answers at one minute under one contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// Share whose likeliest class is the true one.
    pub accuracy: Estimate,
    /// Mean logarithmic loss, in nats.
    pub log_loss: Estimate,
    /// Expected calibration error: the mean distance of confidence and accuracy, over ten bins.
    pub calibration_error: f64,
    /// Share of the attacks that are called attacks.
    pub attacks_found: f64,
    /// Share of what is called an attack that is one; none if nothing is.
    pub attacks_right: Option<f64>,
    /// Attack against own change at equal odds.
    pub attack_or_change: Contest,
    /// Said and found, by class and bin.
    pub reliability: Vec<Bin>,
}

/// Two causes and how often held-out worlds of them are judged right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contest {
    /// Worlds of both.
    pub worlds: usize,
    /// Those that are judged right.
    pub right: usize,
    /// Exact 95 % interval of the share.
    pub interval: Interval,
}

impl Contest {
    /// Of so many worlds, so many right.
    pub(super) fn of(right: usize, worlds: usize) -> Self {
        Self {
            worlds,
            right,
            interval: proportion_interval(right, worlds, 0.95),
        }
    }

    /// Whether they can be told apart: better than chance by the interval.
    pub fn is_told_apart(&self) -> bool {
        self.interval.low > 0.5
    }

    /// Share that is judged right; one half of none.
    pub fn share(&self) -> f64 {
        if self.worlds == 0 {
            return 0.5;
        }
        number(self.right) / number(self.worlds)
    }
}

/// What was said of a class, beside what was so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The class.
    pub class: Class,
    /// Lower end of the probabilities in it; its width is a tenth.
    pub from: f64,
    /// Worlds.
    pub worlds: usize,
    /// Share of the whole weight.
    pub weight: f64,
    /// Mean probability that was said.
    pub said: f64,
    /// Share of the class among them.
    pub found: f64,
}

/// Bins of probabilities.
const BINS: usize = 10;

/// How good the answers are.
pub(super) fn quality(verdicts: &[Verdict], prior: &[f64; 3], how: &Resampling) -> Quality {
    let attacks = |v: &&Verdict| v.class == Class::Attack;
    let called = |v: &&Verdict| v.likeliest() == Class::Attack;
    let weight = |all: Vec<&Verdict>| all.iter().map(|v| v.weight).sum::<f64>();
    let all = || verdicts.iter();
    let hit = weight(all().filter(attacks).filter(called).collect());
    let (are, said) = (
        weight(all().filter(attacks).collect()),
        weight(all().filter(called).collect()),
    );
    Quality {
        accuracy: estimate(verdicts, Verdict::is_right, how),
        log_loss: estimate(verdicts, Verdict::loss, how),
        calibration_error: calibration_error(verdicts),
        attacks_found: if are > 0.0 { hit / are } else { 0.0 },
        attacks_right: (said > 0.0).then(|| hit / said),
        attack_or_change: attack_or_change(verdicts, prior),
        reliability: CLASSES
            .iter()
            .flat_map(|class| bins(verdicts, *class))
            .collect(),
    }
}

/// A weighted mean and its interval.
pub(super) fn estimate(
    verdicts: &[Verdict],
    of: impl Fn(&Verdict) -> f64,
    how: &Resampling,
) -> Estimate {
    let values = verdicts.iter().map(|v| (of(v), v.weight));
    weighted(&values.collect::<Vec<_>>(), how)
}

/// The weighted mean of (value, weight) and its interval.
pub(super) fn weighted(pairs: &[(f64, f64)], how: &Resampling) -> Estimate {
    let total: f64 = pairs.iter().map(|pair| pair.1).sum();
    let scale = number(pairs.len()) / total.max(1e-300);
    let values: Vec<f64> = pairs
        .iter()
        .map(|(value, weight)| value * weight * scale)
        .collect();
    let average = |values: &[f64]| mean(values).unwrap_or(0.0);
    Estimate {
        value: average(&values),
        interval: bca_interval(&values, average, how),
    }
}

/// Guo et al. 2017: confidence against accuracy.
fn calibration_error(verdicts: &[Verdict]) -> f64 {
    let mut sums = [(0.0, 0.0); BINS];
    let mut total = 0.0;
    for verdict in verdicts {
        let confidence = verdict.said[verdict.likeliest() as usize];
        let sum = &mut sums[bin_of(confidence)];
        sum.0 += verdict.weight * confidence;
        sum.1 += verdict.weight * verdict.is_right();
        total += verdict.weight;
    }
    let gaps = sums.iter().map(|(said, right)| (said - right).abs());
    gaps.sum::<f64>() / f64::max(total, 1e-300)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability has one of ten bins"
)]
fn bin_of(probability: f64) -> usize {
    let bin = libm::floor(probability * number(BINS)) as usize;
    bin.min(BINS - 1)
}

/// The bins of a class that hold a world.
fn bins(verdicts: &[Verdict], class: Class) -> Vec<Bin> {
    let total: f64 = verdicts.iter().map(|v| v.weight).sum();
    let of_bin = |bin: usize| {
        let inside = verdicts
            .iter()
            .filter(|v| bin_of(v.said[class as usize]) == bin);
        let inside: Vec<&Verdict> = inside.collect();
        let weight: f64 = inside.iter().map(|v| v.weight).sum();
        let said = inside.iter().map(|v| v.weight * v.said[class as usize]);
        let found = inside.iter().filter(|v| v.class == class).map(|v| v.weight);
        (weight > 0.0).then(|| Bin {
            class,
            from: number(bin) / number(BINS),
            worlds: inside.len(),
            weight: weight / total,
            said: said.sum::<f64>() / weight,
            found: found.sum::<f64>() / weight,
        })
    };
    (0..BINS).filter_map(of_bin).collect()
}

/// Between the two alone, with the prior taken out again.
fn attack_or_change(verdicts: &[Verdict], prior: &[f64; 3]) -> Contest {
    let (mut right, mut worlds) = (0, 0);
    let odds =
        |v: &Verdict, class: Class| v.said[class as usize] / prior[class as usize].max(1e-12);
    for verdict in verdicts.iter().filter(|v| v.class != Class::Nobody) {
        let is_attack = odds(verdict, Class::Attack) > odds(verdict, Class::OwnChange);
        worlds += 1;
        right += usize::from(is_attack == (verdict.class == Class::Attack));
    }
    Contest::of(right, worlds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(said: [f64; 3], class: Class) -> Verdict {
        Verdict {
            said,
            class,
            weight: 1.0,
        }
    }

    const THIRDS: [f64; 3] = [1.0 / 3.0; 3];

    #[test]
    fn known_answers() {
        use Class::{Attack, Nobody, OwnChange};
        let verdicts = [
            verdict([0.8, 0.1, 0.1], Attack),
            verdict([0.2, 0.7, 0.1], OwnChange),
            verdict([0.6, 0.3, 0.1], OwnChange),
            verdict([0.1, 0.2, 0.7], Nobody),
        ];
        let found = quality(&verdicts, &THIRDS, &Resampling::new(1));
        assert!((found.accuracy.value - 0.75).abs() < 1e-12);
        let loss = -(libm::log(0.8) + libm::log(0.7) + libm::log(0.3) + libm::log(0.7)) / 4.0;
        assert!((found.log_loss.value - loss).abs() < 1e-12);
        // Bins: 0.8 right; 0.7 twice right; 0.6 wrong.
        let error = (0.2 + 0.6 + 0.6) / 4.0;
        assert!((found.calibration_error - error).abs() < 1e-12);
        assert!((found.attacks_found - 1.0).abs() < 1e-12);
        assert_eq!(found.attacks_right, Some(0.5));
        assert_eq!(
            (found.attack_or_change.right, found.attack_or_change.worlds),
            (2, 3)
        );
        assert!(!found.attack_or_change.is_told_apart(), "of three");
        let weights: f64 = found.reliability.iter().map(|bin| bin.weight).sum();
        assert!((weights - 3.0).abs() < 1e-12, "once for each class");
    }

    #[test]
    fn a_contest_needs_more_than_chance() {
        assert!(Contest::of(80, 100).is_told_apart());
        assert!(!Contest::of(50, 100).is_told_apart());
        assert!(!Contest::of(58, 100).is_told_apart(), "0.477 to 0.678");
        assert!(!Contest::of(0, 0).is_told_apart());
        assert!((Contest::of(0, 0).share() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn nobody_and_nothing_have_a_quality_too() {
        let none = quality(&[], &THIRDS, &Resampling::new(1));
        assert_eq!(none.attacks_right, None);
        assert!(none.accuracy.value.is_finite() && none.calibration_error.is_finite());
        let sure = quality(
            &[verdict([0.0, 1.0, 0.0], Class::Attack)],
            &THIRDS,
            &Resampling::new(1),
        );
        assert!(
            sure.log_loss.value.is_finite(),
            "what was called impossible happened"
        );
    }
}
