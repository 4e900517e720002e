//! What a rollout works with, what it wants done, what can be asked of it, and how it stands.
//!
//! Invariant: plain data.

use crate::base::{NodeId, SimTime};
use crate::fault::{FaultEngine, Port};

use super::gate::GateJudge;

/// What a rollout works with.
pub struct Hands<'a> {
    /// The world.
    pub port: &'a mut dyn Port,
    /// The live faults: installing a defective version adds an origin, rolling it back removes it.
    pub faults: &'a mut FaultEngine,
    /// Who judges gates.
    pub judge: &'a mut dyn GateJudge,
}

impl std::fmt::Debug for Hands<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hands").finish_non_exhaustive()
    }
}

/// What a rollout wants done later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeOrder {
    /// The first stage starts.
    Begin,
    /// A window opens: look again for an element to work on.
    Look {
        /// Void after a halt or a rollback.
        generation: u32,
    },
    /// An element is empty; the installation begins.
    Drained {
        /// Which.
        node: NodeId,
    },
    /// The new version runs on an element.
    Installed {
        /// Which.
        node: NodeId,
    },
    /// The installer looks whether an element serves.
    Verify {
        /// Which.
        node: NodeId,
    },
    /// The soak of the stage is over.
    SoakOver {
        /// Void after a halt or a rollback.
        generation: u32,
    },
    /// A gate measures.
    Measure {
        /// Its place in the stage.
        gate: usize,
        /// Void after a halt or a rollback.
        generation: u32,
    },
    /// The stage is approved.
    Approved {
        /// Void after a halt or a rollback.
        generation: u32,
    },
    /// The work of the rollback begins.
    BeginRollback,
    /// An element that could not be reached is tried again.
    RetryRollback {
        /// Which.
        node: NodeId,
    },
    /// The work of the rollback on an element is done, for better or worse.
    RolledBack {
        /// Which.
        node: NodeId,
    },
    /// Registrations are no longer paced.
    LiftPace,
}

/// What people or automation can ask of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutCommand {
    /// Roll back everything that was changed; also after the rollout was finished.
    Rollback,
    /// Change nothing more.
    Halt,
    /// Go on after a halt, whatever the gates of this stage said.
    Resume,
    /// Approve the stage that waits for it.
    Approve,
    /// Let registrations in as they come.
    LiftPace,
}

/// How a rollout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started.
    Waiting,
    /// Elements of the stage are being changed.
    Installing,
    /// The stage is installed and soaks until then.
    Soaking(SimTime),
    /// The soak is over, gates still run.
    Judging,
    /// A person's approval is expected then.
    Approving(SimTime),
    /// All stages are passed.
    Finished,
    /// The rollback has been decided and goes on.
    RollingBack,
    /// Nothing runs the new version any more.
    RolledBack,
}
