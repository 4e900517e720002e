//! Where a metric is measured: the whole network, a region, a class of devices, one element.
//!
//! Invariant: a resolved place exists in the topology that it was resolved against.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{ClassId, NodeId, Problem, RegionId};
use crate::topology::Topology;

use super::metric::{CountedOf, Metric};

/// The names that a scenario may use for places.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Regions, pools and elements.
    pub topology: &'a Topology,
    /// Device classes; a [`ClassId`] is an index.
    pub classes: &'a [String],
}

impl Names<'_> {
    /// The region with this name.
    ///
    /// # Errors
    /// If there is none, with the nearest name; the path is `region`.
    pub fn region(&self, name: &str) -> Result<RegionId, Problem> {
        let regions = self.topology.regions();
        let names: Vec<&str> = regions.iter().map(|region| region.name.as_str()).collect();
        position("region", name, &names).map(RegionId::from_index)
    }

    /// The class with this name.
    ///
    /// # Errors
    /// If there is none, with the nearest name; the path is `class`.
    pub fn class(&self, name: &str) -> Result<ClassId, Problem> {
        let names: Vec<&str> = self.classes.iter().map(String::as_str).collect();
        position("class", name, &names).map(ClassId::from_index)
    }

    /// The element with this name.
    ///
    /// # Errors
    /// If there is none, with the nearest name; the path is `function`.
    pub fn node(&self, name: &str) -> Result<NodeId, Problem> {
        let nodes = self.topology.nodes();
        let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
        position("function", name, &names).map(NodeId::from_index)
    }
}

/// Where `name` stands among `known`; `what` they are is the path of the problem too.
fn position(what: &str, name: &str, known: &[&str]) -> Result<usize, Problem> {
    known
        .iter()
        .position(|known| *known == name)
        .ok_or_else(|| Problem::unknown_name(what, name, what, known))
}

/// Where a metric is measured, as a scenario says it: `{all: true}`, `{region: south}`,
/// `{class: firstnet}`, `{function: udm-1}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceSpec {
    /// The whole network.
    All(bool),
    /// A region, by name.
    Region(String),
    /// The devices of a class, by name.
    Class(String),
    /// One core element, or one tower, by name.
    Function(String),
}

impl Default for PlaceSpec {
    fn default() -> Self {
        Self::All(true)
    }
}

/// Where a metric is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The whole network.
    Network,
    /// A region.
    Region(RegionId),
    /// The devices of a class.
    Class(ClassId),
    /// One core element, or one tower.
    Function(NodeId),
}

impl PlaceSpec {
    /// The place that is meant.
    ///
    /// # Errors
    /// If there is no such region, class or element.
    pub fn resolve(&self, names: &Names<'_>) -> Result<Place, Problem> {
        match self {
            Self::All(true) => Ok(Place::Network),
            Self::All(false) => Err(Problem::new("all", "false", "true, or another key")),
            Self::Region(name) => names.region(name).map(Place::Region),
            Self::Class(name) => names.class(name).map(Place::Class),
            Self::Function(name) => names.node(name).map(Place::Function),
        }
    }
}

impl Place {
    /// Check that a metric is counted at this place.
    ///
    /// # Errors
    /// If it is not: elements do not count by class, subscribers are not counted by element.
    pub fn check(self, metric: Metric) -> Result<(), Problem> {
        let allowed = match (metric.counted_of(), self) {
            (CountedOf::Subscribers, Self::Function(_)) => "all, region or class",
            (CountedOf::Elements | CountedOf::Towers, Self::Class(_)) => "all, region or function",
            _ => return Ok(()),
        };
        let found = match self {
            Self::Class(_) => "class",
            _ => "function",
        };
        Err(Problem::new(
            "",
            found,
            format!("{allowed}, as {metric} is counted"),
        ))
    }

    /// What a person calls it.
    pub fn name(self, names: &Names<'_>) -> String {
        match self {
            Self::Network => "network".to_owned(),
            Self::Region(region) => names.topology.regions()[region.index()].name.clone(),
            Self::Class(class) => names.classes[class.index()].clone(),
            Self::Function(node) => names.topology.node(node).name.clone(),
        }
    }
}
