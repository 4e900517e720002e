//! Pictures as SVG: lines over time, bars over time, the path of a fault, figures beside one another, maps.
//!
//! A picture is drawn on a [`Paper`]: in a page, where it stretches with the window and takes its colours
//! from the page, or by itself, for papers and slides.
//!
//! Invariant: pure; text that comes from a scenario is escaped here, wherever it is written.

mod figures;
mod lines;
mod paper;
mod projection;
mod scale;
mod sketch;
mod spread;
mod strips;

pub(crate) use figures::{Ratio, ratio_mark, ratios};
pub(crate) use lines::{Bar, Chart, Line, bar, bars, chart};
pub(crate) use paper::{Mark, Paper, TimeAxis, escape};
pub(crate) use projection::{Degrees, Flat, Projection};
pub(crate) use scale::Unit;
pub(crate) use sketch::{Dot, Sketch, sketches};
pub(crate) use spread::{Step, spread};
pub(crate) use strips::{
    Estimate, PlanDot, Reach, difference, frontier, frontier_alone, share_bar, strip, strips_alone,
};
