//! The defects, one file each.
//!
//! Invariant: a defect is parameters and the [`FaultSpec`](super::FaultSpec) made of them; it does nothing itself.

mod capacity_regression;
mod crash_after_dwell;
mod crash_on_start;
mod protect_mode;
mod reject_all;
mod state_loss;

pub use capacity_regression::CapacityRegression;
pub use crash_after_dwell::CrashAfterDwell;
pub use crash_on_start::CrashOnStart;
pub use protect_mode::ProtectMode;
pub use reject_all::RejectAll;
pub use state_loss::StateLoss;

use crate::base::{Delay, Share};
use crate::topology::NodeKind;

use super::spec::{
    Afterwards, Effect, EffectTiming, FaultSpec, OriginRemoved, Removal, SelfRecovery, Trigger,
};

/// Elements that hold the NAS contexts of devices.
const NAS_KINDS: [NodeKind; 2] = [NodeKind::Amf, NodeKind::Mme];

/// A defect that stays in the elements that carry the new version and ends with its rollback.
fn local(kind: &'static str, trigger: Trigger, effects: Vec<Effect>) -> FaultSpec {
    FaultSpec {
        kind,
        trigger,
        spread: Vec::new(),
        contained: Share::NONE,
        timing: EffectTiming::After(Delay::ZERO),
        strikes: Share::ALL,
        hurts: Vec::new(),
        effects,
        removal: Removal {
            by_itself: None,
            origin_removed: OriginRemoved::OthersStay,
            restored: Afterwards::Retriggers,
            restore_factor: 1.0,
        },
    }
}

/// Automatic restarts that bring the same version up again.
const fn restarts(after: Delay, attempts: Option<u32>) -> SelfRecovery {
    SelfRecovery {
        after,
        attempts,
        then: Afterwards::Retriggers,
    }
}
