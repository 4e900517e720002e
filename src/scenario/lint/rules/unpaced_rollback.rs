//! The rollback sends everybody back to the door at once.
//!
//! Invariant: a pace anywhere in the plan or in the response's playbook counts.

use crate::response::ActionSpec;
use crate::topology::NodeKind;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "unpaced-rollback",
    what: "a rollback after which devices register again is not paced",
    incident: "AT&T, 22 February 2024: the change was rolled back in close to two hours; clearing the \
               registration congestion took more than ten (FCC report of 22 July 2024, ¶¶8, 26-27). KDDI, 2 July \
               2022: a fault of 15 minutes, rolled back, and 61 hours of congestion. Kyivstar, December 2023, \
               did it the other way: not all over the country at the same time.",
    explanation: "Registration systems are built for a day's registrations, not for everybody in the same \
                  minute. Devices that are turned away come again, and the work done for those who have \
                  given up is lost. Let them in below what the subscriber database can take \
                  (rollout.rollback.readmit with a rate), priority classes first, and lift the pace when \
                  the queue is empty.",
    check,
};

const fn holds_registrations(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Amf
            | NodeKind::Mme
            | NodeKind::Udm
            | NodeKind::Ims
            | NodeKind::Gateway
            | NodeKind::Router
    )
}

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let mut targets = subject.plan.iter().flatten();
    let kind = |node| subject.topology.node(node).kind;
    let re_registers = targets.any(|&node| holds_registrations(kind(node)));
    let mut steps = subject.file.response.playbook.iter();
    let paces = |action: &ActionSpec| match action {
        ActionSpec::ReAdmit(_) => true,
        ActionSpec::Throttle(throttle) => throttle.pace.is_some(),
        _ => false,
    };
    let is_paced =
        subject.rollout.rollback.readmit.is_some() || steps.any(|step| paces(&step.action));
    if !re_registers || is_paced {
        return Vec::new();
    }
    let found = "a way back on which every device registers again as it pleases";
    let remedy = "readmit: {rate: …} below what the subscriber database can take";
    vec![Remark::new("rollout.rollback", found, remedy)]
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn a_pace_in_the_plan_or_in_the_playbook_will_do() {
        let rule = "unpaced-rollback";
        let change = "change: {target: {kinds: [amf]}}\n";
        assert_eq!(places(rule, change), ["rollout.rollback"]);
        let paced = format!("{change}rollout: {{rollback: {{readmit: {{rate: 100}}}}}}\n");
        assert_eq!(places(rule, &paced), Vec::<String>::new());
        let let_in =
            "response: {playbook: [{name: in, action: {kind: re-admit, pace: {rate: 100}}}]}\n";
        assert_eq!(
            places(rule, &format!("{change}{let_in}")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_holds_no_registration_needs_no_pace() {
        let stp = "change: {target: {kinds: [stp]}}\n";
        assert_eq!(places("unpaced-rollback", stp), Vec::<String>::new());
    }
}
