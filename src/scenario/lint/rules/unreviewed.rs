//! Nobody else has looked at the change, or no laboratory has.
//!
//! Invariant: believes the paperwork.

use crate::change::LabTest;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "unreviewed",
    what: "no peer review, or no laboratory test that was passed",
    incident: "AT&T, 22 February 2024: the configuration had not been peer-reviewed although the procedure \
               asked for it, and had not been tested in a laboratory like the network (FCC report of 22 July \
               2024, ¶¶21-24). Rogers, 8 July 2022: low risk, so no laboratory test.",
    explanation: "Both outages were found afterwards to be visible in the configuration that was loaded. A \
                  second pair of eyes and a test in a laboratory that has the neighbours of the changed \
                  element are the only checks that come before production; enforce them in the tool that \
                  loads changes, not in a procedure.",
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let mop = &subject.change.mop;
    let mut remarks = Vec::new();
    if !mop.peer_review {
        let found = "nobody has reviewed the change";
        let remedy = "a second person's review before it is loaded";
        remarks.push(Remark::new("change.mop.peer_review", found, remedy));
    }
    let found = match mop.lab_test {
        LabTest::Passed => return remarks,
        LabTest::Failed => "a change that failed in the laboratory",
        LabTest::Skipped => "a change that no laboratory has seen",
    };
    let remedy = "a test beside the element's real neighbours";
    remarks.push(Remark::new("change.mop.lab_test", found, remedy));
    remarks
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn both_checks_are_asked_for() {
        let plan = |mop: &str| {
            let text = format!("change: {{target: {{kinds: [amf]}}, mop: {{{mop}}}}}\n");
            places("unreviewed", &text)
        };
        assert_eq!(plan(""), Vec::<String>::new());
        assert_eq!(plan("peer_review: false"), ["change.mop.peer_review"]);
        assert_eq!(plan("lab_test: skipped"), ["change.mop.lab_test"]);
        assert_eq!(plan("lab_test: failed"), ["change.mop.lab_test"]);
    }
}
