//! Where a topology comes from: the `topology` part of a scenario.
//!
//! Invariant: only says what is wanted; nothing is read or built here.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::regions::{RegionSpec, us_regions};

/// Where the network comes from. Paths are relative to the scenario file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "kebab-case")]
pub enum TopologySpec {
    /// A nationwide network generated from places where people live.
    Generated(GeneratedSpec),
    /// A transport network in GraphML, with towers and core functions generated around its nodes.
    Graphml(GraphmlSpec),
    /// Real cells from OpenCelliD as the towers, with transport and core generated around them.
    Opencellid(OpencellidSpec),
    /// The whole network as two tables: nodes and edges.
    Csv(CsvSpec),
}

impl Default for TopologySpec {
    fn default() -> Self {
        Self::Generated(GeneratedSpec::default())
    }
}

/// A network generated from places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GeneratedSpec {
    /// CSV of places (`name,state,lat,lon,population,zone`); without it, the US places that are
    /// shipped with the program (GeoNames, CC-BY 4.0).
    pub places: Option<PathBuf>,
    /// Only places of these states; all without it.
    pub states: Vec<String>,
    /// How many towers, in proportion to population.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub towers: u32,
    /// How many devices at scale 1, in proportion to population.
    #[schemars(range(min = 1))]
    pub devices: u64,
    /// Regions, each a set of states; by default ten of the US, of roughly equal population.
    /// Regions without towers are left out. An empty list makes each state its own region.
    pub regions: Vec<RegionSpec>,
    /// Another number scatters the towers differently. The run's seed does not.
    pub layout_seed: u64,
    /// The core functions.
    pub core: CoreElementsSpec,
    /// Which towers a device may reselect to.
    pub neighbours: NeighbourSpec,
    /// The transport network.
    pub backbone: BackboneSpec,
}

impl Default for GeneratedSpec {
    fn default() -> Self {
        Self {
            places: None,
            states: Vec::new(),
            towers: 73_000,
            devices: 125_000_000,
            regions: us_regions(),
            layout_seed: 1,
            core: CoreElementsSpec::default(),
            neighbours: NeighbourSpec::default(),
            backbone: BackboneSpec::default(),
        }
    }
}

impl TopologySpec {
    /// The files that it reads, as the scenario names them.
    pub fn files(&self) -> Vec<&std::path::Path> {
        let mut files: Vec<&PathBuf> = Vec::new();
        match self {
            Self::Generated(spec) => {
                files.extend(&spec.places);
                if let BackboneSpec::Graphml(path) = &spec.backbone {
                    files.push(path);
                }
            }
            Self::Graphml(spec) => files.push(&spec.file),
            Self::Opencellid(spec) => files.push(&spec.file),
            Self::Csv(spec) => files.extend([&spec.nodes, &spec.edges]),
        }
        files.into_iter().map(PathBuf::as_path).collect()
    }
}

impl TopologySpec {
    /// The same, with the files that it reads looked for in `folder` if their paths are relative.
    #[must_use]
    pub fn with_files_in(mut self, folder: &std::path::Path) -> Self {
        let place = |path: &mut PathBuf| *path = folder.join(&*path);
        match &mut self {
            Self::Generated(spec) => {
                spec.places.iter_mut().for_each(place);
                if let BackboneSpec::Graphml(path) = &mut spec.backbone {
                    place(path);
                }
            }
            Self::Graphml(spec) => place(&mut spec.file),
            Self::Opencellid(spec) => place(&mut spec.file),
            Self::Csv(spec) => [&mut spec.nodes, &mut spec.edges]
                .into_iter()
                .for_each(place),
        }
        self
    }
}

/// The transport network of a generated topology.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackboneSpec {
    /// Routers in the largest cities of each state, 100 km apart or more: two, or one for each 2,000
    /// towers. A ring through all of them and a Gabriel graph link them, so that no single router
    /// cuts off another.
    #[default]
    Generated,
    /// Routers and links of a GraphML file (`TopoHub`, Internet Topology Zoo); each tower hangs on
    /// the nearest router.
    Graphml(PathBuf),
}

