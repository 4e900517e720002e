//! The map at a few instants, side by side: for paper, where nothing moves.
//!
//! Places of one size and one colour are one path, so that three thousand places are a few dozen elements.
//!
//! Invariant: a place is as large as the root of its devices; its colour is one of five steps.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::paper::{Paper, alone, escape, two};

/// Steps of the share out; the first is none, the last nearly all.
const STEPS: [&str; 5] = ["none", "to 25 %", "to 50 %", "to 75 %", "more"];

/// Pixels of a map from left to right.
const WIDTH: f64 = 440.0;

/// A place on the map: to the right, down, how large it is, which share of it is out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dot {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) radius: f64,
    pub(crate) share: f64,
}

/// The map at one instant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sketch {
    /// When, and what is to be seen.
    pub(crate) caption: String,
    /// All places.
    pub(crate) dots: Vec<Dot>,
}

/// The step of a share.
fn step(share: f64) -> usize {
    match share {
        s if s <= 0.0 => 0,
        s if s <= 0.25 => 1,
        s if s <= 0.5 => 2,
        s if s <= 0.75 => 3,
        _ => 4,
    }
}

/// Several maps on one sheet; width and height of a map are in its own units.
pub(crate) fn sketches(
    title: &str,
    outlines: &str,
    (width, height): (i32, i32),
    list: &[Sketch],
    paper: Paper,
) -> String {
    let high = WIDTH * f64::from(height) / f64::from(width.max(1));
    let top = if paper == Paper::Alone { 40.0 } else { 0.0 };
    let mut body = String::new();
    for (n, sketch) in list.iter().enumerate() {
        let (column, row) = (if n % 2 == 0 { 0.0 } else { 1.0 }, n / 2);
        #[expect(clippy::cast_precision_loss, reason = "a handful of maps")]
        let y = top + row as f64 * (high + 34.0);
        let x = column * (WIDTH + 20.0) + 8.0;
        write!(
            body,
            "<text class=\"strong\" x=\"{}\" y=\"{}\">{}</text>\
             <svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\">\
             <path class=\"land\" d=\"{outlines}\"/>{}</svg>",
            two(x),
            two(y + 16.0),
            escape(&sketch.caption),
            two(x),
            two(y + 22.0),
            two(WIDTH),
            two(high),
            dots(&sketch.dots)
        )
        .expect("text takes everything");
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of maps")]
    let rows = list.len().div_ceil(2) as f64;
    let bottom = top + rows * (high + 34.0);
    body.push_str(&key(bottom + 16.0));
    let size = (2.0 * WIDTH + 36.0, bottom + 28.0);
    match paper {
        Paper::Alone => alone(title, size, &body),
        Paper::Page => format!(
            "<svg class=\"sketches\" width=\"100%\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{body}</svg>",
            two(size.0),
            two(size.1),
            escape(title)
        ),
    }
}

/// Places of one size and colour as one path: a round pen that is put down at each.
fn dots(list: &[Dot]) -> String {
    let mut paths: BTreeMap<(usize, u32), String> = BTreeMap::new();
    for dot in list {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small"
        )]
        let size = (libm::round(dot.radius / 8.0).max(1.0) as u32) * 16;
        let path = paths.entry((step(dot.share), size)).or_default();
        write!(path, "M{} {}h0", dot.x, dot.y).expect("text takes everything");
    }
    let mut text = String::new();
    for ((step, size), path) in paths {
        write!(
            text,
            "<path class=\"dot s{step}\" stroke-width=\"{size}\" d=\"{path}\"/>"
        )
        .expect("text takes everything");
    }
    text
}

/// What the colours mean.
fn key(y: f64) -> String {
    let mut text = format!(
        "<text class=\"sub\" x=\"8\" y=\"{}\">share out:</text>",
        two(y)
    );
    let mut x = 76.0;
    for (n, word) in STEPS.iter().enumerate() {
        write!(
            text,
            "<circle class=\"k{n}\" cx=\"{}\" cy=\"{}\" r=\"6\"/><text class=\"sub\" x=\"{}\" y=\"{}\">{word}</text>",
            two(x),
            two(y - 4.0),
            two(x + 11.0),
            two(y)
        )
        .expect("text takes everything");
        x += 86.0;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_places_are_a_few_elements() {
        let dot = |n: i32| Dot {
            x: n,
            y: n,
            radius: f64::from(n % 30),
            share: f64::from(n % 11) / 10.0,
        };
        let sketch = Sketch {
            caption: "<now>".into(),
            dots: (0..3_000).map(dot).collect(),
        };
        for paper in [Paper::Page, Paper::Alone] {
            let text = sketches(
                "maps",
                "M0 0z",
                (4_000, 2_000),
                std::slice::from_ref(&sketch),
                paper,
            );
            assert!(text.matches("<path").count() < 40);
            assert_eq!(text.matches("h0").count(), 3_000);
            assert!(text.contains("&lt;now&gt;"));
        }
    }

    #[test]
    fn none_and_few_look_different() {
        assert_ne!(step(0.0), step(1.0 / 63.0));
        assert_eq!(step(1.0), 4);
    }
}
