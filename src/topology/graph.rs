//! The frozen graph and the tables beside it.
//!
//! Invariant: every identifier held by one table exists in the other; `freeze` has checked it.

use std::collections::BTreeMap;

use crate::base::{EdgeId, NodeId, PoolId, RegionId, Span, TowerId};

use super::errors::TopologyWarning;
use super::kinds::{EdgeKind, NodeKind};

/// The labels that selectors of rollouts and attacks use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Region name (the unit of reporting); empty for national elements.
    pub region: String,
    /// Market name (in the US: the state).
    pub market: String,
    /// Pool name, for members of a pool and the towers they serve.
    pub pool: String,
    /// Vendor name.
    pub vendor: String,
    /// Software version at the start of the run.
    pub sw_version: String,
    /// Hash of the configuration at the start of the run.
    pub config_hash: String,
}

/// A node of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Unique name, as written in files and outputs.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The labels that selectors use.
    pub labels: Labels,
    /// The transport router it hangs on; routers hang on themselves.
    pub router: NodeId,
    /// One-way latency to that router.
    pub access_latency: Span,
    /// Share of its function's capacity in units of one ordinary member (1 unless the file says so).
    pub weight: f64,
}

/// An edge of the graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// One end.
    pub a: NodeId,
    /// The other end.
    pub b: NodeId,
    /// What runs along it.
    pub kind: EdgeKind,
    /// One-way latency.
    pub latency: Span,
}

/// A tower, with the subscribers that live under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tower {
    /// Its node in the graph.
    pub node: NodeId,
    /// The region it reports to.
    pub region: RegionId,
    /// The pool that ordinary devices under it register with.
    pub pool: PoolId,
    /// Devices living under it at scale 1.
    pub devices: u64,
    /// IANA time zone name.
    pub zone: String,
    /// Towers in range that its devices may reselect to, nearest first.
    pub neighbours: Vec<TowerId>,
}

/// A pool of AMF and MME members that share the devices of its towers.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Unique name.
    pub name: String,
    /// Its region; none for a national pool.
    pub region: Option<RegionId>,
    /// The members, AMF and MME alike.
    pub members: Vec<NodeId>,
    /// The device class that this pool serves everywhere, instead of the towers' own pools.
    pub dedicated_to: Option<String>,
}

/// A region: the unit of reporting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Unique name.
    pub name: String,
}

/// The frozen graph of cores, towers and subscribers.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    pub(super) towers: Vec<Tower>,
    pub(super) pools: Vec<Pool>,
    pub(super) regions: Vec<Region>,
    pub(super) by_name: BTreeMap<String, NodeId>,
    /// Edges of each node, in the order of the file.
    pub(super) edges_of: Vec<Vec<EdgeId>>,
    /// The edge by which each node hangs on its router; none for routers.
    pub(super) access_edges: Vec<Option<EdgeId>>,
    /// The tower that each node is.
    pub(super) tower_of: Vec<Option<TowerId>>,
    /// The pool that each node is a member of.
    pub(super) pool_of: Vec<Option<PoolId>>,
    /// The towers whose own pool each pool is.
    pub(super) towers_of: Vec<Vec<TowerId>>,
    /// What deserved a look when it was built.
    pub(super) warnings: Vec<TopologyWarning>,
}

