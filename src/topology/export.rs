//! A topology as files: two CSV tables, or GraphML.
//!
//! Invariant: what is written reads back as the same topology; opens no file itself.

use std::io::{self, Write};

use quick_xml::escape::escape;

use crate::base::NodeId;

use super::graph::{Edge, Topology};

/// Columns of the table of nodes; the first four are required when reading.
pub(super) const NODE_COLUMNS: &[&str] = &[
    "name",
    "kind",
    "lat",
    "lon",
    "region",
    "market",
    "pool",
    "vendor",
    "sw_version",
    "config_hash",
    "weight",
    "devices",
    "zone",
    "dedicated_to",
    "neighbours",
];

/// Columns of the table of edges; the first three are required when reading.
pub(super) const EDGE_COLUMNS: &[&str] = &["a", "b", "kind", "latency"];

/// Write the table of nodes.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write_nodes_csv(topology: &Topology, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(NODE_COLUMNS)?;
    for i in 0..topology.nodes().len() {
        writer.write_record(fields(topology, NodeId::from_index(i)))?;
    }
    writer.flush()
}

/// Write the table of edges. Implied ones (`n2-s1`, `ue-radio`) are not in it.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write_edges_csv(topology: &Topology, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(EDGE_COLUMNS)?;
    for edge in topology.edges() {
        let [kind, latency] = [edge.kind.to_string(), edge.latency.to_string()];
        let name = |id: NodeId| topology.node(id).name.as_str();
        writer.write_record([name(edge.a), name(edge.b), &kind, &latency])?;
    }
    writer.flush()
}

/// Write everything as GraphML. Ids are names; attributes are the columns of the tables, with
/// positions as `Latitude` and `Longitude` like the Internet Topology Zoo.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write_graphml(topology: &Topology, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>")?;
    writeln!(
        out,
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">"
    )?;
    for column in &NODE_COLUMNS[1..] {
        let kind = match *column {
            "lat" | "lon" | "weight" => "double",
            "devices" => "long",
            _ => "string",
        };
        write_key(out, "node", attribute(column), kind)?;
    }
    for column in &EDGE_COLUMNS[2..] {
        write_key(out, "edge", column, "string")?;
    }
    writeln!(out, "  <graph edgedefault=\"undirected\">")?;
    for i in 0..topology.nodes().len() {
        write_node(topology, NodeId::from_index(i), out)?;
    }
    for edge in topology.edges() {
        write_edge(topology, edge, out)?;
    }
    writeln!(out, "  </graph>\n</graphml>")
}

/// The name of a column as an attribute of GraphML.
fn attribute<'c>(column: &'c &'static str) -> &'c str {
    match *column {
        "lat" => "Latitude",
        "lon" => "Longitude",
        other => other,
    }
}

/// Ids of node keys start with `n-` and of edge keys with `e-`: `kind` is both.
fn write_key(out: &mut dyn Write, domain: &str, name: &str, kind: &str) -> io::Result<()> {
    let id = &domain[..1];
    writeln!(
        out,
        "  <key id=\"{id}-{name}\" for=\"{domain}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>"
    )
}

fn write_node(topology: &Topology, id: NodeId, out: &mut dyn Write) -> io::Result<()> {
    let fields = fields(topology, id);
    write!(out, "    <node id=\"{}\">", escape(fields[0].as_str()))?;
    for (column, value) in NODE_COLUMNS.iter().zip(&fields).skip(1) {
        let is_tower = topology.tower_of(id).is_some();
        // An empty list of neighbours says that there are none.
        if !value.is_empty() || (is_tower && *column == "neighbours") {
            let value = escape(value.as_str());
            write!(out, "<data key=\"n-{}\">{value}</data>", attribute(column))?;
        }
    }
    writeln!(out, "</node>")
}

fn write_edge(topology: &Topology, edge: &Edge, out: &mut dyn Write) -> io::Result<()> {
    let name = |id: NodeId| escape(topology.node(id).name.as_str());
    let (a, b, kind, latency) = (name(edge.a), name(edge.b), edge.kind, edge.latency);
    write!(out, "    <edge source=\"{a}\" target=\"{b}\">")?;
    write!(out, "<data key=\"e-kind\">{kind}</data>")?;
    writeln!(out, "<data key=\"e-latency\">{latency}</data></edge>")
}

/// The fields of a node in the order of [`NODE_COLUMNS`].
fn fields(topology: &Topology, id: NodeId) -> [String; 15] {
    let node = topology.node(id);
    let labels = &node.labels;
    let tower = topology.tower_of(id).map(|tower| topology.tower(tower));
    let neighbours = tower.map(|tower| {
        let name = |&id: &_| topology.node(topology.tower(id).node).name.as_str();
        let names: Vec<&str> = tower.neighbours.iter().map(name).collect();
        names.join(";")
    });
    let pool = topology.pool_of(id).map(|pool| topology.pool(pool));
    let dedicated_to = pool.and_then(|pool| pool.dedicated_to.clone());
    [
        node.name.clone(),
        node.kind.to_string(),
        node.latitude.to_string(),
        node.longitude.to_string(),
        labels.region.clone(),
        labels.market.clone(),
        labels.pool.clone(),
        labels.vendor.clone(),
        labels.sw_version.clone(),
        labels.config_hash.clone(),
        node.weight.to_string(),
        tower.map_or_else(String::new, |tower| tower.devices.to_string()),
        tower.map_or_else(String::new, |tower| tower.zone.clone()),
        dedicated_to.unwrap_or_default(),
        neighbours.unwrap_or_default(),
    ]
}
