//! The first stage already touches something that everybody depends on.
//!
//! Invariant: goes by the kind of an element, not by its load.

use crate::base::NodeId;
use crate::topology::NodeKind;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "shared-element-first",
    what: "the first stage changes an element of the shared control plane",
    incident: "Rogers, 8 July 2022: a route filter was removed on distribution routers of the one core \
               that wireless and wireline shared; the core was gone within minutes (CRTC/Xona executive \
               summary, 2024). KDDI, 2 July 2022: one router at Tama, and the subscriber database for \
               the whole nation.",
    explanation: "A first stage is small only if few depend on it. Routers, subscriber databases, IMS, \
                  signalling transfer, management and identity serve everybody, so a first stage with \
                  one of them has the blast radius of the last. Begin with an element that serves one \
                  pool or region; where there is none, split the shared element first, or take it out \
                  of traffic before the work.",
    check,
};

const fn is_shared(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Udm
            | NodeKind::Ims
            | NodeKind::Stp
            | NodeKind::Oss
            | NodeKind::IdentityProvider
            | NodeKind::Repository
            | NodeKind::Router
    )
}

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let kind = |node: &NodeId| subject.topology.node(*node).kind;
    let mut shared = subject.plan.first().into_iter().flatten();
    let Some(first) = shared.find(|node| is_shared(kind(node))) else {
        return Vec::new();
    };
    let node = subject.topology.node(*first);
    let found = format!(
        "{} ({}) in the first stage, which everybody depends on",
        node.name, node.kind
    );
    let remedy = "begin with elements that serve one pool or region";
    vec![Remark::new("rollout.stages[0].select", found, remedy)]
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn a_database_may_come_second() {
        let plan = |first: &str| {
            let text = format!(
                "change: {{target: {{kinds: [amf, udm]}}}}\nrollout: {{stages: [{{select: {{kinds: [{first}], count: 1}}}}, {{}}]}}\n"
            );
            places("shared-element-first", &text)
        };
        assert_eq!(plan("udm"), ["rollout.stages[0].select"]);
        assert_eq!(plan("amf"), Vec::<String>::new());
    }
}
