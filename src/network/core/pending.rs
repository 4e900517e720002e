//! What is under way on the core side: visits, answers, workers that fall free.
//!
//! Invariant: ordered by time, then by keyed hash; no index decides.

use crate::network::spec::Procedure;

use super::Request;
use super::incoming::Asked;

/// A request on its way through its visits.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Job {
    pub(super) request: Request,
    pub(super) stage: u8,
    /// It has been answered as failed already; what is done for it still is wasted.
    pub(super) given_up: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Arrives at `server` for its stage.
    Arrive,
    /// Its last visit ends: the answer leaves `from`.
    Answer,
    /// A worker of `from` is free.
    Free,
}

/// Something that will happen on the core side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    /// Microseconds << 24 | hash.
    pub(super) key: u64,
    pub(super) step: Step,
    /// The element that serves it until `key` less `travel_us`; `NOWHERE` if it is between elements.
    pub(super) from: u16,
    pub(super) server: u16,
    pub(super) travel_us: u32,
    pub(super) job: Job,
}

pub(super) const NOWHERE: u16 = u16::MAX;
pub(super) const HASH_BITS: u32 = 24;

impl Pending {
    /// A request comes in at `key`.
    #[inline]
    pub(super) fn arriving(key: u64, asked: &Asked) -> Self {
        Self {
            key,
            step: Step::Arrive,
            from: NOWHERE,
            server: asked.server,
            travel_us: 0,
            job: Job {
                request: asked.request,
                stage: asked.stage,
                given_up: false,
            },
        }
    }

    fn rank(&self) -> (u64, u32, u8) {
        (self.key, self.job.request.device, self.job.stage)
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}
impl Eq for Pending {}
impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Pending {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// Something that will happen, its time apart.
pub(super) struct Ahead {
    pub(super) step: Step,
    pub(super) from: u16,
    pub(super) server: u16,
    pub(super) travel_us: u32,
    pub(super) job: Job,
}

/// The owner of what belongs to nobody: a worker that falls free.
pub(super) const NOBODY: Request = Request {
    sent: 0,
    tie: 0,
    device: u32::MAX,
    tower: 0,
    pool: 0,
    procedure: Procedure::InitialRegistration,
    class: 0,
    member: 0,
    five_g: false,
    over_wifi: false,
    priority: false,
    ignores_backoff: true,
    flood: true,
};

/// When, and whose turn it is among those of one instant.
#[inline]
pub(super) fn key(at_us: u64, tie: u32) -> u64 {
    at_us << HASH_BITS | u64::from(tie >> 8)
}
