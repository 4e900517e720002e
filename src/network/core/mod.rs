//! The core side: requests of all shards, in time order, through finite functions.
//!
//! In every window the requests are sorted by (arrival, keyed hash) and merged with the visits that are
//! under way. Every visit of every procedure runs here, so queues, failover, rejects, abandoned work and
//! pacing come out of one loop. What finishes before the end of the window is final; what finishes
//! later stays under way, so that a crash or a change of capacity in between can lose or delay it.
//!
//! Invariant: sees requests, never devices.

mod admission;
mod elements;
mod entry;
mod harm;
mod incoming;
mod pending;
mod radio;
mod server;
mod upkeep;
mod visits;

use crate::base::{TICK_US, Tick};

use super::command::Cause;
use super::spec::Procedure;

pub(super) use admission::Pacer;
pub(super) use elements::{Choice, Elements};
pub(super) use harm::{Entry, Source};
pub(super) use radio::Radios;
pub(super) use server::Server;
pub(super) use visits::Core;

/// What a device asks of the core.
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts, not modes: each is asked for by itself"
)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// When it was sent.
    pub(super) sent: Tick,
    /// Orders requests that arrive at one instant.
    pub(super) tie: u32,
    pub(super) device: u32,
    pub(super) tower: u32,
    pub(super) pool: u16,
    pub(super) procedure: Procedure,
    pub(super) class: u8,
    /// The member that held its context last.
    pub(super) member: u8,
    pub(super) five_g: bool,
    pub(super) over_wifi: bool,
    pub(super) priority: bool,
    pub(super) ignores_backoff: bool,
    /// Sent by a flood: the answer interests nobody.
    pub(super) flood: bool,
}

impl Request {
    pub(super) fn sent_us(&self) -> u64 {
        u64::from(self.sent) * TICK_US
    }

    /// Whether its success is the rule, so that only failure is worth a verdict.
    pub(super) fn presumed_to_succeed(&self) -> bool {
        !matches!(
            self.procedure,
            Procedure::InitialRegistration | Procedure::ImsRegistration
        )
    }
}

/// What became of a request, where the device presumed otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VerdictKind {
    RegistrationAccepted,
    RegistrationRejected,
    UpdateFailed,
    ImsAccepted,
    RefreshFailed,
    CallFailed,
    EmergencyFailed,
}

/// An answer on its way to a device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict {
    /// When the device learns it.
    pub(super) at: crate::base::SimTime,
    /// When the request was sent.
    pub(super) sent: Tick,
    pub(super) device: u32,
    /// Back-off T3346; 0 for none.
    pub(super) backoff: Tick,
    pub(super) kind: VerdictKind,
    pub(super) cause: Cause,
    /// The pool member that holds the context now.
    pub(super) member: u8,
}
