//! `response-to-pause`: what the first pause of the rollout did: the loss of subscribers ten minutes after it, as a multiple
//! of that at the pause. What a rollout brings stops growing when it is paused; an attack goes on.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::{Evidence, HarmUnknown};
use super::Feature;
use crate::fault::ChangeStep;

pub(super) const FEATURE: Feature = Feature {
    name: "response-to-pause",
    question: "Did it stop when the rollout paused?",
    asks: "loss ten minutes after the pause, as a multiple",
    read,
};

/// How long an effect is waited for (assumed).
const WAIT_S: f64 = 600.0;

fn read(evidence: &Evidence) -> Sign {
    let left = match evidence.harm_left(ChangeStep::Paused, WAIT_S) {
        Ok(left) => left,
        Err(HarmUnknown::NoStep) => return Sign::Unknown("nothing was paused"),
        Err(HarmUnknown::TooEarly) => return Sign::Unknown("too early after the pause"),
        Err(HarmUnknown::Said(why)) => return Sign::Unknown(why),
    };
    let word = if left <= 1.1 { "stops" } else { "goes-on" };
    Sign::known(word, left)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::{with_harm, with_step};
    use super::*;

    fn after_step(missing: &[f64]) -> Sign {
        read(&with_step(ChangeStep::Paused, missing))
    }

    #[test]
    fn it_stops_or_goes_on() {
        let mut level = vec![0.4; 14];
        assert_eq!(after_step(&level).word(), "stops");
        for (place, missing) in level.iter_mut().enumerate().skip(3) {
            *missing = (0.1 * f64::from(u32::try_from(place).expect("small"))).min(1.0);
        }
        assert_eq!(after_step(&level).word(), "goes-on");
    }

    #[test]
    fn too_early_or_no_harm_is_unknown() {
        let early = Sign::Unknown("too early after the pause");
        assert_eq!(after_step(&[0.4; 5]), early);
        assert_eq!(after_step(&[0.0; 20]), Sign::Unknown("nobody is missing"));
        let mut unpaused = with_harm(&[0.4]);
        unpaused.ledger = Some(Vec::new());
        assert_eq!(read(&unpaused), Sign::Unknown("nothing was paused"));
    }
}
