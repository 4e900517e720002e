//! Bars over time: what was shipped, wrong, believed and done.
//!
//! A bar has stretches. Those of a stage differ in shape, not in colour alone: full while elements are
//! changed, a thin line while the stage is watched, hollow while it is judged.
//!
//! Invariant: a stretch that lasted is wide enough to be seen.

use std::fmt::Write as _;

use super::paper::{
    LABELS, Paper, TimeAxis, WIDTH, alone, escape, mark_lines, moves, tick_texts, two,
};

/// How a stretch of a bar is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As high as the bar.
    Full,
    /// A line in the middle.
    Thin,
    /// An outline.
    Hollow,
}

/// What the shapes of a stage stand for, in the order in which they come.
pub(crate) const STAGE_SHAPES: [(Shape, &str); 3] = [
    (Shape::Full, "elements are changed"),
    (Shape::Thin, "soak: watched"),
    (Shape::Hollow, "judged, approved"),
];

/// A stretch of a bar: how it is drawn, its left end, its right end.
pub(crate) type Stretch = (Shape, f64, f64);

/// A bar over time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    /// The heading it stands under.
    pub(crate) group: String,
    /// What it is.
    pub(crate) label: String,
    /// Its class: `change`, `fault`, `detection`, `action`.
    pub(crate) class: &'static str,
    /// Its stretches, from left to right.
    pub(crate) stretches: Vec<Stretch>,
    /// Gates: when, and whether they passed.
    pub(crate) dots: Vec<(f64, bool)>,
}

/// Bars under their headings, in their order.
pub(crate) fn by_heading(list: &[Bar]) -> impl Iterator<Item = (&str, &[Bar])> {
    let groups = list.chunk_by(|one, next| one.group == next.group);
    groups.map(|bars| (bars[0].group.as_str(), bars))
}

/// Share of the axis that a stretch takes at least.
const LEAST: f64 = 0.003;

/// One bar in a page.
pub(crate) fn bar(one: &Bar, axis: &TimeAxis) -> String {
    let marks = mark_lines(axis, Paper::Page, 0.0, 18.0);
    let drawn = bar_at(one, axis, Paper::Page, 0.0);
    format!(
        "<svg class=\"t\" width=\"100%\" height=\"18\" aria-hidden=\"true\">{marks}{drawn}</svg>"
    )
}

/// Top and height of a shape within a bar.
const fn level(shape: Shape) -> (f64, f64) {
    match shape {
        Shape::Full => (3.0, 12.0),
        Shape::Thin => (7.0, 4.0),
        Shape::Hollow => (4.0, 10.0),
    }
}

/// The classes of a shape.
fn classes(shape: Shape, class: &str) -> String {
    match shape {
        Shape::Hollow => format!("bar hollow {class}"),
        Shape::Full | Shape::Thin => format!("bar {class}"),
    }
}

fn bar_at(one: &Bar, axis: &TimeAxis, paper: Paper, top: f64) -> String {
    let mut text = String::new();
    for (shape, from_s, to_s) in &one.stretches {
        let share = (axis.share(*to_s) - axis.share(*from_s)).max(LEAST);
        let (width, until) = match paper {
            Paper::Page => (
                format!("{}%", two(share * 100.0)),
                format!(" data-until=\"{}\"", two(*to_s)),
            ),
            Paper::Alone => (two(share * WIDTH), String::new()),
        };
        let (down, height) = level(*shape);
        write!(
            text,
            "<rect class=\"{}\"{}{until} x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{}\" rx=\"2\"/>",
            classes(*shape, one.class),
            moves(paper, *from_s),
            axis.x(paper, *from_s),
            two(top + down),
            two(height)
        )
        .expect("text takes everything");
    }
    for (at_s, passed) in &one.dots {
        let class = if *passed { "pass" } else { "fail" };
        write!(
            text,
            "<circle class=\"{class}\"{} cx=\"{}\" cy=\"{}\" r=\"5\"/>",
            moves(paper, *at_s),
            axis.x(paper, *at_s),
            two(top + 9.0)
        )
        .expect("text takes everything");
    }
    text
}

/// Whether bars show more than one shape, or gates: what a key must explain.
pub(crate) fn needs_key(list: &[Bar]) -> bool {
    let shaped = |bar: &Bar| bar.stretches.iter().any(|s| s.0 != Shape::Full);
    list.iter().any(|bar| shaped(bar) || !bar.dots.is_empty())
}

/// The sign of a shape for a key, 24 pixels wide and 18 high.
pub(crate) fn sign(shape: Shape, class: &str) -> String {
    let (down, height) = level(shape);
    format!(
        "<rect class=\"{}\" x=\"1\" y=\"{}\" width=\"22\" height=\"{}\" rx=\"2\"/>",
        classes(shape, class),
        two(down),
        two(height)
    )
}

