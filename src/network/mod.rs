//! Registration, access control, core functions, calls and services: how a healthy or hurt network
//! behaves.
//!
//! Invariant: knows nothing of why something breaks (faults, rollouts, attacks), nor of who watches.

mod command;
mod counters;

pub use command::{Barring, Cause, Command, ElementStatus, Flood, Pace, PaceOrder, Scope};
pub use counters::{ClassCounts, FunctionCounts, SERVICES, Service, Snapshot};
