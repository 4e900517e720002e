//! `seasonal`: a value against those of the same time on other days, in robust standard deviations
//! (the median and 1.4826 times the median absolute deviation).
//!
//! Invariant: without two other days there is no reading: such a rule cannot be evaluated.

use std::sync::Arc;

use crate::base::{SimTime, Span};
use crate::telemetry::{OperatorView, Window};

use super::super::alarm::Watch;
use super::super::profile::{Profile, median};
use super::{Detector, Score, Sensor, at_limit, enough, newest, no_condition};

pub(super) const DETECTOR: Detector = Detector {
    name: "seasonal",
    unit: "robust standard deviations",
    keys: &["limit", "direction", "days"],
    limit: 6.0,
    check: no_condition,
    start: |_, days| {
        Box::new(Seasonal {
            days: days.map(Arc::clone),
        })
    },
    is_met: at_limit,
};

/// How many earlier days are asked for, where a rule does not say.
const DAYS: u32 = 2;
/// Around the same time of another day, every few minutes.
const AROUND: [i64; 5] = [-10, -5, 0, 5, 10];
/// The fewest values that have a spread.
const VALUES_MIN: usize = 10;
const MINUTES_A_DAY: i64 = 24 * 60;

/// How far back a rule with so many days looks.
pub(in crate::detect) fn reach(days: Option<u32>) -> Span {
    let minutes = u64::from(days.unwrap_or(DAYS)) * MINUTES_A_DAY.unsigned_abs();
    Span::from_minutes(minutes + AROUND[4].unsigned_abs())
}

#[derive(Clone, Debug)]
struct Seasonal {
    days: Option<Arc<Profile>>,
}

impl Sensor for Seasonal {
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score> {
        let observed = newest(watch, view, now)?;
        let others = match &self.days {
            Some(profile) => profile.values(observed.at).to_vec(),
            None => seen_before(watch, view, now)?,
        };
        let deviation = robust_deviation(observed.value, &others)?;
        Some(Score {
            value: watch.tuning.direction.unwrap_or_default().bad(deviation),
            observed: Some(observed),
        })
    }

    fn duplicate(&self) -> Box<dyn Sensor> {
        Box::new(self.clone())
    }
}

/// The values of this time on each of the days before; none unless all are there.
fn seen_before(watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Vec<f64>> {
    let days = i64::from(watch.tuning.days.unwrap_or(DAYS));
    let mut values = Vec::new();
    for day in 1..=days {
        for minutes in AROUND {
            let ago = day * MINUTES_A_DAY + minutes;
            let ago = Span::from_minutes(ago.unsigned_abs());
            let window = Window::last(watch.over, now).before(ago);
            values.push(enough(watch, view, window)?.value);
        }
    }
    Some(values)
}

/// How many robust standard deviations a value is above the others; none from too few. Others that
/// are all alike make any change large, but not infinite.
fn robust_deviation(value: f64, others: &[f64]) -> Option<f64> {
    if others.len() < VALUES_MIN {
        return None;
    }
    let middle = median(others)?;
    let distances: Vec<f64> = others.iter().map(|other| (other - middle).abs()).collect();
    let spread = 1.4826 * median(&distances)?;
    let least = 1e-4 * middle.abs().max(1e-4);
    Some((value - middle) / spread.max(least))
}

#[cfg(test)]
mod tests {
    use super::super::super::alarm::{Alarm, AlarmSpec, Reading};
    use super::*;
    use crate::telemetry::fixture::{Minute, World, classes, names};
    use crate::telemetry::{Metric, TelemetrySpec};

    #[test]
    fn deviations_are_robust() {
        let mut others: Vec<f64> = (0..11).map(f64::from).collect();
        // Median 5, median absolute deviation 3.
        let deviation = robust_deviation(5.0 + 1.4826 * 3.0, &others).expect("eleven values");
        assert!((deviation - 1.0).abs() < 1e-12);
        others[10] = 1e9;
        assert!(
            robust_deviation(9.5, &others).expect("eleven") < 1.5,
            "one odd day moves little"
        );
        assert_eq!(robust_deviation(1.0, &others[..9]), None);
        let alike = robust_deviation(2.0, &[1.0; 12]).expect("twelve values");
        assert!(alike.is_finite() && alike > 1_000.0);
        assert_eq!(robust_deviation(1.0, &[1.0; 12]), Some(0.0));
    }

    #[test]
    fn it_says_nothing_until_it_has_seen_two_days() {
        let mut world = World::with(&TelemetrySpec {
            retention: Span::from_hours(60),
            ..serde_json::from_str(r#"{"counters": {"loss": 0}}"#).expect("a spec")
        });
        let spec = AlarmSpec::of("seasonal", Metric::RegisteredSubNbrMean);
        let mut alarm = Alarm::new(&spec, &names(&world.topology, &classes())).expect("sound");
        let first = (1..=3 * 1_440).find(|minute| {
            world.pass(&Minute::registered(90 + minute % 3));
            alarm.read(&world.view, world.now()) != Reading::NoData
        });
        assert_eq!(
            first,
            Some(2 * 1_440 + 10 + 1),
            "ten minutes more: it looks around the time"
        );
        world.pass(&Minute::registered(50));
        assert!(matches!(
            alarm.read(&world.view, world.now()),
            Reading::Met(Some(_))
        ));
    }
}
