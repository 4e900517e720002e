//! The registry of features: one line each.
//!
//! Invariant: a feature is a pure function of the evidence.

use super::Sign;
use super::evidence::Evidence;

mod attempts_per_device;
mod call_mix;
mod change_recency;
mod clock_test;
mod detach_initiator;
mod distance_order;
mod failed_functions;
mod first_mover;
mod hash_mismatches;
mod monitoring_health;
mod onset_shape;
mod region_spread;
mod reject_mix;
mod release_lift;
mod response_to_pause;
mod response_to_rollback;
mod silent_towers;
mod source_gini;
mod stage_order;
mod unticketed_sessions;

/// A feature of the signature.
#[derive(Debug)]
pub struct Feature {
    /// Its name in outputs.
    pub name: &'static str,
    /// What it asks, in words for somebody who was not there.
    pub question: &'static str,
    /// The number that it gives, in a few words.
    pub asks: &'static str,
    /// What the evidence says.
    pub read: fn(&Evidence) -> Sign,
}

/// Every feature, in the order of outputs.
pub static FEATURES: [Feature; 20] = [
    first_mover::FEATURE,
    onset_shape::FEATURE,
    stage_order::FEATURE,
    distance_order::FEATURE,
    region_spread::FEATURE,
    silent_towers::FEATURE,
    failed_functions::FEATURE,
    change_recency::FEATURE,
    release_lift::FEATURE,
    clock_test::FEATURE,
    reject_mix::FEATURE,
    detach_initiator::FEATURE,
    call_mix::FEATURE,
    attempts_per_device::FEATURE,
    source_gini::FEATURE,
    unticketed_sessions::FEATURE,
    hash_mismatches::FEATURE,
    response_to_pause::FEATURE,
    response_to_rollback::FEATURE,
    monitoring_health::FEATURE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_silence_is_unknown_to_all() {
        let silent = Evidence::default();
        for (place, feature) in FEATURES.iter().enumerate() {
            let earlier = &FEATURES[..place];
            assert!(earlier.iter().all(|other| other.name != feature.name));
            assert!(feature.question.ends_with('?'), "{}", feature.name);
            let sign = (feature.read)(&silent);
            assert!(
                matches!(sign, Sign::Unknown(_)),
                "{}: {sign:?}",
                feature.name
            );
        }
    }

    #[test]
    fn constant_series_give_no_number_that_is_none() {
        let quiet = super::super::evidence::testing::after_quiet(&[(200.0, 200.0); 30]);
        let dead = super::super::evidence::testing::after_quiet(&[(0.0, 0.0); 30]);
        for evidence in [quiet, dead] {
            for feature in &FEATURES {
                let sign = (feature.read)(&evidence);
                assert!(sign.value().is_none_or(f64::is_finite), "{}", feature.name);
            }
        }
    }
}
