//! `cusum`: deviations from normal add up, less what is forgiven each time (Page 1954; tabular form,
//! Montgomery, "Introduction to Statistical Quality Control").
//!
//! With slack k = 0.5 and limit h = 5, one side alone gives a false alarm every 938 reports (Siegmund's
//! approximation) and sees a shift of one standard deviation after 10.3.
//!
//! Invariant: each report counts once; the sums are bounded, so that an alarm can end.

use std::sync::Arc;

use crate::base::SimTime;
use crate::telemetry::OperatorView;

use super::super::alarm::Watch;
use super::super::profile::Profile;
use super::super::tuning::Direction;
use super::deviations::Deviations;
use super::{Detector, Score, Sensor, at_limit, no_condition};

pub(super) const DETECTOR: Detector = Detector {
    name: "cusum",
    unit: "standard deviations",
    keys: &["limit", "slack", "direction", "baseline"],
    limit: 5.0,
    check: no_condition,
    start,
    is_met: at_limit,
};

const SLACK: f64 = 0.5;

/// The two sums.
#[derive(Clone, Copy, Debug)]
struct Sums {
    slack: f64,
    highest: f64,
    up: f64,
    down: f64,
}

impl Sums {
    fn new(slack: f64, highest: f64) -> Self {
        Self {
            slack,
            highest,
            up: 0.0,
            down: 0.0,
        }
    }

    fn push(&mut self, deviation: f64) {
        let next = |sum: f64, step: f64| (sum + step - self.slack).clamp(0.0, self.highest);
        self.up = next(self.up, deviation);
        self.down = next(self.down, -deviation);
    }

    fn score(&self, direction: Direction) -> f64 {
        match direction {
            Direction::Fall => self.down,
            Direction::Rise => self.up,
            Direction::Either => self.up.max(self.down),
        }
    }
}

#[derive(Clone, Debug)]
struct Cusum {
    sums: Sums,
    deviations: Deviations,
}

fn start(watch: &Watch, days: Option<&Arc<Profile>>) -> Box<dyn Sensor> {
    let tuning = &watch.tuning;
    // Twice the limit: an alarm ends a while after the trouble, not hours.
    let highest = 2.0 * watch.limit;
    Box::new(Cusum {
        sums: Sums::new(tuning.slack.unwrap_or(SLACK), highest),
        deviations: Deviations::new(watch, days),
    })
}

impl Sensor for Cusum {
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score> {
        let sums = &mut self.sums;
        let follow = |deviation| sums.push(deviation);
        let observed = self.deviations.follow(watch, (view, now), follow)?;
        let direction = watch.tuning.direction.unwrap_or_default();
        Some(Score {
            value: self.sums.score(direction),
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

    /// Reports until the sum upwards reaches `limit`, on the average of many series.
    fn run_length(limit: f64, shift: f64, both_sides: bool) -> f64 {
        mean_run_length(4_000, |world| {
            let mut noise = normals(world);
            let mut sums = Sums::new(0.5, f64::INFINITY);
            let direction = if both_sides {
                Direction::Either
            } else {
                Direction::Rise
            };
            let mut count = 1.0;
            loop {
                sums.push(noise() + shift);
                if sums.score(direction) >= limit {
                    return count;
                }
                count += 1.0;
            }
        })
    }

    #[test]
    fn run_lengths_are_those_of_the_tables() {
        // Siegmund: 938 one-sided; tables (Montgomery): 465 two-sided. Four standard errors.
        let one_sided = run_length(5.0, 0.0, false);
        assert!((870.0..=1_000.0).contains(&one_sided), "{one_sided}");
        let two_sided = run_length(5.0, 0.0, true);
        assert!((435.0..=500.0).contains(&two_sided), "{two_sided}");
        let shifted = run_length(5.0, 1.0, false);
        assert!((10.0..=10.7).contains(&shifted), "{shifted}");
    }

    #[test]
    fn a_bounded_sum_comes_down_again() {
        let mut sums = Sums::new(0.5, 10.0);
        sums.push(1e4);
        assert!((sums.score(Direction::Either) - 10.0).abs() < 1e-12);
        (0..20).for_each(|_| sums.push(0.0));
        assert!(sums.score(Direction::Either) < 1e-12);
    }
}
