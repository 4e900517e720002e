//! Links of the transport network are cut: traffic goes round, or does not go at all.
//!
//! Real cases: T-Mobile US, 15 June 2020 (a leased fibre failed, and wrong weights did the rest); cuts by
//! diggers every week.
//!
//! Invariant: no element is touched; what another way leads to is reached, more slowly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{EdgeId, SimTime, Span, Stream};
use crate::fault::{Finding, luck, text_key};
use crate::network::Command;
use crate::topology::{EdgeKind, NodeKind, Selector, Topology};

/// Links of the transport network are cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FibreCut {
    /// When, from the start of the scenario.
    pub start: Span,
    /// How long the repair takes.
    pub duration: Span,
    /// Links that touch these routers.
    pub at: Selector,
    /// How many of the links between routers; none: all of them.
    pub count: Option<u32>,
}

impl Default for FibreCut {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(6),
            at: Selector {
                kinds: vec![NodeKind::Router],
                ..Selector::default()
            },
            count: Some(1),
        }
    }
}

impl FibreCut {
    /// The links between routers that are cut; which of several, the seed decides.
    fn links(&self, seed: u64, topology: &Topology) -> Vec<EdgeId> {
        let routers = self.at.resolve(topology).unwrap_or_default();
        let is_router = |node| topology.node(node).kind == NodeKind::Router;
        let edges = (0..topology.edges().len()).map(EdgeId::from_index);
        let links = edges.filter(|&id| {
            let edge = topology.edge(id);
            let touches = routers.contains(&edge.a) || routers.contains(&edge.b);
            edge.kind == EdgeKind::IpTransport && touches && is_router(edge.a) && is_router(edge.b)
        });
        let mut links: Vec<EdgeId> = links.collect();
        if let Some(count) = self.count {
            let key = text_key(self.kind());
            let rank = |id: &EdgeId| luck(seed, Stream::Attack, &[key, u64::from(id.0)]).rank();
            links.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
            links.truncate(count as usize);
        }
        links
    }
}

impl Happening for FibreCut {
    fn kind(&self) -> &'static str {
        "fibre-cut"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let up = act != Act::Enter;
        for edge in self.links(field.port.seed(), field.port.topology()) {
            let topology = field.port.topology();
            let (a, b) = (topology.edge(edge).a, topology.edge(edge).b);
            let names = format!("{} - {}", topology.node(a).name, topology.node(b).name);
            field.note(if up { "link-mended" } else { "link-cut" }, names);
            field.port.command(Command::SetLink { edge, up });
        }
        let end = (!up).then(|| (field.port.now() + self.duration, Act::End));
        end.into_iter().collect()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let nothing = self.at.resolve(topology).err();
        let nothing = nothing.map(|error| {
            let allowed = "a selector of at least one router";
            ("at".to_owned(), error.to_string(), allowed.to_owned())
        });
        nothing.into_iter().collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            "{}",
            r#"{"of": {"at": {"kinds": ["router"], "count": 2}, "count": null}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::fault::testing::routers;

    #[test]
    fn the_links_of_a_router_are_cut_and_mended() {
        let cut = |count: Option<u32>| {
            serde_json::json!({
                "kind": "fibre-cut", "start": "10m", "duration": "1h", "at": {"names": ["r1"]}, "count": count
            })
        };
        for (count, links) in [(None, 2), (Some(1), 1)] {
            let mut range = Range::disturbed(&[cut(count)], routers(6));
            range.run_until(100.0);
            let (cut, mended): (Vec<_>, Vec<_>) =
                range.commands().into_iter().partition(|(at, _)| *at < 60.0);
            assert_eq!((cut.len(), mended.len()), (links, links));
            for ((began, cut), (ended, mended)) in cut.iter().zip(&mended) {
                let (
                    Command::SetLink { edge: a, up: false },
                    Command::SetLink { edge: b, up: true },
                ) = (cut, mended)
                else {
                    unreachable!("{cut:?} {mended:?}")
                };
                assert_eq!(a, b);
                assert!((ended - began - 60.0).abs() < 1e-9);
            }
        }
    }
}
