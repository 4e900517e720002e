//! The graph of cores, towers and subscribers: built, checked, then frozen.
//!
//! Invariant: petgraph does not leave this room; nothing here knows of time, faults or devices'
//! behaviour. A frozen [`Topology`] never changes; what is up or down is the network's business.

mod backbone;
mod builder;
mod checks;
mod cluster;
mod cuts;
mod errors;
mod export;
mod generate;
mod geo;
mod graph;
mod graphml;
mod kinds;
mod labels;
mod layout;
mod opencellid;
mod places;
mod regions;
mod routes;
mod select;
mod source;
mod spec;
mod summary;
mod tables;
#[cfg(test)]
mod tests;

pub use builder::{NewNode, TopologyBuilder, TowerSite};
pub use cuts::{Cut, articulation_points};
pub use errors::{Origin, Problem, TopologyError, TopologyErrors, TopologyWarning};
pub use export::{write_edges_csv, write_graphml, write_nodes_csv};
pub use graph::{Edge, Labels, Node, Pool, Region, Topology, Tower};
pub use kinds::{EdgeKind, NodeKind};
pub use regions::RegionSpec;
pub use routes::Routes;
pub use select::{Selector, SelectorError};
pub use source::build;
pub use spec::{
    BackboneSpec, CoreElementsSpec, CsvSpec, DedicatedPoolSpec, DevicesBy, GeneratedSpec,
    GraphmlSpec, NeighbourSpec, OpencellidSpec, TopologySpec, VendorSpec,
};
pub use summary::Summary;
