//! What can be done to a network from outside: the one vocabulary of faults, operators and attackers.
//!
//! Invariant: a command says what happens to elements, never why or by whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{ClassId, EdgeId, NodeId, PerSecond, PoolId, RegionId, Share, Span};

use super::spec::Procedure;

/// Whether an element serves, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ElementStatus {
    /// Serves.
    Up,
    /// Runs, keeps what it holds, and serves no device; what concerns no single device, the public warnings
    /// that it hands to towers (TS 23.041 §9.1), goes on.
    Withdrawn,
    /// Runs, keeps what it holds, but exchanges nothing with towers or devices.
    Isolated,
    /// Does not run: what is queued in it is lost.
    Down,
}

/// Where a command applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole network.
    All,
    /// The towers and pools of a region.
    Region(RegionId),
    /// The towers and members of a pool.
    Pool(PoolId),
    /// These nodes.
    Nodes(Vec<NodeId>),
    /// The devices of a class, wherever they are.
    Class(ClassId),
}

/// A reject cause of EMM or 5GMM (TS 24.301 §9.9.3.9, TS 24.501 §9.11.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Cause(pub u8);

impl Cause {
    /// Illegal UE: sticky until the phone is restarted or the SIM is taken out.
    pub const ILLEGAL_UE: Self = Self(3);
    /// UE identity cannot be derived by the network: fresh registration at once.
    pub const IDENTITY_UNKNOWN: Self = Self(9);
    /// Implicitly de-registered: fresh registration at once.
    pub const IMPLICITLY_DETACHED: Self = Self(10);
    /// PLMN not allowed: sticky.
    pub const PLMN_NOT_ALLOWED: Self = Self(11);
    /// Network failure (EMM only): an abnormal case, retried like a time-out.
    pub const NETWORK_FAILURE: Self = Self(17);
    /// Congestion, with a back-off timer T3346.
    pub const CONGESTION: Self = Self(22);
    /// N1 mode not allowed: the device falls back to EPS.
    pub const N1_MODE_NOT_ALLOWED: Self = Self(27);

    /// Whether a device keeps the refusal until its user restarts it.
    pub const fn is_sticky(self) -> bool {
        matches!(self.0, 3 | 6 | 7 | 8 | 11)
    }
}

/// Access barring by towers: the factor and time of `SystemInformationBlockType2` (TS 36.331 §5.3.3.11)
/// or UAC (TS 38.331 §5.3.14). Access classes 11-15 and priority classes are exempt.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Barring {
    /// Probability that an attempt is let through (`ac-BarringFactor`: 0, 0.05 … 0.95).
    pub factor: Share,
    /// Mean time until a barred device tries again (`ac-BarringTime`: 4 s … 512 s).
    pub time: Span,
}

/// Who is let in first when registrations are paced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaceOrder {
    /// Priority classes pass freely, the rest share the pace.
    #[default]
    Priority,
    /// One region after the other, in the order of the table.
    Region,
    /// One pool after the other.
    Pool,
    /// Whoever comes.
    Random,
}

/// Paced re-admission: initial registrations beyond the rate are turned away.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Initial registrations let in per second, over the scope, at scale 1.
    pub rate: PerSecond,
    /// Who comes first.
    #[serde(default)]
    pub order: PaceOrder,
    /// With `order: region` or `pool`: how long each is served alone before the next joins.
    #[serde(default = "default_step")]
    pub step: Span,
    /// How long a device that is turned away stays away (T3346): between `backoff` and twice that.
    #[serde(default = "default_backoff")]
    pub backoff: Span,
}

fn default_step() -> Span {
    Span::from_minutes(10)
}

fn default_backoff() -> Span {
    Span::from_minutes(15)
}

/// A signalling flood from devices under attack control.
#[derive(Clone, Debug, PartialEq)]
pub struct Flood {
    /// Which devices may belong to it.
    pub scope: Scope,
    /// Share of the devices in scope that do.
    pub share: Share,
    /// Registration requests per attacking device and second, at full strength.
    pub rate_per_device: PerSecond,
    /// How long until full strength, linearly from nothing.
    pub ramp: Span,
    /// Whether a device in the flood honours T3346, barring and RRC rejects.
    pub obeys_backoff: bool,
}

/// Some of the procedures that devices ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcedureSet(u8);

impl ProcedureSet {
    /// All of them.
    pub const ALL: Self = Self(u8::MAX);

    /// These procedures.
    pub fn of(procedures: &[Procedure]) -> Self {
        let bits = procedures.iter().map(|&procedure| 1 << procedure as u8);
        Self(bits.fold(0, |set, bit: u8| set | bit))
    }