/// What the signs of stages mean, in one line.
fn key(y: f64) -> String {
    let mut signs: Vec<(String, &str)> = STAGE_SHAPES
        .iter()
        .map(|(shape, word)| (sign(*shape, "change"), *word))
        .collect();
    for (class, word) in [("pass", "gate passed"), ("fail", "gate failed")] {
        let dot = format!("<circle class=\"{class}\" cx=\"12\" cy=\"9\" r=\"5\"/>");
        signs.push((dot, word));
    }
    let (mut text, mut x) = (String::new(), LABELS);
    for (sign, word) in signs {
        write!(
            text,
            "<g transform=\"translate({},{})\">{sign}<text class=\"sub\" x=\"30\" y=\"13\">{word}</text></g>",
            two(x),
            two(y)
        )
        .expect("text takes everything");
        x += 146.0;
    }
    text
}

/// All bars as a picture of its own, under their headings.
pub(crate) fn bars(title: &str, list: &[Bar], axis: &TimeAxis) -> String {
    let (mut body, mut y) = (String::new(), 52.0);
    for (heading, bars) in by_heading(list) {
        write!(
            body,
            "<text class=\"strong\" x=\"16\" y=\"{}\">{}</text>",
            two(y + 13.0),
            escape(heading)
        )
        .expect("text takes everything");
        y += 20.0;
        for one in bars {
            write!(
                body,
                "<text x=\"16\" y=\"{}\">{}</text>{}",
                two(y + 13.0),
                escape(&shortened(&one.label)),
                bar_at(one, axis, Paper::Alone, y)
            )
            .expect("text takes everything");
            y += 20.0;
        }
    }
    let marks = mark_lines(axis, Paper::Alone, 44.0, y);
    let ticks = tick_texts(axis, Paper::Alone, y + 16.0);
    let mut bottom = y + 32.0;
    let mut explained = String::new();
    if needs_key(list) {
        explained = key(y + 24.0);
        bottom += 22.0;
    }
    let size = (LABELS + WIDTH + 24.0, bottom);
    alone(title, size, &format!("{marks}{body}{ticks}{explained}"))
}

/// A label that fits beside its bar.
fn shortened(label: &str) -> String {
    const LETTERS: usize = 36;
    if label.chars().count() <= LETTERS {
        return label.to_owned();
    }
    let start: String = label.chars().take(LETTERS - 1).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage() -> Bar {
        Bar {
            group: "Rollout".into(),
            label: "stage one".into(),
            class: "change",
            stretches: vec![
                (Shape::Full, 0.0, 60.0),
                (Shape::Thin, 60.0, 300.0),
                (Shape::Hollow, 300.0, 301.0),
            ],
            dots: vec![(301.0, false)],
        }
    }

    #[test]
    fn the_phases_of_a_stage_differ_in_shape() {
        let axis = TimeAxis::new((0.0, 600.0), 0.0, |at| format!("{at}"));
        let text = bar(&stage(), &axis);
        assert!(text.contains("width=\"10%\" height=\"12\""), "{text}");
        assert!(text.contains("width=\"40%\" height=\"4\""), "{text}");
        assert!(text.contains("bar hollow change"), "{text}");
        assert!(text.contains("width=\"0.3%\""), "a second is seen: {text}");
        assert_eq!(text.matches("class=\"fail\"").count(), 1);
    }

    #[test]
    fn a_heading_stands_once_above_the_bars_that_follow_one_another() {
        let of = |group: &str| Bar {
            group: group.to_owned(),
            ..stage()
        };
        let list = ["a", "a", "b", "a"].map(of);
        let found: Vec<(&str, usize)> =
            by_heading(&list).map(|(h, bars)| (h, bars.len())).collect();
        assert_eq!(found, [("a", 2), ("b", 1), ("a", 1)]);
        assert_eq!(by_heading(&[]).count(), 0);
    }

    #[test]
    fn a_picture_with_phases_has_a_key_and_one_without_has_none() {
        let axis = TimeAxis::new((0.0, 600.0), 0.0, |at| format!("{at}"));
        assert!(bars("t", &[stage()], &axis).contains("soak: watched"));
        let plain = Bar {
            stretches: vec![(Shape::Full, 0.0, 60.0)],
            dots: Vec::new(),
            ..stage()
        };
        assert!(!bars("t", &[plain], &axis).contains("soak"));
        assert_eq!(shortened(&"x".repeat(40)).chars().count(), 36);
    }
}
