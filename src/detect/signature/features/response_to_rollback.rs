//! `response-to-rollback`: what the rollback did: the loss of subscribers fifteen minutes after its end, as a share of that at
//! its end. A fault that came with the change goes with it, less the storm of those who come back; an attack
//! does not care, and an overload may outlive its cause.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::{Evidence, HarmUnknown};
use super::Feature;
use crate::fault::ChangeStep;

pub(super) const FEATURE: Feature = Feature {
    name: "response-to-rollback",
    question: "Did it stop with the rollback?",
    asks: "loss fifteen minutes after the rollback, as a share",
    read,
};

/// How long an effect is waited for (assumed).
const WAIT_S: f64 = 900.0;

fn read(evidence: &Evidence) -> Sign {
    let left = match evidence.harm_left(ChangeStep::RollbackDone, WAIT_S) {
        Ok(left) => left,
        Err(HarmUnknown::NoStep) => return Sign::Unknown("nothing was rolled back"),
        Err(HarmUnknown::TooEarly) => return Sign::Unknown("too early after the rollback"),
        Err(HarmUnknown::Said(why)) => return Sign::Unknown(why),
    };
    let word = match left {
        small if small <= 0.5 => "recovers",
        some if some <= 0.9 => "residual",
        _ => "unmoved",
    };
    Sign::known(word, left)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::{with_harm, with_step};
    use super::*;

    fn after_step(missing: &[f64]) -> Sign {
        read(&with_step(ChangeStep::RollbackDone, missing))
    }

    #[test]
    fn it_recovers_slowly_or_not() {
        let falling = |rest: f64| [vec![0.8; 3], vec![rest; 17]].concat();
        assert_eq!(after_step(&falling(0.1)).word(), "recovers");
        assert_eq!(after_step(&falling(0.6)).word(), "residual");
        assert_eq!(after_step(&falling(0.8)).word(), "unmoved");
    }

    #[test]
    fn too_early_or_no_harm_is_unknown() {
        let early = Sign::Unknown("too early after the rollback");
        assert_eq!(after_step(&[0.4; 9]), early);
        assert_eq!(after_step(&[0.0; 20]), Sign::Unknown("nobody is missing"));
        assert_eq!(read(&with_harm(&[0.4])), Sign::Unknown("no change records"));
    }
}
