//! The attacks, one file each.
//!
//! Invariant: an attack is parameters and what it does at each of its steps; it keeps nothing itself.

mod cancel_location;
mod hss_udm_flood;
mod insider_oss;
mod iot_worm;
mod nf_deregister;
mod oam_wiper;
mod physical;
mod rogue_base_station;
mod route_leak;
mod signalling_storm;

pub use cancel_location::CancelLocation;
pub use hss_udm_flood::HssUdmFlood;
pub use insider_oss::InsiderOss;
pub use iot_worm::IotWorm;
pub use nf_deregister::NfDeregister;
pub use oam_wiper::OamWiper;
pub use physical::Physical;
pub use rogue_base_station::RogueBaseStation;
pub use route_leak::RouteLeak;
pub use signalling_storm::SignallingStorm;
