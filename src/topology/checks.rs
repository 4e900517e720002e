//! From a built graph to a frozen one: every check, then the tables that queries need.
//!
//! Invariant: all findings are reported together; only checks that make no sense after others have
//! failed are left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{EdgeId, NodeId, PoolId, RegionId, TowerId, WallClock, zone_offset_seconds};

use super::builder::TopologyBuilder;
use super::errors::{Findings, Origin, Problem, TopologyErrors, nearest};
use super::geo::{Point, near};
use super::graph::{Node, Pool, Region, Topology, Tower};
use super::kinds::{EdgeKind, NodeKind};
use super::routes::Routes;

/// Check a graph and freeze it.
pub(super) fn freeze(mut builder: TopologyBuilder) -> Result<Topology, TopologyErrors> {
    check_nodes(&mut builder);
    check_edges(&mut builder);
    let access_edges = hang_on_routers(&mut builder);
    let regions = regions(&mut builder);
    let (pools, pool_of) = pools(&mut builder, &regions);
    let towers = towers(&mut builder, &regions, &pools);
    if !builder.findings.errors.is_empty() {
        return Err(TopologyErrors(builder.findings.errors));
    }
    let mut findings = std::mem::take(&mut builder.findings);
    let origins = builder.node_lines.clone();
    let file = builder.node_file.clone();
    let mut topology = tables(builder, access_edges, (regions, pools, pool_of), towers);
    let origin = |id: NodeId| Origin::new(&file, origins.get(id.index()).copied().unwrap_or(0));
    check_reachable(&topology, &origin, &mut findings);
    warn_about_neighbours(&topology, &mut findings);
    if !findings.errors.is_empty() {
        return Err(TopologyErrors(findings.errors));
    }
    topology.warnings = findings.warnings;
    Ok(topology)
}

fn check_nodes(builder: &mut TopologyBuilder) {
    let mut found = Vec::new();
    for (i, node) in builder.nodes.iter().enumerate() {
        let id = NodeId::from_index(i);
        let name = || node.name.clone();
        if !(node.weight > 0.0 && node.weight.is_finite()) {
            let problem = Problem::Weight {
                name: name(),
                found: node.weight,
            };
            found.push((id, problem));
        }
        let is_tower = node.kind == NodeKind::Tower;
        if is_tower != builder.sites.contains_key(&id) {
            found.push((id, Problem::Subscribers(name())));
        }
        if is_tower && node.labels.region.is_empty() {
            found.push((id, Problem::NoRegion(name())));
        }
    }
    for (id, problem) in found {
        let origin = builder.origin(id);
        builder.findings.error(origin, problem);
    }
    check_devices(builder);
    check_zones(builder);
}

fn check_devices(builder: &mut TopologyBuilder) {
    let origin = Origin::new(&builder.node_file, 0);
    if builder.sites.is_empty() {
        builder.findings.error(origin, Problem::NoTowers);
    } else if builder.sites.values().all(|site| site.devices == 0) {
        builder.findings.error(origin, Problem::NoDevices);
    }
}

fn check_zones(builder: &mut TopologyBuilder) {
    let clock = WallClock::parse("2024-01-01T00:00:00+00:00").expect("a date");
    let mut first = BTreeMap::new();
    for (&id, site) in &builder.sites {
        first.entry(site.zone.as_str()).or_insert(id);
    }
    let wrong: Vec<_> = first
        .into_iter()
        .filter(|(zone, _)| zone_offset_seconds(zone, &clock).is_err())
        .map(|(zone, id)| (zone.to_owned(), id))
        .collect();
    for (zone, id) in wrong {
        let problem = Problem::Value {
            key: "zone".to_owned(),
            found: zone,
            allowed: "an IANA time zone such as America/Chicago".to_owned(),
        };
        let origin = builder.origin(id);
        builder.findings.error(origin, problem);
    }
}

fn check_edges(builder: &mut TopologyBuilder) {
    for edge in &builder.edges {
        if edge.a == edge.b {
            let name = builder.nodes[edge.a.index()].name.clone();
            let origin = builder.origin(edge.a);
            builder.findings.error(origin, Problem::Loop(name));
        }
    }
}

/// Find the router that each node hangs on.
fn hang_on_routers(builder: &mut TopologyBuilder) -> Vec<Option<EdgeId>> {
    let mut access = vec![None; builder.nodes.len()];
    for (i, edge) in builder.edges.iter().enumerate() {
        if edge.kind != EdgeKind::IpTransport {
            continue;
        }
        for (own, other) in [(edge.a, edge.b), (edge.b, edge.a)] {
            let is_router = |id: NodeId| builder.nodes[id.index()].kind == NodeKind::Router;
            if is_router(own) || !is_router(other) {
                continue;
            }
            let better = |found: &EdgeId| edge.latency < builder.edges[found.index()].latency;
            if access[own.index()].as_ref().is_none_or(better) {
                access[own.index()] = Some(EdgeId::from_index(i));
            }
        }
    }
    for (i, edge_id) in access.iter().enumerate() {
        hang(builder, NodeId::from_index(i), *edge_id);
    }
    access
}

