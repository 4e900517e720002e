//! People and automation: an alarm is noticed, understood, decided upon, and the playbook carried
//! out, each with its delays and with the tools that still work.
//!
//! Invariant: acts on what alarms say of the operator's view, never on the true state of the
//! network; what it does, it does through a port or asks of others by a [`ResponseAction`].

mod action;
mod engine;
mod plan;
mod spec;
mod step;
mod target;

pub use action::{ActionSpec, Announce, Bar, ElementWork, Lift, ReAdmit, Reboot, Throttle};
pub use engine::{Outcome, Response, ResponseAction, ResponseOrder};
pub use spec::{After, ResponseSpec, StepSpec};
pub use target::TargetSpec;
