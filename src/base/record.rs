//! What goes into the event log: one line for every order and every fact.
//!
//! Invariant: a record is for people and files; no decision is ever taken from one.

use super::time::SimTime;

/// A line of the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub at: SimTime,
    /// Which part of the world speaks: `rollout`, `fault`, `attack`, `telemetry`, `gate`,
    /// `response`, `network`.
    pub source: &'static str,
    /// What happened, as a fixed kebab-case word: `stage-started`, `element-reached`, `gate-verdict` …
    pub kind: &'static str,
    /// Which element, stage, gate or rule it happened to.
    pub subject: String,
    /// The rest, for a reader.
    pub detail: String,
}
