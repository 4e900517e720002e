//! What became of public warnings.
//!
//! Invariant: counts of devices are at scale 1, of towers as they are.

use crate::base::SimTime;
use crate::network::Broadcast;

use super::names::{at_scale_one, real};

/// A public warning that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFact {
    /// Its name.
    pub name: String,
    /// When it was sent.
    pub at: SimTime,
    /// Towers in its area.
    pub towers: u64,
    /// Of those, towers that broadcast it.
    pub told: u64,
    /// Devices in its area.
    pub devices: u64,
    /// Of those, devices that heard it.
    pub reached: u64,
}

impl AlertFact {
    /// A warning as it was simulated, at scale 1.
    pub fn new(name: String, at: SimTime, sent: Broadcast, scale: f64) -> Self {
        Self {
            name,
            at,
            towers: sent.towers,
            told: sent.told,
            devices: at_scale_one(sent.devices, scale),
            reached: at_scale_one(sent.reached, scale),
        }
    }

    /// Share of the towers in its area that broadcast it.
    pub fn told_share(&self) -> f64 {
        real(self.told) / real(self.towers.max(1))
    }

    /// Share of the devices in its area that heard it.
    pub fn reached_share(&self) -> f64 {
        real(self.reached) / real(self.devices.max(1))
    }

    /// What became of it, for the event log.
    pub fn in_words(&self) -> String {
        let Self {
            towers,
            told,
            devices,
            reached,
            ..
        } = self;
        format!("broadcast by {told} of {towers} towers to {reached} of {devices} devices")
    }
}
