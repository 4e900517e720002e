//! Somebody announces routes that are not theirs: traffic of the elements behind the routers that believe it
//! goes astray, in silence.
//!
//! MITRE `FiGHT` FGT5004 (manipulation of network flows; the nearest there is); ATT&CK T1557, T1565.002.
//! Real case: Rostelecom, 1 April 2020, more than 8,800 prefixes of some 200 networks for about an hour;
//! CAIDA and Cloudflare count a leak of note every few weeks.
//!
//! Invariant: a router with filters neither believes the routes nor passes them on, and the withdrawal of the
//! routes ends everything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Delay, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, SpreadFrom,
    SpreadRule, Trigger,
};
use crate::network::ProcedureSet;
use crate::topology::{EdgeKind, NodeKind, Selector, Topology};

/// Somebody announces routes that are not theirs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RouteLeak {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long until the routes are withdrawn or filtered.
    pub duration: Span,
    /// The routers that take the routes from outside.
    pub entry: Selector,
    /// How far the routes travel from there, in routers.
    pub hops: u32,
    /// How long they take from router to router.
    pub hop_delay: Delay,
    /// Share of the routers, and of the elements behind them, with filters.
    pub filtered: Share,
    /// Kinds of element whose traffic goes astray.
    pub kinds: Vec<NodeKind>,
    /// Share of it that does.
    pub share: Share,
    /// From the withdrawal until traffic flows again.
    pub converges: Delay,
}

impl Default for RouteLeak {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(1),
            entry: Selector {
                kinds: vec![NodeKind::Router],
                count: Some(1),
                ..Selector::default()
            },
            hops: 3,
            hop_delay: Delay::Fixed(Span::from_secs(5)),
            filtered: Share::of(0.5),
            kinds: vec![
                NodeKind::Gateway,
                NodeKind::Epdg,
                NodeKind::Ims,
                NodeKind::Udm,
            ],
            share: Share::of(0.9),
            converges: Delay::Fixed(Span::from_minutes(2)),
        }
    }
}

impl RouteLeak {
    fn fault(&self) -> FaultSpec {
        let rule = |edge, delay, reaches, max_hops| SpreadRule {
            edges: vec![edge],
            from: SpreadFrom::Reached,
            probability: Share::ALL,
            delay,
            reaches,
            passes_through: vec![NodeKind::Router],
            max_hops,
            at_once: false,
            with_traffic: false,
        };
        let onward = self.hops.saturating_add(1);
        FaultSpec {
            kind: "route-leak",
            techniques: self.techniques(),
            trigger: Trigger::OnLoad,
            spread: vec![
                rule(
                    EdgeKind::BgpIgp,
                    self.hop_delay,
                    vec![NodeKind::Router],
                    self.hops,
                ),
                rule(
                    EdgeKind::IpTransport,
                    Delay::ZERO,
                    self.kinds.clone(),
                    onward,
                ),
            ],
            contained: self.filtered,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::ALL,
            hurts: self.kinds.clone(),
            alters: false,
            effects: vec![Effect::BlackHole(ProcedureSet::ALL, self.share)],
            removal: Removal {
                by_itself: None,
                origin_removed: OriginRemoved::OthersRecover(self.converges),
                restored: Afterwards::Exposed,
                restore_factor: 1.0,
            },
        }
    }
}

impl Happening for RouteLeak {
    fn kind(&self) -> &'static str {
        "route-leak"
    }

    fn techniques(&self) -> &'static str {
        "FGT5004; T1557, T1565.002"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let entry = self
            .entry
            .resolve(field.port.topology())
            .unwrap_or_default();
        if act == Act::Enter {
            field.inject(self.fault(), &entry);
            return vec![(field.port.now() + self.duration, Act::End)];
        }
        field.withdraw(&entry);
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let entry = self.entry.resolve(topology).err();
        let entry = entry.map(|error| {
            let allowed = "a selector of at least one router";
            ("entry".to_owned(), error.to_string(), allowed.to_owned())
        });
        entry.into_iter().collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"entry": {"kinds": ["router"], "count": 2}, "hops": 6, "filtered": 0.1}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::testing::{Bench, bare, edge, node};
    use crate::network::ElementStatus;

    /// Four routers in a row, a gateway behind each.
    fn bench(leak: &RouteLeak) -> Bench {
        let mut nodes: Vec<_> = (0..4)
            .map(|n| node(&format!("r{n}"), NodeKind::Router))
            .collect();
        nodes.extend((0..4).map(|n| node(&format!("gw{n}"), NodeKind::Gateway)));
        let row = (0..3).flat_map(|n| {
            [EdgeKind::IpTransport, EdgeKind::BgpIgp].map(|kind| edge(n, n + 1, kind))
        });
        let access = (0..4).map(|n| edge(n, n + 4, EdgeKind::IpTransport));
        let mut bench = Bench::new(bare(nodes, row.chain(access).collect()), 1);
        bench.inject(leak.fault(), &[bench.node("r0")], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(600.0));
        bench
    }

    fn astray(bench: &Bench) -> Vec<bool> {
        (0..4)
            .map(|n| bench.engine.is_struck(bench.node(&format!("gw{n}"))))
            .collect()
    }

    #[test]
    fn it_goes_as_far_as_the_routes_and_ends_with_them() {
        let free = RouteLeak {
            filtered: Share::NONE,
            hops: 2,
            ..RouteLeak::default()
        };
        let mut bench = bench(&free);
        assert_eq!(astray(&bench), [true, true, true, false]);
        assert_eq!(
            bench.status(bench.node("gw1")),
            ElementStatus::Up,
            "it is silent"
        );
        bench.remove_origin(bench.node("r0"));
        bench.run_until(SimTime::from_secs(900.0));
        assert_eq!(astray(&bench), [false; 4]);
    }

    #[test]
    fn filters_keep_it_where_it_came_in() {
        let bench = bench(&RouteLeak {
            filtered: Share::ALL,
            ..RouteLeak::default()
        });
        assert_eq!(astray(&bench), [false; 4]);
    }
}
