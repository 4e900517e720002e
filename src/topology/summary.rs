//! What was loaded, in a form that a person can read.
//!
//! Invariant: counts only; writes to whatever it is given, never to the terminal.

use std::collections::BTreeMap;
use std::fmt;

use super::cuts::{Cut, articulation_points};
use super::errors::TopologyWarning;
use super::graph::Topology;
use super::kinds::{EdgeKind, NodeKind};

/// Counts of what is in a topology, its weak points and what deserved a look. Its `Display` fits
/// 80 columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Nodes by kind, in the order of [`NodeKind::ALL`]; kinds without nodes are left out.
    pub nodes: Vec<(NodeKind, usize)>,
    /// Edges by kind, in the order of [`EdgeKind::ALL`], implied ones included.
    pub edges: Vec<(EdgeKind, u64)>,
    /// Regions in the order of the table.
    pub regions: Vec<RegionSummary>,
    /// Pools in the order of the table.
    pub pools: Vec<PoolSummary>,
    /// Devices at scale 1.
    pub devices: u64,
    /// Routers whose loss separates others.
    pub cuts: Vec<CutSummary>,
    /// What deserved a look.
    pub warnings: Vec<TopologyWarning>,
}

/// What is in a region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionSummary {
    /// Its name.
    pub name: String,
    /// Towers in it.
    pub towers: usize,
    /// Devices under them, at scale 1.
    pub devices: u64,
    /// Routers in it.
    pub routers: usize,
}

/// What is in a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSummary {
    /// Its name.
    pub name: String,
    /// AMF members.
    pub amf: usize,
    /// MME members.
    pub mme: usize,
    /// Towers whose ordinary devices it serves.
    pub towers: usize,
    /// Devices under them, at scale 1.
    pub devices: u64,
    /// The class it is dedicated to.
    pub dedicated_to: Option<String>,
}

/// A [`Cut`] with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutSummary {
    /// The router.
    pub router: String,
    /// How many other routers it separates.
    pub separated: usize,
    /// Towers cut off.
    pub towers: usize,
    /// Devices cut off, at scale 1.
    pub devices: u64,
    /// Pools all of whose members are cut off.
    pub pools: Vec<String>,
}

impl Summary {
    /// Count what is in a topology.
    pub fn of(topology: &Topology) -> Self {
        let cuts = articulation_points(topology);
        Self {
            nodes: nodes_by_kind(topology),
            edges: edges_by_kind(topology),
            regions: regions(topology),
            pools: pools(topology),
            devices: topology.devices(),
            cuts: cuts.iter().map(|cut| named(topology, cut)).collect(),
            warnings: topology.warnings().to_vec(),
        }
    }
}

fn nodes_by_kind(topology: &Topology) -> Vec<(NodeKind, usize)> {
    let mut counts: BTreeMap<NodeKind, usize> = BTreeMap::new();
    for node in topology.nodes() {
        *counts.entry(node.kind).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn edges_by_kind(topology: &Topology) -> Vec<(EdgeKind, u64)> {
    let mut counts: BTreeMap<EdgeKind, u64> = BTreeMap::new();
    for edge in topology.edges() {
        *counts.entry(edge.kind).or_default() += 1;
    }
    let towers = topology.towers().len() as u64;
    let implied = topology.pools().iter().enumerate().map(|(i, pool)| {
        let served = match pool.dedicated_to {
            Some(_) => towers,
            None => topology.towers_of[i].len() as u64,
        };
        served * pool.members.len() as u64
    });
    *counts.entry(EdgeKind::N2S1).or_default() += implied.sum::<u64>();
    *counts.entry(EdgeKind::UeRadio).or_default() += topology.devices();
    counts.into_iter().collect()
}

fn regions(topology: &Topology) -> Vec<RegionSummary> {
    let mut found: Vec<RegionSummary> = topology
        .regions()
        .iter()
        .map(|region| RegionSummary {
            name: region.name.clone(),
            ..RegionSummary::default()
        })
        .collect();
    for tower in topology.towers() {
        let region = &mut found[tower.region.index()];
        region.towers += 1;
        region.devices += tower.devices;
    }
    for region in &mut found {
        let routers = topology.nodes_of_kind(NodeKind::Router);
        let here = routers.filter(|&id| topology.node(id).labels.region == region.name);
        region.routers = here.count();
    }
    found
}

fn pools(topology: &Topology) -> Vec<PoolSummary> {
    let summary = |(i, pool): (usize, &super::graph::Pool)| {
        let count = |kind: NodeKind| {
            let members = pool.members.iter();
            members
                .filter(|&&id| topology.node(id).kind == kind)
                .count()
        };
        let towers = &topology.towers_of[i];
        PoolSummary {
            name: pool.name.clone(),
            amf: count(NodeKind::Amf),
            mme: count(NodeKind::Mme),
            towers: towers.len(),
            devices: towers.iter().map(|&id| topology.tower(id).devices).sum(),
            dedicated_to: pool.dedicated_to.clone(),
        }
    };
    topology.pools().iter().enumerate().map(summary).collect()
}

fn named(topology: &Topology, cut: &Cut) -> CutSummary {
    let pool = |&id: &_| topology.pool(id).name.clone();
    CutSummary {
        router: topology.node(cut.router).name.clone(),
        separated: cut.separated.len(),
        towers: cut.towers,
        devices: cut.devices,
        pools: cut.pools.iter().map(pool).collect(),
    }
}

/// Rows of regions, pools, cuts and warnings beyond this are counted, not written.
const SHOWN: usize = 20;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_kinds(f)?;
        self.write_regions(f)?;
        self.write_pools(f)?;
        self.write_cuts(f)?;
        for warning in self.warnings.iter().take(SHOWN) {
            write!(f, "\nwarning: {warning}")?;
        }
        match self.warnings.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more warnings"),
        }
    }
}

