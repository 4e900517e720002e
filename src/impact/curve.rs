//! A quantity over time, known at samples and taken as linear between them.
//!
//! Invariant: times never go back; two points may share a time (a step).

use crate::base::{SimTime, Span};

/// A piecewise linear function of simulated time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    points: Vec<(SimTime, f64)>,
}

impl Curve {
    /// The curve through these points.
    ///
    /// # Panics
    /// If time goes back.
    pub fn new(points: Vec<(SimTime, f64)>) -> Self {
        assert!(
            points.windows(2).all(|pair| pair[0].0 <= pair[1].0),
            "time never goes back"
        );
        Self { points }
    }

    /// Its points, in the order of time.
    pub fn points(&self) -> &[(SimTime, f64)] {
        &self.points
    }

    /// The same curve with every value passed through `change`.
    #[must_use]
    pub fn mapped(&self, change: impl Fn(f64) -> f64) -> Self {
        let points = self.points.iter().map(|&(at, v)| (at, change(v))).collect();
        Self { points }
    }

    /// The largest value and when it is first reached; nothing for an empty curve.
    pub fn peak(&self) -> Option<(SimTime, f64)> {
        let mut points = self.points.iter().copied();
        let first = points.next()?;
        Some(points.fold(first, |best, p| if p.1 > best.1 { p } else { best }))
    }

    /// The largest value up to an instant; nothing for an empty curve.
    pub fn peak_until(&self, at: SimTime) -> Option<f64> {
        let before = self.points.iter().take_while(|p| p.0 <= at).map(|p| p.1);
        Some(before.fold(self.value_at(at)?, f64::max))
    }

    /// The value at an instant; beyond the ends, the value there.
    pub fn value_at(&self, at: SimTime) -> Option<f64> {
        let after = self.points.partition_point(|p| p.0 <= at);
        let Some(&before) = after.checked_sub(1).and_then(|i| self.points.get(i)) else {
            return self.points.first().map(|p| p.1);
        };
        let Some(&next) = self.points.get(after) else {
            return Some(before.1);
        };
        let share = at.since(before.0).as_secs_f64() / next.0.since(before.0).as_secs_f64();
        Some(before.1 + (next.1 - before.1) * share)
    }

    /// The first instant, not before `from`, at which the value is at or above `level`.
    pub fn reaches(&self, level: f64, from: SimTime) -> Option<SimTime> {
        let start = self.value_at(from)?;
        let later = self.points.iter().copied().filter(|p| p.0 > from);
        let mut last = (from, start);
        if start >= level {
            return Some(from);
        }
        for point in later {
            if point.1 >= level {
                return Some(crossing(last, point, level));
            }
            last = point;
        }
        None
    }

    /// The instant after which the value stays at or below `level`; none if the end is above it.
    pub fn stays_at_or_below(&self, level: f64) -> Option<SimTime> {
        let end = self.points.last()?;
        if end.1 > level {
            return None;
        }
        match self.points.iter().rposition(|p| p.1 > level) {
            None => Some(self.points[0].0),
            Some(i) => Some(crossing(self.points[i], self.points[i + 1], level)),
        }
    }

    /// The last instant, not before `from`, at which the value is at its lowest, and that value.
    pub fn last_trough(&self, from: SimTime) -> Option<(SimTime, f64)> {
        let start = (from, self.value_at(from)?);
        let later = self.points.iter().copied().filter(|p| p.0 > from);
        Some(later.fold(start, |low, p| if p.1 <= low.1 { p } else { low }))
    }

    /// When the value has been at or above `level` for `duration` without a break, and the longest
    /// unbroken time that it is.
    pub fn holds(&self, level: f64, duration: Span) -> (Option<SimTime>, Span) {
        let (mut since, mut met, mut longest) = (None, None, Span::ZERO);
        for pair in self.points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let begin = match (a.1 >= level, b.1 >= level) {
                (true, _) => *since.get_or_insert(a.0),
                (false, true) => *since.insert(crossing(a, b, level)),
                (false, false) => continue,
            };
            let end = if b.1 >= level {
                b.0
            } else {
                crossing(a, b, level)
            };
            let held = end.since(begin);
            longest = longest.max(held);
            if met.is_none() && held >= duration {
                met = Some(begin + duration);
            }
            if b.1 < level {
                since = None;
            }
        }
        (met, longest)
    }

    /// When the area under one unbroken stretch above `floor` reaches `area` (value times minutes)
    /// and the stretch has lasted `duration`, and the largest area of any such stretch that lasted.
    pub fn accumulates(&self, area: f64, duration: Span, floor: f64) -> (Option<SimTime>, f64) {
        let mut stretch = Stretch::default();
        let (mut met, mut most) = (None, 0.0);
        for pair in self.points.windows(2) {
            if pair[0].1 <= floor && pair[1].1 <= floor {
                stretch = Stretch::default();
                continue;
            }
            stretch.add(pair[0], pair[1], area);
            let since = stretch
                .since
                .expect("a stretch that was added to has begun");
            if pair[1].0.since(since) < duration {
                continue;
            }
            most = f64::max(most, stretch.area);
            if let (None, Some(full)) = (met, stretch.full) {
                met = Some(full.max(since + duration));
            }
        }
        (met, most)
    }
}

