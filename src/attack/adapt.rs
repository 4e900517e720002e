//! How an attacker answers what is done against the attack.
//!
//! Invariant: knows only what the attacker's own devices would notice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{PerSecond, Span};

/// What attackers do once they notice that requests are held back, by barring or by a pace.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Adapts {
    /// From the moment they could notice until they do something about it.
    pub after: Span,
    /// Requests from then on, as a multiple of those before.
    pub rate: PerSecond,
    /// Whether they ignore barring and back-off from then on.
    pub ignores_backoff: bool,
}

impl Default for Adapts {
    fn default() -> Self {
        Self {
            after: Span::from_minutes(10),
            rate: PerSecond::of(2.0),
            ignores_backoff: true,
        }
    }
}
