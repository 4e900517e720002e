//! Runs a built world from start to end and hands back its results.
//!
//! Invariant: a run is a pure function of scenario, seed and version.

mod result;

pub use result::{GateFact, Observer, RunResult, Silent, StageFact, Timing};