/// One unbroken stretch of an outage, and the area under it so far.
#[derive(Default)]
struct Stretch {
    since: Option<SimTime>,
    area: f64,
    full: Option<SimTime>,
}

impl Stretch {
    fn add(&mut self, a: (SimTime, f64), b: (SimTime, f64), wanted: f64) {
        self.since.get_or_insert(a.0);
        let before = self.area;
        self.area += f64::midpoint(a.1, b.1) * b.0.since(a.0).as_secs_f64() / 60.0;
        if self.full.is_none() && self.area >= wanted {
            self.full = Some(crossing((a.0, before), (b.0, self.area), wanted));
        }
    }
}

/// When a straight line from `a` to `b` passes `level`.
fn crossing(a: (SimTime, f64), b: (SimTime, f64), level: f64) -> SimTime {
    let rise = b.1 - a.1;
    if rise.abs() < f64::MIN_POSITIVE {
        return b.0;
    }
    let share = ((level - a.1) / rise).clamp(0.0, 1.0);
    a.0 + b.0.since(a.0).scaled(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(u32, f64)]) -> Curve {
        let point = |&(s, v): &(u32, f64)| (SimTime::from_secs(f64::from(s)), v);
        Curve::new(points.iter().map(point).collect())
    }

    fn at(seconds: f64) -> SimTime {
        SimTime::from_secs(seconds)
    }

    #[test]
    fn levels_are_met_between_the_samples() {
        let c = curve(&[(0, 0.0), (10, 100.0), (20, 100.0), (40, 0.0)]);
        assert_eq!(c.peak(), Some((at(10.0), 100.0)));
        assert_eq!(c.reaches(50.0, SimTime::ZERO), Some(at(5.0)));
        assert_eq!(c.stays_at_or_below(50.0), Some(at(30.0)));
        assert_eq!(c.stays_at_or_below(1.0), Some(at(39.8)));
        assert_eq!(c.value_at(at(25.0)), Some(75.0));
        assert_eq!(c.value_at(at(99.0)), Some(0.0));
    }

    #[test]
    fn the_worst_so_far_knows_nothing_of_what_follows() {
        let c = curve(&[(0, 0.0), (10, 40.0), (20, 20.0), (40, 100.0)]);
        assert_eq!(c.peak_until(at(5.0)), Some(20.0));
        assert_eq!(c.peak_until(at(20.0)), Some(40.0));
        assert_eq!(c.peak_until(at(25.0)), Some(40.0));
        assert_eq!(c.peak_until(at(99.0)), Some(100.0));
        assert_eq!(Curve::default().peak_until(at(5.0)), None);
    }

    #[test]
    fn a_relapse_counts_and_an_unfinished_recovery_is_censored() {
        let c = curve(&[(0, 100.0), (10, 0.0), (20, 60.0), (30, 0.0), (40, 5.0)]);
        assert_eq!(c.stays_at_or_below(50.0), Some(at(20.0 + 10.0 / 6.0)));
        assert_eq!(c.stays_at_or_below(1.0), None);
        assert_eq!(c.last_trough(SimTime::ZERO), Some((at(30.0), 0.0)));
    }

    #[test]
    fn a_level_must_hold_without_a_break() {
        let c = curve(&[(0, 0.0), (10, 10.0), (20, 0.0), (30, 10.0), (90, 10.0)]);
        assert_eq!(
            c.holds(5.0, Span::from_secs(20)),
            (Some(at(45.0)), Span::from_secs(65))
        );
        assert_eq!(c.holds(5.0, Span::from_secs(70)).0, None);
    }

    #[test]
    fn area_starts_anew_after_a_break() {
        let c = curve(&[
            (0, 6.0),
            (60, 6.0),
            (60, 0.0),
            (120, 0.0),
            (120, 6.0),
            (240, 6.0),
        ]);
        assert_eq!(c.accumulates(9.0, Span::ZERO, 0.0), (Some(at(210.0)), 12.0));
        let two = Span::from_minutes(2);
        assert_eq!(c.accumulates(3.0, two, 0.0), (Some(at(240.0)), 12.0));
        assert_eq!(c.accumulates(99.0, two, 0.0), (None, 12.0));
    }
}
