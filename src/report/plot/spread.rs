//! The path of a fault through the graph: a column per step, a box per kind of element.
//!
//! Invariant: a box says how many it stands for; no element is drawn by itself.

use std::fmt::Write as _;

use super::paper::{Paper, alone, escape, two};

/// Pixels of a box, at least; it is as wide as its text needs.
const BOX: (f64, f64) = (104.0, 42.0);
const ROW: f64 = 56.0;

/// Pixels between two columns of boxes.
const BETWEEN: f64 = 18.0;

/// Pixels that a letter of the first and of the second line takes, at most in the mean of a word in any of the
/// fonts that a page asks for.
const LETTERS: (f64, f64) = (7.2, 6.3);

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
    let boxes = Boxes::of(steps, top);
    let width = boxes.left(boxes.widths.len()) - BETWEEN + 8.0;
    let height = top + rows(steps) * ROW + 8.0;
    let mut body = String::new();
    for step in steps {
        body.push_str(&flows(step, &boxes));
    }
    for step in steps {
        body.push_str(&boxed(step, boxes.place(step), boxes.widths[step.column]));
    }
    if paper == Paper::Alone {
        return alone(title, (width.max(420.0), height), &body);
    }
    format!(
        "<svg class=\"spread\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{}\">{body}</svg>",
        escape(title),
        w = two(width),
        h = two(height)
    )
}

/// The most boxes in a column.
fn rows(steps: &[Step]) -> f64 {
    let in_column = |c: usize| steps.iter().filter(|s| s.column == c).count();
    let most = steps.iter().map(|step| in_column(step.column)).max();
    real(most.unwrap_or(1))
}

/// Where the boxes stand.
struct Boxes<'a> {
    steps: &'a [Step],
    top: f64,
    /// Of the boxes of each column: as wide as the longest text in them.
    widths: Vec<f64>,
}

impl<'a> Boxes<'a> {
    fn of(steps: &'a [Step], top: f64) -> Self {
        let letters = |text: &str| real(text.chars().count());
        let columns = steps.iter().map(|s| s.column + 1).max().unwrap_or(1);
        let mut widths = vec![BOX.0; columns];
        for step in steps {
            let (first, second) = (letters(&step.count), letters(&step.when));
            let needs = (first * LETTERS.0).max(second * LETTERS.1) + 16.0;
            widths[step.column] = widths[step.column].max(needs);
        }
        Self { steps, top, widths }
    }

    /// The left edge of a column.
    fn left(&self, column: usize) -> f64 {
        let before = self.widths[..column].iter();
        8.0 + before.map(|width| width + BETWEEN).sum::<f64>()
    }

    /// The upper left corner of a box.
    fn place(&self, step: &Step) -> (f64, f64) {
        let own = self.steps.iter().filter(|s| s.column == step.column);
        let row = own.take_while(|s| s.kind != step.kind).count();
        (self.left(step.column), self.top + real(row) * ROW)
    }
}

fn boxed(step: &Step, (x, y): (f64, f64), wide: f64) -> String {
    let struck = step.struck.clamp(0.0, 1.0) * wide;
    format!(
        "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"3\"/>\
         <rect class=\"struck\" x=\"{x}\" y=\"{bar}\" width=\"{struck}\" height=\"4\"/>\
         <text class=\"strong\" x=\"{tx}\" y=\"{first}\">{count}</text>\
         <text class=\"sub\" x=\"{tx}\" y=\"{second}\">{when}</text>",
        x = two(x),
        y = two(y),
        w = two(wide),
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
fn flows(step: &Step, boxes: &Boxes<'_>) -> String {
    let (x, y) = boxes.place(step);
    let (x, y) = (x, y + BOX.1 / 2.0);
    let mut text = String::new();
    for (kind, count) in &step.from {
        let before = |s: &&Step| &s.kind == kind && s.column < step.column;
        let Some(parent) = boxes.steps.iter().rfind(before) else {
            continue;
        };
        let (px, py) = boxes.place(parent);
        let (px, py) = (px + boxes.widths[parent.column], py + BOX.1 / 2.0);
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

    #[test]
    fn boxes_are_as_wide_as_their_text() {
        let step = |count: &str, when: &str| Step {
            column: 0,
            kind: "x".into(),
            count: count.into(),
            when: when.into(),
            struck: 0.0,
            from: Vec::new(),
        };
        let long = "17 of 20 identity providers";
        let steps = [step("1 amf", "by sbi"), step(long, "by sbi")];
        let widths = Boxes::of(&steps, 0.0).widths;
        assert!(widths[0] > 7.0 * 27.0 && widths.len() == 1, "{widths:?}");
        let few = Boxes::of(&steps[..1], 0.0).widths;
        assert!((few[0] - BOX.0).abs() < 1e-9, "{few:?}");
    }
}
