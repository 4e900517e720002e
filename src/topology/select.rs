//! Which elements a rollout, an attack or an action is meant for.
//!
//! Invariant: the same selector always picks the same nodes of a topology; no seed enters.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::NodeId;

use super::errors::nearest;
use super::graph::{Node, Topology};
use super::kinds::NodeKind;
use super::labels::fnv1a;

/// Elements by their labels. A key that is left out does not narrow; within a key any of the values
/// counts; an element must match all keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    /// Kinds of element.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<NodeKind>,
    /// Names of regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Names of markets (in the US: states).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub markets: Vec<String>,
    /// Names of pools: their members, and the towers they serve.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<String>,
    /// Vendors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vendors: Vec<String>,
    /// Software versions at the start of the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sw_versions: Vec<String>,
    /// Names of elements; `*` stands for any text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Only so many percent of what matches (rounded up), always the same ones: those of 10 % are
    /// among those of 20 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub percent: Option<f64>,
    /// Only so many of what matches and remains after `percent`, always the same ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// Why a selector selects nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectorError {
    /// Values that no element has.
    Unknown(Vec<UnknownLabel>),
    /// Every value exists, but no element has them all.
    Nothing,
    /// A percentage that is not from 0 to 100.
    Percent(f64),
}

/// A value that no element has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLabel {
    /// The key of the selector.
    pub key: &'static str,
    /// The value.
    pub found: String,
    /// The most similar value there is.
    pub nearest: Option<String>,
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(unknown) => {
                for (i, label) in unknown.iter().enumerate() {
                    let separator = if i == 0 { "" } else { "; " };
                    write!(f, "{separator}{label}")?;
                }
                Ok(())
            }
            Self::Nothing => f.write_str("no element matches all keys of the selector"),
            Self::Percent(found) => write!(f, "percent: found {found}, allowed: 0 to 100"),
        }
    }
}

impl fmt::Display for UnknownLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: no element has \"{}\"", self.key, self.found)?;
        self.nearest
            .as_ref()
            .map_or(Ok(()), |nearest| write!(f, ", did you mean \"{nearest}\"?"))
    }
}

impl std::error::Error for SelectorError {}

/// A key of the selector, the values wanted, and where a node has its own.
type LabelKey<'s> = (&'static str, &'s [String], fn(&Node) -> &str);

impl Selector {
    /// The nodes selected, in the order of the table.
    ///
    /// # Errors
    /// If a value is unknown to the topology, or nothing matches.
    pub fn resolve(&self, topology: &Topology) -> Result<Vec<NodeId>, SelectorError> {
        if let Some(percent) = self.percent.filter(|p| !(0.0..=100.0).contains(p)) {
            return Err(SelectorError::Percent(percent));
        }
        let unknown = self.unknown(topology);
        if !unknown.is_empty() {
            return Err(SelectorError::Unknown(unknown));
        }
        let nodes = topology.nodes().iter().enumerate();
        let matching = nodes.filter(|(_, node)| self.matches(node));
        let matching: Vec<NodeId> = matching.map(|(i, _)| NodeId::from_index(i)).collect();
        let chosen = self.limit(topology, matching);
        if chosen.is_empty() {
            return Err(SelectorError::Nothing);
        }
        Ok(chosen)
    }

    /// The keys that compare a label for equality, with the label.
    fn keys(&self) -> [LabelKey<'_>; 5] {
        [
            ("regions", &self.regions, |node| &node.labels.region),
            ("markets", &self.markets, |node| &node.labels.market),
            ("pools", &self.pools, |node| &node.labels.pool),
            ("vendors", &self.vendors, |node| &node.labels.vendor),
            ("sw_versions", &self.sw_versions, |node| {
                &node.labels.sw_version
            }),
        ]
    }

    fn matches(&self, node: &Node) -> bool {
        let labels = |(_, wanted, label): LabelKey<'_>| {
            wanted.is_empty() || wanted.iter().any(|value| value == label(node))
        };
        let named = || self.names.iter().any(|glob| matches_glob(glob, &node.name));
        (self.kinds.is_empty() || self.kinds.contains(&node.kind))
            && self.keys().into_iter().all(labels)
            && (self.names.is_empty() || named())
    }

    fn unknown(&self, topology: &Topology) -> Vec<UnknownLabel> {
        let mut unknown = Vec::new();
        for (key, wanted, label) in self.keys() {
            if !wanted.is_empty() {
                let known: BTreeSet<&str> = topology.nodes().iter().map(label).collect();
                add_unknown(key, wanted, &known, &mut unknown);
            }
        }
        let is_lost = |glob: &&String| {
            let mut nodes = topology.nodes().iter();
            !nodes.any(|node| matches_glob(glob, &node.name))
        };
        let lost: Vec<String> = self.names.iter().filter(is_lost).cloned().collect();
        if !lost.is_empty() {
            let known = topology.nodes().iter().map(|node| node.name.as_str());
            add_unknown("names", &lost, &known.collect(), &mut unknown);
        }
        unknown
    }

    /// Keep so many as `percent` and `count` allow, by a hash of the name.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of the number of nodes"
    )]
    fn limit(&self, topology: &Topology, mut matching: Vec<NodeId>) -> Vec<NodeId> {
        let mut keep = matching.len();
        if let Some(percent) = self.percent {
            keep = libm::ceil(keep as f64 * percent / 100.0) as usize;
        }
        if let Some(count) = self.count {
            keep = keep.min(count as usize);
        }
        if keep < matching.len() {
            matching.sort_by_key(|id| (fnv1a(&["select", &topology.node(*id).name]), *id));
            matching.truncate(keep);
            matching.sort_unstable();
        }
        matching
    }
}

fn add_unknown(
    key: &'static str,
    wanted: &[String],
    known: &BTreeSet<&str>,
    unknown: &mut Vec<UnknownLabel>,
) {
    for found in wanted
        .iter()
        .filter(|value| !known.contains(value.as_str()))
    {
        unknown.push(UnknownLabel {
            key,
            found: found.clone(),
            nearest: nearest(found, known.iter().copied().filter(|name| !name.is_empty())),
        });
    }
}

/// Whether a name is of a form in which `*` stands for any text.
fn matches_glob(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().expect("split gives at least one part");
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(start) => rest = &rest[start + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, name, expected) in [
            ("amf-*", "amf-texas-1", true),
            ("amf-*-1", "amf-texas-1", true),
            ("*-1", "amf-texas-10", false),
            ("*", "", true),
            ("amf", "amf-1", false),
            ("a*b*a", "aba", true),
            ("a*ba*a", "aba", false),
        ] {
            assert_eq!(matches_glob(glob, name), expected, "{glob} on {name}");
        }
    }
}
