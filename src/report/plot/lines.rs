//! Lines over time.
//!
//! Invariant: what is not known is a gap, never a zero.

use std::fmt::Write as _;

use super::paper::{LABELS, Paper, TimeAxis, WIDTH, alone, escape, mark_lines, tick_texts, two};
use super::scale::Unit;

/// Pixels from the top of a picture's axis to its bottom.
const HEIGHT: f64 = 110.0;

/// Room above the axis.
const TOP: f64 = 8.0;

/// A line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// What it shows.
    pub(crate) name: String,
    /// How it is drawn: `truth`, `seen`, `c0` to `c4`.
    pub(crate) class: &'static str,
    /// Instants and values.
    pub(crate) points: Vec<(f64, Option<f64>)>,
}

/// Lines over time with one unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    /// What it shows.
    pub(crate) title: String,
    /// What is counted, in words.
    pub(crate) counted: String,
    /// What is counted.
    pub(crate) unit: Unit,
    /// The lines, the last in front.
    pub(crate) lines: Vec<Line>,
}

impl Chart {
    /// The highest value that is shown between two instants.
    fn most(&self, axis: &TimeAxis) -> f64 {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let shown = points.filter(|p| p.0 >= axis.from_s && p.0 <= axis.to_s);
        shown.filter_map(|p| p.1).fold(0.0, f64::max)
    }
}

/// A chart. In a page it is the drawing alone: name, lines and values stand beside it.
pub(crate) fn chart(chart: &Chart, axis: &TimeAxis, paper: Paper) -> String {
    let (top_value, parts) = chart.unit.reach(chart.most(axis));
    match paper {
        Paper::Page => {
            let inside = drawing(chart, axis, paper, (top_value, parts, 0.0));
            let height = two(TOP + HEIGHT + 20.0);
            let label = escape(&format!("{}. {}", chart.title, spoken(chart)));
            format!(
                "<svg class=\"t\" width=\"100%\" height=\"{height}\" role=\"img\" aria-label=\"{label}\">{inside}</svg>"
            )
        }
        Paper::Alone => {
            let mut body = drawing(chart, axis, paper, (top_value, parts, 44.0));
            body.push_str(&legend(chart));
            let size = (LABELS + WIDTH + 24.0, 44.0 + TOP + HEIGHT + 32.0);
            alone(&chart.title, size, &body)
        }
    }
}

/// What the lines are, on the left of a picture of its own.
fn legend(chart: &Chart) -> String {
    let mut text = format!(
        "<text class=\"sub\" x=\"16\" y=\"46\">{}</text>",
        escape(&chart.counted)
    );
    for (n, line) in (0_u8..).zip(&chart.lines) {
        let y = 70.0 + 20.0 * f64::from(n);
        write!(
            text,
            "<line class=\"line {}\" x1=\"16\" x2=\"46\" y1=\"{}\" y2=\"{}\"/><text x=\"54\" y=\"{}\">{}</text>",
            line.class,
            two(y - 4.0),
            two(y - 4.0),
            two(y),
            escape(&line.name)
        )
        .expect("text takes everything");
    }
    text
}

/// For those who cannot see it: where each line begins, its highest value and its last.
fn spoken(chart: &Chart) -> String {
    let each = chart.lines.iter().map(|line| {
        let known: Vec<f64> = line.points.iter().filter_map(|p| p.1).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else {
            return format!("{}: nothing known.", line.name);
        };
        let text = |value: f64| chart.unit.text(value);
        let highest = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let lowest = known.iter().copied().fold(f64::INFINITY, f64::min);
        format!(
            "{}: from {}, between {} and {}, to {}.",
            line.name,
            text(*first),
            text(lowest),
            text(highest),
            text(*last)
        )
    });
    each.collect::<Vec<_>>().join(" ")
}

fn drawing(
    chart: &Chart,
    axis: &TimeAxis,
    paper: Paper,
    (top_value, parts, shift): (f64, u32, f64),
) -> String {
    let (top, bottom) = (TOP + shift, TOP + shift + HEIGHT);
    let (left, right) = ends(paper);
    let mut text = String::new();
    for part in 0..=parts {
        let share = f64::from(part) / f64::from(parts);
        let y = two(bottom - share * HEIGHT);
        let class = if part == 0 { "axis" } else { "grid" };
        write!(
            text,
            "<line class=\"{class}\" x1=\"{left}\" x2=\"{right}\" y1=\"{y}\" y2=\"{y}\"/>"
        )
        .expect("text takes everything");
        if part > 0 {
            let label = escape(&chart.unit.text(share * top_value));
            let beside = two(bottom - share * HEIGHT + 4.0);
            let x = if paper == Paper::Page {
                "-8".to_owned()
            } else {
                two(LABELS - 8.0)
            };
            write!(
                text,
                "<text class=\"tick y\" text-anchor=\"end\" x=\"{x}\" y=\"{beside}\">{label}</text>"
            )
            .expect("text takes everything");
        }
    }
    text.push_str(&mark_lines(axis, paper, top, bottom));
    text.push_str(&stretched(chart, axis, paper, (top_value, top)));
    text.push_str(&tick_texts(axis, paper, bottom + 15.0));
    text
}

