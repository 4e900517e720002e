//! Small pictures for the cells of tables: runs as dots, intervals around zero, bars; and plans by what they
//! take and lose.
//!
//! Invariant: what a picture shows also stands as numbers beside it, so that it is hidden from screen readers.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::paper::{alone, escape, two};
use super::scale::Unit;
use super::strip_axis::Scale;

/// Pixels of a picture in a cell.
pub(super) const WIDTH: f64 = 260.0;
const HEIGHT: f64 = 24.0;
const MIDDLE: f64 = HEIGHT / 2.0;

/// Room at both ends, so that marks stay whole.
pub(super) const EDGE: f64 = 6.0;

/// Pixels of the picture of plans.
const PLANS: (f64, f64) = (640.0, 300.0);
/// Where its axes cross.
const CORNER: (f64, f64) = (76.0, 256.0);

/// The values that an axis reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reach(pub(crate) f64, pub(crate) f64);

impl Reach {
    /// From the least to the greatest of these, and to zero if asked for.
    pub(crate) fn of(values: impl Iterator<Item = f64>, with_zero: bool) -> Self {
        let start = if with_zero {
            Self(0.0, 0.0)
        } else {
            Self(f64::INFINITY, f64::NEG_INFINITY)
        };
        let finite = values.filter(|value| value.is_finite());
        finite.fold(start, |reach, value| {
            Self(reach.0.min(value), reach.1.max(value))
        })
    }

    pub(super) fn x(self, value: f64) -> String {
        let share = (value - self.0) / (self.1 - self.0).max(1e-300);
        two(EDGE + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * EDGE))
    }
}

/// A value with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Estimate {
    /// The value.
    pub(crate) value: f64,
    /// The ends of its interval.
    pub(crate) interval: Option<(f64, f64)>,
}

fn small(body: &str) -> String {
    format!(
        "<svg class=\"strip\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" aria-hidden=\"true\">{body}</svg>",
        w = two(WIDTH),
        h = two(HEIGHT)
    )
}

fn bar_of(estimate: Estimate, reach: Reach) -> String {
    let mut text = String::new();
    if let Some((low, high)) = estimate.interval {
        write!(
            text,
            "<line class=\"axis\" stroke-width=\"3\" x1=\"{}\" x2=\"{}\" y1=\"{m}\" y2=\"{m}\"/>",
            reach.x(low),
            reach.x(high),
            m = two(MIDDLE)
        )
        .expect("text takes everything");
    }
    write!(
        text,
        "<circle class=\"hit\" cx=\"{}\" cy=\"{}\" r=\"4\"/>",
        reach.x(estimate.value),
        two(MIDDLE)
    )
    .expect("text takes everything");
    text
}

/// Runs as dots, each with its name, and their mean.
pub(crate) fn strip(dots: &[(f64, String)], mean: Option<Estimate>, scale: &Scale) -> String {
    let reach = scale.reach;
    let mut body = scale.lines(0.0, HEIGHT);
    for (n, (value, name)) in dots.iter().enumerate() {
        // Equal values stand beside one another.
        let offset = f64::from(u8::try_from(n * 5 % 13).unwrap_or(0)) - 6.0;
        write!(
            body,
            "<circle class=\"bar detection\" cx=\"{}\" cy=\"{}\" r=\"2.5\"><title>{}</title></circle>",
            reach.x(*value),
            two(MIDDLE + offset),
            escape(name)
        )
        .expect("text takes everything");
    }
    body.push_str(&mean.map_or_else(String::new, |mean| bar_of(mean, reach)));
    small(&body)
}

/// A difference with its interval, and where zero is.
pub(crate) fn difference(estimate: Estimate, scale: &Scale) -> String {
    let reach = scale.reach;
    let zero = reach.x(0.0);
    let body = format!(
        "{}<line class=\"even\" x1=\"{zero}\" x2=\"{zero}\" y1=\"0\" y2=\"{}\"/>{}",
        scale.lines(0.0, HEIGHT),
        two(HEIGHT),
        bar_of(estimate, reach)
    );
    small(&body)
}

