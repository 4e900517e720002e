//! Registration, access control, core functions, calls and services: how a healthy or hurt network
//! behaves.
//!
//! Invariant: knows nothing of why something breaks (faults, rollouts, attacks), nor of who watches.

mod air;
mod apply;
mod command;
mod core;
mod counters;
mod sizing;
mod spec;
#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
mod tests;
mod ue;
mod world;

pub use command::{Barring, Cause, Command, ElementStatus, Flood, Pace, PaceOrder, Scope};
pub use counters::{ClassCounts, FunctionCounts, GroupCounts, SERVICES, Service, Snapshot};
pub use spec::{
    AccessSpec, BackgroundSpec, CallsSpec, CoreSpec, Discipline, Function, FunctionSpec,
    FunctionsSpec, ImsSpec, LateAccept, NetworkSpec, OnsetSpec, OverloadSpec, Procedure,
    ProceduresSpec, RegistrationSpec, ServiceTime, StaleWork, Visit, WhenFull, WiltSpec,
};
pub use ue::TowerOutcome;
pub use world::{Network, NetworkInput};