impl Summary {
    fn write_kinds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<20} {:>12}    {:<20} {:>15}",
            "nodes", "", "edges", ""
        )?;
        for i in 0..self.nodes.len().max(self.edges.len()) {
            let line = match (self.nodes.get(i), self.edges.get(i)) {
                (Some(node), Some(edge)) => format!("{}    {}", node_cell(node), edge_cell(edge)),
                (Some(node), None) => node_cell(node),
                (None, Some(edge)) => format!("{:37}{}", "", edge_cell(edge)),
                (None, None) => String::new(),
            };
            writeln!(f, "{line}")?;
        }
        Ok(())
    }

    fn write_regions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["region", "towers", "devices", "routers"];
        let [name, towers, devices, routers] = head;
        writeln!(f, "\n{name:<28} {towers:>10} {devices:>15} {routers:>10}")?;
        for region in self.regions.iter().take(SHOWN) {
            let name = shortened(&region.name, 28);
            let (towers, devices) = (grouped(region.towers as u64), grouped(region.devices));
            let routers = region.routers;
            writeln!(f, "{name:<28} {towers:>10} {devices:>15} {routers:>10}")?;
        }
        write_more(f, self.regions.len(), "regions")?;
        let towers: usize = self.regions.iter().map(|region| region.towers).sum();
        let (towers, devices) = (grouped(towers as u64), grouped(self.devices));
        writeln!(f, "{:<28} {towers:>10} {devices:>15}", "all")
    }

    fn write_pools(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [name, amf, mme, towers, devices] = ["pool", "amf", "mme", "towers", "devices"];
        writeln!(
            f,
            "\n{name:<28} {amf:>5} {mme:>5} {towers:>10} {devices:>15}"
        )?;
        for pool in self.pools.iter().take(SHOWN) {
            let name = shortened(&pool.name, 28);
            let (amf, mme) = (pool.amf, pool.mme);
            if let Some(class) = &pool.dedicated_to {
                let class = shortened(class, 24);
                writeln!(f, "{name:<28} {amf:>5} {mme:>5}  class {class}, everywhere")?;
                continue;
            }
            let (towers, devices) = (grouped(pool.towers as u64), grouped(pool.devices));
            writeln!(f, "{name:<28} {amf:>5} {mme:>5} {towers:>10} {devices:>15}")?;
        }
        write_more(f, self.pools.len(), "pools")
    }

    fn write_cuts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cuts.is_empty() {
            return write!(f, "\nno router's loss separates other routers");
        }
        let [name, separated, towers, devices] = [
            "articulation point",
            "separates",
            "towers off",
            "devices off",
        ];
        write!(
            f,
            "\n{name:<28} {separated:>10} {towers:>11} {devices:>15}  pools off"
        )?;
        for cut in self.cuts.iter().take(SHOWN) {
            let name = shortened(&cut.router, 28);
            let (towers, devices) = (grouped(cut.towers as u64), grouped(cut.devices));
            let (separated, pools) = (cut.separated, cut.pools.len());
            write!(
                f,
                "\n{name:<28} {separated:>10} {towers:>11} {devices:>15} {pools:>10}"
            )?;
        }
        match self.cuts.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more articulation points"),
        }
    }
}

fn node_cell((kind, count): &(NodeKind, usize)) -> String {
    format!("  {kind:<18} {:>12}", grouped(*count as u64))
}

fn edge_cell((kind, count): &(EdgeKind, u64)) -> String {
    format!("  {kind:<18} {:>15}", grouped(*count))
}

fn write_more(f: &mut fmt::Formatter<'_>, count: usize, what: &str) -> fmt::Result {
    match count.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(f, "and {more} more {what}"),
    }
}

/// A name that fits its column.
fn shortened(name: &str, width: usize) -> String {
    if name.chars().count() <= width {
        return name.to_owned();
    }
    let start: String = name.chars().take(width - 1).collect();
    format!("{start}…")
}

/// `125,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
