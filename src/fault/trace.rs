//! What an act in the management plane leaves behind, for a sensor to find: log-ins, configuration
//! sessions, software, and what change records say.
//!
//! Invariant: nobody reads these but the telemetry pipeline, whose sensors have coverage and delay.

use crate::base::NodeId;
use crate::topology::EdgeKind;

use super::port::Port;
use super::spec::{EffectTiming, FaultSpec};

/// What an act in the management plane leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// Somebody logged in to an element and changed something.
    Session {
        /// Which element.
        node: NodeId,
        /// The change record that it was done for; none: no record explains it.
        ticket: Option<String>,
    },
    /// An element runs other software or configuration from now on.
    Software {
        /// Which element.
        node: NodeId,
        /// The version that it says it runs.
        version: String,
        /// Whether what runs is what the vendor, or the reviewed change, has signed.
        genuine: bool,
    },
    /// What an element runs was altered outside any change record, or put right again; the version that it
    /// says it runs stays.
    Altered {
        /// Which element.
        node: NodeId,
        /// Whether what runs is again what the last change record says.
        genuine: bool,
    },
    /// A line of a change record.
    Change {
        /// The number of the record.
        ticket: String,
        /// What it says.
        step: ChangeStep,
        /// The element it says it of; none: of the change as a whole.
        node: Option<NodeId>,
    },
}

/// What a line of a change record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeStep {
    /// A stage has begun.
    StageBegun,
    /// The new version was installed on an element.
    Installed,
    /// The old version was put back on an element.
    PutBack,
    /// The rollout was paused.
    Paused,
    /// A rollback has begun.
    RollbackBegun,
    /// The rollback is done.
    RollbackDone,
}

impl ChangeStep {
    /// The word in files and outputs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::StageBegun => "stage-begun",
            Self::Installed => "installed",
            Self::PutBack => "put-back",
            Self::Paused => "paused",
            Self::RollbackBegun => "rollback-begun",
            Self::RollbackDone => "rollback-done",
        }
    }
}

/// An intruder who moves along management edges and strikes on command logs in to what is reached; a
/// fault that spreads by itself does not.
pub(super) fn trace_entry(
    spec: &FaultSpec,
    node: NodeId,
    via: Option<(NodeId, EdgeKind)>,
    port: &mut dyn Port,
) {
    let by_hand = matches!(spec.timing, EffectTiming::OnCommand { .. });
    let managed = |(_, edge): (NodeId, EdgeKind)| {
        matches!(
            edge,
            EdgeKind::OamMgmt
                | EdgeKind::IdentityProvider
                | EdgeKind::NfviHost
                | EdgeKind::CicdPush
        )
    };
    if by_hand && via.is_none_or(managed) {
        port.trace(Trace::Session { node, ticket: None });
    }
}

/// What a fault that alters software leaves in an element of a kind that it alters.
pub(super) fn trace_software(spec: &FaultSpec, node: NodeId, genuine: bool, port: &mut dyn Port) {
    let kind = port.topology().node(node).kind;
    if spec.alters && (spec.hurts.is_empty() || spec.hurts.contains(&kind)) {
        port.trace(Trace::Altered { node, genuine });
    }
}
