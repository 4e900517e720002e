//! `stage-order`: whether elements failed in the order in which change records say that they were changed: Kendall's
//! tau-b over the elements that were changed and have failed since. A botched rollout fails wave by wave.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::kendall_tau;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "stage-order",
    question: "Did failures follow the order of the rollout?",
    asks: "Kendall's tau of failures against installations",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let Some(pairs) = evidence.failed_since_change() else {
        return Sign::Unknown("no change records");
    };
    if pairs.len() < 3 {
        return Sign::Unknown("fewer than three changed elements have failed");
    }
    match kendall_tau(&pairs) {
        None => Sign::Unknown("all were changed, or failed, at one instant"),
        Some(tau) if tau >= 0.5 => Sign::known("by-stage", tau),
        Some(tau) => Sign::known("other", tau),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::changed_and_failed;
    use super::*;

    #[test]
    fn waves_are_told_from_chance() {
        let waves = [(100.0, 160.0), (200.0, 270.0), (300.0, 350.0)];
        assert_eq!(
            read(&changed_and_failed(&waves)),
            Sign::known("by-stage", 1.0)
        );
        let backwards = [(100.0, 900.0), (200.0, 800.0), (300.0, 700.0)];
        assert_eq!(
            read(&changed_and_failed(&backwards)),
            Sign::known("other", -1.0)
        );
    }

    #[test]
    fn what_cannot_be_ordered_is_unknown() {
        let word = |pairs: &[(f64, f64)]| read(&changed_and_failed(pairs)).word();
        assert_eq!(word(&[(100.0, 160.0), (200.0, 260.0)]), "unknown");
        assert_eq!(
            word(&[(100.0, 300.0), (200.0, 300.0), (250.0, 300.0)]),
            "unknown"
        );
        let before = [(500.0, 100.0), (600.0, 200.0), (700.0, 300.0)];
        assert_eq!(
            word(&before),
            "unknown",
            "they failed before they were changed"
        );
        assert_eq!(
            read(&Evidence::default()),
            Sign::Unknown("no change records")
        );
    }
}
