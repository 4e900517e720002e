//! `ewma`: an exponentially weighted mean of the deviations from normal, in its own standard
//! deviations (Roberts 1959; Lucas and Saccucci, Technometrics 32, 1990).
//!
//! With weight 0.1 and limit 2.814 a false alarm comes every 500 reports, and a shift of one standard
//! deviation is seen after 10.3 (their table 3). Textbooks round the limit to 2.7 and keep the 500; it is
//! 369 then, which a Markov chain of 801 states confirms.
//!
//! Invariant: each report counts once.

use std::sync::Arc;

use crate::base::SimTime;
use crate::telemetry::OperatorView;

use super::super::alarm::Watch;
use super::super::profile::Profile;
use super::deviations::Deviations;
use super::{Detector, Score, Sensor, at_limit, no_condition};

pub(super) const DETECTOR: Detector = Detector {
    name: "ewma",
    unit: "standard deviations of the mean",
    keys: &["limit", "smoothing", "direction", "baseline"],
    limit: 2.814,
    check: no_condition,
    start,
    is_met: at_limit,
};

const SMOOTHING: f64 = 0.1;

/// The weighted mean.
#[derive(Clone, Copy, Debug)]
struct Mean {
    smoothing: f64,
    level: f64,
}

impl Mean {
    fn push(&mut self, deviation: f64) {
        self.level += self.smoothing * (deviation - self.level);
    }

    /// The mean in its own standard deviations, as they are in the long run.
    fn standardised(&self) -> f64 {
        self.level / libm::sqrt(self.smoothing / (2.0 - self.smoothing))
    }
}

#[derive(Clone, Debug)]
struct Ewma {
    mean: Mean,
    deviations: Deviations,
}

fn start(watch: &Watch, days: Option<&Arc<Profile>>) -> Box<dyn Sensor> {
    let tuning = &watch.tuning;
    Box::new(Ewma {
        mean: Mean {
            smoothing: tuning.smoothing.unwrap_or(SMOOTHING),
            level: 0.0,
        },
        deviations: Deviations::new(watch, days),
    })
}

impl Sensor for Ewma {
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score> {
        let mean = &mut self.mean;
        let follow = |deviation| mean.push(deviation);
        let observed = self.deviations.follow(watch, (view, now), follow)?;
        let direction = watch.tuning.direction.unwrap_or_default();
        Some(Score {
            value: direction.bad(self.mean.standardised()),
            observed: Some(observed),
        })
    }

    fn duplicate(&self) -> Box<dyn Sensor> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{mean_run_length, normals};
    use super::*;

    fn run_length(limit: f64, shift: f64) -> f64 {
        mean_run_length(4_000, |world| {
            let mut noise = normals(world);
            let mut mean = Mean {
                smoothing: 0.1,
                level: 0.0,
            };
            let mut count = 1.0;
            loop {
                mean.push(noise() + shift);
                if mean.standardised().abs() >= limit {
                    return count;
                }
                count += 1.0;
            }
        })
    }

    #[test]
    fn run_lengths_are_those_of_the_tables() {
        let quiet = run_length(2.814, 0.0);
        assert!((465.0..=535.0).contains(&quiet), "{quiet}");
        let shifted = run_length(2.814, 1.0);
        assert!((10.0..=10.6).contains(&shifted), "{shifted}");
        let rounded = run_length(2.7, 0.0);
        assert!((343.0..=393.0).contains(&rounded), "{rounded}");
    }
}
