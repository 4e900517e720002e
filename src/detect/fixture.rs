//! Random numbers for tests of detectors: normal noise, binomial counts, run lengths.
//!
//! Invariant: tests only.

use crate::base::{philox4x32_10, unit_interval};

/// Uniform numbers of one world, one after the other.
pub(super) fn uniforms(world: u64) -> impl FnMut() -> f64 {
    let mut count = 0_u32;
    move || {
        count += 1;
        let world = u32::try_from(world).expect("few worlds");
        unit_interval(philox4x32_10([count, world, 77, 0], [2_024, 0])[0])
    }
}

/// Standard normal numbers of one world (Box and Muller).
pub(super) fn normals(world: u64) -> impl FnMut() -> f64 {
    let mut draw = uniforms(world);
    let mut second = None;
    move || {
        if let Some(value) = second.take() {
            return value;
        }
        let (radius, angle) = (
            libm::sqrt(-2.0 * libm::log(draw())),
            std::f64::consts::TAU * draw(),
        );
        second = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }
}

/// The mean of a run length over many worlds, each named by its number.
#[expect(clippy::cast_precision_loss, reason = "few worlds")]
pub(super) fn mean_run_length(worlds: u64, run: impl Fn(u64) -> f64) -> f64 {
    let total: f64 = (0..worlds).map(run).sum();
    total / worlds as f64
}

/// How many of `events` happen: the sum of as many coins, each thrown with a draw.
pub(super) fn binomial(events: u32, probability: f64, draw: &mut dyn FnMut() -> f64) -> f64 {
    (0..events).map(|_| f64::from(draw() < probability)).sum()
}
