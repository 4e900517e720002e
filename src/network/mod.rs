//! Registration, access control, core functions, calls and services: how a healthy or hurt network
//! behaves.
//!
//! Invariant: knows nothing of why something breaks (faults, rollouts, attacks), nor of who watches.

mod air;
mod apply;
mod command;
mod core;
mod counters;
mod harm;
#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    clippy::needless_pass_by_value,
    reason = "a model of a few hundred devices, kept simple: a field for each fact"
)]
mod naive;
mod sizing;
mod spec;
#[cfg(test)]
mod testing;
#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
mod tests;
mod ue;
mod warning;
mod windows;
mod world;

pub use command::{
    Barring, BlackHole, Cause, Command, ElementStatus, Flood, Load, Pace, PaceOrder, ProcedureSet,
    Scope,
};
pub use counters::{
    COUNTED_CAUSES, ClassCounts, FunctionCounts, GroupCounts, INITIATORS, Initiator,
    RegistrationCounts, SERVICES, Service, Snapshot, TowerCounts,
};
pub use spec::{
    AccessSpec, BackgroundSpec, CallsSpec, CoreSpec, Discipline, Function, FunctionSpec,
    FunctionsSpec, ImsSpec, LateAccept, NetworkSpec, OnsetSpec, OverloadSpec, Procedure,
    ProceduresSpec, RegistrationSpec, ServiceTime, StaleWork, Visit, WhenFull, WiltSpec,
};
pub use ue::TowerOutcome;
pub use warning::{AlertSpec, Broadcast};
pub use world::{Network, NetworkInput};