fn hang(builder: &mut TopologyBuilder, id: NodeId, access: Option<EdgeId>) {
    let node = &builder.nodes[id.index()];
    if node.kind == NodeKind::Router {
        return;
    }
    let Some(edge_id) = access else {
        let problem = Problem::NoRouter(node.name.clone());
        let origin = builder.origin(id);
        builder.findings.error(origin, problem);
        return;
    };
    let edge = builder.edges[edge_id.index()];
    let node = &mut builder.nodes[id.index()];
    node.router = if edge.a == id { edge.b } else { edge.a };
    node.access_latency = edge.latency;
}

/// The regions that labels name, in the order of the nodes.
fn regions(builder: &mut TopologyBuilder) -> Vec<Region> {
    let names = distinct(builder.nodes.iter().map(|node| node.labels.region.as_str()));
    too_many(&mut builder.findings, "regions", names.len());
    names.into_iter().map(|name| Region { name }).collect()
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names
        .filter(|name| !name.is_empty() && seen.insert(*name))
        .map(str::to_owned)
        .collect()
}

fn too_many(findings: &mut Findings, what: &'static str, found: usize) {
    let allowed = usize::from(u16::MAX);
    if found > allowed {
        let problem = Problem::TooMany {
            what,
            found,
            allowed,
        };
        findings.error(Origin::default(), problem);
    }
}

/// The pools that AMF and MME nodes name, in the order of the nodes.
fn pools(
    builder: &mut TopologyBuilder,
    regions: &[Region],
) -> (Vec<Pool>, BTreeMap<NodeId, PoolId>) {
    let is_member = |node: &&Node| node.kind.is_pool_member();
    let members = builder.nodes.iter().filter(is_member);
    let names = distinct(members.map(|node| node.labels.pool.as_str()));
    too_many(&mut builder.findings, "pools", names.len());
    let index: BTreeMap<&str, usize> = (0..).zip(&names).map(|(i, n)| (n.as_str(), i)).collect();
    let mut members = vec![Vec::new(); names.len()];
    for (i, node) in builder.nodes.iter().enumerate() {
        if let Some(&pool) = index.get(node.labels.pool.as_str())
            && node.kind.is_pool_member()
        {
            members[pool].push(NodeId::from_index(i));
        }
    }
    check_dedicated(builder, &names);
    let pools: Vec<Pool> = names
        .iter()
        .zip(members)
        .map(|(name, members)| Pool {
            name: name.clone(),
            region: common_region(builder, regions, &members),
            members,
            dedicated_to: builder.dedicated.get(name).cloned(),
        })
        .collect();
    let of_node = |(i, pool): (usize, &Pool)| {
        let id = PoolId(u16::try_from(i).unwrap_or(u16::MAX));
        let members = pool.members.clone();
        members.into_iter().map(move |node| (node, id))
    };
    let pool_of = pools.iter().enumerate().flat_map(of_node).collect();
    (pools, pool_of)
}

fn check_dedicated(builder: &mut TopologyBuilder, pools: &[String]) {
    for name in builder.dedicated.keys() {
        if !pools.contains(name) {
            let origin = Origin::new(&builder.node_file, 0);
            builder.findings.error(origin, no_pool(name, pools));
        }
    }
}

fn no_pool(name: &str, pools: &[String]) -> Problem {
    Problem::Unknown {
        what: "pool with members",
        found: name.to_owned(),
        nearest: nearest(name, pools.iter().map(String::as_str)),
    }
}

/// The region that all members are in.
fn common_region(
    builder: &TopologyBuilder,
    regions: &[Region],
    members: &[NodeId],
) -> Option<RegionId> {
    let label = |id: &NodeId| builder.nodes[id.index()].labels.region.as_str();
    let first = label(members.first()?);
    if members.iter().any(|id| label(id) != first) {
        return None;
    }
    let found = regions.iter().position(|region| region.name == first)?;
    Some(RegionId(u16::try_from(found).unwrap_or(u16::MAX)))
}

/// The towers, with their neighbours, in the order of the nodes.
fn towers(builder: &mut TopologyBuilder, regions: &[Region], pools: &[Pool]) -> Vec<Tower> {
    let region_index: BTreeMap<&str, u16> =
        regions.iter().map(|r| r.name.as_str()).zip(0..).collect();
    let pool_index: BTreeMap<&str, u16> = pools.iter().map(|p| p.name.as_str()).zip(0..).collect();
    let mut towers = Vec::with_capacity(builder.sites.len());
    let mut wrong = Vec::new();
    for (&id, site) in &builder.sites {
        let labels = &builder.nodes[id.index()].labels;
        let region = region_index.get(labels.region.as_str()).copied();
        let pool = pool_index.get(labels.pool.as_str()).copied();
        if pool.is_none() {
            wrong.push((id, labels.pool.clone()));
        }
        towers.push(Tower {
            node: id,
            region: RegionId(region.unwrap_or_default()),
            pool: PoolId(pool.unwrap_or_default()),
            devices: site.devices,
            zone: site.zone.clone(),
            neighbours: Vec::new(),
        });
    }
    let names: Vec<String> = pools.iter().map(|pool| pool.name.clone()).collect();
    for (id, pool) in wrong {
        let origin = builder.origin(id);
        builder.findings.error(origin, no_pool(&pool, &names));
    }
    find_neighbours(builder, &mut towers);
    name_neighbours(builder, &mut towers);
    towers
}

