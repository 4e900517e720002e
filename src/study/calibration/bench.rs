//! The detectors that are compared: each kind on the signals that an operator watches first, and the
//! scenario's own alarm rules as they are.
//!
//! Adding a detector to the comparison is one line here.
//!
//! Invariant: rules alone; nothing is evaluated.

use crate::base::Span;
use crate::change::Threshold;
use crate::detect::{AlarmSpec, Direction, Tuning};
use crate::scenario::Scenario;
use crate::telemetry::Metric;

/// A rule that takes part.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The rule.
    pub rule: AlarmSpec,
    /// Whether its limit is calibrated; otherwise it stays as it is written.
    pub is_calibrated: bool,
}

/// Every candidate of a scenario: the bench, then the scenario's own rules.
pub fn candidates(scenario: &Scenario) -> Vec<Candidate> {
    let bench = bench().into_iter().map(|rule| Candidate {
        rule,
        is_calibrated: true,
    });
    let own = scenario.file().response.alarms.iter();
    let own = own.map(|rule| Candidate {
        rule: rule.clone(),
        is_calibrated: false,
    });
    bench.chain(own).collect()
}

/// Every kind of detector on what it is good for.
fn bench() -> Vec<AlarmSpec> {
    let falls = |spec| directed(spec, Direction::Fall);
    let rises = |spec| directed(spec, Direction::Rise);
    let registered = Metric::RegisteredSubNbrMean;
    let requests = Metric::RegistrationAttemptRate;
    vec![
        low(Metric::Rsr),
        low(Metric::CallSuccessRate),
        AlarmSpec {
            compared_with: Some(Span::from_minutes(15)),
            ..low(registered)
        },
        of("burn-rate", Metric::Rsr),
        of("burn-rate", Metric::CallSuccessRate),
        falls(of("cusum", registered)),
        rises(of("cusum", requests)),
        falls(of("ewma", Metric::Rsr)),
        rises(of("ewma", requests)),
        falls(of("seasonal", registered)),
        rises(of("seasonal", requests)),
        of("sequential", Metric::Rsr),
        of("sequential", Metric::CallSuccessRate),
        of("absence", registered),
    ]
}

fn of(detector: &str, metric: Metric) -> AlarmSpec {
    AlarmSpec {
        name: format!("{detector} {metric}"),
        ..AlarmSpec::of(detector, metric)
    }
}

/// A threshold whose bound the calibration sets; only its sign counts.
fn low(metric: Metric) -> AlarmSpec {
    let sign = Threshold::parse("< 0").expect("a bound");
    AlarmSpec {
        condition: Some(sign),
        ..of("threshold", metric)
    }
}

fn directed(rule: AlarmSpec, direction: Direction) -> AlarmSpec {
    AlarmSpec {
        tuning: Tuning {
            direction: Some(direction),
            ..rule.tuning
        },
        ..rule
    }
}
