//! `release-lift`: how much likelier an element fails that runs another release (version and configuration) than at the
//! start: P(fails | changed) / P(fails | unchanged), each of one success and one failure more than counted
//! (Laplace), so that none of few is not infinitely less than all of few.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "release-lift",
    question: "Do changed elements fail more than others?",
    asks: "how much likelier the changed fail, as a ratio",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let of = |changed: bool| {
        let cohort = evidence
            .elements
            .iter()
            .filter(move |e| e.is_changed == changed);
        let failed = cohort.clone().filter(|element| element.failed_s.is_some());
        (failed.count(), cohort.count())
    };
    let ((new_failed, new), (old_failed, old)) = (of(true), of(false));
    if new_failed + old_failed == 0 {
        return Sign::Unknown("no element has failed");
    }
    if new == 0 || old == 0 {
        return Sign::Unknown("all run one release");
    }
    let risk = |failed: usize, all: usize| (count(failed) + 1.0) / (count(all) + 2.0);
    let lift = risk(new_failed, new) / risk(old_failed, old);
    let word = match lift {
        high if high >= 2.0 => "changed-fail",
        low if low <= 0.5 => "unchanged-fail",
        _ => "both-fail",
    };
    Sign::known(word, lift)
}

#[cfg(test)]
mod tests {
    use super::super::super::element::Element;
    use super::*;

    /// Elements: so many changed of which so many failed, and so many unchanged of which so many failed.
    fn evidence(new: (u32, u32), old: (u32, u32)) -> Evidence {
        let cohort = |(all, failed): (u32, u32), is_changed| {
            (0..all).map(move |place| Element {
                failed_s: (place < failed).then_some(60.0),
                is_changed,
                ..Element::default()
            })
        };
        Evidence {
            elements: cohort(new, true).chain(cohort(old, false)).collect(),
            ..Evidence::default()
        }
    }

    #[test]
    fn the_changed_the_unchanged_or_all() {
        let bad_release = read(&evidence((4, 4), (20, 0)));
        assert_eq!(bad_release.word(), "changed-fail");
        let lift = bad_release.value().expect("known");
        assert!((lift - (5.0 / 6.0) / (1.0 / 22.0)).abs() < 1e-9);
        assert_eq!(read(&evidence((1, 1), (80, 80))).word(), "both-fail");
        assert_eq!(read(&evidence((20, 0), (20, 20))).word(), "unchanged-fail");
    }

    #[test]
    fn one_cohort_or_no_failure_is_unknown() {
        assert_eq!(
            read(&evidence((0, 0), (9, 3))),
            Sign::Unknown("all run one release")
        );
        assert_eq!(
            read(&evidence((3, 0), (9, 0))),
            Sign::Unknown("no element has failed")
        );
    }
}
