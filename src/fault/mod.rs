//! Harm: one mechanism for a defect in a release and for an attack. A fault has origins, a trigger, a
//! way to spread along typed edges, effects on the elements it reaches, and what removes it.
//!
//! | kind | comes by | edges | effect | removal | real case |
//! |---|---|---|---|---|---|
//! | `protect-mode` | a change | `sbi`, `s6a-diameter`, `ip-transport` | reached AMF/MME isolate themselves and drop all contexts | rollback of the origin, then by themselves or by a restore | AT&T, 22 February 2024 |
//! | `crash-on-start` | a change | none | down, contexts lost; restarts may fail | rollback, or a lucky restart | the baseline that gates catch |
//! | `crash-after-dwell` | a change | none | down, contexts lost; crash loop | rollback | AT&T 1990; KDDI, April 2013 |
//! | `capacity-regression` | a change | none | capacity times a factor | rollback | NTT DOCOMO, 25 January 2012 |
//! | `reject-all` | a change | none | rejects a share of registrations with a cause | rollback (devices keep sticky causes) | wrong cause after a data error |
//! | `state-loss` | a change | none | drops a share of contexts when the new version starts | nothing to remove | NTT DOCOMO, 14 October 2021 |
//! | `oam-wiper` | an attack | `oam-mgmt`, `identity-provider`, `nfvi-host`, `cicd-push` | down, contexts lost | restore from image only | Kyivstar, 12 December 2023 |
//!
//! A new defect is one file in `defects/` and one line in `registry.rs`.
//!
//! Invariant: never moves time and never touches the network: it returns orders for later and speaks
//! through a [`Port`]. It knows nothing of rollouts, attackers' aims or who watches.

mod defects;
mod element;
mod engine;
mod holds;
mod luck;
mod port;
mod registry;
mod spec;
#[cfg(test)]
pub(crate) mod testing;
mod ways;

pub use defects::{
    CapacityRegression, CertTimeBomb, ContentPush, CrashAfterDwell, CrashOnStart, DbInconsistency,
    PoisonMessage, PrefixLimit, ProtectMode, RejectAll, RouteFlood, ServiceClassSelective,
    StateLoss, SupplyChain, TimerMismatch, TransportMisweight,
};
pub use engine::{FaultEngine, FaultId, FaultOrder};
pub use holds::{Holder, Holds};
pub use luck::{Luck, luck, text_key};
pub use port::{CollectorOutage, Port};
pub use registry::{Defect, DefectSpec, Finding};
pub use spec::{
    Afterwards, Effect, EffectTiming, FaultSpec, OriginRemoved, Overload, QueryLoop, Removal,
    SelfRecovery, SpreadFrom, SpreadRule, Trigger,
};
