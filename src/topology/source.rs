//! From what a scenario asks for to a frozen graph, whatever the source.
//!
//! Invariant: every path is relative to the scenario; nothing else is read.

use std::path::Path;

use super::backbone::{backbone, parse_latency};
use super::builder::{NewNode, TopologyBuilder, TowerSite};
use super::errors::{Findings, Origin, Problem, TopologyErrors};
use super::export::{EDGE_COLUMNS, NODE_COLUMNS};
use super::generate::{around_backbone, from_places};
use super::graph::{Labels, Topology};
use super::graphml::Document;
use super::kinds::{EdgeKind, NodeKind};
use super::layout::{Plan, lay_out};
use super::opencellid::from_cells;
use super::spec::{
    CoreElementsSpec, CsvSpec, GeneratedSpec, GraphmlSpec, NeighbourSpec, TopologySpec,
};
use super::tables::{Row, Sheet, parse_number, read_file};

/// Build the network that `spec` asks for; its paths are relative to `base_dir`.
///
/// # Errors
/// Everything that is wrong with the specification, its files and the graph they describe.
pub fn build(spec: &TopologySpec, base_dir: &Path) -> Result<Topology, TopologyErrors> {
    let mut findings = Findings::default();
    match spec {
        TopologySpec::Generated(spec) => {
            check_core(&spec.core, spec.neighbours, &mut findings);
            check_sizes(spec.towers, spec.devices, &mut findings);
            check_regions(spec, &mut findings);
            let plan = from_places(spec, base_dir, &mut findings);
            finish(plan, &spec.core, spec.neighbours, findings)
        }
        TopologySpec::Graphml(spec) => build_graphml(spec, base_dir, findings),
        TopologySpec::Opencellid(spec) => {
            check_core(&spec.core, spec.neighbours, &mut findings);
            check_sizes(1, spec.devices, &mut findings);
            let plan = from_cells(spec, base_dir, &mut findings);
            finish(plan, &spec.core, spec.neighbours, findings)
        }
        TopologySpec::Csv(spec) => build_csv(spec, base_dir, findings),
    }
}

fn finish(
    plan: Option<Plan>,
    core: &CoreElementsSpec,
    neighbours: NeighbourSpec,
    findings: Findings,
) -> Result<Topology, TopologyErrors> {
    match plan {
        Some(plan) if findings.errors.is_empty() => lay_out(&plan, core, neighbours, findings),
        _ => Err(TopologyErrors(findings.errors)),
    }
}

fn check_sizes(towers: u32, devices: u64, findings: &mut Findings) {
    if !(1..=10_000_000).contains(&towers) {
        findings.key("towers", towers, "1 to 10,000,000");
    }
    if devices == 0 {
        findings.key("devices", devices, "1 or more");
    }
}

fn check_core(core: &CoreElementsSpec, neighbours: NeighbourSpec, findings: &mut Findings) {
    for (key, found) in [
        ("core.pools_per_region", core.pools_per_region),
        ("core.udm", core.udm),
        ("core.ims", core.ims),
        ("core.gateways_per_region", core.gateways_per_region),
    ] {
        if found == 0 {
            findings.key(key, found, "1 or more");
        }
    }
    if core.amf_per_pool == 0 && core.mme_per_pool == 0 {
        let allowed = "1 or more of amf_per_pool and mme_per_pool together";
        findings.key("core.amf_per_pool", 0, allowed);
    }
    for pool in core.dedicated.iter().filter(|p| p.amf == 0 && p.mme == 0) {
        let allowed = "a pool with at least one AMF or MME";
        findings.key("core.dedicated", &pool.name, allowed);
    }
    for vendor in &core.vendors {
        if !(vendor.share >= 0.0 && vendor.share.is_finite()) {
            findings.key("core.vendors.share", vendor.share, "a number of 0 or more");
        }
    }
    if !(0.0..=1_000.0).contains(&neighbours.range_km) {
        findings.key("neighbours.range_km", neighbours.range_km, "0 to 1000");
    }
}

