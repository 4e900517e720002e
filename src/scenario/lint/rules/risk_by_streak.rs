//! A change counts as harmless because others went well.
//!
//! Invariant: compares what the paperwork says before and now, nothing else.

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "risk-by-streak",
    what: "the risk was lowered because earlier steps went well",
    incident: "Rogers, 8 July 2022: the phase that failed was the sixth of seven; after five good ones an \
               algorithm had lowered its risk from high to low, and with it review, approval and the \
               laboratory test (CRTC/Xona executive summary, 2024).",
    explanation: "Phases of one project are different changes: that five went well says little about what \
                  the sixth touches. A lower class removes exactly the checks that would find it. Keep \
                  the class that the series was given, and lower it only for what is the same step on \
                  another element.",
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let now = subject.change.risk;
    let Some(before) = subject
        .change
        .mop
        .risk_before
        .filter(|before| *before > now)
    else {
        return Vec::new();
    };
    let found = format!("{} risk, lowered from {}", now.word(), before.word());
    let remedy = "the class that the series began with";
    vec![Remark::new("change.risk", found, remedy)]
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn only_a_lower_class_is_remarkable() {
        let plan = |before: &str, now: &str| {
            let text = format!(
                "change: {{target: {{kinds: [amf]}}, risk: {now}, mop: {{risk_before: {before}}}}}\n"
            );
            places("risk-by-streak", &text)
        };
        assert_eq!(plan("high", "low"), ["change.risk"]);
        assert_eq!(plan("low", "high"), Vec::<String>::new());
        assert_eq!(plan("high", "high"), Vec::<String>::new());
    }
}
