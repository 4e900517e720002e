//! When users call: a Poisson process whose rate follows the local hour, drawn one call at a time.
//!
//! Invariant: the n-th call of a device depends on (seed, device, n) and on the call before it, and
//! on nothing that happens in the network.

use super::spec::{ClassSpec, Hourly};

/// Hours of a day.
pub const HOURS: usize = 24;
const DAY_S: f64 = 86_400.0;
const HOUR_S: f64 = 3_600.0;

/// The calls of one class, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Calls and emergency calls per device and day.
    per_day: f64,
    /// Probability that a call is an emergency call.
    emergency_share: f64,
    /// Share of a day's calls made before each hour; 25 entries from 0 to 1.
    before_hour: [f64; HOURS + 1],
}

impl Demand {
    /// The demand of a class; none if its devices never call.
    pub fn of(class: &ClassSpec) -> Option<Self> {
        let per_day = class.calls_per_day.get() + class.emergency_calls_per_day.get();
        if per_day <= 0.0 || class.voice.get() <= 0.0 {
            return None;
        }
        let emergency_share = class.emergency_calls_per_day.get() / per_day;
        Some(Self {
            per_day,
            emergency_share,
            before_hour: cumulate(&class.calls_by_hour),
        })
    }

    /// Probability that a call is an emergency call.
    pub fn emergency_share(&self) -> f64 {
        self.emergency_share
    }

    /// Mean calls per device between two local times, in seconds since a local midnight.
    pub fn mean_between(&self, from_s: f64, to_s: f64) -> f64 {
        self.cumulated(to_s) - self.cumulated(from_s)
    }

    /// Seconds until the next call after `local_s` (seconds since a local midnight), given an
    /// exponential number of mean 1.
    pub fn wait_s(&self, local_s: f64, exponential: f64) -> f64 {
        let target = (self.cumulated(local_s) + exponential) / self.per_day;
        let day = libm::floor(target);
        let rest = target - day;
        let hour = self.before_hour[1..HOURS]
            .iter()
            .take_while(|&&before| before <= rest)
            .count();
        let (low, high) = (self.before_hour[hour], self.before_hour[hour + 1]);
        let within = if high > low {
            (rest - low) / (high - low)
        } else {
            0.0
        };
        #[expect(clippy::cast_precision_loss, reason = "an hour is a small number")]
        let at = day * DAY_S + (hour as f64 + within.min(1.0)) * HOUR_S;
        (at - local_s).max(0.0)
    }

    /// Mean calls per device from a local midnight until `local_s`.
    fn cumulated(&self, local_s: f64) -> f64 {
        let day = libm::floor(local_s / DAY_S);
        let hours = (local_s - day * DAY_S) / HOUR_S;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an hour of the day"
        )]
        let hour = (hours as usize).min(HOURS - 1);
        let (low, high) = (self.before_hour[hour], self.before_hour[hour + 1]);
        #[expect(clippy::cast_precision_loss, reason = "an hour is a small number")]
        let within = hours - hour as f64;
        self.per_day * (day + low + (high - low) * within)
    }
}

fn cumulate(weights: &Hourly) -> [f64; HOURS + 1] {
    let total: f64 = (0..HOURS).map(|hour| weights.at(hour)).sum();
    let mut before = [0.0; HOURS + 1];
    for hour in 0..HOURS {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a flat day if all weights are zero"
        )]
        let share = if total > 0.0 {
            weights.at(hour) / total
        } else {
            1.0 / HOURS as f64
        };
        before[hour + 1] = before[hour] + share;
    }
    before[HOURS] = 1.0;
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose};

    #[test]
    fn calls_come_at_their_rate_and_in_their_hours() {
        let demand = Demand::of(&ClassSpec::default()).expect("smartphones call");
        let draws = Draws::new(11);
        let (mut now, mut calls, mut by_night) = (0.0, 0_u32, 0_u32);
        for n in 0..200_000 {
            now += demand.wait_s(now, -libm::log(draws.unit(Purpose::Call, 0, n)));
            calls += 1;
            by_night += u32::from(now % DAY_S < 5.0 * HOUR_S);
        }
        let per_day = f64::from(calls) / (now / DAY_S);
        assert!(
            (per_day / demand.per_day - 1.0).abs() < 0.01,
            "{per_day} calls a day"
        );
        let night = f64::from(by_night) / f64::from(calls);
        let expected = demand.before_hour[5];
        assert!(
            (night / expected - 1.0).abs() < 0.05,
            "{night} by night, expected {expected}"
        );
    }

    #[test]
    fn the_mean_between_two_times_is_the_integral_of_the_rate() {
        let demand = Demand::of(&ClassSpec::default()).expect("smartphones call");
        assert!((demand.mean_between(0.0, DAY_S) - demand.per_day).abs() < 1e-9);
        let halves =
            demand.mean_between(7_000.0, 50_000.0) + demand.mean_between(50_000.0, 93_400.0);
        assert!((halves - demand.per_day).abs() < 1e-9);
    }
}
