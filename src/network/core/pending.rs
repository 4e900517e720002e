//! What is under way on the core side: visits, answers, workers that fall free.
//!
//! Invariant: ordered by time, then by keyed hash, device and stage; no index decides.

use crate::network::spec::Procedure;

use super::{NOWHERE, Request};

/// A request on its way through its visits, as it is kept.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Job {
    pub(super) request: Request,
    pub(super) stage: u8,
    /// It has been answered as failed already; what is done for it still is wasted.
    pub(super) given_up: bool,
}

/// The same, as it is handed on: most requests end where they arrive, and are never copied.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Trip<'a> {
    pub(super) request: &'a Request,
    pub(super) stage: u8,
    pub(super) given_up: bool,
}

impl Job {
    /// What tells it from all other work.
    pub(super) fn identity(&self) -> (u32, u32, u32) {
        (self.request.sent, self.request.tie, self.request.device)
    }

    #[inline]
    pub(super) fn trip(&self) -> Trip<'_> {
        Trip {
            request: &self.request,
            stage: self.stage,
            given_up: self.given_up,
        }
    }
}

impl<'a> Trip<'a> {
    /// Before its first visit.
    #[inline]
    pub(super) fn new(request: &'a Request) -> Self {
        Self {
            request,
            stage: request.stage,
            given_up: false,
        }
    }

    #[inline]
    pub(super) fn job(self) -> Job {
        Job {
            request: *self.request,
            stage: self.stage,
            given_up: self.given_up,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Arrives at `server` for its stage.
    Arrive,
    /// A visit ends: it leaves `from` for its stage.
    Depart,
    /// Its last visit ends: the answer leaves `from`.
    Answer,
    /// Its guard expires before it can be answered.
    GiveUp,
    /// A worker of `from` is free.
    Free,
}

/// Something that will happen on the core side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) job: Job,
    pub(super) step: Step,
    /// The element that serves it until its time less `travel_us`; `NOWHERE` if it is between elements.
    pub(super) from: u16,
    pub(super) server: u16,
    pub(super) travel_us: u32,
}

pub(super) const HASH_BITS: u32 = 24;

/// Work that was lost at one instant, in an order that does not depend on where it lay.
pub(super) fn in_order(mut lost: Vec<Job>) -> Vec<Job> {
    lost.sort_unstable_by_key(Job::identity);
    lost
}

impl Pending {
    /// Something that happens at an element.
    #[inline]
    pub(super) fn at(job: Job, step: Step, server: u16) -> Self {
        Self {
            job,
            step,
            from: server,
            server,
            travel_us: 0,
        }
    }

    /// What decides among those of one key.
    #[inline]
    pub(super) fn tie(&self) -> u64 {
        match self.step {
            Step::Free => tie(u32::MAX, 0) | u64::from(self.from),
            _ => tie(self.job.request.device, self.job.stage),
        }
    }
}

/// What decides among those of one key: the device, then the stage.
#[inline]
pub(super) fn tie(device: u32, stage: u8) -> u64 {
    u64::from(device) << 24 | u64::from(stage) << 16
}

/// The owner of what belongs to nobody: a worker that falls free.
pub(super) const NOBODY: Request = Request {
    sent: 0,
    tie: 0,
    device: u32::MAX,
    tower: 0,
    travel_us: 0,
    server: NOWHERE,
    pool: 0,
    router: 0,
    procedure: Procedure::InitialRegistration,
    stage: 0,
    class: 0,
    member: 0,
    facts: super::fact::IGNORES_BACKOFF | super::fact::FLOOD,
};

/// When, and whose turn it is among those of one instant.
#[inline]
pub(super) fn key(at_us: u64, tie: u32) -> u64 {
    at_us << HASH_BITS | u64::from(tie >> 8)
}
