//! What a scenario file says of towers and the radio.
//!
//! Invariant: plain data with sourced defaults.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Bounds, Delay, PerSecond, Share, Span};
use crate::network::command::Barring;

/// Towers and the radio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccessSpec {
    /// Access barring in force from the start.
    pub barring: Option<Barring>,
    /// Radio connections a tower can set up per second (assumption: 100 over all its cells).
    pub setups_per_second: PerSecond,
    /// How much work of set-ups may wait at a tower before it rejects.
    pub setup_queue: Span,
    /// How long a device waits after an RRC reject (TS 38.331 §5.3.15, `RejectWaitTime` 1 … 16 s).
    pub reject_wait: Delay,
    /// What a tower does that has lost its core.
    pub wilt: WiltSpec,
    /// Share of devices with no other tower in range when theirs is gone.
    pub uncovered: Share,
    /// How long a phone that lost its cell takes to settle on another.
    pub reselection: Delay,
    /// Share of devices that another operator's radio reaches, for emergency calls.
    pub other_operator_coverage: Share,
}

/// A cell that stays up without a core holds its phones, so that they cannot use another operator
/// even for emergency calls (Optus 2023). Wilting switches it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WiltSpec {
    /// Whether towers wilt.
    pub enabled: bool,
    /// How long after losing the core.
    pub after: Span,
}

impl Default for WiltSpec {
    fn default() -> Self {
        Self {
            enabled: false,
            after: Span::from_minutes(5),
        }
    }
}

impl Default for AccessSpec {
    fn default() -> Self {
        Self {
            barring: None,
            setups_per_second: PerSecond::of(100.0),
            setup_queue: Span::from_secs(1),
            reject_wait: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(1),
                    max: Span::from_secs(16),
                },
            },
            wilt: WiltSpec::default(),
            uncovered: Share::of(0.2),
            reselection: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(2),
                    max: Span::from_secs(20),
                },
            },
            other_operator_coverage: Share::of(0.95),
        }
    }
}
