//! The axis of small pictures: round values at its marks, and the ends of the axis at the outermost.
//!
//! Invariant: what an axis reaches holds every value that it was made for.

use std::fmt::Write as _;

use super::paper::{escape, two};
use super::strips::{EDGE, Reach, WIDTH};

/// Marks of an axis, at most.
const MARKS_MAX: f64 = 4.0;

/// Steps between marks of time, in seconds.
const STEPS_S: [f64; 20] = [
    1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0,
    10_800.0, 14_400.0, 21_600.0, 28_800.0, 43_200.0, 86_400.0, 172_800.0,
];

/// An axis: what it reaches, and where its marks are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(super) reach: Reach,
    pub(super) marks: Vec<f64>,
}

impl Scale {
    /// An axis that holds `reach`, of times in seconds or of any number.
    pub(crate) fn of(reach: Reach, is_time: bool) -> Self {
        let Reach(low, high) = reach;
        if !(low.is_finite() && high.is_finite()) {
            return Self {
                reach: Reach(0.0, 1.0),
                marks: Vec::new(),
            };
        }
        if high - low <= 1e-9 * low.abs().max(high.abs()) {
            // One value alone lies in the middle.
            let room = low.abs().max(1.0) * 0.1;
            return Self {
                reach: Reach(low - room, high + room),
                marks: vec![low],
            };
        }
        let step = step(low, high, is_time);
        let first = libm::floor(low / step + 1e-9) * step;
        let last = libm::ceil(high / step - 1e-9) * step;
        let mut marks = vec![first];
        while marks[marks.len() - 1] < last - step / 2.0 {
            marks.push(marks[marks.len() - 1] + step);
        }
        Self {
            reach: Reach(first, last),
            marks,
        }
    }

    /// Lines at the marks, from `top` to `bottom`.
    pub(super) fn lines(&self, top: f64, bottom: f64) -> String {
        let mut text = String::new();
        for mark in &self.marks {
            let x = self.reach.x(*mark);
            write!(
                text,
                "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>",
                two(top),
                two(bottom)
            )
            .expect("text takes everything");
        }
        text
    }
}

/// The smallest round step with which no more than so many marks are needed.
fn step(low: f64, high: f64, is_time: bool) -> f64 {
    let marks = |step: f64| libm::ceil(high / step - 1e-9) - libm::floor(low / step + 1e-9) + 1.0;
    let fits = |step: &f64| marks(*step) <= MARKS_MAX;
    if is_time && let Some(step) = STEPS_S.into_iter().find(fits) {
        return step;
    }
    let size = libm::floor(libm::log10(high - low));
    let sizes = [size - 1.0, size, size + 1.0].map(|power| libm::pow(10.0, power));
    let steps = sizes
        .into_iter()
        .flat_map(|unit| [1.0, 2.0, 5.0].map(|part| part * unit));
    let mut steps = steps;
    steps
        .find(fits)
        .unwrap_or_else(|| libm::pow(10.0, size + 2.0))
}

/// The axis itself, as a picture as wide as those above or under it.
pub(crate) fn axis_strip(scale: &Scale, text: impl Fn(f64) -> String) -> String {
    let mut body = format!(
        "<line class=\"axis\" x1=\"{}\" x2=\"{}\" y1=\"17\" y2=\"17\"/>",
        two(EDGE),
        two(WIDTH - EDGE)
    );
    let count = scale.marks.len();
    for (n, mark) in scale.marks.iter().enumerate() {
        let anchor = match n {
            0 if count > 1 => "start",
            _ if n + 1 == count && count > 1 => "end",
            _ => "middle",
        };
        let x = match anchor {
            "start" => "0".to_owned(),
            "end" => two(WIDTH),
            _ => scale.reach.x(*mark),
        };
        write!(
            body,
            "<line class=\"axis\" x1=\"{at}\" x2=\"{at}\" y1=\"13\" y2=\"20\"/>\
             <text class=\"tick\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"10\">{}</text>",
            escape(&text(*mark)),
            at = scale.reach.x(*mark)
        )
        .expect("text takes everything");
    }
    format!(
        "<svg class=\"strip\" width=\"{w}\" height=\"20\" viewBox=\"0 0 {w} 20\" aria-hidden=\"true\">{body}</svg>",
        w = two(WIDTH)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_hold_all_values() {
        let marks = |low, high, is_time| Scale::of(Reach(low, high), is_time).marks;
        assert_eq!(marks(1.4e6, 14.4e6, false), [0.0, 5e6, 10e6, 15e6]);
        assert_eq!(marks(0.0, 1.0, false), [0.0, 0.5, 1.0]);
        assert_eq!(marks(-12.9e6, 0.0, false), [-15e6, -10e6, -5e6, 0.0]);
        assert_eq!(
            marks(1_761.0, 21_427.0, true),
            [0.0, 7_200.0, 14_400.0, 21_600.0]
        );
        for (low, high) in [(0.003, 0.0071), (99.0, 101.0), (-5.0, 3.0), (1.0, 9e9)] {
            let Scale { reach, marks } = Scale::of(Reach(low, high), false);
            assert!(reach.0 <= low && reach.1 >= high, "{low} {high}: {reach:?}");
            assert!((2..=4).contains(&marks.len()), "{low} {high}: {marks:?}");
        }
    }

    #[test]
    fn one_value_alone_lies_in_the_middle_and_none_has_no_marks() {
        let scale = Scale::of(Reach(125e6, 125e6), false);
        assert_eq!(scale.marks, [125e6]);
        assert_eq!(scale.reach.x(125e6), two(WIDTH / 2.0));
        let none = Scale::of(Reach(f64::INFINITY, f64::NEG_INFINITY), false);
        assert!(none.marks.is_empty());
        let text = axis_strip(&none, |value| format!("{value}"));
        assert!(!text.contains("inf") && !text.contains("NaN"), "{text}");
    }
}