/// A share of the whole as a bar, with its interval.
pub(crate) fn share_bar(estimate: Estimate) -> String {
    let reach = Reach(0.0, 1.0);
    let (zero, end) = (reach.x(0.0), estimate.value.clamp(0.0, 1.0));
    let body = format!(
        "<rect class=\"k1\" x=\"{zero}\" y=\"4\" width=\"{}\" height=\"{}\"/>{}",
        two(end * (WIDTH - 2.0 * EDGE)),
        two(HEIGHT - 8.0),
        bar_of(estimate, reach)
    );
    small(&body)
}

/// Small pictures under one another as a picture of its own; each with its name and its figure.
pub(crate) fn strips_alone(title: &str, rows: &[(String, String, String)]) -> String {
    const LEFT: f64 = 290.0;
    const STEP: f64 = HEIGHT + 6.0;
    let (mut body, mut y) = (String::new(), 44.0);
    for (name, picture, figure) in rows {
        let line = two(y + MIDDLE + 4.0);
        write!(
            body,
            "<text text-anchor=\"end\" x=\"{}\" y=\"{line}\">{}</text>\
             <g transform=\"translate({},{})\">{picture}</g><text x=\"{}\" y=\"{line}\">{}</text>",
            two(LEFT - 12.0),
            escape(name),
            two(LEFT),
            two(y),
            two(LEFT + WIDTH + 12.0),
            escape(figure)
        )
        .expect("text takes everything");
        y += STEP;
    }
    // Wide enough for the title, of which a letter takes ten pixels at most.
    let letters = u16::try_from(title.chars().count()).unwrap_or(u16::MAX);
    let width = (LEFT + WIDTH + 110.0).max(f64::from(letters) * 10.0 + 32.0);
    alone(title, (width, y + 8.0), &body)
}

/// A plan: its name, how long it takes, what it loses in the mean and in bad worlds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlanDot {
    /// Its number, or none if another is better in both.
    pub(crate) number: Option<usize>,
    /// What it is, and its file.
    pub(crate) name: String,
    /// Seconds.
    pub(crate) takes_s: f64,
    /// Mean loss with its interval.
    pub(crate) loss: Estimate,
}

/// Plans by how long they take and what they lose, for a page.
pub(crate) fn frontier(title: &str, loss: &str, plans: &[PlanDot]) -> String {
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Picture: {title}\"><svg class=\"frontier\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}\">{}</svg></div>",
        two(PLANS.0),
        two(PLANS.1),
        two(PLANS.0),
        two(PLANS.1),
        plan_axes(loss, plans),
        title = escape(title)
    )
}

/// The same as a picture of its own.
pub(crate) fn frontier_alone(title: &str, loss: &str, plans: &[PlanDot]) -> String {
    let body = format!(
        "<g transform=\"translate(16,40)\">{}</g>",
        plan_axes(loss, plans)
    );
    alone(title, (PLANS.0 + 20.0, PLANS.1 + 44.0), &body)
}

fn plan_axes(loss: &str, plans: &[PlanDot]) -> String {
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let (right, columns) = Unit::Count.reach(most(&mut plans.iter().map(|p| p.takes_s / 3600.0)));
    let highest = |p: &PlanDot| p.loss.interval.map_or(p.loss.value, |(_, high)| high);
    let (top, rows) = Unit::Count.reach(most(&mut plans.iter().map(highest)));
    let x = |hours: f64| CORNER.0 + hours / right * (PLANS.0 - CORNER.0 - 20.0);
    let y = |value: f64| CORNER.1 - value / top * (CORNER.1 - 30.0);
    let mut body = String::new();
    for n in 0..=rows {
        let value = top * f64::from(n) / f64::from(rows);
        write!(
            body,
            "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{at}\" y2=\"{at}\"/>\
             <text class=\"tick\" text-anchor=\"end\" x=\"{}\" y=\"{}\">{}</text>",
            two(CORNER.0),
            two(PLANS.0 - 20.0),
            two(CORNER.0 - 8.0),
            two(y(value) + 4.0),
            Unit::Count.text(value),
            at = two(y(value))
        )
        .expect("text takes everything");
    }
    for n in 0..=columns {
        let hours = right * f64::from(n) / f64::from(columns);
        write!(
            body,
            "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{} h</text>",
            two(x(hours)),
            two(CORNER.1 + 18.0),
            Unit::Count.text(hours)
        )
        .expect("text takes everything");
    }
    for plan in plans {
        body.push_str(&plan_mark(plan, x(plan.takes_s / 3600.0), &y));
    }
    format!(
        "<text class=\"sub\" x=\"0\" y=\"14\">mean loss: {}</text>{body}\
         <text class=\"sub\" text-anchor=\"end\" x=\"{}\" y=\"{}\">until a good release is everywhere</text>",
        escape(loss),
        two(PLANS.0 - 20.0),
        two(PLANS.1 - 8.0)
    )
}