/// Core functions and their labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CoreElementsSpec {
    /// Pools in each region; each serves the towers of some routers.
    #[schemars(range(min = 1, max = 1000))]
    pub pools_per_region: u16,
    /// AMF members of each pool.
    pub amf_per_pool: u16,
    /// MME members of each pool.
    pub mme_per_pool: u16,
    /// Pools that serve one device class everywhere.
    pub dedicated: Vec<DedicatedPoolSpec>,
    /// Front ends of subscriber data (UDM, HSS).
    #[schemars(range(min = 1))]
    pub udm: u16,
    /// IMS sites.
    #[schemars(range(min = 1))]
    pub ims: u16,
    /// Gateways (SMF and UPF, or SGW and PGW) in each region.
    #[schemars(range(min = 1))]
    pub gateways_per_region: u16,
    /// Entries of Wi-Fi calling (ePDG or N3IWF).
    pub epdg: u16,
    /// Signalling transfer points towards other operators.
    pub stp: u16,
    /// Hosts of the virtualisation layer in each region.
    pub nfvi_hosts_per_region: u16,
    /// Vendors and their shares; towers of one market have one vendor, functions take turns.
    pub vendors: Vec<VendorSpec>,
    /// Software version of every element at the start.
    pub sw_version: String,
}

impl Default for CoreElementsSpec {
    fn default() -> Self {
        Self {
            pools_per_region: 1,
            amf_per_pool: 4,
            mme_per_pool: 4,
            dedicated: Vec::new(),
            udm: 4,
            ims: 4,
            gateways_per_region: 2,
            epdg: 2,
            stp: 2,
            nfvi_hosts_per_region: 2,
            vendors: vec![
                VendorSpec::new("vendor-a", 0.6),
                VendorSpec::new("vendor-b", 0.4),
            ],
            sw_version: "1.0".to_owned(),
        }
    }
}

/// A pool that serves one device class wherever its devices are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DedicatedPoolSpec {
    /// Its name.
    pub name: String,
    /// The device class it serves.
    pub class: String,
    /// AMF members.
    #[serde(default = "two")]
    pub amf: u16,
    /// MME members.
    #[serde(default = "two")]
    pub mme: u16,
}

fn two() -> u16 {
    2
}

/// A vendor and its share of the elements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorSpec {
    /// Its name.
    pub name: String,
    /// Its share, in proportion to those of the others.
    #[schemars(range(min = 0))]
    pub share: f64,
}

impl VendorSpec {
    /// A vendor with a share.
    pub fn new(name: &str, share: f64) -> Self {
        Self {
            name: name.to_owned(),
            share,
        }
    }
}

/// Which towers count as neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NeighbourSpec {
    /// How far away at most, in km.
    #[schemars(range(min = 0, max = 1000))]
    pub range_km: f64,
    /// How many at most.
    #[schemars(range(max = 64))]
    pub max: u32,
}

impl Default for NeighbourSpec {
    fn default() -> Self {
        Self {
            range_km: 8.0,
            max: 6,
        }
    }
}

/// A network around the nodes of a GraphML file. A file that this program exported (its nodes have
/// a `kind`) is loaded as it is, and the numbers here are not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphmlSpec {
    /// The GraphML file.
    pub file: PathBuf,
    /// How many towers.
    #[serde(default = "thousand")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub towers: u32,
    /// How many devices at scale 1.
    #[serde(default = "million")]
    #[schemars(range(min = 1))]
    pub devices: u64,
    /// The node attribute that holds how many people live around a node; without it, all are equal.
    #[serde(default)]
    pub population_attribute: Option<String>,
    /// Towers lie within so many km of their node.
    #[serde(default = "forty")]
    #[schemars(range(min = 0, max = 1000))]
    pub radius_km: f64,
    /// Into how many regions the nodes are grouped, by position.
    #[serde(default = "four")]
    #[schemars(range(min = 1, max = 1000))]
    pub regions: u16,
    /// Time zone of the towers (IANA name), unless a node has an attribute `zone`.
    #[serde(default = "utc")]
    pub zone: String,
    /// Another number scatters the towers differently. The run's seed does not.
    #[serde(default = "one")]
    pub layout_seed: u64,
    /// The core functions.
    #[serde(default)]
    pub core: CoreElementsSpec,
    /// Which towers a device may reselect to.
    #[serde(default)]
    pub neighbours: NeighbourSpec,
}

