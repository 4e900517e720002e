//! The room as a whole, on a root type that has every shape a scenario file uses.
//!
//! Invariant: each test states the words that a user reads.

mod errors;
mod overrides;
mod random;
mod shipped;
mod text;

use super::fixture::Plan;
use super::{Loaded, Problem, load_str};

/// What a user reads about `text`, one line for each problem.
fn complaints(text: &str, overrides: &[&str]) -> Vec<String> {
    match attempt(text, overrides) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// The plan in `text`, which must be right.
fn plan(text: &str, overrides: &[&str]) -> Plan {
    match attempt(text, overrides) {
        Ok(loaded) => loaded.value,
        Err(problems) => panic!("{text}\n{problems:#?}"),
    }
}

fn attempt(text: &str, overrides: &[&str]) -> Result<Loaded<Plan>, Vec<Problem>> {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    load_str("plan.yaml", text, &overrides)
}
