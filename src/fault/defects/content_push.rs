//! Content that staged code reads is not staged itself: one push, and everybody has it.
//!
//! Real case: `CrowdStrike`, 19 July 2024: a content file that bypassed the customers' staging crashed 8.5
//! million hosts at every start; it was withdrawn after 78 minutes, and each host was repaired by hand.
//!
//! Invariant: it goes by way of the repository that the content is pushed from, whatever the stages say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Bounds, Delay, Share, Span};
use crate::topology::{EdgeKind, NodeKind};

use super::{local, not_empty};
use crate::fault::{
    Afterwards, Defect, Effect, EffectTiming, FaultSpec, Finding, Removal, SpreadRule, Trigger,
    wrong_restore_factor,
};

/// Bad content goes to everybody at once, beside staged code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContentPush {
    /// From the push until an element has taken the content.
    pub taken_after: Delay,
    /// Share of the elements whose content is staged as well: they do not take it.
    pub staged: Share,
    /// Kinds of element that crash on it.
    pub kinds: Vec<NodeKind>,
    /// By how much a restore takes longer than usual: hands on each element.
    pub restore_factor: f64,
}

impl Default for ContentPush {
    fn default() -> Self {
        Self {
            taken_after: Delay::Uniform {
                uniform: Bounds {
                    min: Span::ZERO,
                    max: Span::from_minutes(10),
                },
            },
            staged: Share::NONE,
            kinds: vec![NodeKind::Amf, NodeKind::Mme],
            restore_factor: 3.0,
        }
    }
}

impl Defect for ContentPush {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::Crash, Effect::DropContexts(Share::ALL)];
        let base = local("content-push", Trigger::OnLoad, effects);
        FaultSpec {
            spread: vec![SpreadRule {
                reaches: [&self.kinds[..], &[NodeKind::Repository]].concat(),
                passes_through: vec![NodeKind::Repository],
                max_hops: 2,
                ..SpreadRule::along(vec![EdgeKind::CicdPush], Delay::ZERO)
            }],
            contained: self.staged,
            timing: EffectTiming::After(self.taken_after),
            hurts: self.kinds.clone(),
            removal: Removal {
                restored: Afterwards::Exposed,
                restore_factor: self.restore_factor,
                ..base.removal
            },
            ..base
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let factor = wrong_restore_factor(self.restore_factor);
        let kinds = not_empty("kinds", &self.kinds, "at least one kind of element");
        kinds.into_iter().chain(factor).collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"change": {"kind": "data"}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{NodeId, SimTime};
    use crate::fault::testing::{Bench, bare, edge, node};
    use crate::network::ElementStatus;

    /// A repository that pushes to six AMFs and an IMS.
    fn bench(defect: &ContentPush) -> Bench {
        let mut nodes = vec![node("repository", NodeKind::Repository)];
        nodes.extend((0..6).map(|n| node(&format!("amf-{n}"), NodeKind::Amf)));
        nodes.push(node("ims", NodeKind::Ims));
        let edges = (1..8).map(|n| edge(0, n, EdgeKind::CicdPush)).collect();
        let mut bench = Bench::new(bare(nodes, edges), 1);
        let origin = bench.node("amf-0");
        bench.inject(defect.fault(), &[origin], SimTime::ZERO);
        bench
    }

    fn down(bench: &Bench) -> usize {
        (0..8)
            .filter(|&n| bench.status(NodeId(n)) == ElementStatus::Down)
            .count()
    }

    #[test]
    fn the_first_stage_brings_it_to_all_and_each_is_repaired_by_hand() {
        let mut bench = bench(&ContentPush::default());
        bench.run_until(SimTime::from_secs(700.0));
        assert_eq!(
            down(&bench),
            6,
            "all that read the content, and nobody else"
        );
        let (origin, other) = (bench.node("amf-0"), bench.node("amf-3"));
        bench.restore(other);
        bench.run_until(SimTime::from_secs(1_400.0));
        assert_eq!(
            bench.status(other),
            ElementStatus::Down,
            "it is pushed again"
        );
        bench.remove_origin(origin);
        bench.run_until(SimTime::from_secs(9_000.0));
        assert_eq!(
            down(&bench),
            5,
            "withdrawn, it comes to nobody else and leaves nobody"
        );
        assert!((bench.engine.restore_factor(other) - 3.0).abs() < 1e-9);
        bench.restore(other);
        bench.run_until(SimTime::from_secs(18_000.0));
        assert_eq!(down(&bench), 4);
    }

    #[test]
    fn staged_content_stays_where_the_code_is() {
        let mut bench = bench(&ContentPush {
            staged: Share::ALL,
            ..ContentPush::default()
        });
        bench.run_until(SimTime::from_secs(3_600.0));
        assert_eq!(down(&bench), 1);
    }
}
