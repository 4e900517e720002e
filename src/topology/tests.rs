//! The room as a whole: every source, every refusal, every query, on small networks.
//!
//! Invariant: no file outside the repository is read; fixtures are made here.

use std::path::{Path, PathBuf};

use super::labels::fnv1a;
use super::{
    BackboneSpec, CsvSpec, EdgeKind, GeneratedSpec, GraphmlSpec, NeighbourSpec, NewNode, NodeKind,
    Origin, Problem, Routes, Selector, SelectorError, Summary, Topology, TopologyBuilder,
    TopologySpec, TowerSite, articulation_points, build, write_edges_csv, write_graphml,
    write_nodes_csv,
};
use crate::base::{EdgeId, NodeId, RegionId, Span};

mod bad_input;
mod queries;
mod sources;

/// The directory of the shipped data.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/data")
}

/// A directory of fixtures that is removed at the end.
struct Fixture(PathBuf);

impl Fixture {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let unique = fnv1a(&[name, env!("CARGO_MANIFEST_DIR")]);
        let process = std::process::id();
        let dir = std::env::temp_dir().join(format!("cellfall-{name}-{unique}-{process}"));
        std::fs::create_dir_all(&dir).expect("a directory for fixtures");
        for (file, text) in files {
            std::fs::write(dir.join(file), text).expect("a fixture");
        }
        Self(dir)
    }

    /// What is wrong with a network, as text.
    fn errors(&self, spec: &TopologySpec) -> Vec<String> {
        let errors = build(spec, &self.0).expect_err("something is wrong").0;
        errors.iter().map(ToString::to_string).collect()
    }

    fn build(&self, spec: &TopologySpec) -> Topology {
        build(spec, &self.0).unwrap_or_else(|errors| panic!("{errors}"))
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn spec(json: &str) -> TopologySpec {
    serde_json::from_str(json).expect(json)
}

fn csv_spec() -> TopologySpec {
    spec("{\"source\":\"csv\",\"nodes\":\"nodes.csv\",\"edges\":\"edges.csv\"}")
}

/// A dozen towers in three states.
fn dozen() -> TopologySpec {
    TopologySpec::Generated(GeneratedSpec {
        states: ["TX", "OK", "NM"].map(str::to_owned).to_vec(),
        towers: 12,
        devices: 12_001,
        ..GeneratedSpec::default()
    })
}

fn built(spec: &TopologySpec) -> Topology {
    build(spec, &data()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Three routers in a row, `a - b - c`; a pool member at `a` and a tower at each.
fn chain() -> TopologyBuilder {
    let mut builder = TopologyBuilder::new(NeighbourSpec::default());
    let routers = ["a", "b", "c"].map(|name| {
        let place = f64::from(name.as_bytes()[0] - b'a');
        builder.node(NewNode::new(NodeKind::Router, name).at(place, 0.0))
    });
    builder.link(routers[0], routers[1], Some(Span::from_millis(2)));
    builder.link(routers[1], routers[2], Some(Span::from_millis(3)));
    let amf = NewNode::new(NodeKind::Amf, "amf")
        .in_pool("p")
        .in_region("r");
    let amf = builder.node(amf);
    let local = Some(Span::from_us(100));
    builder.edge(amf, routers[0], EdgeKind::IpTransport, local);
    for (name, router) in ["ta", "tb", "tc"].into_iter().zip(routers) {
        let tower = tower(&mut builder, name, 10);
        builder.edge(tower, router, EdgeKind::IpTransport, local);
    }
    builder
}

fn tower(builder: &mut TopologyBuilder, name: &str, devices: u64) -> NodeId {
    let site = TowerSite {
        devices,
        zone: "UTC".to_owned(),
        neighbours: None,
    };
    let new = NewNode::new(NodeKind::Tower, name)
        .in_pool("p")
        .in_region("r");
    builder.tower(new, site)
}
