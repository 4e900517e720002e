//! `reject-mix`: how most failed registrations end: with which reject cause (TS 24.501 §9.11.3.2), or without an
//! answer. The number is that way's share of the failures of the last five periods.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "reject-mix",
    question: "How do requests fail?",
    asks: "share of failures that end this way",
    read,
};

/// Periods that are looked at.
const PERIODS: usize = 5;

/// The words for rejects, in the order of the counters.
const WORDS: [&str; 10] = [
    "cause-3",
    "cause-7",
    "cause-9",
    "cause-10",
    "cause-11",
    "cause-17",
    "cause-22",
    "cause-27",
    "cause-111",
    "other-cause",
];

fn read(evidence: &Evidence) -> Sign {
    let Some(recent) = evidence.recent(PERIODS) else {
        return Sign::Unknown("no registrations are reported");
    };
    let answered: f64 = recent.rejected.iter().sum();
    let unanswered = (recent.requests - recent.accepted - answered).max(0.0);
    let failures = answered + unanswered;
    if failures * evidence.scale < 20.0 || failures < 0.05 * recent.requests {
        return Sign::Unknown("too few registrations fail");
    }
    let most = WORDS.iter().zip(&recent.rejected);
    let most = most.fold(("no-answer", unanswered), |most, (word, &count)| {
        if count > most.1 { (*word, count) } else { most }
    });
    Sign::known(most.0, most.1 / failures)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::after_quiet;
    use super::*;

    fn with_rejects(place: usize, rejects: f64) -> Evidence {
        let mut evidence = after_quiet(&[(1_000.0, 200.0); 5]);
        for pace in evidence.paces.iter_mut().skip(10) {
            pace.rejected[place] = rejects;
        }
        evidence
    }

    #[test]
    fn the_most_frequent_end_of_a_failure() {
        assert_eq!(read(&with_rejects(6, 600.0)), Sign::known("cause-22", 0.75));
        assert_eq!(
            read(&with_rejects(6, 200.0)),
            Sign::known("no-answer", 0.75)
        );
        assert_eq!(
            read(&with_rejects(9, 800.0)),
            Sign::known("other-cause", 1.0)
        );
    }

    #[test]
    fn every_counter_has_its_word() {
        for (word, cause) in WORDS.iter().zip(crate::telemetry::CAUSE_WORDS).take(9) {
            assert_eq!(*word, format!("cause-{cause}"));
        }
        assert_eq!(WORDS.len(), crate::telemetry::CAUSE_WORDS.len());
    }

    #[test]
    fn without_failures_there_is_no_mix() {
        let unknown = Sign::Unknown("too few registrations fail");
        assert_eq!(read(&after_quiet(&[])), unknown);
        assert_eq!(read(&after_quiet(&[(0.0, 0.0); 9])), unknown);
    }
}
