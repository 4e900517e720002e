//! The tests of the whole program: one binary, a module for each promise.
//!
//! Invariant: nothing here looks inside a room; what is tested is what a user of the library or of the
//! program sees.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of devices and seconds stay far below 2^53"
)]

mod attribute;
mod cli;
mod detectors;
mod errors;
mod faults;
mod gates;
mod golden;
mod known_answers;
mod order;
mod plan;
mod properties;
mod report;
mod scale;
mod score;
mod signature;
mod statistics;
mod storm;
mod study;
mod summarize;
mod support;
mod telemetry;
mod tidy;
mod warnings;
