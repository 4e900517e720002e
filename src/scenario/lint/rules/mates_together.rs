//! Elements that stand in for each other are changed in one stage.
//!
//! Invariant: mates are the elements of one kind in one pool, or of one kind without pools.

use std::collections::BTreeMap;

use crate::topology::NodeKind;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "mates-together",
    what: "a stage changes every mate of a pool, so that none is left to take over",
    incident: "SoftBank and O2 UK, 6 December 2018: the packet switches of both centres ran the same \
               software with the same expired certificate, and failed in the same second (SoftBank's \
               statement of 19 December 2018).",
    explanation: "Redundancy protects from what happens to one of two. Two that run the same new \
                  version are one as far as the version is concerned. Change one member of each pool in \
                  a stage of its own (order: mate-last) and let it soak; go on to its mates when it has \
                  proved itself.",
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let mut all: BTreeMap<(NodeKind, &str), usize> = BTreeMap::new();
    for node in subject.topology.nodes() {
        *all.entry((node.kind, &node.labels.pool)).or_default() += 1;
    }
    let mut remarks = Vec::new();
    for (index, stage) in subject.plan.iter().enumerate() {
        let mut here: BTreeMap<(NodeKind, &str), usize> = BTreeMap::new();
        for &node in stage {
            let node = subject.topology.node(node);
            *here.entry((node.kind, &node.labels.pool)).or_default() += 1;
        }
        let whole = here
            .iter()
            .find(|(mates, n)| **n > 1 && all.get(*mates) == Some(*n));
        if let Some(((kind, pool), n)) = whole {
            let of = if pool.is_empty() { "the network" } else { pool };
            let found = format!("all {n} {kind} elements of {of} in one stage");
            let path = format!("rollout.stages[{index}].select");
            let remedy = "one of them in an earlier stage";
            remarks.push(Remark::new(path, found, remedy));
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn one_mate_must_have_gone_first() {
        let plan = |stages: &str| {
            let text =
                format!("change: {{target: {{kinds: [amf]}}}}\nrollout: {{stages: [{stages}]}}\n");
            places("mates-together", &text)
        };
        assert_eq!(plan("{}"), ["rollout.stages[0].select"]);
        assert_eq!(plan("{select: {count: 1}}, {}"), Vec::<String>::new());
    }
}