impl Topology {
    /// All nodes, towers included; a [`NodeId`] is an index.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The node of this name.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.by_name.get(name).copied()
    }

    /// The nodes of one kind, in the order of the table.
    pub fn nodes_of_kind(&self, kind: NodeKind) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes
            .iter()
            .enumerate()
            .filter(move |(_, node)| node.kind == kind)
            .map(|(i, _)| NodeId::from_index(i))
    }

    /// All explicit edges; an [`EdgeId`] is an index. `n2-s1` is implied by pool membership and
    /// `ue-radio` by a tower's devices.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// One edge.
    pub fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.index()]
    }

    /// The explicit edges at a node.
    pub fn edges_at(&self, id: NodeId) -> &[EdgeId] {
        &self.edges_of[id.index()]
    }

    /// The nodes reached from `id` along explicit edges of `kind`.
    pub fn neighbours(
        &self,
        id: NodeId,
        kind: EdgeKind,
    ) -> impl Iterator<Item = (EdgeId, NodeId)> + '_ {
        self.edges_of[id.index()]
            .iter()
            .filter_map(move |&edge_id| {
                let edge = &self.edges[edge_id.index()];
                (edge.kind == kind).then_some((edge_id, if edge.a == id { edge.b } else { edge.a }))
            })
    }

    /// All towers; a [`TowerId`] is an index.
    pub fn towers(&self) -> &[Tower] {
        &self.towers
    }

    /// One tower.
    pub fn tower(&self, id: TowerId) -> &Tower {
        &self.towers[id.index()]
    }

    /// All pools; a [`PoolId`] is an index.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// One pool.
    pub fn pool(&self, id: PoolId) -> &Pool {
        &self.pools[id.index()]
    }

    /// All regions; a [`RegionId`] is an index.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The tower that a node is.
    pub fn tower_of(&self, id: NodeId) -> Option<TowerId> {
        self.tower_of[id.index()]
    }

    /// The pool that a node is a member of; towers are served by a pool, not members of it.
    pub fn pool_of(&self, id: NodeId) -> Option<PoolId> {
        self.pool_of[id.index()]
    }

    /// The edge by which a node hangs on its router; none for routers.
    pub fn access_edge(&self, id: NodeId) -> Option<EdgeId> {
        self.access_edges[id.index()]
    }

    /// The towers whose ordinary devices register with a pool.
    pub fn towers_of(&self, id: PoolId) -> &[TowerId] {
        &self.towers_of[id.index()]
    }

    /// The region of this name.
    pub fn find_region(&self, name: &str) -> Option<RegionId> {
        let index = self.regions.iter().position(|region| region.name == name)?;
        Some(RegionId::from_index(index))
    }

    /// The pool of this name.
    pub fn find_pool(&self, name: &str) -> Option<PoolId> {
        let index = self.pools.iter().position(|pool| pool.name == name)?;
        Some(PoolId::from_index(index))
    }

    /// Devices under all towers, at scale 1.
    pub fn devices(&self) -> u64 {
        self.towers.iter().map(|tower| tower.devices).sum()
    }

    /// What deserved a look when it was built.
    pub fn warnings(&self) -> &[TopologyWarning] {
        &self.warnings
    }

    /// The nodes along implied `n2-s1` edges: for a tower, the members of its pool and of every
    /// dedicated pool; for a member of a pool, the towers it serves. None for any other node.
    pub fn n2s1_neighbours(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let members = self.tower_of(id).into_iter().flat_map(move |tower| {
            let own = self.towers[tower.index()].pool;
            self.pools
                .iter()
                .enumerate()
                .filter(move |(i, pool)| *i == own.index() || pool.dedicated_to.is_some())
                .flat_map(|(_, pool)| pool.members.iter().copied())
        });
        let pool = self.pool_of(id);
        let dedicated = pool.is_some_and(|pool| self.pool(pool).dedicated_to.is_some());
        let everywhere = if dedicated { &self.towers[..] } else { &[] };
        let own = pool.filter(|_| !dedicated).map(|pool| self.towers_of(pool));
        let towers = own
            .into_iter()
            .flatten()
            .map(|&tower| self.towers[tower.index()].node)
            .chain(everywhere.iter().map(|tower| tower.node));
        members.chain(towers)
    }
}

/// Hand-made graphs for tests of the rooms above.
#[cfg(test)]
impl Topology {
    /// A graph of these tables as they are: the caller keeps identifiers consistent.
    pub(crate) fn by_hand(
        nodes: Vec<Node>,
        edges: Vec<Edge>,
        towers: Vec<Tower>,
        pools: Vec<Pool>,
        regions: Vec<Region>,
    ) -> Self {
        let mut edges_of = vec![Vec::new(); nodes.len()];
        for (index, edge) in edges.iter().enumerate() {
            edges_of[edge.a.index()].push(EdgeId::from_index(index));
            edges_of[edge.b.index()].push(EdgeId::from_index(index));
        }
        let by_name = nodes
            .iter()
            .enumerate()
            .map(|(index, node)| (node.name.clone(), NodeId::from_index(index)))
            .collect();
        let mut tower_of = vec![None; nodes.len()];
        let mut served = vec![Vec::new(); pools.len()];
        for (index, tower) in towers.iter().enumerate() {
            let id = TowerId::from_index(index);
            tower_of[tower.node.index()] = Some(id);
            served[tower.pool.index()].push(id);
        }
        let mut pool_of = vec![None; nodes.len()];
        for (index, pool) in pools.iter().enumerate() {
            for member in &pool.members {
                pool_of[member.index()] = Some(PoolId::from_index(index));
            }
        }
        Self {
            access_edges: vec![None; nodes.len()],
            tower_of,
            pool_of,
            towers_of: served,
            warnings: Vec::new(),
            nodes,
            edges,
            towers,
            pools,
            regions,
            by_name,
            edges_of,
        }
    }
}
