//! Which elements are meant: a filter over kinds and labels.
//!
//! Invariant: a selector is read-only and deterministic: the same graph gives the same list, in the
//! order of the table.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{NodeId, Share};

use super::graph::{Node, Topology};
use super::kinds::NodeKind;

/// A filter over elements: what is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    /// Kinds of element.
    pub kinds: Vec<NodeKind>,
    /// Names of regions.
    pub regions: Vec<String>,
    /// Names of markets.
    pub markets: Vec<String>,
    /// Names of pools.
    pub pools: Vec<String>,
    /// Names of vendors.
    pub vendors: Vec<String>,
    /// Software versions at the start of the run.
    pub sw_versions: Vec<String>,
    /// Names of elements; `*` stands for any text.
    pub names: Vec<String>,
    /// Keep this percentage of what matches, at least one.
    pub percent: Option<f64>,
    /// Keep this many of what matches.
    pub count: Option<usize>,
}

/// Why a selector means nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorError {
    /// Nothing in the topology matches.
    Empty,
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no element matches the selector, expected at least one")
    }
}

impl std::error::Error for SelectorError {}

impl Selector {
    /// The elements that match, in the order of the table.
    ///
    /// # Errors
    /// If none does.
    pub fn resolve(&self, topology: &Topology) -> Result<Vec<NodeId>, SelectorError> {
        let mut found: Vec<NodeId> = (0..topology.nodes().len())
            .map(NodeId::from_index)
            .filter(|&id| self.matches(topology.node(id)))
            .collect();
        if let Some(percent) = self.percent {
            let share = Share::new(percent / 100.0).map_or(1.0, Share::get);
            let keep = (1..=found.len()).find(|&n| to_f64(n) >= share * to_f64(found.len()));
            found.truncate(keep.unwrap_or(0));
        }
        found.truncate(self.count.unwrap_or(usize::MAX));
        if found.is_empty() {
            return Err(SelectorError::Empty);
        }
        Ok(found)
    }

    fn matches(&self, node: &Node) -> bool {
        let labels = &node.labels;
        (self.kinds.is_empty() || self.kinds.contains(&node.kind))
            && any(&self.regions, &labels.region)
            && any(&self.markets, &labels.market)
            && any(&self.pools, &labels.pool)
            && any(&self.vendors, &labels.vendor)
            && any(&self.sw_versions, &labels.sw_version)
            && any(&self.names, &node.name)
    }
}

fn any(patterns: &[String], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| glob(pattern, text))
}

/// Whether a text matches a pattern in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices()
                .map(|(i, _)| i)
                .chain([tail.len()])
                .any(|i| glob(rest, &tail[i..]))
        }),
    }
}

fn to_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