/// Left and right end of an axis, as values of attributes.
fn ends(paper: Paper) -> (String, String) {
    match paper {
        Paper::Page => ("0".to_owned(), "100%".to_owned()),
        Paper::Alone => (two(LABELS), two(LABELS + WIDTH)),
    }
}

/// The lines, each over those before it: what the operator saw lies over what was true.
fn stretched(chart: &Chart, axis: &TimeAxis, paper: Paper, (top_value, top): (f64, f64)) -> String {
    let mut text = String::new();
    if paper == Paper::Page {
        write!(
            text,
            "<svg class=\"s\" y=\"{}\" width=\"100%\" height=\"{}\" viewBox=\"{} 0 {} {}\" preserveAspectRatio=\"none\">",
            two(top),
            two(HEIGHT),
            two(axis.from_s),
            two(axis.to_s - axis.from_s),
            two(HEIGHT)
        )
        .expect("text takes everything");
    }
    for line in &chart.lines {
        let place = |(at_s, value): (f64, f64)| {
            let y = HEIGHT * (1.0 - (value / top_value).min(1.02));
            match paper {
                Paper::Page => (two(at_s), format!("{y:.1}")),
                Paper::Alone => (two(LABELS + axis.share(at_s) * WIDTH), two(top + y)),
            }
        };
        let path = path(&line.points, axis, place);
        write!(
            text,
            "<path class=\"line {}\" vector-effect=\"non-scaling-stroke\" d=\"{path}\"/>",
            line.class
        )
        .expect("text takes everything");
    }
    if paper == Paper::Page {
        text.push_str("</svg>");
    }
    text
}

/// The way of a line; points that lie level between their neighbours are left out.
fn path(
    points: &[(f64, Option<f64>)],
    axis: &TimeAxis,
    place: impl Fn((f64, f64)) -> (String, String),
) -> String {
    let mut text = String::new();
    let mut pen_down = false;
    let inside = points
        .iter()
        .filter(|p| p.0 >= axis.from_s - 1e-6 && p.0 <= axis.to_s + 1e-6);
    let shown: Vec<_> = inside.collect();
    for (n, (at_s, value)) in shown.iter().enumerate() {
        let Some(value) = *value else {
            pen_down = false;
            continue;
        };
        let neighbour = |m: Option<usize>| m.and_then(|m| shown.get(m)).and_then(|p| p.1);
        let (before, after) = (neighbour(n.checked_sub(1)), neighbour(Some(n + 1)));
        let same = |other: Option<f64>| other.is_some_and(|o| (o - value).abs() < 1e-12);
        if pen_down && same(before) && same(after) {
            continue;
        }
        let (x, y) = place((*at_s, value));
        let pen = if pen_down { "L" } else { "M" };
        write!(text, "{pen}{x} {y}").expect("text takes everything");
        if !pen_down && after.is_none() {
            text.push_str("h0"); // A value alone is a point.
        }
        pen_down = true;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> TimeAxis {
        TimeAxis::new((0.0, 600.0), 0.0, |at| format!("{at}"))
    }

    fn plain(points: &[(f64, Option<f64>)]) -> String {
        path(points, &axis(), |(x, y)| (two(x), two(y)))
    }

    #[test]
    fn what_is_not_known_is_a_gap() {
        let points = [
            (0.0, Some(1.0)),
            (60.0, None),
            (120.0, Some(3.0)),
            (180.0, Some(4.0)),
        ];
        assert_eq!(plain(&points), "M0 1h0M120 3L180 4");
    }

    #[test]
    fn level_stretches_are_two_points() {
        let points: Vec<_> = (0..=9).map(|n| (f64::from(n) * 60.0, Some(5.0))).collect();
        assert_eq!(plain(&points), "M0 5L540 5");
    }

    #[test]
    fn a_chart_escapes_its_names() {
        let hostile = Chart {
            title: "<b>".into(),
            counted: "<i>".into(),
            unit: Unit::Count,
            lines: vec![Line {
                name: "<u>".into(),
                class: "truth",
                points: vec![(0.0, Some(1.0))],
            }],
        };
        for paper in [Paper::Page, Paper::Alone] {
            let text = chart(&hostile, &axis(), paper);
            assert!(
                !text.contains("<b>") && !text.contains("<i>") && !text.contains("<u>"),
                "{text}"
            );
            assert!(text.contains("&lt;b&gt;"), "{text}");
        }
    }
}
