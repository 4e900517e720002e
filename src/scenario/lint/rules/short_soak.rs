//! The last stage begins before the first has seen a busy hour.
//!
//! Invariant: counts soaks alone, not windows or approvals, which may be short.

use crate::base::Span;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "short-soak",
    what: "the soaks before the last stage are shorter than a day's cycle",
    incident: "NTT Docomo, 25 January 2012: new packet switches went in at night and met 16.5 million \
               signals an hour in the morning, where they could take 14.1 million; 2.52 million \
               subscribers for four and a half hours. KDDI, 31 December 2012: a timer mismatch that \
               showed only under queueing.",
    explanation: "Load, roaming, billing runs and backups follow the day. What is changed at night and \
                  judged at night has not met the hour for which the network is built. Let the stages \
                  before the last soak for a day together, so that the change sees one busy hour on few \
                  elements.",
    check,
};

const CYCLE: Span = Span::from_hours(24);

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let last = subject.last_stage();
    let before = &subject.rollout.stages[..last];
    let soaked = before
        .iter()
        .fold(Span::ZERO, |sum, stage| sum + stage.soak);
    if before.is_empty() || soaked >= CYCLE {
        return Vec::new();
    }
    let found = format!("{soaked} of soak before the last stage, which sees no busy hour");
    let path = format!("rollout.stages[{}].soak", last - 1);
    vec![Remark::new(path, found, "24h or more in all")]
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn soaks_add_up() {
        let plan = |soak: &str| {
            let text = format!(
                "change: {{target: {{kinds: [amf]}}}}\nrollout: {{stages: [{{select: {{count: 1}}, soak: 20h}}, {{select: {{count: 1}}, soak: {soak}}}, {{}}]}}\n"
            );
            places("short-soak", &text)
        };
        assert_eq!(plan("3h"), ["rollout.stages[1].soak"]);
        assert_eq!(plan("4h"), Vec::<String>::new());
    }
}
