//! Axes: how far they reach, where their marks stand, and what is written there.
//!
//! Invariant: pure.

use super::super::number::{duration, percent, short};

/// What an axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Devices, calls, requests.
    Count,
    /// A part of the whole: from 0 to 1.
    Share,
    /// A length of time in seconds.
    Seconds,
}

impl Unit {
    /// A value as a reader wants it.
    pub(crate) fn text(self, value: f64) -> String {
        match self {
            Self::Count if value.abs() >= 100.0 => short(libm::round(value)),
            Self::Count => short(value),
            Self::Share => percent(value),
            Self::Seconds => duration(value),
        }
    }

    /// The word for the script of a page.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "share",
            Self::Seconds => "seconds",
        }
    }

    /// The top of an axis that must hold `most`, and how many parts it is cut into.
    pub(crate) fn reach(self, most: f64) -> (f64, u32) {
        if self == Self::Share {
            return (1.0, 2);
        }
        if most <= 0.0 {
            return (1.0, 1);
        }
        let unit = libm::pow(10.0, libm::floor(libm::log10(most)));
        let nice = [
            (1.0, 2),
            (1.5, 3),
            (2.0, 2),
            (3.0, 3),
            (4.0, 2),
            (5.0, 2),
            (8.0, 2),
            (10.0, 2),
        ];
        let fits = nice.iter().find(|(top, _)| top * unit >= most * 0.999);
        let (top, parts) = fits.copied().unwrap_or((10.0, 2));
        (top * unit, parts)
    }
}

/// Lengths between marks of a time axis, in seconds.
const STEPS_S: [f64; 12] = [
    60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0, 14_400.0, 21_600.0,
    43_200.0,
];

/// Whole steps between two instants, at most `most`; `shift_s` is added before a step counts as whole.
pub(super) fn time_steps(from_s: f64, to_s: f64, most: f64, shift_s: f64) -> Vec<f64> {
    let span = (to_s - from_s).max(1.0);
    let fits = STEPS_S.iter().find(|&&step| span / step <= most);
    let step = fits.copied().unwrap_or(86_400.0);
    let mut at = libm::ceil((from_s + shift_s) / step) * step - shift_s;
    let mut steps = Vec::new();
    while at <= to_s {
        steps.push(at);
        at += step;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_holds_its_most() {
        assert_eq!(Unit::Count.reach(125e6), (150e6, 3));
        assert_eq!(Unit::Count.reach(3_229.0), (4_000.0, 2));
        assert_eq!(Unit::Count.reach(0.0), (1.0, 1));
        assert_eq!(Unit::Share.reach(0.4), (1.0, 2));
        for most in [0.03, 1.0, 9.7, 11.0, 4_711.0, 9.99e8] {
            let (top, _) = Unit::Count.reach(most);
            assert!(top >= most * 0.999 && top <= most * 2.0, "{most}: {top}");
        }
    }

    #[test]
    fn marks_of_time_stand_at_whole_hours() {
        // From 02:30 for a day: shifted by the second of the day.
        let steps = time_steps(0.0, 86_400.0, 8.0, 9_000.0);
        assert_eq!(steps.first(), Some(&1_800.0));
        assert_eq!(steps.len(), 8);
        assert!(time_steps(0.0, 3_600.0, 8.0, 0.0).len() <= 8);
    }
}
