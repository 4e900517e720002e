//! The detection floor: how long after its onset the best-placed fault can be seen at all.
//!
//! Invariant: arithmetic on the collection pipeline and the rule; no fault and no network is asked.

use crate::base::Span;
use crate::change::GateSpec;
use crate::telemetry::PipelineSettings;

use super::alarm::AlarmSpec;

/// What a gate or an alarm asks for before it speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// Samples that a value must rest on.
    pub min_samples: u64,
    /// Samples that the network yields per second, at full scale.
    pub samples_per_second: f64,
    /// The time that one value is taken over; a single report at least.
    pub window: Span,
    /// Reports of the trouble that it must have seen whatever they rest on, at least 1.
    pub reports: u64,
    /// How long the bad value must be seen: `for` of an alarm, or the measurements of a gate that
    /// may fail before it does, times their interval.
    pub hold: Span,
}

impl Demand {
    /// What a gate asks for, once it runs; none if it tolerates every failure.
    pub fn of_gate(gate: &GateSpec, samples_per_second: f64) -> Option<Self> {
        let tolerated = gate.failure_limit?;
        let tolerated_us = gate.interval.as_us().saturating_mul(u64::from(tolerated));
        let hold_us = tolerated_us.saturating_add(gate.hold.as_us());
        Some(Self {
            reports: 1,
            min_samples: gate.min_samples,
            samples_per_second,
            window: gate.interval,
            hold: Span::from_us(hold_us),
        })
    }

    /// What an alarm rule asks for.
    pub fn of_alarm(alarm: &AlarmSpec, samples_per_second: f64) -> Self {
        Self {
            reports: 1,
            min_samples: alarm.min_samples,
            samples_per_second,
            window: alarm.over,
            hold: alarm.hold,
        }
    }
}

/// How long after its onset a fault that shows fully and at once, and sets in as a period begins,
/// is seen: the periods that it takes to gather the samples, the transfer delay at its shortest,
/// and the time that the value must hold. None if the window never holds enough samples: such a
/// rule is blind, whatever happens.
pub fn detection_floor(pipeline: &PipelineSettings, demand: &Demand) -> Option<Span> {
    let period = pipeline.period;
    let per_report = demand.samples_per_second * period.as_secs_f64();
    let held = demand.window.as_us().div_ceil(period.as_us()).max(1);
    let needed = reports_needed(demand.min_samples, per_report)?.max(demand.reports);
    if needed > held {
        return None;
    }
    let gathering = Span::from_us(period.as_us().saturating_mul(needed));
    Some(gathering + pipeline.delay.shortest() + demand.hold)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sample counts are far below 2^53, and the quotient saturates"
)]
fn reports_needed(min_samples: u64, per_report: f64) -> Option<u64> {
    if min_samples == 0 {
        return Some(1);
    }
    (per_report > 0.0).then(|| (libm::ceil(min_samples as f64 / per_report) as u64).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::default_alarms;
    use crate::telemetry::Preset;

    fn demand(min_samples: u64) -> Demand {
        Demand {
            min_samples,
            reports: 1,
            samples_per_second: 1.0,
            window: Span::from_minutes(15),
            hold: Span::from_minutes(2),
        }
    }

    #[test]
    fn the_floor_is_granularity_and_delay_and_samples() {
        let streaming = Preset::Streaming60s.settings();
        assert_eq!(
            detection_floor(&streaming, &demand(0)),
            Some(Span::from_secs(60 + 5 + 120))
        );
        assert_eq!(
            detection_floor(&streaming, &demand(61)),
            Some(Span::from_secs(120 + 5 + 120))
        );
        let files = Preset::Pm15min.settings();
        assert_eq!(
            detection_floor(&files, &demand(61)),
            Some(Span::from_minutes(15 + 5 + 2))
        );
    }

    #[test]
    fn a_rule_that_never_has_enough_samples_is_blind() {
        let streaming = Preset::Streaming60s.settings();
        assert_eq!(
            detection_floor(&streaming, &demand(900)),
            Some(Span::from_secs(900 + 5 + 120))
        );
        assert_eq!(detection_floor(&streaming, &demand(901)), None);
        let silent = Demand {
            samples_per_second: 0.0,
            ..demand(1)
        };
        assert_eq!(detection_floor(&streaming, &silent), None);
    }

    #[test]
    fn tolerated_failures_and_holding_times_raise_the_floor() {
        let streaming = Preset::Streaming60s.settings();
        let gate = GateSpec {
            failure_limit: Some(2),
            ..GateSpec::new("RSR")
        };
        let demand = Demand::of_gate(&gate, 1.0).expect("it can fail");
        assert_eq!(
            detection_floor(&streaming, &demand),
            Some(Span::from_secs(60 + 5 + 120))
        );
        let blind = GateSpec {
            failure_limit: None,
            ..gate
        };
        assert_eq!(Demand::of_gate(&blind, 1.0), None);
        let rules = default_alarms();
        let floor = |rate| detection_floor(&streaming, &Demand::of_alarm(&rules[0], rate));
        assert_eq!(floor(100.0), Some(Span::from_secs(60 + 5 + 60)));
        assert_eq!(
            floor(1.0),
            None,
            "a thousand samples never fit into a minute"
        );
    }
}
