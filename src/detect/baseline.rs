//! How far a value is from normal, in standard deviations.
//!
//! Normal is what other days were like at this time of day, where they are known; else what the
//! first reports said. The spread is at least that of counting as few events as were simulated, so
//! that a constant past does not make a single failed attempt infinitely surprising.
//!
//! Invariant: a deviation is always a finite number; a baseline that is still being learnt gives none.

use std::sync::Arc;

use crate::base::{SimTime, Span};
use crate::telemetry::{Metric, Observed};

use super::profile::{Norm, Profile, norm};
use super::shares::counts_successes;

/// The largest deviation that one report can show.
const DEVIATIONS_MAX: f64 = 1e4;

/// What is normal.
#[derive(Clone, Debug)]
pub(super) enum Baseline {
    /// Other days.
    Days(Arc<Profile>),
    /// The first reports, while they come in.
    Learning {
        length: Span,
        since: Option<SimTime>,
        values: Vec<f64>,
    },
    /// The first reports.
    Learnt(Norm),
}

impl Baseline {
    /// Of other days if they are known, else of the first `length` of reports.
    pub(super) fn new(days: Option<&Arc<Profile>>, length: Span) -> Self {
        match days {
            Some(profile) => Self::Days(Arc::clone(profile)),
            None => Self::Learning {
                length,
                since: None,
                values: Vec::new(),
            },
        }
    }

    /// How many standard deviations a value is above normal; none while that is not known.
    pub(super) fn deviation(&mut self, metric: Metric, observed: &Observed) -> Option<f64> {
        self.learn(observed);
        let norm = match self {
            Self::Days(profile) => profile.norm(observed.at)?,
            Self::Learning { .. } => return None,
            Self::Learnt(norm) => *norm,
        };
        Some(standardised(metric, observed, norm))
    }

    fn learn(&mut self, observed: &Observed) {
        let Self::Learning {
            length,
            since,
            values,
        } = self
        else {
            return;
        };
        let first = *since.get_or_insert(observed.at);
        if observed.at.since(first) < *length {
            values.push(observed.value);
        } else if let Some(norm) = norm(values) {
            *self = Self::Learnt(norm);
        } else {
            // Too few reports in that time: the next ones count as well.
            values.push(observed.value);
        }
    }
}

fn standardised(metric: Metric, observed: &Observed, norm: Norm) -> f64 {
    let counting = if counts_successes(metric).is_some() {
        // Half an event more on each side keeps a perfect past from being certain.
        let events = observed.samples.max(1.0);
        let share = (norm.mean.clamp(0.0, 1.0) * events + 0.5) / (events + 1.0);
        libm::sqrt(share * (1.0 - share) / events)
    } else {
        1e-9 * norm.mean.abs().max(1e-9)
    };
    let deviation = norm.deviation.max(counting);
    ((observed.value - norm.mean) / deviation).clamp(-DEVIATIONS_MAX, DEVIATIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(minute: u64, value: f64, samples: f64) -> Observed {
        Observed {
            value,
            at: SimTime::ZERO + Span::from_minutes(minute),
            samples,
        }
    }

    fn learnt(metric: Metric, value: f64, samples: f64) -> Baseline {
        let mut baseline = Baseline::new(None, Span::from_minutes(10));
        for minute in 0..10 {
            let told = baseline.deviation(metric, &observed(minute, value, samples));
            assert_eq!(told, None, "nothing is said while it learns");
        }
        baseline
    }

    #[test]
    fn a_constant_past_leaves_the_noise_of_counting() {
        let mut baseline = learnt(Metric::Rsr, 1.0, 100.0);
        let one_failure = baseline.deviation(Metric::Rsr, &observed(10, 0.99, 100.0));
        // Half of 101 events: sd = sqrt(0.00495 * 0.99505 / 100) = 0.0070.
        let deviation = one_failure.expect("it has learnt");
        assert!((deviation + 1.425).abs() < 0.01, "{deviation}");
        let same = baseline.deviation(Metric::Rsr, &observed(11, 1.0, 100.0));
        assert_eq!(same, Some(0.0));
    }

    #[test]
    fn a_constant_level_makes_any_change_large_but_finite() {
        let mut baseline = learnt(Metric::RegisteredSubNbrMean, 0.0, 1.0);
        let deviation = baseline.deviation(Metric::RegisteredSubNbrMean, &observed(10, 1.0, 1.0));
        assert_eq!(deviation, Some(DEVIATIONS_MAX));
    }

    #[test]
    fn other_days_need_no_learning() {
        let mut profile = Profile::new();
        for value in [8.0, 10.0, 12.0] {
            profile.add(SimTime::ZERO, value);
        }
        let mut baseline = Baseline::new(Some(&Arc::new(profile)), Span::from_hours(1));
        let metric = Metric::QueueWait;
        assert_eq!(
            baseline.deviation(metric, &observed(1, 14.0, 1.0)),
            Some(2.0)
        );
        let unknown = baseline.deviation(metric, &observed(60, 14.0, 1.0));
        assert_eq!(unknown, None, "no other day was watched at that hour");
    }
}