fn check_regions(spec: &GeneratedSpec, findings: &mut Findings) {
    for region in &spec.regions {
        let amf = region.amf_per_pool.unwrap_or(spec.core.amf_per_pool);
        let mme = region.mme_per_pool.unwrap_or(spec.core.mme_per_pool);
        if region.pools == Some(0) || (amf == 0 && mme == 0) {
            let allowed = "a region with at least one pool, of at least one AMF or MME";
            findings.key("regions", &region.name, allowed);
        }
    }
}

fn build_graphml(
    spec: &GraphmlSpec,
    base_dir: &Path,
    mut findings: Findings,
) -> Result<Topology, TopologyErrors> {
    check_core(&spec.core, spec.neighbours, &mut findings);
    check_sizes(spec.towers, spec.devices, &mut findings);
    if !(0.0..=1_000.0).contains(&spec.radius_km) {
        findings.key("radius_km", spec.radius_km, "0 to 1000");
    }
    if spec.regions == 0 {
        findings.key("regions", 0, "1 or more");
    }
    let Some(document) = Document::open(base_dir, &spec.file, &mut findings) else {
        return Err(TopologyErrors(findings.errors));
    };
    let is_tower = |kind: &String| NodeKind::from_word(kind) == Some(NodeKind::Tower);
    let mut kinds = document.nodes.iter().filter_map(|n| n.data.get("kind"));
    if kinds.any(is_tower) {
        let (nodes, edges) = sheets(&document);
        return from_sheets(&nodes, &edges, (&spec.zone, spec.neighbours), findings);
    }
    let population = spec.population_attribute.as_deref();
    let backbone = backbone(&document, population, &mut findings);
    let plan = around_backbone(spec, backbone, &mut findings);
    finish(plan, &spec.core, spec.neighbours, findings)
}

/// A GraphML file of our own as the two tables that it stands for.
fn sheets(document: &Document) -> (Sheet, Sheet) {
    let has = |column: &&str| {
        let mut nodes = document.nodes.iter();
        nodes.any(|node| node.data.contains_key(*column))
    };
    let nodes = document.nodes.iter().map(|node| {
        let value = |column: &&str| match *column {
            "name" => node.id.clone(),
            "lat" => pick(&node.data, &["latitude", "lat"]),
            "lon" => pick(&node.data, &["longitude", "lon"]),
            other => pick(&node.data, &[other]),
        };
        Row::new(node.line, NODE_COLUMNS.iter().map(value).collect())
    });
    let edges = document.edges.iter().map(|edge| {
        let fields = vec![
            edge.source.clone(),
            edge.target.clone(),
            pick(&edge.data, &["kind"]),
            pick(&edge.data, &["latency"]),
        ];
        Row::new(edge.line, fields)
    });
    let present = NODE_COLUMNS.iter().map(has).collect();
    (
        Sheet::new(&document.file, present, nodes.collect()),
        Sheet::new(&document.file, vec![true; 4], edges.collect()),
    )
}

fn pick(data: &std::collections::BTreeMap<String, String>, names: &[&str]) -> String {
    let found = names.iter().find_map(|name| data.get(*name));
    found.cloned().unwrap_or_default()
}

fn build_csv(
    spec: &CsvSpec,
    base_dir: &Path,
    mut findings: Findings,
) -> Result<Topology, TopologyErrors> {
    if !(0.0..=1_000.0).contains(&spec.neighbours.range_km) {
        findings.key("neighbours.range_km", spec.neighbours.range_km, "0 to 1000");
    }
    let mut sheet = |path: &Path, columns: &[&str], required: usize| {
        let text = read_file(base_dir, path, &mut findings)?;
        let file = path.display().to_string();
        Sheet::read(&file, &text, columns, &columns[..required], &mut findings)
    };
    let nodes = sheet(&spec.nodes, NODE_COLUMNS, 4);
    let edges = sheet(&spec.edges, EDGE_COLUMNS, 3);
    let (Some(nodes), Some(edges)) = (nodes, edges) else {
        return Err(TopologyErrors(findings.errors));
    };
    from_sheets(&nodes, &edges, (&spec.zone, spec.neighbours), findings)
}

