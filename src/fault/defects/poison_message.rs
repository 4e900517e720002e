//! A message crashes whoever takes it, and makes it send the message on: while there is traffic enough,
//! every element that falls brings down more than one other, and nothing ends it but less traffic or
//! cutting the elements apart.
//!
//! Real cases: AT&T, 15 January 1990 (a 4ESS switch that came back told its neighbours so, and two such
//! messages close together, in heavy traffic, crashed them: 114 switches, nine hours, until load was
//! taken off); `CenturyLink`, 27 December 2018 (FCC PSHSB report: malformed packets to a broadcast address,
//! without a time to live, over the management channel; 37 hours, 886 emergency calls lost at least).
//!
//! Invariant: an element that falls has a neighbour that fell before it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Bounds, Delay, Share, Span};
use crate::topology::{EdgeKind, NodeKind};

use super::{local, not_empty};
use crate::fault::{
    Afterwards, Defect, Effect, FaultSpec, Finding, OriginRemoved, Removal, SelfRecovery,
    SpreadFrom, SpreadRule, Trigger,
};

/// A message crashes whoever takes it and is sent on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PoisonMessage {
    /// Kinds of edge that carry the message.
    pub edges: Vec<EdgeKind>,
    /// Kinds of element that crash on it; empty means all that the edges lead to.
    pub kinds: Vec<NodeKind>,
    /// Probability that an element that falls brings down a given neighbour, in the busiest hour; in
    /// other hours it is less, as traffic is. Times the number of neighbours it is the reproduction
    /// factor.
    pub probability: Share,
    /// From a fall until the message has reached a neighbour; void if the element recovers before.
    pub hop_delay: Delay,
    /// From a fall until the element is back, ready to fall again.
    pub restart_time: Delay,
    /// Share of its contexts that an element loses.
    pub contexts_lost: Share,
    /// Share of the elements with the filter or the corrected software: they do not fall.
    pub filtered: Share,
    /// Whether the message needs traffic; without, the probability is the same at all hours.
    pub needs_traffic: bool,
}

impl Default for PoisonMessage {
    fn default() -> Self {
        Self {
            edges: vec![EdgeKind::BgpIgp],
            kinds: vec![NodeKind::Router],
            probability: Share::of(0.7),
            hop_delay: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(1),
                    max: Span::from_secs(6),
                },
            },
            restart_time: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(6),
                    max: Span::from_secs(20),
                },
            },
            contexts_lost: Share::NONE,
            filtered: Share::NONE,
            needs_traffic: true,
        }
    }
}

impl Defect for PoisonMessage {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::Crash, Effect::DropContexts(self.contexts_lost)];
        let base = local("poison-message", Trigger::OnLoad, effects);
        FaultSpec {
            spread: vec![SpreadRule {
                from: SpreadFrom::Struck,
                probability: self.probability,
                reaches: self.kinds.clone(),
                with_traffic: self.needs_traffic,
                ..SpreadRule::along(self.edges.clone(), self.hop_delay)
            }],
            contained: self.filtered,
            hurts: self.kinds.clone(),
            removal: Removal {
                by_itself: Some(SelfRecovery {
                    after: self.restart_time,
                    attempts: None,
                    then: Afterwards::Exposed,
                }),
                // The message is on its way: where it came from does not matter any more.
                origin_removed: OriginRemoved::Nothing,
                restored: Afterwards::Exposed,
                ..base.removal
            },
            ..base
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let zero = |path: &str, delay: &Delay| {
            let finding = (
                path.to_owned(),
                "0s".to_owned(),
                "a delay above 0s".to_owned(),
            );
            delay.mean().is_zero().then_some(finding)
        };
        let edges = not_empty("edges", &self.edges, "at least one kind of edge");
        let zeros = [
            zero("hop_delay", &self.hop_delay),
            zero("restart_time", &self.restart_time),
        ];
        edges
            .into_iter()
            .chain(zeros.into_iter().flatten())
            .collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"probability": 0.9, "hop_delay": {"uniform": {"min": "10s", "max": "60s"}}, "restart_time": {"uniform": {"min": "60s", "max": "200s"}}}, "change": {"kind": "route-policy", "target": {"kinds": ["router"], "count": 1}}, "rollout": {"rollback": {"needs": ["oob-access"], "per_node": "2m"}}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, routers};

    /// Falls within the first and within the second hour, traffic being that of each.
    fn falls(defect: &PoisonMessage, traffic: [f64; 2]) -> [usize; 2] {
        let mut bench = Bench::new(routers(24), 3);
        bench.port.busyness = traffic[0];
        bench.inject(defect.fault(), &[bench.node("r0")], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(3_600.0));
        let first = bench.count("element-struck");
        bench.port.busyness = traffic[1];
        bench.run_until(SimTime::from_secs(7_200.0));
        [first, bench.count("element-struck") - first]
    }

    #[test]
    fn it_keeps_itself_alive_until_traffic_falls() {
        let defect = PoisonMessage::default();
        let [busy, still_busy] = falls(&defect, [1.0, 1.0]);
        assert!(busy > 1_000 && still_busy > 1_000, "{busy} {still_busy}");
        let [_, quiet] = falls(&defect, [1.0, 0.1]);
        assert!(quiet < 60, "it died out: {quiet}");
        let [begun_quiet, _] = falls(&defect, [0.1, 0.1]);
        assert!(begun_quiet < 10, "{begun_quiet}");
        let always = PoisonMessage {
            needs_traffic: false,
            ..defect
        };
        assert!(falls(&always, [0.1, 0.1])[1] > 1_000);
    }

    #[test]
    fn a_rollback_of_the_origin_does_not_call_the_message_back() {
        let mut bench = Bench::new(routers(24), 3);
        let origin = bench.node("r0");
        bench.inject(PoisonMessage::default().fault(), &[origin], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(600.0));
        bench.remove_origin(origin);
        let before = bench.count("element-struck");
        bench.run_until(SimTime::from_secs(1_200.0));
        assert!(bench.count("element-struck") > before + 100);
    }

    #[test]
    fn a_filter_everywhere_keeps_it_at_its_origin() {
        let filtered = PoisonMessage {
            filtered: Share::ALL,
            ..PoisonMessage::default()
        };
        assert_eq!(falls(&filtered, [1.0, 1.0]), [1, 0]);
    }
}
