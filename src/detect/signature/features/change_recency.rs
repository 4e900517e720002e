//! `change-recency`: how long before the onset (or before now, while nothing is wrong) a change record last
//! said that something was installed, in minutes; a day if none has. The first suspect of every night; whether
//! it did it is for the other features to say.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;
use crate::fault::ChangeStep;

pub(super) const FEATURE: Feature = Feature {
    name: "change-recency",
    question: "How long before was something installed?",
    asks: "minutes from the last installation to the onset",
    read,
};

/// Longer ago is as good as never.
const NEVER_MIN: f64 = 1_440.0;

fn read(evidence: &Evidence) -> Sign {
    let Some(ledger) = &evidence.ledger else {
        return Sign::Unknown("no change records");
    };
    let onset_s = evidence.onset_s().unwrap_or(evidence.now_s);
    let installed = ledger
        .iter()
        .filter(|step| step.step == ChangeStep::Installed);
    let ages = installed
        .map(|step| onset_s - step.at_s)
        .filter(|age| *age >= 0.0);
    let minutes = ages.fold(60.0 * NEVER_MIN, f64::min) / 60.0;
    let word = match minutes {
        now if now <= 10.0 => "just-now",
        recent if recent <= 120.0 => "recent",
        _ => "none",
    };
    Sign::known(word, minutes)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::Step;
    use super::super::super::evidence::testing::with_harm;
    use super::*;

    fn after(installed_s: &[f64]) -> Sign {
        let step = |&at_s: &f64| Step {
            at_s,
            step: ChangeStep::Installed,
            node: None,
        };
        // The onset is at 720 s.
        read(&Evidence {
            ledger: Some(installed_s.iter().map(step).collect()),
            ..with_harm(&[0.0, 0.2])
        })
    }

    #[test]
    fn the_newest_installation_before_the_onset_counts() {
        assert_eq!(after(&[60.0, 300.0, 900.0]), Sign::known("just-now", 7.0));
        assert_eq!(after(&[0.0]), Sign::known("recent", 12.0));
        assert_eq!(
            after(&[900.0]),
            Sign::known("none", 1_440.0),
            "it came later"
        );
        assert_eq!(after(&[]), Sign::known("none", 1_440.0));
    }

    #[test]
    fn without_records_nothing_is_known() {
        assert!(matches!(read(&with_harm(&[0.2])), Sign::Unknown(_)));
    }
}
