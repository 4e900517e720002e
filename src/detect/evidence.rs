//! Evidence against "the canary fails no more often than its control", gathered period by period.
//!
//! In each period `m` failures fall on canary and control together, and a share `q` of the events was
//! the canary's. If both fail equally often, its part of the `m` failures is at most as spread as a
//! binomial one of `q` (exactly so for Poisson failures; a hypergeometric one is less spread,
//! Hoeffding 1963). For several factors by which the canary's odds of failure may be worse, the
//! likelihood ratio to that null is a test martingale; so is their mean `E`. By Ville's inequality the
//! probability that `E` ever reaches `1 / alpha` is at most `alpha`, however often one looks (Lindon
//! and Malek, "Anytime-valid inference for multinomial count data", Advances in Neural Information
//! Processing Systems 35, 2022, in a form that allows shares of events that vary).
//!
//! Invariant: periods without failures, or without events on either side, change nothing.

use super::shares::Tally;

/// By how much the canary's odds of failure are worse, in each alternative.
const ODDS: [f64; 7] = [1.2, 1.5, 2.0, 4.0, 10.0, 40.0, 200.0];

/// The evidence so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountEvidence {
    logs: [f64; ODDS.len()],
    highest: f64,
}

impl CountEvidence {
    /// None at all.
    pub fn new() -> Self {
        Self {
            logs: [0.0; ODDS.len()],
            highest: 0.0,
        }
    }

    /// Take in what a period counted on both sides.
    pub fn push(&mut self, canary: Tally, control: Tally) {
        let events = canary.events + control.events;
        let failures = canary.bad + control.bad;
        if canary.events <= 0.0 || control.events <= 0.0 || failures <= 0.0 {
            return;
        }
        let share = canary.events / events;
        for (log, odds) in self.logs.iter_mut().zip(ODDS) {
            *log += canary.bad * libm::log(odds)
                - failures * libm::log(odds.mul_add(share, 1.0 - share));
        }
        self.highest = self.highest.max(log_mean_exp(&self.logs));
    }

    /// The smallest level at which it has been evidence at any time so far: a p-value that stays
    /// valid however often one looks. 1 without evidence.
    pub fn p_value(&self) -> f64 {
        libm::exp(-self.highest).min(1.0)
    }
}

impl Default for CountEvidence {
    fn default() -> Self {
        Self::new()
    }
}

/// The logarithm of the mean of exponentials, without overflow.
#[expect(clippy::cast_precision_loss, reason = "a handful of alternatives")]
pub(super) fn log_mean_exp(logs: &[f64]) -> f64 {
    let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if highest == f64::NEG_INFINITY {
        return highest;
    }
    let sum: f64 = logs.iter().map(|log| libm::exp(log - highest)).sum();
    highest + libm::log(sum / logs.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{binomial, uniforms};
    use super::*;

    /// Whether a world in which canary and control fail with these probabilities is ever held to be
    /// bad at the level of 5 %, looked at after every period.
    fn is_rejected(world: u64, canary: f64, control: f64) -> bool {
        let mut draw = uniforms(world);
        let mut evidence = CountEvidence::new();
        (0..200).any(|_| {
            let mut side = |events: u32, probability: f64| Tally {
                events: f64::from(events),
                bad: binomial(events, probability, &mut draw),
            };
            evidence.push(side(20, canary), side(60, control));
            evidence.p_value() <= 0.05
        })
    }

    #[test]
    fn false_alarms_stay_below_their_level_however_often_one_looks() {
        let worlds = 1_000;
        let alarms = (0..worlds).filter(|&w| is_rejected(w, 0.05, 0.05)).count();
        // The mean at a level of 5 % is 50; four standard deviations of a binomial are 28.
        assert!(alarms <= 78, "{alarms} of {worlds}");
        assert!(alarms > 0, "a test that never speaks has no level");
    }

    #[test]
    fn a_worse_canary_is_found() {
        let found = (0..100).filter(|&w| is_rejected(w, 0.1, 0.05)).count();
        assert!(found >= 95, "{found} of 100");
        let better = (0..100).filter(|&w| is_rejected(w, 0.02, 0.05)).count();
        assert!(
            better <= 5,
            "{better} of 100: a better canary is no reason to stop"
        );
    }

    #[test]
    fn nothing_is_no_evidence() {
        let mut evidence = CountEvidence::new();
        let some = Tally {
            events: 10.0,
            bad: 5.0,
        };
        for (canary, control) in [
            (Tally::default(), Tally::default()),
            (
                Tally {
                    events: 10.0,
                    bad: 0.0,
                },
                Tally {
                    events: 10.0,
                    bad: 0.0,
                },
            ),
            (some, Tally::default()),
            (Tally::default(), some),
        ] {
            evidence.push(canary, control);
        }
        assert!((evidence.p_value() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_mean_of_exponentials_neither_overflows_nor_vanishes() {
        assert!((log_mean_exp(&[1_000.0, 1_000.0]) - 1_000.0).abs() < 1e-9);
        assert!((log_mean_exp(&[0.0, f64::NEG_INFINITY]) - libm::log(0.5)).abs() < 1e-12);
        assert!(log_mean_exp(&[f64::NEG_INFINITY; 2]).is_infinite());
    }
}
