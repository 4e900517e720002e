//! Building a graph by hand or from a file, node by node, until it is checked and frozen.
//!
//! Invariant: only [`TopologyBuilder::freeze`] makes a [`Topology`], and only of a graph without
//! findings.

use std::collections::BTreeMap;

use crate::base::{EdgeId, NodeId, Span};

use super::checks;
use super::errors::{Findings, Origin, Problem, TopologyErrors, nearest};
use super::geo::{Point, is_position, link_latency};
use super::graph::{Edge, Labels, Node, Topology};
use super::kinds::{EdgeKind, NodeKind};
use super::spec::NeighbourSpec;

/// A node to be added; `NewNode::new(kind, name)` and then what differs from the ordinary.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNode {
    /// Unique name.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The labels that selectors use. Members of a pool, and the towers it serves, carry its name.
    pub labels: Labels,
    /// Capacity in units of one ordinary member.
    pub weight: f64,
}

/// What a tower has and no other node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TowerSite {
    /// Devices that live under it, at scale 1.
    pub devices: u64,
    /// IANA time zone name.
    pub zone: String,
    /// Names of neighbours, nearest first; none to find them by distance.
    pub neighbours: Option<Vec<String>>,
}

/// A graph being built.
///
/// Pools and regions are those that the labels of its nodes name, in the order in which they appear.
#[derive(Clone, Debug, Default)]
pub struct TopologyBuilder {
    pub(super) nodes: Vec<Node>,
    pub(super) node_lines: Vec<u64>,
    pub(super) node_file: String,
    pub(super) sites: BTreeMap<NodeId, TowerSite>,
    pub(super) by_name: BTreeMap<String, NodeId>,
    pub(super) edges: Vec<Edge>,
    pub(super) dedicated: BTreeMap<String, String>,
    pub(super) neighbours: NeighbourSpec,
    pub(super) findings: Findings,
}

impl NewNode {
    /// A node at 0° north, 0° east, with empty labels and weight 1.
    pub fn new(kind: NodeKind, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            latitude: 0.0,
            longitude: 0.0,
            labels: Labels::default(),
            weight: 1.0,
        }
    }

    /// At this position, in degrees north and east.
    #[must_use]
    pub fn at(mut self, latitude: f64, longitude: f64) -> Self {
        (self.latitude, self.longitude) = (latitude, longitude);
        self
    }

    /// In this region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.labels.region);
        self
    }

    /// A member of this pool, or a tower served by it.
    #[must_use]
    pub fn in_pool(mut self, pool: &str) -> Self {
        pool.clone_into(&mut self.labels.pool);
        self
    }

    /// With these labels.
    #[must_use]
    pub fn labelled(mut self, labels: Labels) -> Self {
        self.labels = labels;
        self
    }

    /// With this capacity, in units of one ordinary member.
    #[must_use]
    pub fn weighing(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }
}

impl TopologyBuilder {
    /// An empty graph; neighbours of towers are found by distance as `neighbours` says.
    pub fn new(neighbours: NeighbourSpec) -> Self {
        Self {
            neighbours,
            ..Self::default()
        }
    }

    /// Add a node that is not a tower.
    pub fn node(&mut self, node: NewNode) -> NodeId {
        let id = NodeId::from_index(self.nodes.len());
        if !is_position(node.latitude, node.longitude) {
            let problem = Problem::Position {
                name: node.name.clone(),
                latitude: node.latitude,
                longitude: node.longitude,
            };
            self.findings.error(self.last_origin(), problem);
        }
        if self.by_name.insert(node.name.clone(), id).is_some() {
            let problem = Problem::Duplicate(node.name.clone());
            self.findings.error(self.last_origin(), problem);
        }
        self.nodes.push(Node {
            name: node.name,
            kind: node.kind,
            latitude: node.latitude,
            longitude: node.longitude,
            labels: node.labels,
            router: id,
            access_latency: Span::ZERO,
            weight: node.weight,
        });
        id
    }

    /// Add a tower.
    pub fn tower(&mut self, node: NewNode, site: TowerSite) -> NodeId {
        let id = self.node(node);
        self.sites.insert(id, site);
        id
    }

    /// Add an edge. Without a latency it follows from the distance: 200 km/ms, a detour of 1.3, at
    /// least 0.1 ms. A node other than a router hangs on the router that an `ip-transport` edge
    /// connects it to, the nearest one if there are several.
    pub fn edge(&mut self, a: NodeId, b: NodeId, kind: EdgeKind, latency: Option<Span>) -> EdgeId {
        let id = EdgeId::from_index(self.edges.len());
        let latency = latency.unwrap_or_else(|| link_latency(self.distance_km(a, b)));
        self.edges.push(Edge {
            a,
            b,
            kind,
            latency,
        });
        id
    }

    /// Add two edges between routers, `ip-transport` and `bgp-igp`.
    pub fn link(&mut self, a: NodeId, b: NodeId, latency: Option<Span>) {
        self.edge(a, b, EdgeKind::IpTransport, latency);
        self.edge(a, b, EdgeKind::BgpIgp, latency);
    }

    /// Make a pool serve one device class everywhere.
    pub fn dedicate(&mut self, pool: &str, class: &str) {
        self.dedicated.insert(pool.to_owned(), class.to_owned());
    }

    /// Check the graph and freeze it.
    ///
    /// # Errors
    /// All that is wrong with it: duplicate names, towers that cannot reach their pool …
    pub fn freeze(self) -> Result<Topology, TopologyErrors> {
        checks::freeze(self)
    }

    /// The next nodes come from this line of the nodes' file.
    pub(super) fn at_line(&mut self, line: u64) {
        self.node_lines.resize(self.nodes.len(), 0);
        self.node_lines.push(line);
    }

    /// Where a node comes from.
    pub(super) fn origin(&self, id: NodeId) -> Origin {
        let line = self.node_lines.get(id.index()).copied().unwrap_or(0);
        Origin::new(&self.node_file, line)
    }

    fn last_origin(&self) -> Origin {
        self.origin(NodeId::from_index(self.nodes.len()))
    }

    /// The node of this name; if there is none, a finding.
    pub(super) fn resolve(&mut self, name: &str, origin: &Origin) -> Option<NodeId> {
        let found = self.by_name.get(name).copied();
        if found.is_none() {
            let problem = Problem::Unknown {
                what: "node",
                found: name.to_owned(),
                nearest: nearest(name, self.by_name.keys().map(String::as_str)),
            };
            self.findings.error(origin.clone(), problem);
        }
        found
    }

    fn distance_km(&self, a: NodeId, b: NodeId) -> f64 {
        let point = |id: NodeId| {
            let node = &self.nodes[id.index()];
            Point::new(node.latitude, node.longitude)
        };
        point(a).distance_km(point(b))
    }
}
