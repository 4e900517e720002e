//! What a fault is: plain data from which the engine acts.
//!
//! Invariant: nothing here says whether a fault came by a release or by an attacker.

use crate::base::{Delay, Share, SimTime, Span};
use crate::network::{Cause, ProcedureSet};
use crate::topology::{EdgeKind, NodeKind};

/// One kind of harm, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultSpec {
    /// Its kebab-case word: `protect-mode`, `oam-wiper` …
    pub kind: &'static str,
    /// The ids of MITRE `FiGHT` and ATT&CK that describe it; empty for what is nobody's intent.
    pub techniques: &'static str,
    /// What wakes it at an origin.
    pub trigger: Trigger,
    /// How it travels from an element to the next; none means that it stays at its origins.
    pub spread: Vec<SpreadRule>,
    /// Share of the elements (origins apart) with a control that keeps it out: they are neither
    /// reached nor pass it on. Which elements have it does not change with the rest of a scenario,
    /// and those that have it at one share have it at every higher share.
    pub contained: Share,
    /// When a reached element is struck.
    pub timing: EffectTiming,
    /// Probability that a reached element is struck when its time comes.
    pub strikes: Share,
    /// Kinds of element that can be struck; empty means all. Others only carry it.
    pub hurts: Vec<NodeKind>,
    /// Whether a reached element of these kinds runs other software or configuration from then on than the
    /// last change record says: an implant, or a change outside any record. A release that is installed
    /// by a rollout is not: its record names it.
    pub alters: bool,
    /// What happens to an element that is struck, in this order.
    pub effects: Vec<Effect>,
    /// What ends the harm.
    pub removal: Removal,
}

/// What wakes a fault at an element that carries its cause.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// The moment it is loaded.
    OnLoad,
    /// Some time after it was loaded.
    Dwell(Delay),
    /// At an instant of the scenario; at once if it is loaded later.
    At(SimTime),
    /// When it, or an element beside it, has been overloaded for some time.
    Overload(Overload),
    /// When [`trigger`](super::FaultEngine::trigger) is called.
    OnCommand,
}

/// An overload that is felt at an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overload {
    /// Felt at the element itself, and at what it is joined to by this kind of edge.
    pub along: EdgeKind,
    /// Work waits at least so long.
    pub wait: Span,
    /// And has done so for so long.
    pub held: Span,
}

/// One way in which a fault travels.
#[derive(Clone, Debug, PartialEq)]
pub struct SpreadRule {
    /// Along which kinds of edge, in both directions.
    pub edges: Vec<EdgeKind>,
    /// Since when an element passes it on.
    pub from: SpreadFrom,
    /// Probability that it ever crosses one edge in one direction while its source carries it.
    pub probability: Share,
    /// How long the crossing takes, drawn for each edge; void if the source recovers before.
    pub delay: Delay,
    /// Kinds of element it can enter; empty means all.
    pub reaches: Vec<NodeKind>,
    /// Kinds of element that pass it on; empty means all. Origins that were only reached always do.
    pub passes_through: Vec<NodeKind>,
    /// Longest path from an origin, in edges, counted along the path by which it came.
    pub max_hops: u32,
    /// What is entered this way is struck in the same instant, for certain, even if it was held
    /// before: what runs on a host goes down with it.
    pub at_once: bool,
    /// The probability is that of the busiest hour; in others it is less, as traffic is.
    pub with_traffic: bool,
}

impl SpreadRule {
    /// Everything next to an element that was reached is reached too, and so on.
    pub const fn along(edges: Vec<EdgeKind>, delay: Delay) -> Self {
        Self {
            edges,
            from: SpreadFrom::Reached,
            probability: Share::ALL,
            delay,
            reaches: Vec::new(),
            passes_through: Vec::new(),
            max_hops: u32::MAX,
            at_once: false,
            with_traffic: false,
        }
    }
}

/// Since when an element passes a fault on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpreadFrom {
    /// Since it was reached.
    Reached,
    /// Since it was struck, even if that put it out of service.
    Struck,
}

/// When a reached element is struck.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectTiming {
    /// That long after it was reached.
    After(Delay),
    /// When [`strike`](super::FaultEngine::strike) is called, or as soon as that many elements that can
    /// be struck are reached; then each reached element after this delay.
    OnCommand {
        /// Between the command and the stroke, per element.
        delay: Delay,
        /// How many elements are enough without a command.
        or_at_count: Option<u32>,
    },
}

/// A small block of harm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// It runs, but exchanges nothing with towers and devices.
    Isolate,
    /// The same, but elements of this kind still hand public warnings to their towers.
    IsolateButWarn(NodeKind),
    /// It does not run.
    Crash,
    /// It forgets the contexts of this share of its devices.
    DropContexts(Share),
    /// Its capacity is this multiple of the ordinary; above 0.
    Capacity(f64),
    /// It rejects this share of initial registrations.
    Reject(Cause, Share),
    /// It swallows this share of the work of these procedures; others go on choosing it.
    BlackHole(ProcedureSet, Share),
    /// Its replies are thrown away if the request is older than this.
    Patience(Span),
    /// It sends queries of its own, the more the longer an overload lasts.
    Queries(QueryLoop),
}

/// Records that fall out of step while what they are compared with is overloaded, and queries that they
/// cause until they are repaired: an overload that keeps itself alive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueryLoop {
    /// The queries go along this kind of edge.
    pub toward: EdgeKind,
    /// Queries with all records out of step, as a multiple of the capacity of one of the elements queried.
    pub load: f64,
    /// Share of the records that are out of step when the element is struck.
    pub first: Share,
    /// Overloaded: work there waits at least so long.
    pub wait: Span,
    /// In an overload, the records still in step fall out of it at this mean time.
    pub grows: Span,
    /// Without one, those out of step are repaired at this mean time.
    pub repaired: Span,
}

/// What ends the harm.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// Whether a struck element recovers without anybody's help.
    pub by_itself: Option<SelfRecovery>,
    /// What removing the cause from its origin (a rollback) does.
    pub origin_removed: OriginRemoved,
    /// What an element is after somebody restored it.
    pub restored: Afterwards,
    /// By how much a restore takes longer than usual; 1 is usual.
    pub restore_factor: f64,
}

/// Recovery without anybody's help: an automatic restart, or an immune system.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfRecovery {
    /// Time from the stroke to the recovery.
    pub after: Delay,
    /// How often an element can; none means for ever.
    pub attempts: Option<u32>,
    /// What it is then.
    pub then: Afterwards,
}

/// What an element is after its recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// Safe from this fault.
    Immune,
    /// As before it was reached: neighbours that carry the fault may pass it on again.
    Exposed,
    /// An origin wakes the fault again, as its trigger says; other elements are exposed.
    Retriggers,
}

/// What removing the cause from an origin does.
#[derive(Clone, Debug, PartialEq)]
pub enum OriginRemoved {
    /// Nothing: the fault lives on without it.
    Nothing,
    /// The origin is well; after the last one nothing spreads, but other elements wait for a restore.
    OthersStay,
    /// The origin is well; after the last one the others recover by themselves in this time.
    OthersRecover(Delay),
}
