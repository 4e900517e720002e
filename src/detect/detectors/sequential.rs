//! `sequential`: evidence that more events go wrong than is normal, gathered event by event.
//!
//! An e-detector on counts (Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for
//! sequential change detection", 2023): for several shares of failures worse than the normal one, a
//! likelihood ratio that starts anew whenever it falls below one; their mean is the evidence `M`. While
//! the true share is no worse than normal, the mean time until `M` reaches a bound is at least that
//! many reports, whatever the counts; the default is a week of minutes.
//!
//! Invariant: each report counts once; no events are no evidence.

use crate::base::{Share, SimTime};
use crate::telemetry::OperatorView;

use super::super::alarm::{AlarmSpec, Watch};
use super::super::evidence::log_mean_exp;
use super::super::shares::{Tally, tally};
use super::{Detector, Score, Seen, Sensor, at_limit, newest, no_condition};

pub(super) const DETECTOR: Detector = Detector {
    name: "sequential",
    unit: "log evidence",
    keys: &["limit", "objective"],
    // ln(7 * 24 * 60).
    limit: 9.218_308,
    check: |spec: &AlarmSpec| {
        let mut problems = no_condition(spec);
        problems.extend(super::needs_events(spec));
        problems
    },
    start: |watch, _| {
        let objective = watch.tuning.objective.map_or(OBJECTIVE, Share::get);
        Box::new(Sequential {
            evidence: Evidence::new(1.0 - objective, 2.0 * watch.limit),
            seen: Seen::default(),
        })
    },
    is_met: at_limit,
};

/// One in a hundred may fail on an ordinary day.
const OBJECTIVE: f64 = 0.99;
/// How many times worse the odds of failure are in each alternative.
const ODDS: [f64; 6] = [1.5, 2.0, 4.0, 10.0, 40.0, 200.0];

/// The evidence, alternative by alternative.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    normal: f64,
    highest: f64,
    logs: [f64; ODDS.len()],
}

impl Evidence {
    fn new(normal: f64, highest: f64) -> Self {
        Self {
            normal,
            highest,
            logs: [f64::NEG_INFINITY; ODDS.len()],
        }
    }

    fn push(&mut self, tally: Tally) {
        let good = tally.events - tally.bad;
        for (log, odds) in self.logs.iter_mut().zip(ODDS) {
            let alternative = worse(self.normal, odds);
            let step = tally.bad * libm::log(alternative / self.normal)
                + good * libm::log((1.0 - alternative) / (1.0 - self.normal));
            *log = (log.max(0.0) + step).min(self.highest);
        }
    }

    fn log(&self) -> f64 {
        log_mean_exp(&self.logs)
    }
}

/// The share whose odds are that many times those of `share`.
fn worse(share: f64, odds: f64) -> f64 {
    odds * share / (1.0 - share + odds * share)
}

#[derive(Clone, Copy, Debug)]
struct Sequential {
    evidence: Evidence,
    seen: Seen,
}

impl Sensor for Sequential {
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score> {
        let observed = newest(watch, view, now)?;
        if self.seen.is_new(&observed) {
            self.evidence.push(tally(watch.metric, &observed)?);
        }
        Some(Score {
            // Far below one the evidence is nil, not minus infinity.
            value: self.evidence.log().max(-1e3),
            observed: Some(observed),
        })
    }

    fn duplicate(&self) -> Box<dyn Sensor> {
        Box::new(*self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{binomial, mean_run_length, uniforms};
    use super::*;

    #[test]
    fn false_alarms_are_at_least_as_rare_as_promised() {
        // Bound 20: the mean time to a false alarm is at least 20 reports; it is far more, as the bound
        // holds for any counts.
        let mean = mean_run_length(400, |world| {
            let mut draw = uniforms(world);
            let mut evidence = Evidence::new(0.05, f64::INFINITY);
            let mut count = 1.0;
            while count < 5_000.0 {
                let bad = binomial(50, 0.05, &mut draw);
                evidence.push(Tally { events: 50.0, bad });
                if evidence.log() >= libm::log(20.0) {
                    break;
                }
                count += 1.0;
            }
            count
        });
        assert!(mean >= 20.0, "{mean}");
    }

    #[test]
    fn failures_are_seen_and_forgotten() {
        let mut evidence = Evidence::new(0.01, 20.0);
        let push = |evidence: &mut Evidence, bad| evidence.push(Tally { events: 100.0, bad });
        (0..1_000).for_each(|_| push(&mut evidence, 0.0));
        assert!(evidence.log() < 0.0);
        push(&mut evidence, 50.0);
        assert!(evidence.log() > 9.2, "a long good past is no excuse");
        (0..100).for_each(|_| push(&mut evidence, 0.0));
        assert!(evidence.log() < 9.2);
        let before = evidence.log();
        evidence.push(Tally::default());
        assert!(
            (evidence.log() - before).abs() < 20.0,
            "nothing is hardly evidence"
        );
    }
}
