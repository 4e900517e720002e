//! What people and automation can do about an outage.
//!
//! Invariant: an action says what is done and to what, never when or why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Share};
use crate::network::{Barring, Pace};
use crate::topology::Selector;

use super::target::TargetSpec;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ActionSpec {
    /// Ask the rollout to take the change back; done when the rollout says that it is.
    RollBack {},
    /// Cut elements off from towers and devices; they keep what they hold.
    Isolate(ElementWork),
    /// Put elements back into service: heals what faults and attacks did to them. What was
    /// destroyed takes longer than the work on it says.
    Restore(ElementWork),
    /// Throw away what is queued in elements.
    Purge(ElementWork),
    /// Stop elements and start them again: what is queued in them is lost.
    Reboot(Reboot),
    /// Let fewer registrations through.
    Throttle(Throttle),
    /// Let towers bar access.
    Bar(Bar),
    /// Let registrations in again at a pace and lift barring in the pace's order: everywhere at
    /// once, or region by region or pool by pool, one every `step`.
    ReAdmit(ReAdmit),
    /// Say in public that all is well.
    Announce(Announce),
    /// End barring and pacing.
    Lift(Lift),
}

/// Work on elements, some at a time, in the order of the selector. An element that the tools do not
/// reach is passed over until they do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ElementWork {
    /// Which.
    pub select: Selector,
    /// How long one takes.
    #[serde(default = "no_delay")]
    pub per_element: Delay,
    /// How many are worked on at the same time.
    #[serde(default = "one")]
    pub parallel: u32,
}

/// Stop elements and start them again. One that the response had isolated is back in service then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reboot {
    /// Which.
    pub select: Selector,
    /// How long one is down.
    pub per_element: Delay,
    /// How many are down at the same time.
    #[serde(default = "one")]
    pub parallel: u32,
    /// Share of its contexts that an element has lost when it is back.
    #[serde(default)]
    pub lose_contexts: Share,
}

/// Let fewer registrations through: either a pace or a capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Where.
    #[serde(default)]
    pub scope: TargetSpec,
    /// Initial registrations beyond this pace are turned away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// The AMF and MME elements in scope get this multiple of their capacity; above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<f64>,
}

/// Let towers bar access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    /// Where.
    #[serde(default)]
    pub scope: TargetSpec,
    /// How.
    pub barring: Barring,
}

/// Let registrations in again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReAdmit {
    /// Where.
    #[serde(default)]
    pub scope: TargetSpec,
    /// How fast, and who comes first.
    pub pace: Pace,
}

/// Say in public that all is well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Announce {
    /// Share of the devices without service whose users act on it, within five minutes.
    pub share: Share,
}

/// End barring and pacing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// Where.
    #[serde(default)]
    pub scope: TargetSpec,
    /// Whether barring ends.
    #[serde(default = "yes")]
    pub barring: bool,
    /// Whether pacing ends.
    #[serde(default = "yes")]
    pub pace: bool,
}

fn no_delay() -> Delay {
    Delay::ZERO
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

impl ActionSpec {
    /// The word for it in files and in the event log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::RollBack {} => "roll-back",
            Self::Isolate(_) => "isolate",
            Self::Restore(_) => "restore",
            Self::Purge(_) => "purge",
            Self::Reboot(_) => "reboot",
            Self::Throttle(_) => "throttle",
            Self::Bar(_) => "bar",
            Self::ReAdmit(_) => "re-admit",
            Self::Announce(_) => "announce",
            Self::Lift(_) => "lift",
        }
    }
}