/// How devices are shared out among real cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DevicesBy {
    /// The same number under each tower.
    #[default]
    Equal,
    /// In proportion to how often a tower's cells were measured.
    Samples,
}

/// A network around the cells of an OpenCelliD file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpencellidSpec {
    /// The CSV file: the official column order without a header, or any order with one.
    pub file: PathBuf,
    /// Only these radio technologies (`GSM`, `UMTS`, `LTE`, `NR` …); all without it.
    #[serde(default)]
    pub radio: Vec<String>,
    /// Only these mobile country codes; all without it.
    #[serde(default)]
    pub mcc: Vec<u32>,
    /// Only these mobile network codes; all without it.
    #[serde(default)]
    pub net: Vec<u32>,
    /// Cells whose positions fall into the same square of so many metres are one tower, and so are
    /// LTE cells of one base station (by their cell identity).
    #[serde(default = "merge_m")]
    #[schemars(range(min = 1, max = 10_000))]
    pub merge_m: f64,
    /// How many devices at scale 1.
    #[serde(default = "million")]
    #[schemars(range(min = 1))]
    pub devices: u64,
    /// How they are shared out among the towers.
    #[serde(default)]
    pub devices_by: DevicesBy,
    /// How many transport routers, in the middle of groups of towers.
    #[serde(default = "eight")]
    #[schemars(range(min = 1, max = 500))]
    pub routers: u16,
    /// Into how many regions the routers are grouped, by position.
    #[serde(default = "one_region")]
    #[schemars(range(min = 1, max = 500))]
    pub regions: u16,
    /// Time zone of the towers (IANA name).
    #[serde(default = "utc")]
    pub zone: String,
    /// The core functions.
    #[serde(default)]
    pub core: CoreElementsSpec,
    /// Which towers a device may reselect to.
    #[serde(default)]
    pub neighbours: NeighbourSpec,
}

/// A network in two tables, each with a header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvSpec {
    /// Nodes. Columns `name`, `kind`, `lat`, `lon` are required; `region` and `pool` are for towers,
    /// and for members of pools; `devices` for towers. Optional: `market`, `vendor`, `sw_version`,
    /// `config_hash`, `weight` (1), `zone`, `dedicated_to` (for members of a pool that serves one
    /// class), `neighbours` (names of towers with `;` between, nearest first).
    pub nodes: PathBuf,
    /// Edges. Columns `a`, `b`, `kind` are required; `latency` (such as `1.5ms`) is computed from
    /// the distance where it is empty or missing.
    pub edges: PathBuf,
    /// Time zone of the towers (IANA name) that have none in the table.
    #[serde(default = "utc")]
    pub zone: String,
    /// Which towers a device may reselect to, if the table has no column `neighbours`.
    #[serde(default)]
    pub neighbours: NeighbourSpec,
}

fn thousand() -> u32 {
    1_000
}

fn million() -> u64 {
    1_000_000
}

fn forty() -> f64 {
    40.0
}

fn four() -> u16 {
    4
}

fn eight() -> u16 {
    8
}

fn merge_m() -> f64 {
    100.0
}

fn one() -> u64 {
    1
}

fn one_region() -> u16 {
    1
}

fn utc() -> String {
    "UTC".to_owned()
}
