//! A backbone from a GraphML file: routers with positions, links with latencies.
//!
//! Invariant: knows no towers and no core; leaves out nothing that the file says without a word.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::Span;

use super::errors::{Findings, Origin, Problem, nearest};
use super::geo::{Point, is_position, link_latency};
use super::graphml::{Document, GraphEdge, GraphNode};
use super::kinds::{EdgeKind, NodeKind};
use super::layout::{LinkPlan, RouterPlan};
use super::tables::parse_number;

/// Routers and links.
#[derive(Clone, Debug, Default)]
pub(super) struct Backbone {
    pub(super) routers: Vec<RouterPlan>,
    pub(super) links: Vec<LinkPlan>,
    /// What lives around each router.
    pub(super) sites: Vec<Site>,
}

/// What lives around a router.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) population: u64,
    pub(super) zone: Option<String>,
}

/// Read a backbone from a file; none if it cannot be understood.
pub(super) fn read_backbone(
    base_dir: &Path,
    path: &Path,
    population: Option<&str>,
    findings: &mut Findings,
) -> Option<Backbone> {
    let document = Document::open(base_dir, path, findings)?;
    Some(backbone(&document, population, findings))
}

/// The backbone in a file; if its nodes have kinds, its routers.
pub(super) fn backbone(
    document: &Document,
    population: Option<&str>,
    findings: &mut Findings,
) -> Backbone {
    let nodes: Vec<&GraphNode> = document.nodes.iter().filter(|n| is_router(n)).collect();
    let names = names(&nodes);
    let mut index = BTreeMap::new();
    for (i, node) in nodes.iter().enumerate() {
        if index.insert(node.id.as_str(), i).is_some() {
            let origin = Origin::new(&document.file, node.line);
            findings.error(origin, Problem::Duplicate(node.id.clone()));
        }
    }
    let links = links(document, &index, findings);
    let positions = positions(document, &nodes, &links, findings);
    let routers = names
        .iter()
        .zip(&positions)
        .map(|(name, position)| RouterPlan {
            name: match name.strip_prefix("router-") {
                Some(_) => name.clone(),
                None => format!("router-{name}"),
            },
            position: *position,
            market: name.clone(),
        });
    let mut backbone = Backbone {
        routers: routers.collect(),
        links: Vec::new(),
        sites: Vec::new(),
    };
    for node in &nodes {
        let site = site(document, node, population, findings);
        backbone.sites.push(site);
    }
    if nodes.is_empty() {
        let problem = Problem::Syntax("no routers, expected at least one node".to_owned());
        findings.error(Origin::new(&document.file, 0), problem);
    }
    backbone.links = links
        .into_iter()
        .map(|(a, b, edge)| LinkPlan {
            a,
            b,
            latency: latency(document, edge, findings),
        })
        .collect();
    backbone
}

/// Files of our own tell the kind of each node; elsewhere every node is a router.
fn is_router(node: &GraphNode) -> bool {
    let kind = node.data.get("kind");
    kind.is_none_or(|kind| NodeKind::from_word(kind) == Some(NodeKind::Router))
}

/// The label of each node, with its id where labels repeat; the id if it has none.
fn names(nodes: &[&GraphNode]) -> Vec<String> {
    let label = |node: &GraphNode| {
        let label = node.data.get("label").filter(|label| !label.is_empty());
        label.unwrap_or(&node.id).replace(' ', "-")
    };
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for node in nodes {
        *times.entry(label(node)).or_default() += 1;
    }
    let unique = |node: &&GraphNode| match label(node) {
        label if times[&label] > 1 => format!("{label}-{}", node.id),
        label => label,
    };
    nodes.iter().map(unique).collect()
}

/// The links between routers.
fn links<'d>(
    document: &'d Document,
    index: &BTreeMap<&str, usize>,
    findings: &mut Findings,
) -> Vec<(usize, usize, &'d GraphEdge)> {
    let others: Vec<&str> = document.nodes.iter().map(|node| node.id.as_str()).collect();
    let mut links = Vec::new();
    for edge in &document.edges {
        let origin = Origin::new(&document.file, edge.line);
        let kind = edge.data.get("kind").map(String::as_str);
        if kind.is_some_and(|kind| EdgeKind::from_word(kind) != Some(EdgeKind::IpTransport)) {
            continue;
        }
        let ends = [&edge.source, &edge.target].map(|id| {
            let found = index.get(id.as_str()).copied();
            if found.is_none() && !others.contains(&id.as_str()) {
                let problem = Problem::Unknown {
                    what: "node",
                    found: id.clone(),
                    nearest: nearest(id, others.iter().copied()),
                };
                findings.error(origin.clone(), problem);
            }
            found
        });
        match ends {
            [Some(a), Some(b)] if a == b => {
                let text = format!("link from node {} to itself left out", edge.source);
                findings.warn(origin, text);
            }
            [Some(a), Some(b)] => links.push((a, b, edge)),
            _ => {}
        }
    }
    links
}

