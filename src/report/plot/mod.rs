//! Pictures as SVG: lines over time, bars over time, the path of a fault, figures beside one another, maps.
//!
//! A picture is drawn on a [`Paper`]: in a page, where it stretches with the window and takes its colours
//! from the page, or by itself, for papers and slides.
//!
//! Invariant: pure; text that comes from a scenario is escaped here, wherever it is written.

mod bars;
mod figures;
mod lines;
mod paper;
mod projection;
mod scale;
mod sketch;
mod spread;
mod strip_axis;
mod strips;

pub(crate) use bars::{Bar, STAGE_SHAPES, Shape, Stretch, bar, bars, by_heading, needs_key, sign};
pub(crate) use figures::{Ratio, ratio_mark, ratios};
pub(crate) use lines::{Chart, Line, chart};
pub(crate) use paper::{Mark, Paper, TimeAxis, escape};
pub(crate) use projection::{Degrees, Flat, Projection};
pub(crate) use scale::Unit;
pub(crate) use sketch::{Dot, Sketch, sketches};
pub(crate) use spread::{Step, spread};
pub(crate) use strip_axis::{Scale, axis_strip};
pub(crate) use strips::{
    Estimate, PlanDot, Reach, difference, frontier, frontier_alone, share_bar, strip, strips_alone,
};
