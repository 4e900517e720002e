//! What a picture is drawn on, and the axis of time that pictures share.
//!
//! In a page a picture is as wide as it may be: places are percentages and lines are stretched, so that
//! text keeps its size on a phone. By itself it has a width in pixels.
//!
//! Invariant: text is escaped.

use std::fmt::Write as _;

use super::scale::time_steps;

/// The colours of a picture that stands by itself.
const STYLE: &str = include_str!("alone.css");

/// Room on the left of a picture that stands by itself, for labels.
pub(super) const LABELS: f64 = 250.0;

/// What a picture is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paper {
    /// A page, as wide as the window.
    Page,
    /// A file of its own.
    Alone,
}

/// Pixels from left to right of what is drawn over time in a picture of its own.
pub(super) const WIDTH: f64 = 710.0;

/// An instant that every picture marks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    /// When.
    pub(crate) at_s: f64,
    /// Its class: `change`, `fault`, `detection`, `action`.
    pub(crate) class: &'static str,
    /// What it is.
    pub(crate) label: String,
}

/// The axis that pictures over time share.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TimeAxis {
    /// Left end.
    pub(crate) from_s: f64,
    /// Right end.
    pub(crate) to_s: f64,
    /// Where it is written what time it is, and what.
    pub(crate) ticks: Vec<(f64, String)>,
    /// Instants marked in every picture.
    pub(crate) marks: Vec<Mark>,
}

impl TimeAxis {
    /// An axis between two instants; `shift_s` makes whole hours, `label` writes them.
    pub(crate) fn new(
        (from_s, to_s): (f64, f64),
        shift_s: f64,
        label: impl Fn(f64) -> String,
    ) -> Self {
        let steps = time_steps(from_s, to_s, 8.0, shift_s);
        Self {
            from_s,
            to_s,
            ticks: steps.into_iter().map(|at| (at, label(at))).collect(),
            marks: Vec::new(),
        }
    }

    /// Where an instant lies, from 0 to 1.
    pub(super) fn share(&self, at_s: f64) -> f64 {
        (at_s - self.from_s) / (self.to_s - self.from_s).max(1e-9)
    }

    /// Where an instant lies, as the value of an attribute.
    pub(super) fn x(&self, paper: Paper, at_s: f64) -> String {
        match paper {
            Paper::Page => format!("{}%", two(self.share(at_s) * 100.0)),
            Paper::Alone => two(LABELS + self.share(at_s) * WIDTH),
        }
    }
}

/// A number with at most two decimals.
pub(super) fn two(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Text that stays text, in elements and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // What XML and HTML do not allow, and what would turn the order of the text about.
            c if c.is_control() && c != '\n' && c != '\t' => safe.push('\u{fffd}'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// A picture that stands by itself, around what was drawn.
pub(super) fn alone(title: &str, (width, height): (f64, f64), body: &str) -> String {
    let (w, h) = (two(width), two(height));
    let title = escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         role=\"img\" aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{w}\" height=\"{h}\"/>\n\
         <text class=\"title\" x=\"16\" y=\"26\">{title}</text>\n{body}</svg>\n"
    )
}

/// The lines of the marks from `top` to `bottom`.
pub(super) fn mark_lines(axis: &TimeAxis, paper: Paper, top: f64, bottom: f64) -> String {
    let mut text = String::new();
    for mark in &axis.marks {
        let x = axis.x(paper, mark.at_s);
        let moves = moves(paper, mark.at_s);
        write!(
            text,
            "<line class=\"mark {}\"{moves} x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>",
            mark.class,
            two(top),
            two(bottom)
        )
        .expect("text takes everything");
    }
    text
}

/// The attribute by which the script of a page finds what it must move when the axis changes.
pub(super) fn moves(paper: Paper, at_s: f64) -> String {
    match paper {
        Paper::Page => format!(" data-t=\"{}\"", two(at_s)),
        Paper::Alone => String::new(),
    }
}

/// What is written along the axis, with its baseline at `y`.
pub(super) fn tick_texts(axis: &TimeAxis, paper: Paper, y: f64) -> String {
    let mut text = String::new();
    for (at_s, label) in &axis.ticks {
        let share = axis.share(*at_s);
        let anchor = match share {
            s if s < 0.04 => "start",
            s if s > 0.96 => "end",
            _ => "middle",
        };
        write!(
            text,
            "<text class=\"tick\" text-anchor=\"{anchor}\"{} x=\"{}\" y=\"{}\">{}</text>",
            moves(paper, *at_s),
            axis.x(paper, *at_s),
            two(y),
            escape(label)
        )
        .expect("text takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let safe = escape("<script>alert('x')</script>&\"\u{202e}\u{7}");
        assert_eq!(
            safe,
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(two(12.0), "12");
        assert_eq!(two(-0.001), "0");
        assert_eq!(two(1.256), "1.26");
    }
}