/// Neighbours by distance.
fn find_neighbours(builder: &TopologyBuilder, towers: &mut [Tower]) {
    let wanted = builder.neighbours;
    if wanted.max == 0 || builder.sites.values().all(|site| site.neighbours.is_some()) {
        return;
    }
    let points: Vec<Point> = towers
        .iter()
        .map(|tower| {
            let node = &builder.nodes[tower.node.index()];
            Point::new(node.latitude, node.longitude)
        })
        .collect();
    let found = near(&points, wanted.range_km, wanted.max as usize);
    for (tower, neighbours) in towers.iter_mut().zip(found) {
        tower.neighbours = neighbours.into_iter().map(TowerId::from_index).collect();
    }
}

/// Neighbours by name, where they are given.
fn name_neighbours(builder: &mut TopologyBuilder, towers: &mut [Tower]) {
    let index: BTreeMap<NodeId, TowerId> = towers
        .iter()
        .enumerate()
        .map(|(i, tower)| (tower.node, TowerId::from_index(i)))
        .collect();
    for tower in towers {
        let site = &builder.sites[&tower.node];
        let Some(names) = site.neighbours.clone() else {
            continue;
        };
        let origin = builder.origin(tower.node);
        tower.neighbours = names
            .iter()
            .filter_map(|name| {
                let id = builder.resolve(name, &origin)?;
                let found = index.get(&id).copied();
                if found.is_none() {
                    let problem = Problem::Value {
                        key: "neighbours".to_owned(),
                        found: name.clone(),
                        allowed: "names of towers".to_owned(),
                    };
                    builder.findings.error(origin.clone(), problem);
                }
                found
            })
            .collect();
    }
}

/// Put the tables together.
fn tables(
    builder: TopologyBuilder,
    access_edges: Vec<Option<EdgeId>>,
    (regions, pools, members): (Vec<Region>, Vec<Pool>, BTreeMap<NodeId, PoolId>),
    towers: Vec<Tower>,
) -> Topology {
    let count = builder.nodes.len();
    let mut edges_of = vec![Vec::new(); count];
    for (i, edge) in builder.edges.iter().enumerate() {
        edges_of[edge.a.index()].push(EdgeId::from_index(i));
        edges_of[edge.b.index()].push(EdgeId::from_index(i));
    }
    let mut tower_of = vec![None; count];
    let mut served = vec![Vec::new(); pools.len()];
    for (i, tower) in towers.iter().enumerate() {
        tower_of[tower.node.index()] = Some(TowerId::from_index(i));
        served[tower.pool.index()].push(TowerId::from_index(i));
    }
    let mut pool_of = vec![None; count];
    for (node, pool) in members {
        pool_of[node.index()] = Some(pool);
    }
    Topology {
        nodes: builder.nodes,
        edges: builder.edges,
        towers,
        pools,
        regions,
        by_name: builder.by_name,
        edges_of,
        access_edges,
        tower_of,
        pool_of,
        towers_of: served,
        warnings: Vec::new(),
    }
}

/// Every tower must reach a member of its pool while all is up.
fn check_reachable(
    topology: &Topology,
    origin: &impl Fn(NodeId) -> Origin,
    findings: &mut Findings,
) {
    let routes = Routes::all_up(topology);
    let mut known = BTreeMap::new();
    for tower in topology.towers() {
        let hub = topology.node(tower.node).router;
        let pool = topology.pool(tower.pool);
        let reachable = *known.entry((hub, tower.pool)).or_insert_with(|| {
            let reach = |&id: &NodeId| routes.latency(topology, tower.node, id).is_some();
            pool.members.iter().any(reach)
        });
        if !reachable {
            let problem = Problem::Unreachable {
                tower: topology.node(tower.node).name.clone(),
                pool: pool.name.clone(),
            };
            findings.error(origin(tower.node), problem);
        }
    }
}

fn warn_about_neighbours(topology: &Topology, findings: &mut Findings) {
    let mut alone = topology.towers().iter().filter(|t| t.neighbours.is_empty());
    if let Some(first) = alone.next() {
        let name = &topology.node(first.node).name;
        let text = match alone.count() {
            0 => format!("tower {name} has no neighbour in range: without it, no radio"),
            more => {
                format!("{name} and {more} more towers have no neighbour in range")
            }
        };
        findings.warn(Origin::default(), text);
    }
}
