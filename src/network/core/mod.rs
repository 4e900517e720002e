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
mod itinerary;
mod outcome;
mod pending;
mod radio;
mod server;
mod tally;
mod upkeep;
mod visits;

use crate::base::{TICK_US, Tick};

use super::command::Cause;
use super::spec::Procedure;

pub(super) use admission::Pacer;
pub(super) use elements::{Choice, Elements, NO_LATENCY};
pub(super) use harm::{Entry, Source};
pub(super) use itinerary::Itinerary;
pub(super) use radio::Radios;
pub(super) use server::Server;
pub(super) use upkeep::Speed;
pub(super) use visits::Core;

/// What a device asks of the core, and where it goes first: half a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub(super) struct Request {
    /// When it was sent.
    pub(super) sent: Tick,
    /// Orders requests that arrive at one instant.
    pub(super) tie: u32,
    pub(super) device: u32,
    pub(super) tower: u32,
    /// From the tower to the first element.
    pub(super) travel_us: u32,
    /// The first element; [`NOWHERE`] if there is none.
    pub(super) server: u16,
    pub(super) pool: u16,
    /// The router of its tower.
    pub(super) router: u16,
    pub(super) procedure: Procedure,
    /// The first visit of its procedure.
    pub(super) stage: u8,
    pub(super) class: u8,
    /// The member that held its context last.
    pub(super) member: u8,
    /// Bits, see [`fact`].
    pub(super) facts: u8,
}

/// What decides which element serves a request. Handed on by value, so that a request can be made in registers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeker {
    device: u32,
    pool: u16,
    router: u16,
    member: u8,
    facts: u8,
}

/// Bits of [`Request::facts`].
pub(super) mod fact {
    pub(in crate::network) const FIVE_G: u8 = 1;
    pub(in crate::network) const OVER_WIFI: u8 = 1 << 1;
    pub(in crate::network) const PRIORITY: u8 = 1 << 2;
    pub(in crate::network) const IGNORES_BACKOFF: u8 = 1 << 3;
    /// Sent by a flood: the answer interests nobody.
    pub(in crate::network) const FLOOD: u8 = 1 << 4;
}

/// No element.
pub(super) const NOWHERE: u16 = u16::MAX;

impl Request {
    #[inline]
    pub(super) fn sent_us(&self) -> u64 {
        u64::from(self.sent) * TICK_US
    }

    #[inline]
    pub(super) const fn has(&self, fact: u8) -> bool {
        self.facts & fact != 0
    }

    #[inline(always)]
    pub(super) const fn seeker(&self) -> Seeker {
        Seeker {
            device: self.device,
            pool: self.pool,
            router: self.router,
            member: self.member,
            facts: self.facts,
        }
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
