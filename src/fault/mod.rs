//! Harm: one mechanism for a defect in a release and for an attack. A fault has origins, a trigger, a
//! way to spread along typed edges, effects on the elements it reaches, and what removes it.
//!
//! | kind | edges | effect | removal | real case | scenario |
//! |---|---|---|---|---|---|
//! | `protect-mode` | `sbi`, `s6a-diameter`, `ip-transport` | reached AMF/MME isolate themselves (MMEs still hand on public warnings) and drop all contexts | rollback of the origin, then by themselves or by a restore | AT&T, 22 February 2024 | `protect-mode`, `att-2024-02-22` |
//! | `prefix-limit` | `bgp-igp` | routers over their limit isolate themselves | rollback **and** a reset of each, or idle hold | Optus, 8 November 2023 | `prefix-limit` |
//! | `route-flood` | `bgp-igp` | routers crash, and crash again while the filter is missing | rollback, then a restore of each | Rogers, 8 July 2022 | `route-flood`, `rogers-2022-07-08` |
//! | `poison-message` | `bgp-igp` | an element that falls brings down neighbours, the more the more traffic there is | less traffic; a filter; all restored at once | AT&T, 15 January 1990; `CenturyLink`, 27 December 2018 | `poison-message` |
//! | `crash-on-start` | none | down, contexts lost; restarts may fail | rollback, or a lucky restart | the baseline that gates catch | `crash-on-start` |
//! | `crash-after-dwell` | none | down, contexts lost; crash loop | rollback | AT&T, 1990; KDDI, April 2013 | `crash-after-dwell` |
//! | `capacity-regression` | none | capacity times a factor | rollback | NTT DOCOMO, 25 January 2012 | `capacity-regression` |
//! | `reject-all` | none | rejects a share of registrations with a cause | rollback (devices keep sticky causes) | wrong cause after a data error | `reject-all` |
//! | `state-loss` | none | drops a share of contexts when the new version starts | nothing to remove | NTT DOCOMO, 14 October 2021 | `state-loss` |
//! | `db-inconsistency` | none (queries go along `s6a-diameter`) | after an overload, records out of step cause queries that keep it alive | isolation or restore of the elements, or repair without overload; no rollback | KDDI, 2 July 2022 | `db-inconsistency`, `kddi-2022-07-02` |
//! | `transport-misweight` | `ip-transport` | traffic of what hangs on a router is lost in silence | rollback | T-Mobile US, 15 June 2020; KDDI, 2 July 2022 | `transport-misweight`, `kddi-2022-07-02` |
//! | `cert-time-bomb` | none | all of a version down or refused at one instant | rollback, or older software by a restore | Ericsson, 6 December 2018 | `cert-time-bomb`, `softbank-2018-12-06` |
//! | `timer-mismatch` | none | replies that come late are thrown away, the work being done | rollback | KDDI, 31 December 2012 | `timer-mismatch` |
//! | `service-class-selective` | none | one class of service is lost in silence | rollback | Optus, 18 September 2025 | `service-class-selective` |
//! | `content-push` | `cicd-push` | all that read the content crash, whatever the stages say | withdrawal, then a restore of each by hand | `CrowdStrike`, 19 July 2024 | `content-push` |
//! | `supply-chain` | none | a release that sleeps, then destroys | restore only | `SolarWinds`, 2020; `NotPetya`, 2017 | `supply-chain` |
//! | *missing:* short messages or 5G data alone | – | one service lost that is no procedure of its own here | – | – | – |
//! | *missing:* a voice node's records lost for its users | – | calls to those out of step fail; here they only cause queries | – | KDDI, 2 July 2022 | – |
//! | *missing:* a common flaw in several operators at once | – | one operator is simulated | – | Ericsson, 6 December 2018: eleven countries | – |
//! | *missing:* what broke outside of any window | – | not public | – | Verizon, 14 January 2026 | – |
//!
//! A name is a scenario in `scenarios/faults/`, one with a date a replay in `scenarios/incidents/`. What arrives
//! otherwise than by a change (attacks, disturbances, defects that were there before) is in the tables of the
//! attack room, with what is missing of it. O2 UK's day of 6 December 2018 is not replayed: its published times are
//! those at which the operator had loaded other software, and one of them is of its 3G core, which has no counterpart
//! here; what is left, that all switches of a version fall together, the other replay of that day says.
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
