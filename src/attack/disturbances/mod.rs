//! The disturbances that are nobody's fault, one file each: detectors and attribution have something to be
//! wrong about.
//!
//! Invariant: a disturbance is parameters and what it does at each of its steps; it keeps nothing itself.

mod collector_outage;
mod fibre_cut;
mod flash_crowd;
mod holiday;
mod latent_defect;
mod neighbour_arrival;
mod planned_maintenance;
mod power_cut;

pub use collector_outage::CollectorOutage;
pub use fibre_cut::FibreCut;
pub use flash_crowd::FlashCrowd;
pub use holiday::Holiday;
pub use latent_defect::LatentDefect;
pub use neighbour_arrival::NeighbourArrival;
pub use planned_maintenance::PlannedMaintenance;
pub use power_cut::PowerCut;