/// A network from its two tables.
fn from_sheets(
    nodes: &Sheet,
    edges: &Sheet,
    (zone, neighbours): (&str, NeighbourSpec),
    findings: Findings,
) -> Result<Topology, TopologyErrors> {
    let mut builder = TopologyBuilder::new(neighbours);
    builder.findings = findings;
    nodes.file().clone_into(&mut builder.node_file);
    let named = nodes.has(column("neighbours"));
    for row in nodes.rows() {
        add_node(&mut builder, row, zone, named);
    }
    for row in edges.rows() {
        add_edge(&mut builder, row, &edges.origin(row.line));
    }
    builder.freeze()
}

/// The place of a column in [`NODE_COLUMNS`].
fn column(name: &str) -> usize {
    let found = NODE_COLUMNS.iter().position(|column| *column == name);
    found.expect("a column of nodes")
}

fn add_node(builder: &mut TopologyBuilder, row: &Row, zone: &str, named: bool) {
    builder.at_line(row.line);
    let origin = Origin::new(&builder.node_file, row.line);
    let get = |name: &str| row.get(column(name));
    let text = |name: &str| get(name).to_owned();
    let mut number = |name: &str, default: f64| match get(name) {
        "" if default > 0.0 => default,
        text => parse_number(text, name, "a number").unwrap_or_else(|problem| {
            builder.findings.error(origin.clone(), problem);
            default
        }),
    };
    let (latitude, longitude) = (number("lat", 0.0), number("lon", 0.0));
    let weight = number("weight", 1.0);
    if get("name").is_empty() {
        wrong_word(builder, &origin, ("name", ""), "a name");
    }
    let kind = NodeKind::from_word(get("kind")).unwrap_or_else(|| {
        wrong_word(builder, &origin, ("kind", get("kind")), &NodeKind::words());
        NodeKind::Router
    });
    let labels = Labels {
        region: text("region"),
        market: text("market"),
        pool: text("pool"),
        vendor: text("vendor"),
        sw_version: text("sw_version"),
        config_hash: text("config_hash"),
    };
    if kind.is_pool_member() && !get("dedicated_to").is_empty() {
        builder.dedicate(&labels.pool, get("dedicated_to"));
    }
    let new = NewNode::new(kind, get("name"))
        .at(latitude, longitude)
        .labelled(labels)
        .weighing(weight);
    if kind != NodeKind::Tower {
        builder.node(new);
        return;
    }
    let devices = parse_number(get("devices"), "devices", "a whole number of 0 or more");
    let devices = devices.unwrap_or_else(|problem| {
        builder.findings.error(origin, problem);
        1
    });
    let neighbours = get("neighbours").split(';').filter(|name| !name.is_empty());
    let site = TowerSite {
        devices,
        zone: Some(text("zone"))
            .filter(|z| !z.is_empty())
            .unwrap_or_else(|| zone.to_owned()),
        neighbours: named.then(|| neighbours.map(|name| name.trim().to_owned()).collect()),
    };
    builder.tower(new, site);
}

fn wrong_word(
    builder: &mut TopologyBuilder,
    origin: &Origin,
    (key, found): (&str, &str),
    allowed: &str,
) {
    let problem = Problem::Value {
        key: key.to_owned(),
        found: found.to_owned(),
        allowed: allowed.to_owned(),
    };
    builder.findings.error(origin.clone(), problem);
}

fn add_edge(builder: &mut TopologyBuilder, row: &Row, origin: &Origin) {
    let a = builder.resolve(row.get(0), origin);
    let b = builder.resolve(row.get(1), origin);
    let kind = EdgeKind::from_word(row.get(2));
    if kind.is_none() {
        wrong_word(builder, origin, ("kind", row.get(2)), &EdgeKind::words());
    }
    let latency = match row.get(3) {
        "" => Ok(None),
        text => parse_latency("latency", text).map(Some),
    };
    match (a, b, kind, latency) {
        (Some(a), Some(b), Some(kind), Ok(latency)) => {
            builder.edge(a, b, kind, latency);
        }
        (.., Err(problem)) => builder.findings.error(origin.clone(), problem),
        _ => {}
    }
}
