//! Which element belongs to which stage, and in which order.
//!
//! Invariant: no element belongs to two stages; the same seed gives the same plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{NodeId, Stream};
use crate::fault::{Finding, luck, text_key};
use crate::topology::{Selector, SelectorError, Topology};

use super::footprint::Footprint;
use super::rollout_spec::{StageOrder, StageSpec};
use super::spec::ChangeSpec;

/// What a plan is made of.
pub(super) struct Planner<'a> {
    pub(super) change: &'a ChangeSpec,
    pub(super) topology: &'a Topology,
    pub(super) footprint: &'a Footprint,
    pub(super) seed: u64,
}

impl Planner<'_> {
    /// The elements that the change is meant for.
    pub(super) fn targets(&self) -> Result<Vec<NodeId>, Finding> {
        let found = self.change.target.resolve(self.topology);
        found.map_err(|error| selector_finding("change.target", &error.to_string()))
    }

    /// The elements of each stage, in the order in which they are changed.
    pub(super) fn stages(
        &self,
        targets: &[NodeId],
        stages: &[StageSpec],
    ) -> Result<Vec<Vec<NodeId>>, Vec<Finding>> {
        let mut taken = BTreeSet::new();
        let (mut plan, mut findings) = (Vec::new(), Vec::new());
        for (index, stage) in stages.iter().enumerate() {
            match self.stage(targets, stage, &taken) {
                Ok(nodes) => {
                    taken.extend(nodes.iter().copied());
                    plan.push(nodes);
                }
                Err(error) => {
                    let path = format!("rollout.stages[{index}].select");
                    findings.push(selector_finding(&path, &error));
                }
            }
        }
        if findings.is_empty() {
            Ok(plan)
        } else {
            Err(findings)
        }
    }

    fn stage(
        &self,
        targets: &[NodeId],
        stage: &StageSpec,
        taken: &BTreeSet<NodeId>,
    ) -> Result<Vec<NodeId>, String> {
        if let Some(percent) = stage.select.percent.filter(|p| !(0.0..=100.0).contains(p)) {
            return Err(SelectorError::Percent(percent).to_string());
        }
        // Shares and counts are of the targets that match, not of everything that matches.
        let all = Selector {
            percent: None,
            count: None,
            ..stage.select.clone()
        };
        let matching = all.resolve(self.topology).map_err(|e| e.to_string())?;
        let matching: BTreeSet<NodeId> = matching.into_iter().collect();
        let matching: Vec<NodeId> = targets
            .iter()
            .copied()
            .filter(|node| matching.contains(node))
            .collect();
        if matching.is_empty() {
            return Err("no target of the change matches".to_owned());
        }
        let mut nodes = self.in_order(stage.order, &matching);
        nodes.retain(|node| !taken.contains(node));
        if let Some(percent) = stage.select.percent {
            let had = matching.len() - nodes.len();
            nodes.truncate(part(percent, matching.len()).saturating_sub(had));
        }
        let most = stage
            .select
            .count
            .map_or(usize::MAX, |count| count as usize);
        nodes.truncate(most);
        Ok(nodes)
    }

    fn in_order(&self, order: StageOrder, nodes: &[NodeId]) -> Vec<NodeId> {
        let mut nodes = nodes.to_vec();
        let name = |node: NodeId| &self.topology.node(node).name;
        nodes.sort_by(|&a, &b| name(a).cmp(name(b)));
        match order {
            StageOrder::Name => {}
            StageOrder::SizeAsc => nodes.sort_by(|&a, &b| self.size(a).total_cmp(&self.size(b))),
            StageOrder::Random => {
                nodes.sort_by(|&a, &b| self.lot(a).total_cmp(&self.lot(b)));
            }
            StageOrder::MateLast => {
                let mut rank: BTreeMap<&str, usize> = BTreeMap::new();
                let mut ranked: Vec<(usize, NodeId)> = nodes
                    .iter()
                    .map(|&node| {
                        let next = rank
                            .entry(&self.topology.node(node).labels.pool)
                            .or_default();
                        *next += 1;
                        (*next, node)
                    })
                    .collect();
                ranked.sort_by_key(|&(rank, _)| rank);
                nodes = ranked.into_iter().map(|(_, node)| node).collect();
            }
        }
        nodes
    }

    fn size(&self, node: NodeId) -> f64 {
        self.footprint.subscribers(node)
    }

    fn lot(&self, node: NodeId) -> f64 {
        let occasion = [text_key(&self.change.id), u64::from(node.0)];
        luck(self.seed, Stream::Rollout, &occasion).rank()
    }
}

/// That percentage of a count, rounded up, so that a small stage is never empty.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a count of elements, clamped to it"
)]
fn part(percent: f64, count: usize) -> usize {
    let part = libm::ceil(percent / 100.0 * count as f64 - 1e-9).max(0.0);
    (part as usize).min(count)
}

fn selector_finding(path: &str, found: &str) -> Finding {
    let allowed = "a selector that matches at least one target of the change";
    (path.to_owned(), found.to_owned(), allowed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing::small_network;

    fn plan(stages: serde_json::Value) -> Result<Vec<Vec<String>>, Vec<Finding>> {
        let topology = small_network();
        let change: ChangeSpec =
            serde_json::from_value(serde_json::json!({"target": {"kinds": ["amf", "mme"]}}))
                .expect("a change");
        let stages: Vec<StageSpec> = serde_json::from_value(stages).expect("stages");
        let planner = Planner {
            change: &change,
            topology: &topology,
            footprint: &Footprint::new(&topology),
            seed: 1,
        };
        let targets = planner.targets().expect("targets");
        let plan = planner.stages(&targets, &stages)?;
        let name = |node: &NodeId| topology.node(*node).name.clone();
        Ok(plan
            .iter()
            .map(|nodes| nodes.iter().map(name).collect())
            .collect())
    }

    #[test]
    fn percentages_count_what_earlier_stages_did() {
        let found = plan(serde_json::json!([
            {"select": {"count": 1}, "order": "name"},
            {"select": {"percent": 50}, "order": "mate-last"},
            {"select": {"percent": 100}, "order": "size-asc"}
        ]));
        let expected = [vec!["amf-a1"], vec!["amf-b1"], vec!["mme-a2", "mme-b2"]];
        assert_eq!(found.expect("a plan"), expected);
    }

    #[test]
    fn a_random_order_is_one_of_the_orders_and_always_the_same() {
        let random = || plan(serde_json::json!([{"order": "random"}])).expect("a plan");
        assert_eq!(random(), random());
        let mut sorted = random()[0].clone();
        sorted.sort();
        assert_eq!(sorted, ["amf-a1", "amf-b1", "mme-a2", "mme-b2"]);
    }

    #[test]
    fn a_stage_without_targets_is_refused() {
        let found = plan(serde_json::json!([{}, {"select": {"kinds": ["ims"]}}]));
        assert_eq!(
            found.expect_err("no target")[0].0,
            "rollout.stages[1].select"
        );
    }
}
