//! The rules, one file each.
//!
//! Invariant: a rule knows no other.

mod certificate_ends;
mod emergency_not_gated;
mod in_band_rollback;
mod mates_together;
mod no_gate;
mod risk_by_streak;
mod shared_element_first;
mod short_soak;
mod slow_gate;
mod unpaced_rollback;
mod unreviewed;

use super::Rule;

/// Every rule.
pub(super) const RULES: &[Rule] = &[
    no_gate::RULE,
    shared_element_first::RULE,
    short_soak::RULE,
    mates_together::RULE,
    in_band_rollback::RULE,
    unpaced_rollback::RULE,
    slow_gate::RULE,
    emergency_not_gated::RULE,
    certificate_ends::RULE,
    risk_by_streak::RULE,
    unreviewed::RULE,
];