/// The position of each node; one without is put in the middle of those it is linked to.
fn positions(
    document: &Document,
    nodes: &[&GraphNode],
    links: &[(usize, usize, &GraphEdge)],
    findings: &mut Findings,
) -> Vec<(f64, f64)> {
    let mut known: Vec<Option<(f64, f64)>> = nodes
        .iter()
        .map(|node| position(document, node, findings))
        .collect();
    let missing: Vec<usize> = (0..nodes.len()).filter(|i| known[*i].is_none()).collect();
    loop {
        let found: Vec<_> = (0..nodes.len())
            .filter(|i| known[*i].is_none())
            .filter_map(|i| Some((i, middle_of_linked(i, links, &known)?)))
            .collect();
        if found.is_empty() {
            break;
        }
        for (i, position) in found {
            known[i] = Some(position);
        }
    }
    for i in missing {
        let origin = Origin::new(&document.file, nodes[i].line);
        let id = &nodes[i].id;
        if known[i].is_some() {
            let text = format!("node {id} has no position: put between the nodes it is linked to");
            findings.warn(origin, text);
        } else {
            findings.error(origin, Problem::Nowhere(id.clone()));
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

fn middle_of_linked(
    node: usize,
    links: &[(usize, usize, &GraphEdge)],
    known: &[Option<(f64, f64)>],
) -> Option<(f64, f64)> {
    let linked = links.iter().filter_map(|&(a, b, _)| match node {
        _ if node == a => known[b],
        _ if node == b => known[a],
        _ => None,
    });
    let points = linked.map(|(latitude, longitude)| (Point::new(latitude, longitude), 1.0));
    Point::middle(points).map(Point::degrees)
}

/// The position that a node gives itself; one that is wrong is a finding and counts as given.
fn position(document: &Document, node: &GraphNode, findings: &mut Findings) -> Option<(f64, f64)> {
    let mut coordinate = |names: [&'static str; 3]| {
        let (name, text) = first_of(&node.data, names)?;
        let origin = Origin::new(&document.file, node.line);
        let value = parse_number::<f64>(text, name, "a number of degrees");
        Some(value.unwrap_or_else(|problem| {
            findings.error(origin, problem);
            0.0
        }))
    };
    let latitude = coordinate(["latitude", "lat", "y"])?;
    let longitude = coordinate(["longitude", "lon", "x"])?;
    if !is_position(latitude, longitude) {
        let problem = Problem::Position {
            name: node.id.clone(),
            latitude,
            longitude,
        };
        findings.error(Origin::new(&document.file, node.line), problem);
    }
    Some((latitude, longitude))
}

fn first_of<'d, const N: usize>(
    data: &'d BTreeMap<String, String>,
    names: [&'static str; N],
) -> Option<(&'static str, &'d str)> {
    let mut found = names.into_iter().filter_map(|name| {
        let text = data.get(name)?.as_str();
        (!text.is_empty()).then_some((name, text))
    });
    found.next()
}

fn site(
    document: &Document,
    node: &GraphNode,
    population: Option<&str>,
    findings: &mut Findings,
) -> Site {
    let people = population.map_or(Ok(1), |key| {
        let text = node.data.get(&key.to_ascii_lowercase());
        let text = text.map_or("", String::as_str);
        people(text).ok_or_else(|| Problem::Value {
            key: key.to_owned(),
            found: text.to_owned(),
            allowed: "a number of people, 0 or more".to_owned(),
        })
    });
    let population = people.unwrap_or_else(|problem| {
        findings.error(Origin::new(&document.file, node.line), problem);
        1
    });
    Site {
        population,
        zone: node
            .data
            .get("zone")
            .filter(|zone| !zone.is_empty())
            .cloned(),
    }
}

/// People as a whole number, whether or not the file writes a fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked first"
)]
fn people(text: &str) -> Option<u64> {
    let value: f64 = text.trim().parse().ok()?;
    (0.0..1e15)
        .contains(&value)
        .then(|| libm::round(value) as u64)
}

/// The latency of a link, if the file gives it or a length: `latency` with a unit, `latency_ms` or
/// `delay_ms`, or a great-circle length in km as `dist_km`, `dist` or `length_km`.
fn latency(document: &Document, edge: &GraphEdge, findings: &mut Findings) -> Option<Span> {
    let mut report = |problem| findings.error(Origin::new(&document.file, edge.line), problem);
    if let Some((key, text)) = first_of(&edge.data, ["latency"]) {
        return parse_latency(key, text).map_err(&mut report).ok();
    }
    let mut number = |names: [&'static str; 3]| {
        let (key, text) = first_of(&edge.data, names)?;
        let value = parse_number::<f64>(text, key, "a number of 0 or more");
        let value = value.and_then(|value| match value {
            0.0.. => Ok(value),
            _ => Err(wrong_number(key, text)),
        });
        value.map_err(&mut report).ok()
    };
    if let Some(ms) = number(["latency_ms", "delay_ms", "delay"]) {
        return Some(Span::from_secs_f64(ms / 1e3));
    }
    number(["dist_km", "dist", "length_km"]).map(link_latency)
}

fn wrong_number(key: &str, found: &str) -> Problem {
    Problem::Value {
        key: key.to_owned(),
        found: found.to_owned(),
        allowed: "a number of 0 or more".to_owned(),
    }
}

/// A latency with its unit.
pub(super) fn parse_latency(key: &str, text: &str) -> Result<Span, Problem> {
    Span::parse(text).map_err(|_| Problem::Value {
        key: key.to_owned(),
        found: text.to_owned(),
        allowed: "a duration such as 1.5ms".to_owned(),
    })
}
