//! What is normal at each time of day, learnt from other days.
//!
//! Invariant: knows values and times, and nothing of where they come from.

use crate::base::{SimTime, Span};

/// Values by time of day, counted from the start of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    slot: Span,
    slots: Vec<Vec<f64>>,
}

/// Mean and standard deviation of what is normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Norm {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, at least 0.
    pub deviation: f64,
}

const DAY: Span = Span::from_hours(24);

impl Profile {
    /// An empty profile with slots of a quarter of an hour.
    pub fn new() -> Self {
        let slot = Span::from_minutes(15);
        let count = usize::try_from(DAY.as_us() / slot.as_us()).expect("96 fits");
        Self {
            slot,
            slots: vec![Vec::new(); count],
        }
    }

    /// Take in a value of another day; what is not a number is left out.
    pub fn add(&mut self, at: SimTime, value: f64) {
        if value.is_finite() {
            let slot = self.slot_of(at);
            self.slots[slot].push(value);
        }
    }

    /// The values of this time of day.
    pub fn values(&self, at: SimTime) -> &[f64] {
        &self.slots[self.slot_of(at)]
    }

    /// Mean and spread at this time of day; none from fewer than two values.
    pub fn norm(&self, at: SimTime) -> Option<Norm> {
        norm(self.values(at))
    }

    fn slot_of(&self, at: SimTime) -> usize {
        let into_day = at.as_us() % DAY.as_us();
        usize::try_from(into_day / self.slot.as_us()).expect("a day has few slots")
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::new()
    }
}

/// Mean and standard deviation of values; none from fewer than two.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn norm(values: &[f64]) -> Option<Norm> {
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    let variance = squares / (values.len() - 1) as f64;
    Some(Norm {
        mean,
        deviation: libm::sqrt(variance),
    })
}

/// The middle of some values; none of none.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_compared_with_itself() {
        let mut profile = Profile::new();
        let hours = |h: u64| SimTime::ZERO + Span::from_hours(h);
        for (at, value) in [(3, 10.0), (27, 14.0), (51, 12.0), (4, 99.0), (5, f64::NAN)] {
            profile.add(hours(at), value);
        }
        assert_eq!(profile.values(hours(75)), [10.0, 14.0, 12.0]);
        let norm = profile.norm(hours(3)).expect("three days");
        assert!((norm.mean - 12.0).abs() < 1e-12 && (norm.deviation - 2.0).abs() < 1e-12);
        assert_eq!(profile.norm(hours(4)), None, "one day has no spread");
        assert!(profile.values(hours(5)).is_empty());
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
