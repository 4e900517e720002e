//! The signature over time: every change of every feature.
//!
//! Invariant: between two changes a feature says what it said at the first.

use crate::base::SimTime;
use crate::telemetry::Contract;

use super::Sign;
use super::features::FEATURES;

/// A feature begins to say something else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignChange {
    /// When.
    pub at: SimTime,
    /// Which feature, by its place in [`FEATURES`].
    pub feature: usize,
    /// What it says from here on.
    pub sign: Sign,
}

/// What every feature said when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signature {
    /// The contract under which it was seen.
    pub contract: Contract,
    /// The changes, in the order of time and of the registry.
    pub changes: Vec<SignChange>,
}

impl Signature {
    /// Note what every feature says at an instant.
    pub fn note(&mut self, at: SimTime, signs: impl Iterator<Item = Sign>) {
        for (feature, sign) in signs.enumerate() {
            if self.sign_at(feature, at) != Some(sign) {
                self.changes.push(SignChange { at, feature, sign });
            }
        }
    }

    /// What a feature said at an instant; none before the first look.
    pub fn sign_at(&self, feature: usize, at: SimTime) -> Option<Sign> {
        let mut changes = self.changes.iter().rev();
        changes
            .find(|change| change.feature == feature && change.at <= at)
            .map(|change| change.sign)
    }

    /// What every feature said at an instant, in the order of the registry.
    pub fn at(&self, at: SimTime) -> Vec<Sign> {
        let nothing = Sign::Unknown("not looked yet");
        let places = 0..FEATURES.len();
        places
            .map(|place| self.sign_at(place, at).unwrap_or(nothing))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_are_kept_and_the_past_is_remembered() {
        let mut signature = Signature::default();
        let at = SimTime::from_secs;
        let (silent, falls) = (Sign::Unknown("silent"), Sign::known("falls", 1.0));
        for (second, signs) in [
            (60.0, [silent; 2]),
            (120.0, [silent, falls]),
            (180.0, [silent, falls]),
        ] {
            signature.note(at(second), signs.into_iter());
        }
        assert_eq!(signature.changes.len(), 3);
        assert_eq!(signature.sign_at(1, at(119.0)), Some(silent));
        assert_eq!(signature.sign_at(1, at(500.0)), Some(falls));
        assert_eq!(signature.sign_at(1, at(10.0)), None);
        assert_eq!(Sign::known("x", f64::NAN), Sign::Unknown("not a number"));
    }
}
