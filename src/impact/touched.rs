//! How far it reached: towers, pools and regions, when it was first detected and at the end.
//!
//! Invariant: a tower is touched by outages of many of its devices, never by one phone that its user
//! switched off.

use std::collections::BTreeSet;

use crate::base::{SimTime, TowerId};
use crate::network::{SERVICES, Service};

use super::names::Names;
use super::series::Series;

/// A tower counts as out while more than this share of its devices is without data.
pub const TOWER_OUT_SHARE: f64 = 0.5;

/// What happened to the devices of one tower, as simulated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TowerOutcome {
    /// Which.
    pub tower: TowerId,
    /// Simulated devices that live under it.
    pub devices: u64,
    /// When it was first out (more than [`TOWER_OUT_SHARE`] of its devices without data).
    pub first_out: Option<SimTime>,
    /// When it last ceased to be out.
    pub last_back: Option<SimTime>,
    /// Whether it is out at the end of the run.
    pub still_out: bool,
    /// Device-microseconds without each service ([`SERVICES`] order).
    pub lost_device_us: [u64; 4],
}

/// How far an outage has reached at one instant. Counts are at scale 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BlastRadius {
    /// When.
    pub at: SimTime,
    /// Devices without each service at that instant ([`SERVICES`] order).
    pub out: [u64; 4],
    /// Devices that have been without each service by then.
    pub ever_out: [u64; 4],
    /// Device-minutes lost of each service by then.
    pub device_minutes: [f64; 4],
    /// Towers that have been out by then.
    pub towers: usize,
    /// Pools whose towers have been out by then.
    pub pools: usize,
    /// Regions whose towers have been out by then.
    pub regions: usize,
}

impl BlastRadius {
    /// The reach at `at`, linear between samples.
    pub(super) fn at(at: SimTime, names: &Names, series: &Series, towers: &[TowerOutcome]) -> Self {
        let touched = || {
            let by_then = |t: &&TowerOutcome| t.first_out.is_some_and(|first| first <= at);
            towers
                .iter()
                .filter(by_then)
                .map(|t| &names.towers[t.tower.index()])
        };
        let value = |counter: &dyn Fn(Service) -> super::Curve| {
            SERVICES.map(|s| names.at_scale_one(rounded(counter(s).value_at(at))))
        };
        let lost = |s: Service| {
            let curve = series.curve(None, |c| minutes(c.lost_device_us[s as usize]));
            curve.value_at(at).unwrap_or(0.0) / names.scale
        };
        Self {
            at,
            out: value(&|s| series.out(None, s)),
            ever_out: value(&|s| series.curve(None, |c| c.ever_out[s as usize])),
            device_minutes: SERVICES.map(lost),
            towers: touched().count(),
            pools: touched().map(|t| t.pool).collect::<BTreeSet<_>>().len(),
            regions: touched().map(|t| t.region).collect::<BTreeSet<_>>().len(),
        }
    }
}

/// Whole device-minutes, rounded to the nearest.
fn minutes(device_us: u128) -> u64 {
    u64::try_from((device_us + 30_000_000) / 60_000_000).expect("fewer than 2^64 device-minutes")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an interpolated count is not negative"
)]
fn rounded(count: Option<f64>) -> u64 {
    libm::round(count.unwrap_or(0.0)) as u64
}
