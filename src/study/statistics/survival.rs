//! Survival curves: how long until something happens, where some runs end before it does.
//!
//! Invariant: a run that ended early counts for as long as it was watched, and never as an event.

use crate::base::normal_quantile;

use super::{Interval, number};

/// How long something was awaited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duration {
    /// Until it happened or the watch ended.
    pub time: f64,
    /// Whether it happened.
    pub happened: bool,
}

/// A survival curve.
#[derive(Clone, Debug, PartialEq)]
pub struct SurvivalCurve {
    /// One step for each time at which it happened, in their order.
    pub steps: Vec<SurvivalStep>,
    /// How many were watched.
    pub watched: usize,
    /// How often it happened.
    pub happened: usize,
}

/// One step of a survival curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalStep {
    /// When.
    pub time: f64,
    /// How many were still waiting just before.
    pub at_risk: usize,
    /// How many it happened to.
    pub events: usize,
    /// Probability of waiting longer.
    pub survival: f64,
    /// Standard error of that (Greenwood 1926).
    pub standard_error: f64,
    /// Its interval; none where nobody waits any longer.
    pub interval: Option<Interval>,
}

/// The product-limit estimate (Kaplan and Meier 1958, "Nonparametric estimation from incomplete
/// observations"). Intervals are those of the logarithm of the cumulative hazard (Kalbfleisch and Prentice
/// 1980, 1.3), which stay between 0 and 1; as `scipy.stats.ecdf` with `method="log-log"`. What is censored
/// at the time of an event was still at risk.
pub fn survival(durations: &[Duration], level: f64) -> SurvivalCurve {
    let mut durations = durations.to_vec();
    durations.sort_by(|one, other| one.time.total_cmp(&other.time));
    let (mut steps, mut survival, mut hazard_variance) = (Vec::new(), 1.0, 0.0);
    let mut at_risk = durations.len();
    for same in durations.chunk_by(|one, other| one.time >= other.time) {
        let events = same.iter().filter(|each| each.happened).count();
        if events > 0 {
            let (n, d) = (number(at_risk), number(events));
            survival *= (n - d) / n;
            hazard_variance += d / (n * (n - d));
            steps.push(SurvivalStep {
                time: same[0].time,
                at_risk,
                events,
                survival,
                standard_error: error(survival, hazard_variance),
                interval: log_log(survival, hazard_variance, level),
            });
        }
        at_risk -= same.len();
    }
    SurvivalCurve {
        steps,
        watched: durations.len(),
        happened: durations.iter().filter(|each| each.happened).count(),
    }
}

fn error(survival: f64, hazard_variance: f64) -> f64 {
    if survival > 0.0 {
        survival * libm::sqrt(hazard_variance)
    } else {
        0.0
    }
}

fn log_log(survival: f64, hazard_variance: f64, level: f64) -> Option<Interval> {
    if survival <= 0.0 {
        return None;
    }
    let log = libm::log(survival);
    let reach = normal_quantile(f64::midpoint(1.0, level)) * libm::sqrt(hazard_variance) / -log;
    let centre = libm::log(-log);
    let end = |shift: f64| libm::exp(-libm::exp(centre + shift));
    Some(Interval {
        low: end(reach),
        high: end(-reach),
    })
}

impl SurvivalCurve {
    /// The time by which it has happened to a share; none if it has not happened to so many.
    pub fn time_of(&self, share: f64) -> Option<f64> {
        self.first_where(|step| step.survival, share)
    }

    /// The interval of that time: where the band of the curve crosses the share (Brookmeyer and Crowley
    /// 1982, "A confidence interval for the median survival time"); an end is missing where it does not.
    pub fn interval_of(&self, share: f64) -> (Option<f64>, Option<f64>) {
        let end = |part: fn(&Interval) -> f64| {
            self.first_where(|step| step.interval.as_ref().map_or(0.0, part), share)
        };
        (end(|band| band.low), end(|band| band.high))
    }

    fn first_where(&self, height: impl Fn(&SurvivalStep) -> f64, share: f64) -> Option<f64> {
        // 1 - 0.9 is a little more than 0.1.
        let left = 1.0 - share + 1e-12;
        let mut steps = self.steps.iter();
        let found = steps.find(|step| height(step) <= left);
        found.map(|step| step.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_censoring_it_is_the_empirical_distribution() {
        let durations: Vec<Duration> = (1..=10)
            .map(|i| Duration {
                time: f64::from(i),
                happened: true,
            })
            .collect();
        let curve = survival(&durations, 0.95);
        for (step, i) in curve.steps.iter().zip(1..) {
            assert!((step.survival - (1.0 - f64::from(i) / 10.0)).abs() < 1e-12);
        }
        assert_eq!(curve.time_of(0.5), Some(5.0));
        assert_eq!(curve.time_of(0.9), Some(9.0));
        assert_eq!(curve.steps[9].interval, None);
    }

    #[test]
    fn what_never_happens_has_no_time() {
        let waiting = Duration {
            time: 5.0,
            happened: false,
        };
        let curve = survival(&[waiting; 3], 0.95);
        assert_eq!(
            (curve.steps.len(), curve.watched, curve.happened),
            (0, 3, 0)
        );
        assert_eq!(curve.time_of(0.5), None);
        assert_eq!(curve.interval_of(0.5), (None, None));
    }
}
