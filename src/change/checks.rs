//! What no type can check in a change and its rollout.
//!
//! Invariant: finds everything that is wrong, not only the first.

use crate::base::{NodeId, WallClock};
use crate::fault::Finding;
use crate::topology::Topology;

use super::rollout_spec::{RollbackSpec, RolloutSpec};
use super::spec::ChangeSpec;

/// A new version must be told from the old one.
pub(super) fn same_version(
    change: &ChangeSpec,
    targets: &[NodeId],
    topology: &Topology,
) -> Option<Finding> {
    let old = |&node: &NodeId| match &change.from {
        Some(from) => *from == change.to,
        None => topology.node(node).labels.sw_version == change.to,
    };
    let allowed = "a version that no target runs yet";
    targets.iter().any(old).then(|| {
        (
            "change.to".to_owned(),
            change.to.clone(),
            allowed.to_owned(),
        )
    })
}

/// What no type can check in a change and its rollout.
pub(super) fn findings(change: &ChangeSpec, spec: &RolloutSpec, clock: &WallClock) -> Vec<Finding> {
    let under = |parent: &str, found: Vec<Finding>| -> Vec<Finding> {
        let rows = found.into_iter();
        rows.map(|(path, found, allowed)| (format!("{parent}.{path}"), found, allowed))
            .collect()
    };
    let at_least_one = |path: String, value: u64| {
        (value == 0).then(|| (path, "0".to_owned(), "at least 1".to_owned()))
    };
    let mut all = Vec::new();
    if let Some(defect) = &change.defect {
        all.extend(under("change.defect", defect.defect().findings()));
    }
    for (index, certificate) in change.mop.certificates.iter().enumerate() {
        if WallClock::parse(&certificate.ends).is_err() {
            let path = format!("change.mop.certificates[{index}].ends");
            let allowed = "a date and time with offset, such as 2027-03-01T00:00:00Z";
            all.push((path, format!("{:?}", certificate.ends), allowed.to_owned()));
        }
    }
    if let Some(window) = &spec.window {
        all.extend(under("rollout.window", window.findings(clock)));
    }
    all.extend(at_least_one(
        "rollout.stages".into(),
        spec.stages.len() as u64,
    ));
    let parallel = u64::from(spec.rollback.parallel);
    all.extend(at_least_one("rollout.rollback.parallel".into(), parallel));
    all.extend(rollback_findings(&spec.rollback));
    for (index, stage) in spec.stages.iter().enumerate() {
        let path = format!("rollout.stages[{index}]");
        let most = u64::from(stage.max_unavailable);
        all.extend(at_least_one(format!("{path}.max_unavailable"), most));
        for (gate, spec) in stage.gates.iter().enumerate() {
            all.extend(under(&format!("{path}.gates[{gate}]"), spec.findings()));
        }
    }
    all
}

/// What no type can check in the way back.
fn rollback_findings(spec: &RollbackSpec) -> Vec<Finding> {
    let finding = |path: &str, found: &str, allowed: &str| {
        let path = format!("rollout.rollback.{path}");
        (path, found.to_owned(), allowed.to_owned())
    };
    let mut findings = Vec::new();
    if spec.retry.is_zero() {
        findings.push(finding("retry", "0s", "a duration above 0s"));
    }
    if spec.success_probability.get() <= 0.0 {
        let allowed = "a probability above 0: a rollback that never succeeds never ends";
        findings.push(finding("success_probability", "0", allowed));
    } else if spec.success_probability.get() < 1.0 && spec.per_node.mean().is_zero() {
        let allowed = "a delay above 0s where an attempt may fail";
        findings.push(finding("per_node", "0s", allowed));
    }
    findings
}
