//! Everything is changed before anything was looked at.
//!
//! Invariant: a person's approval is no gate: it sees no telemetry.

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "no-gate",
    what: "every target is changed before a gate has looked at telemetry",
    incident: "AT&T, 22 February 2024: one element went into production with nothing that would have \
               stopped the change; the network was gone three minutes later (FCC report of 22 July 2024, \
               ¶¶6, 21-25). CrowdStrike, 19 July 2024: content reached the whole fleet in 78 minutes \
               without a staged ring.",
    explanation: "A defect that testing did not find is found in production. A stage that is followed by \
                  a gate (a condition on delivered telemetry) finds it on a few elements; a plan without \
                  one finds it on all of them. Put a small stage first and give it gates: elements-up on \
                  the elements themselves, RSR and the call success rates on their regions.",
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let last = subject.last_stage();
    let stages = &subject.rollout.stages;
    let is_gated = stages[..last].iter().any(|stage| !stage.gates.is_empty());
    let is_watched = subject.targets() == 1 && !stages[last].gates.is_empty();
    if is_gated || is_watched {
        return Vec::new();
    }
    let found = match subject.targets() {
        1 => {
            "the one element of the change is put into service, and no gate looks at it".to_owned()
        }
        n => format!("all {n} elements of the change are reached with no gate before"),
    };
    let remedy = "a small first stage with gates (elements-up, RSR)";
    vec![Remark::new(
        format!("rollout.stages[{last}]"),
        found,
        remedy,
    )]
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    const GATE: &str = "gates: [{metric: RSR, success: '>= 0.9'}]";

    #[test]
    fn a_gate_before_the_last_stage_is_enough() {
        let plan = |first: &str, last: &str| {
            let text = format!(
                "change: {{target: {{kinds: [amf]}}}}\nrollout: {{stages: [{{select: {{count: 1}}, {first}}}, {{{last}}}]}}\n"
            );
            places("no-gate", &text)
        };
        assert_eq!(plan("soak: 1h", GATE), ["rollout.stages[1]"]);
        assert_eq!(plan(&format!("soak: 1h, {GATE}"), ""), Vec::<String>::new());
    }

    #[test]
    fn a_single_element_needs_a_gate_of_its_own() {
        let plan = |stage: &str| {
            let text = format!(
                "change: {{target: {{kinds: [amf], count: 1}}}}\nrollout: {{stages: [{{{stage}}}]}}\n"
            );
            places("no-gate", &text)
        };
        assert_eq!(plan(""), ["rollout.stages[0]"]);
        assert_eq!(plan(&format!("soak: 1h, {GATE}")), Vec::<String>::new());
    }
}
