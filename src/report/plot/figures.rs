//! Simulated over published: how far from one each figure lies, on a logarithmic axis.
//!
//! Invariant: what cannot be compared has no mark.

use std::fmt::Write as _;

use super::paper::{alone, escape, two};

/// The axis reaches from a tenth to ten times.
const REACH: f64 = 10.0;

/// Pixels of a mark in a table.
const SMALL: f64 = 140.0;

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ratio {
    /// What it is.
    pub(crate) label: String,
    /// Published, as text.
    pub(crate) published: String,
    /// Simulated, as text.
    pub(crate) simulated: String,
    /// Simulated over published.
    pub(crate) times: Option<f64>,
    /// Whether it lies within what is allowed.
    pub(crate) is_hit: bool,
}

/// Where a ratio lies, from 0 to 1.
fn share(ratio: f64) -> f64 {
    let reach = libm::log(REACH);
    f64::midpoint(libm::log(ratio).clamp(-reach, reach) / reach, 1.0)
}

fn mark(ratio: &Ratio, left: f64, width: f64, y: f64) -> String {
    let middle = two(left + width / 2.0);
    let mut text = format!(
        "<rect class=\"band\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"10\"/>\
         <line class=\"even\" x1=\"{middle}\" x2=\"{middle}\" y1=\"{}\" y2=\"{}\"/>",
        two(left),
        two(y - 5.0),
        two(width),
        two(y - 8.0),
        two(y + 8.0)
    );
    if let Some(value) = ratio.times {
        let class = if ratio.is_hit { "hit" } else { "miss" };
        write!(
            text,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"5\"/>",
            two(left + 6.0 + share(value) * (width - 12.0)),
            two(y)
        )
        .expect("text takes everything");
    }
    text
}

/// The mark of one figure, for a cell of a table.
pub(crate) fn ratio_mark(ratio: &Ratio) -> String {
    let drawn = mark(ratio, 0.0, SMALL, 9.0);
    format!(
        "<svg class=\"ratio\" width=\"{w}\" height=\"18\" viewBox=\"0 0 {w} 18\" aria-hidden=\"true\">{drawn}</svg>",
        w = two(SMALL)
    )
}

/// All figures as a picture of its own.
pub(crate) fn ratios(title: &str, list: &[Ratio]) -> String {
    let (mut body, mut y) = (String::new(), 66.0);
    for (x, text) in [
        (470.0, "a tenth"),
        (645.0, "as published"),
        (820.0, "ten times"),
    ] {
        write!(
            body,
            "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"52\">{text}</text>",
            two(x)
        )
        .expect("text takes everything");
    }
    for one in list {
        write!(
            body,
            "<text x=\"16\" y=\"{y}\">{}</text><text text-anchor=\"end\" x=\"340\" y=\"{y}\">{}</text>\
             <text text-anchor=\"end\" x=\"440\" y=\"{y}\">{}</text>{}",
            escape(&one.label),
            escape(&one.published),
            escape(&one.simulated),
            mark(one, 470.0, 350.0, y - 4.0),
            y = two(y + 4.0)
        )
        .expect("text takes everything");
        y += 22.0;
    }
    alone(title, (850.0, y + 8.0), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lies_in_the_middle_and_ends_hold() {
        assert!((share(1.0) - 0.5).abs() < 1e-12);
        assert!((share(10.0) - 1.0).abs() < 1e-12);
        assert!((share(1e9) - 1.0).abs() < 1e-12);
        assert!(share(1e-9).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_compared_has_no_mark() {
        let ratio = |ratio| Ratio {
            label: "x".into(),
            published: "1".into(),
            simulated: "2".into(),
            times: ratio,
            is_hit: false,
        };
        assert!(ratio_mark(&ratio(Some(2.0))).contains("circle"));
        assert!(!ratio_mark(&ratio(None)).contains("circle"));
        assert!(ratios("t", &[ratio(Some(2.0))]).contains("as published"));
    }
}
