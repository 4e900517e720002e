//! The path of a fault through the graph: a column per step, a box per kind of element.
//!
//! Invariant: a box says how many it stands for; no element is drawn by itself.

use std::fmt::Write as _;

use super::paper::{Paper, alone, escape, two};

const COLUMN: f64 = 160.0;
const BOX: (f64, f64) = (136.0, 42.0);
const ROW: f64 = 56.0;

/// Elements of a kind, so many steps from the origin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// Steps from the origin.
    pub(crate) column: usize,
    /// What they are.
    pub(crate) kind: String,
    /// The first line: how many of how many.
    pub(crate) count: String,
    /// The second line: along what, and when.
    pub(crate) when: String,
    /// Which share of them was taken out.
    pub(crate) struck: f64,
    /// Kinds one step before, with how many of these came from there.
    pub(crate) from: Vec<(String, usize)>,
}

/// The picture.
pub(crate) fn spread(title: &str, steps: &[Step], paper: Paper) -> String {
    let top = if paper == Paper::Alone { 44.0 } else { 8.0 };
    let (columns, rows) = size(steps);
    let width = 16.0 + columns * COLUMN;
    let height = top + rows * ROW + 8.0;
    let mut body = String::new();
    for step in steps {
        body.push_str(&flows(step, steps, top));
    }
    for step in steps {
        body.push_str(&boxed(step, place(step, steps, top)));
    }
    if paper == Paper::Alone {
        return alone(title, (width.max(420.0), height), &body);
    }
    format!(
        "<svg class=\"spread\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\">{body}</svg>",
        two(width),
        two(height),
        escape(title)
    )
}

/// Columns and rows, as lengths.
fn size(steps: &[Step]) -> (f64, f64) {
    let columns = steps.iter().map(|s| s.column + 1).max().unwrap_or(1);
    let in_column = |c: usize| steps.iter().filter(|s| s.column == c).count();
    let rows = (0..columns).map(in_column).max().unwrap_or(1);
    (real(columns), real(rows))
}

/// The upper left corner of a box.
fn place(step: &Step, steps: &[Step], top: f64) -> (f64, f64) {
    let own = steps.iter().filter(|s| s.column == step.column);
    let row = own.take_while(|s| s.kind != step.kind).count();
    (8.0 + real(step.column) * COLUMN, top + real(row) * ROW)
}

fn boxed(step: &Step, (x, y): (f64, f64)) -> String {
    let struck = step.struck.clamp(0.0, 1.0) * BOX.0;
    format!(
        "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"3\"/>\
         <rect class=\"struck\" x=\"{x}\" y=\"{bar}\" width=\"{struck}\" height=\"4\"/>\
         <text class=\"strong\" x=\"{tx}\" y=\"{first}\">{count}</text>\
         <text class=\"sub\" x=\"{tx}\" y=\"{second}\">{when}</text>",
        x = two(x),
        y = two(y),
        w = two(BOX.0),
        h = two(BOX.1),
        bar = two(y + BOX.1 - 4.0),
        struck = two(struck),
        tx = two(x + 8.0),
        first = two(y + 16.0),
        second = two(y + 31.0),
        count = escape(&step.count),
        when = escape(&step.when),
    )
}

/// From the boxes of the column before to this one, thicker for more.
fn flows(step: &Step, steps: &[Step], top: f64) -> String {
    let (x, y) = place(step, steps, top);
    let (x, y) = (x, y + BOX.1 / 2.0);
    let mut text = String::new();
    for (kind, count) in &step.from {
        let before = |s: &&Step| &s.kind == kind && s.column < step.column;
        let Some(parent) = steps.iter().rfind(before) else {
            continue;
        };
        let (px, py) = place(parent, steps, top);
        let (px, py) = (px + BOX.0, py + BOX.1 / 2.0);
        let middle = f64::midpoint(px, x);
        let thick = 1.5 + 2.0 * libm::log2(real(*count) + 1.0);
        write!(
            text,
            "<path class=\"flow\" stroke-width=\"{}\" d=\"M{} {}C{m} {} {m} {} {} {}\"/>",
            two(thick),
            two(px),
            two(py),
            two(py),
            two(y),
            two(x),
            two(y),
            m = two(middle)
        )
        .expect("text takes everything");
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_box_is_drawn_with_its_flows() {
        let step = |column, kind: &str, from: &[(&str, usize)]| Step {
            column,
            kind: kind.into(),
            count: format!("1 {kind}"),
            when: "02:42".into(),
            struck: 0.5,
            from: from.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect(),
        };
        let steps = [
            step(0, "amf", &[]),
            step(1, "udm", &[("amf", 1)]),
            step(2, "amf", &[("udm", 9)]),
        ];
        for paper in [Paper::Page, Paper::Alone] {
            let text = spread("the path", &steps, paper);
            assert_eq!(text.matches("class=\"box\"").count(), 3);
            assert_eq!(text.matches("class=\"flow\"").count(), 2);
        }
    }
}
