//! Attacks, and disturbances that are nobody's fault. Both use the same faults and the same commands as
//! a botched release; what differs is how they arrive and what a rollback does to them: nothing.
//!
//! | attack | arrives by | MITRE `FiGHT` | MITRE ATT&CK | real case | ended by | scenario |
//! |---|---|---|---|---|---|---|
//! | `signalling-storm` | devices under attack control | FGT1498.501, FGT1499.002, FGT1642.503, FGT1583.502 | T1498, T1499.002, T1464 | Traynor et al. 2009 | its own end, barring, overload control | `signalling-storm` |
//! | `hss-udm-flood` | `sbi`, `s6a-diameter`, `roaming-ipx` | FGT1498.501, FGT1498.502, FGT1498.503 | T1499 | none public | its own end | `hss-udm-flood` |
//! | `cancel-location` | `roaming-ipx` | FGT1199.501, FGT1557.502, FGT5012.008, FGT5016, FGT5042 | T1199 | SS7 abuse (ENISA 2018) | its own end, a firewall | `cancel-location` |
//! | `nf-deregister` | `sbi` | FGT5041, FGT5007, FGT5010, FGT5043 | T1489 | proofs of concept | its own end | `nf-deregister` |
//! | `oam-wiper` | `oam-mgmt`, `identity-provider`, `nfvi-host`, `cicd-push` edges | FGT1078, FGT1021, FGT1072, FGT1542.501, FGT5013, FGT1611, FGT1562 | T1485, T1561.002, T1490, T1529, T1531, T1570 | Kyivstar, 12 December 2023 | restore from image, element by element | `oam-wiper` |
//! | `route-leak` | `bgp-igp`, then `ip-transport` | FGT5004 | T1557, T1565.002 | Rostelecom, 1 April 2020 | filters, withdrawal | `route-leak` |
//! | `rogue-base-station` | radio | FGT1642.501, FGT1583.501, FGT1499.503, FGT5035, FGT1562.501 | T1464 | Shaik et al. 2016 | its own end, then the users' restarts | `rogue-base-station` |
//! | `insider-oss` | `oam-mgmt` | FGT1078, FGT5039, FGT5022 | T1078, T1565 | none public of this size | account locked, then restores | `insider-oss` |
//! | `iot-worm` | device to device | FGT1203.501, FGT1642.502 | T1210, T1495 | Windstream, 25-27 October 2023 | no vulnerable device left; new hardware | `iot-worm` |
//! | `physical` | by hand | FGT5018, FGT1498.504 | T1529 | Nashville, 25 December 2020 | rebuilding | `physical` |
//!
//! The poisoned release (`supply-chain`) rides a rollout: it is in the table of [`crate::fault`].
//!
//! | disturbance | effect | real case | ended by | scenario |
//! |---|---|---|---|---|
//! | `flash-crowd` | more calls and data under some towers | stadiums, New Year at one place | its own end | `flash-crowd` |
//! | `holiday` | more everywhere, and a peak | New Year's Eve | its own end | `holiday` |
//! | `power-cut` | sites fail when their batteries are empty | Storm Eunice 2022; PG&E, October 2019 | the return of power | `power-cut` |
//! | `fibre-cut` | links of the transport network carry nothing | T-Mobile US, 15 June 2020 | repair | `fibre-cut` |
//! | `planned-maintenance` | elements out of service under a ticket | every night | its own end | `planned-maintenance` |
//! | `collector-outage` | reports lost or late; the network is well | vendor element managers | its own end | `collector-outage` |
//! | `neighbour-arrival` | registrations of another network's customers | Ukraine, 12 December 2023 | its own end | `neighbour-arrival` |
//! | `latent-defect` | a defect that was there before | Ericsson, 6 December 2018 | restore | `cert-time-bomb`, `db-inconsistency` |
//!
//! Scenarios are those of `scenarios/faults/`. Missing: purge floods (calls to a device die while its own
//! calls work), loss of synchronisation of open radio units, poisoned learning in the radio controller.
//!
//! A new attack is one file in `kinds/`, a new disturbance one file in `disturbances/`, and one line in
//! `registry.rs`.
//!
//! Invariant: never moves time and never touches the network: it returns orders for later and speaks
//! through a [`Port`](crate::fault::Port). It knows nothing of who watches or what they do about it, but for
//! what an attacker's own devices would notice.

mod adapt;
mod campaign;
mod disturbances;
mod kinds;
mod registry;
mod selection;
#[cfg(test)]
mod testing;

pub use adapt::Adapts;
pub use campaign::{Attacks, Census};
pub use disturbances::{
    CollectorOutage, FibreCut, FlashCrowd, Holiday, LatentDefect, NeighbourArrival,
    PlannedMaintenance, PowerCut,
};
pub use kinds::{
    CancelLocation, HssUdmFlood, InsiderOss, IotWorm, NfDeregister, OamWiper, Physical,
    RogueBaseStation, RouteLeak, SignallingStorm,
};
pub use registry::{Act, AttackOrder, AttackSpec, DisturbanceSpec, Field, Happening};
