//! The defects, one file each.
//!
//! Invariant: a defect is parameters and the [`FaultSpec`](super::FaultSpec) made of them; it does nothing itself.

mod capacity_regression;
mod cert_time_bomb;
mod content_push;
mod crash_after_dwell;
mod crash_on_start;
mod db_inconsistency;
mod poison_message;
mod prefix_limit;
mod protect_mode;
mod reject_all;
mod route_flood;
mod service_class_selective;
mod state_loss;
mod supply_chain;
mod timer_mismatch;
mod transport_misweight;

pub use capacity_regression::CapacityRegression;
pub use cert_time_bomb::CertTimeBomb;
pub use content_push::ContentPush;
pub use crash_after_dwell::CrashAfterDwell;
pub use crash_on_start::CrashOnStart;
pub use db_inconsistency::DbInconsistency;
pub use poison_message::PoisonMessage;
pub use prefix_limit::PrefixLimit;
pub use protect_mode::ProtectMode;
pub use reject_all::RejectAll;
pub use route_flood::RouteFlood;
pub use service_class_selective::ServiceClassSelective;
pub use state_loss::StateLoss;
pub use supply_chain::SupplyChain;
pub use timer_mismatch::TimerMismatch;
pub use transport_misweight::TransportMisweight;

use crate::base::{Delay, Share};
use crate::topology::NodeKind;

use super::registry::Finding;
use super::spec::{
    Afterwards, Effect, EffectTiming, FaultSpec, OriginRemoved, Removal, SelfRecovery, Trigger,
};

/// Elements that hold the NAS contexts of devices.
const NAS_KINDS: [NodeKind; 2] = [NodeKind::Amf, NodeKind::Mme];

/// A defect that stays in the elements that carry the new version and ends with its rollback.
fn local(kind: &'static str, trigger: Trigger, effects: Vec<Effect>) -> FaultSpec {
    FaultSpec {
        kind,
        techniques: "",
        trigger,
        spread: Vec::new(),
        contained: Share::NONE,
        timing: EffectTiming::After(Delay::ZERO),
        strikes: Share::ALL,
        hurts: Vec::new(),
        alters: false,
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

/// The finding that a list is empty.
fn not_empty<T>(path: &str, list: &[T], allowed: &str) -> Option<Finding> {
    let finding = (
        path.to_owned(),
        "an empty list".to_owned(),
        allowed.to_owned(),
    );
    list.is_empty().then_some(finding)
}
