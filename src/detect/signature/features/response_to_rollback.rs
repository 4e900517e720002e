//! `response-to-rollback`: what the rollback did: the loss of subscribers fifteen minutes after its end, as a share of that at
//! its end. A fault that came with the change goes with it, less the storm of those who come back; an attack
//! does not care, and an overload may outlive its cause.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;
use crate::fault::ChangeStep;

pub(super) const FEATURE: Feature = Feature {
    name: "response-to-rollback",
    asks: "loss fifteen minutes after the rollback, as a share",
    read,
};

/// How long an effect is waited for (assumed).
const WAIT_S: f64 = 900.0;

fn read(evidence: &Evidence) -> Sign {
    if evidence.ledger.is_none() {
        return Sign::Unknown("no change records");
    }
    let Some(at_s) = evidence.first_step_s(ChangeStep::RollbackDone) else {
        return Sign::Unknown("nothing was rolled back");
    };
    if evidence.now_s < at_s + WAIT_S {
        return Sign::Unknown("too early after the rollback");
    }
    let before = evidence.mean_harm(at_s - 120.0, at_s);
    let after = evidence.mean_harm(at_s + WAIT_S - 120.0, at_s + WAIT_S);
    let (Some(before), Some(after)) = (before, after) else {
        return Sign::Unknown("no subscribers are reported");
    };
    if !evidence.is_harm(before) && !evidence.is_harm(after) {
        return Sign::Unknown("nobody is missing");
    }
    let left = after / before.max(1e-6);
    let word = match left {
        small if small <= 0.5 => "recovers",
        some if some <= 0.9 => "residual",
        _ => "unmoved",
    };
    Sign::known(word, left)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::Step;
    use super::super::super::evidence::testing::with_harm;
    use super::*;

    fn after_step(missing: &[f64]) -> Sign {
        let mut evidence = with_harm(missing);
        evidence.ledger = Some(vec![Step {
            at_s: 780.0,
            step: ChangeStep::RollbackDone,
            node: None,
        }]);
        read(&evidence)
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
