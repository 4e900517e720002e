//! Harm: one mechanism for a defect in a release and for an attack. A fault has origins, a trigger, a
//! way to spread along typed edges, effects on the elements it reaches, and what removes it.
//!
//! | kind | edges | effect | removal | real case |
//! |---|---|---|---|---|
//! | `protect-mode` | `sbi`, `s6a-diameter`, `ip-transport` | reached AMF/MME isolate themselves and drop all contexts | rollback of the origin, then by themselves or by a restore | AT&T, 22 February 2024 |
//! | `prefix-limit` | `bgp-igp` | routers over their limit isolate themselves | rollback **and** a reset of each, or idle hold | Optus, 8 November 2023 |
//! | `route-flood` | `bgp-igp` | routers crash, and crash again while the filter is missing | rollback, then a restore of each | Rogers, 8 July 2022 |
//! | `poison-message` | `bgp-igp` | an element that falls brings down neighbours, the more the more traffic there is | less traffic; a filter; all restored at once | AT&T, 15 January 1990; `CenturyLink`, 27 December 2018 |
//! | `crash-on-start` | none | down, contexts lost; restarts may fail | rollback, or a lucky restart | the baseline that gates catch |
//! | `crash-after-dwell` | none | down, contexts lost; crash loop | rollback | AT&T, 1990; KDDI, April 2013 |
//! | `capacity-regression` | none | capacity times a factor | rollback | NTT DOCOMO, 25 January 2012 |
//! | `reject-all` | none | rejects a share of registrations with a cause | rollback (devices keep sticky causes) | wrong cause after a data error |
//! | `state-loss` | none | drops a share of contexts when the new version starts | nothing to remove | NTT DOCOMO, 14 October 2021 |
//! | `db-inconsistency` | none (queries go along `s6a-diameter`) | after an overload, records out of step cause queries that keep it alive | isolation or restore of the elements, or repair without overload; no rollback | KDDI, 2 July 2022 |
//! | `transport-misweight` | `ip-transport` | traffic of what hangs on a router is lost in silence | rollback | T-Mobile US, 15 June 2020; KDDI, 2 July 2022 |
//! | `cert-time-bomb` | none | all of a version down or refused at one instant | rollback, or older software by a restore | Ericsson, 6 December 2018 |
//! | `timer-mismatch` | none | replies that come late are thrown away, the work being done | rollback | KDDI, 31 December 2012 |
//! | `service-class-selective` | none | one class of service is lost in silence | rollback | Optus, 18 September 2025 |
//! | `content-push` | `cicd-push` | all that read the content crash, whatever the stages say | withdrawal, then a restore of each by hand | `CrowdStrike`, 19 July 2024 |
//! | `supply-chain` | none | a release that sleeps, then destroys | restore only | `SolarWinds`, 2020; `NotPetya`, 2017 |
//!
//! Each has a scenario of its name in `scenarios/faults/`. What arrives otherwise than by a change (attacks,
//! disturbances, defects that were there before) is in the tables of the attack room.
//!
//! Missing: loss of short messages or of 5G data alone (they are no procedures of their own), changes outside
//! of their window for unknown causes (Verizon, 14 January 2026: what happened is not public).
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
mod trace;
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
pub use registry::{Defect, DefectSpec, Finding, wrong_restore_factor};
pub use spec::{
    Afterwards, Effect, EffectTiming, FaultSpec, OriginRemoved, Overload, QueryLoop, Removal,
    SelfRecovery, SpreadFrom, SpreadRule, Trigger,
};
pub use trace::{ChangeStep, Trace};
