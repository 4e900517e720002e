//! The way back goes through the network that may be gone.
//!
//! Invariant: looks at what the plan says it needs, not at whether it would work.

use crate::change::ManagementPath;
use crate::telemetry::Path;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "in-band-rollback",
    what: "the rollback needs management through the network itself",
    incident: "Rogers, 8 July 2022: the management network ran over the core that had failed; staff had \
               no access to routers or logs, and needed rivals' SIM cards to talk to each other (CRTC/Xona \
               executive summary, 2024). Facebook, 4 October 2021: doors and consoles failed with the \
               backbone.",
    explanation: "A change that takes the network down takes in-band management down with it, and with \
                  that the rollback. Give elements a management network of their own (another carrier, \
                  console servers) and say so: rollout.rollback.needs: [oob-access]. It is the default \
                  of this program that there is none, for that is what was found missing.",
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if subject
        .rollout
        .rollback
        .needs
        .contains(&ManagementPath::InBand)
    {
        let found = "a rollback that dies with the network it should mend";
        let remedy = "needs: [oob-access], and a network that provides it";
        remarks.push(Remark::new("rollout.rollback.needs", found, remedy));
    }
    if subject.file.response.tools == Path::InBand {
        let found = "people whose tools die with the network";
        let remedy = "tools: out-of-band, and a network that provides it";
        remarks.push(Remark::new("response.tools", found, remedy));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn a_management_network_of_its_own_is_what_is_asked_for() {
        let change = "change: {target: {kinds: [amf]}}\n";
        let rule = "in-band-rollback";
        assert_eq!(places(rule, change), ["rollout.rollback.needs"]);
        let other = format!("{change}rollout: {{rollback: {{needs: [oob-access]}}}}\n");
        assert_eq!(places(rule, &other), Vec::<String>::new());
        let tools = format!("{other}response: {{tools: in-band}}\n");
        assert_eq!(places(rule, &tools), ["response.tools"]);
    }
}