fn plan_mark(plan: &PlanDot, x: f64, y: &dyn Fn(f64) -> f64) -> String {
    let (at, name) = (y(plan.loss.value), escape(&plan.name));
    let Some(number) = plan.number else {
        return format!(
            "<circle class=\"miss\" cx=\"{}\" cy=\"{}\" r=\"3\"><title>{name}</title></circle>",
            two(x),
            two(at)
        );
    };
    let (low, high) = plan
        .loss
        .interval
        .unwrap_or((plan.loss.value, plan.loss.value));
    format!(
        "<line class=\"axis\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>\
         <circle class=\"hit\" cx=\"{x}\" cy=\"{}\" r=\"6\"><title>{name}</title></circle>\
         <text class=\"strong\" x=\"{}\" y=\"{}\">{number}</text>",
        two(y(low)),
        two(y(high)),
        two(at),
        two(x + 9.0),
        two(at - 6.0),
        x = two(x)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_a_dot_with_its_name() {
        let dots: Vec<(f64, String)> = (0..40)
            .map(|n| (f64::from(n), format!("<run {n}>")))
            .collect();
        let reach = Reach::of(dots.iter().map(|dot| dot.0), false);
        assert_eq!(reach, Reach(0.0, 39.0));
        let svg = strip(&dots, None, &Scale::of(reach, false));
        assert_eq!(svg.matches("<circle").count(), 40);
        assert!(svg.contains("&lt;run 39&gt;") && !svg.contains("<run"));
        let flat = strip(&dots[..1], None, &Scale::of(Reach(5.0, 5.0), false));
        assert!(!flat.contains("NaN") && !flat.contains("inf"), "{flat}");
    }

    #[test]
    fn zero_lies_where_the_interval_is_left_or_right_of_it() {
        let estimate = Estimate {
            value: -4.0,
            interval: Some((-8.0, -2.0)),
        };
        let reach = Reach::of([-8.0, -2.0].into_iter(), true);
        assert_eq!(reach, Reach(-8.0, 0.0));
        let svg = difference(estimate, &Scale::of(reach, false));
        assert!(svg.contains("<line class=\"even\" x1=\"254\""), "{svg}");
        assert!(
            share_bar(Estimate {
                value: 0.5,
                interval: None
            })
            .contains("width=\"124\"")
        );
    }

    #[test]
    fn plans_of_the_frontier_have_numbers_and_files() {
        let plan = |number, name: &str| PlanDot {
            number,
            name: name.to_owned(),
            takes_s: 3_600.0,
            loss: Estimate {
                value: 5e4,
                interval: Some((4e4, 6e4)),
            },
        };
        let svg = frontier(
            "t",
            "lost",
            &[plan(None, "worse"), plan(Some(1), "plan-1.yaml")],
        );
        assert!(
            svg.contains("<title>plan-1.yaml</title>") && svg.contains(">1</text>"),
            "{svg}"
        );
        assert_eq!(svg.matches("<title>").count(), 2);
        assert!(!svg.contains("NaN"));
    }
}