    /// Whether a procedure is among them.
    pub const fn has(self, procedure: Procedure) -> bool {
        self.0 & 1 << procedure as u8 != 0
    }
}

/// Work that reaches an element and vanishes in it: the element goes on being chosen, nobody is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlackHole {
    /// Which procedures are lost.
    pub procedures: ProcedureSet,
    /// Which share of them.
    pub share: Share,
}

/// Load from elsewhere than the network's own devices.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Queries at one element: units of its work per second, at scale 1.
    Queries {
        /// At which element.
        node: NodeId,
        /// How many.
        rate: PerSecond,
    },
    /// Queries at one element, as a multiple of its whole capacity.
    Capacity {
        /// At which element.
        node: NodeId,
        /// Which multiple of its capacity.
        share: f64,
    },
    /// Registrations by devices of other networks, over the towers in scope, per second at scale 1.
    Registrations {
        /// Through which towers.
        scope: Scope,
        /// How many.
        rate: PerSecond,
    },
}

/// One thing done to the network.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// An element changes its status.
    SetStatus {
        /// Which.
        node: NodeId,
        /// To what.
        status: ElementStatus,
    },
    /// An element forgets the contexts of a share of its devices: they must register anew, and
    /// notice it as the onset parameters say.
    DropContexts {
        /// An AMF, MME or IMS element.
        node: NodeId,
        /// Which share.
        share: Share,
    },
    /// An element's capacity becomes this multiple of what the scenario gave it.
    SetCapacity {
        /// Which.
        node: NodeId,
        /// Multiple; above 0.
        factor: f64,
    },
    /// An AMF or MME answers this share of initial registrations with a reject.
    SetReject {
        /// Which.
        node: NodeId,
        /// With which cause; none ends it.
        cause: Option<Cause>,
        /// Which share of requests.
        share: Share,
    },
    /// Throw away what is queued in an element.
    PurgeQueue {
        /// Which.
        node: NodeId,
    },
    /// Towers in scope bar access; none lifts it.
    SetBarring {
        /// Where.
        scope: Scope,
        /// How.
        barring: Option<Barring>,
    },
    /// Initial registrations in scope are paced; none lifts it.
    SetPace {
        /// Where.
        scope: Scope,
        /// How.
        pace: Option<Pace>,
    },
    /// A flood begins; `id` names it.
    StartFlood {
        /// Its name for [`Command::StopFlood`].
        id: u32,
        /// What it does.
        flood: Flood,
    },
    /// A flood ends.
    StopFlood {
        /// The name it was started with.
        id: u32,
    },
    /// The operator says that all is well: users without service try again.
    Announce {
        /// Share of the waiting devices whose users act, within five minutes.
        share: Share,
    },
    /// What an element swallows; an empty list ends it.
    SetBlackHoles {
        /// Which.
        node: NodeId,
        /// What.
        holes: Vec<BlackHole>,
    },
    /// Replies of an element are thrown away if its request is older than this; none ends it.
    SetPatience {
        /// Which.
        node: NodeId,
        /// How old a request may be.
        patience: Option<Span>,
    },
    /// Load from elsewhere begins, or changes; `id` names it. None ends it.
    SetLoad {
        /// Its name.
        id: u64,
        /// What it is.
        load: Option<Load>,
    },
    /// A link is cut or mended.
    SetLink {
        /// Which edge of the transport network.
        edge: EdgeId,
        /// Whether it carries traffic.
        up: bool,
    },
    /// The core is told to forget a share of the devices in scope, and tells them so.
    CancelContexts {
        /// Which devices.
        scope: Scope,
        /// Which share of them.
        share: Share,
    },
    /// A false base station refuses a share of the devices under these towers: the core knows nothing of it.
    RefuseDevices {
        /// Under which towers.
        towers: Vec<NodeId>,
        /// Which share of the devices.
        share: Share,
        /// With which (sticky) cause.
        cause: Cause,
    },
    /// Devices in scope are destroyed for good; one destroyed at a share is among those of every
    /// higher share.
    DestroyDevices {
        /// The name of the flood whose devices come first, in the same order.
        id: u32,
        /// Which devices.
        scope: Scope,
        /// Which share of them, those destroyed before included.
        share: Share,
    },
    /// Users under the towers in scope call, and use data, this many times as much as before.
    ScaleDemand {
        /// Under which towers.
        scope: Scope,
        /// Multiple; above 0.
        factor: f64,
    },
}
