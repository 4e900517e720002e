//! From routers and towers on a map to a whole network: core functions, management plane, edges.
//!
//! Invariant: the same plan always gives the same network; no random draw is made here.

use std::collections::BTreeMap;

use crate::base::{NodeId, Span};

use super::builder::{NewNode, TopologyBuilder, TowerSite};
use super::errors::{Findings, TopologyErrors};
use super::geo::{Point, link_latency};
use super::graph::Topology;
use super::kinds::{EdgeKind, NodeKind};
use super::labels::{Turns, label};
use super::spec::{CoreSpec, NeighbourSpec};

/// What a source has found out: where routers and towers stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) regions: Vec<RegionPlan>,
    pub(super) routers: Vec<RouterPlan>,
    pub(super) links: Vec<LinkPlan>,
    pub(super) towers: Vec<TowerPlan>,
}

/// A region and the size of its pools.
#[derive(Clone, Debug)]
pub(super) struct RegionPlan {
    pub(super) name: String,
    pub(super) pools: u16,
    pub(super) amf: u16,
    pub(super) mme: u16,
}

/// A router.
#[derive(Clone, Debug)]
pub(super) struct RouterPlan {
    pub(super) name: String,
    pub(super) position: (f64, f64),
    pub(super) market: String,
}

/// A link between two routers.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkPlan {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) latency: Option<Span>,
}

/// A tower.
#[derive(Clone, Debug)]
pub(super) struct TowerPlan {
    pub(super) name: String,
    pub(super) position: (f64, f64),
    pub(super) region: usize,
    pub(super) market: String,
    pub(super) router: usize,
    pub(super) devices: u64,
    pub(super) zone: String,
}

impl RegionPlan {
    pub(super) fn ordinary(name: &str, core: &CoreSpec) -> Self {
        Self {
            name: name.to_owned(),
            pools: core.pools_per_region,
            amf: core.amf_per_pool,
            mme: core.mme_per_pool,
        }
    }
}

impl RouterPlan {
    pub(super) fn point(&self) -> Point {
        Point::new(self.position.0, self.position.1)
    }
}

/// Build the network of a plan. Every region of the plan must have a tower.
pub(super) fn lay_out(
    plan: &Plan,
    core: &CoreSpec,
    neighbours: NeighbourSpec,
    findings: Findings,
) -> Result<Topology, TopologyErrors> {
    let mut layout = Layout::new(plan, core, neighbours);
    layout.builder.findings = findings;
    layout.regional_functions();
    layout.dedicated_pools();
    layout.national_functions();
    let routers = layout.routers();
    layout.towers(&routers);
    layout.attach(&routers);
    layout.core_edges();
    layout.management_edges(&routers);
    layout.builder.freeze()
}

/// An element that hangs on a router of the plan.
#[derive(Clone, Copy, Debug)]
struct Placed {
    id: NodeId,
    kind: NodeKind,
    router: usize,
    region: usize,
}

struct Layout<'a> {
    plan: &'a Plan,
    core: &'a CoreSpec,
    builder: TopologyBuilder,
    /// Devices by region and router.
    demand: Vec<Vec<u64>>,
    /// The routers that a region's functions hang on, largest first; at most two.
    sites: Vec<Vec<usize>>,
    placed: Vec<Placed>,
    turns: BTreeMap<NodeKind, Turns>,
}

impl<'a> Layout<'a> {
    fn new(plan: &'a Plan, core: &'a CoreSpec, neighbours: NeighbourSpec) -> Self {
        let mut demand = vec![vec![0; plan.routers.len()]; plan.regions.len()];
        for tower in &plan.towers {
            // One more, so that a tower without devices still counts.
            demand[tower.region][tower.router] += tower.devices + 1;
        }
        let sites = demand
            .iter()
            .map(|of_router| two_largest(of_router))
            .collect();
        Self {
            plan,
            core,
            builder: TopologyBuilder::new(neighbours),
            demand,
            sites,
            placed: Vec::new(),
            turns: BTreeMap::new(),
        }
    }

    /// Pools, gateways and hosts of each region, taking turns between its two largest sites.
    fn regional_functions(&mut self) {
        for (r, region) in self.plan.regions.iter().enumerate() {
            for pool in 1..=region.pools {
                let pool = pool_name(&region.name, pool);
                self.members(&pool, (region.amf, region.mme), |i| (r, i), &region.name);
            }
            for (kind, count, word) in [
                (NodeKind::Gateway, self.core.gateways_per_region, "gateway"),
                (NodeKind::NfviHost, self.core.nfvi_hosts_per_region, "nfvi"),
            ] {
                for i in 0..count {
                    let name = format!("{word}-{}-{}", region.name, i + 1);
                    let new = NewNode::new(kind, &name).in_region(&region.name);
                    self.place(new, (r, usize::from(i)));
                }
            }
        }
    }

    fn dedicated_pools(&mut self) {
        for pool in &self.core.dedicated {
            let order = self.regions_by_demand();
            let site = move |i: usize| (order[i % order.len()], i / order.len());
            self.members(&pool.name, (pool.amf, pool.mme), site, "");
            self.builder.dedicate(&pool.name, &pool.class);
        }
    }

    /// AMF and MME members of a pool; `site` gives the region and the turn of the i-th of a kind.
    fn members(
        &mut self,
        pool: &str,
        (amf, mme): (u16, u16),
        site: impl Fn(usize) -> (usize, usize),
        region: &str,
    ) {
        for (kind, count) in [(NodeKind::Amf, amf), (NodeKind::Mme, mme)] {
            for i in 0..count {
                let name = format!("{kind}-{pool}-{}", i + 1);
                let new = NewNode::new(kind, &name).in_region(region).in_pool(pool);
                self.place(new, site(usize::from(i)));
            }
        }
    }

    /// Shared functions and the management plane, over the regions by size.
    fn national_functions(&mut self) {
        let order = self.regions_by_demand();
        let place = |layout: &mut Self, kind: NodeKind, name: &str, i: usize| {
            let site = (order[i % order.len()], i / order.len());
            layout.place(NewNode::new(kind, name), site);
        };
        for (kind, count) in [
            (NodeKind::Udm, self.core.udm),
            (NodeKind::Ims, self.core.ims),
            (NodeKind::Epdg, self.core.epdg),
            (NodeKind::Stp, self.core.stp),
        ] {
            for i in 0..usize::from(count) {
                place(self, kind, &format!("{kind}-{}", i + 1), i);
            }
        }
        for kind in [
            NodeKind::Oss,
            NodeKind::IdentityProvider,
            NodeKind::Repository,
        ] {
            place(self, kind, kind.word(), 0);
        }
    }

    fn regions_by_demand(&self) -> Vec<usize> {
        let total = |r: &usize| self.demand[*r].iter().sum::<u64>();
        let mut order: Vec<usize> = (0..self.plan.regions.len()).collect();
        order.sort_by_key(|r| (std::cmp::Reverse(total(r)), *r));
        order
    }

    /// Add an element at the turn-th site of a region.
    fn place(&mut self, mut new: NewNode, (region, turn): (usize, usize)) {
        let sites = &self.sites[region];
        let router = sites[turn % sites.len()];
        let place = &self.plan.routers[router];
        if !new.labels.region.is_empty() {
            new.labels.market.clone_from(&place.market);
        }
        let vendor = self.next_vendor(new.kind);
        label(&mut new, vendor, self.core);
        let kind = new.kind;
        let (latitude, longitude) = place.position;
        let id = self.builder.node(new.at(latitude, longitude));
        self.placed.push(Placed {
            id,
            kind,
            router,
            region,
        });
    }

    fn next_vendor(&mut self, kind: NodeKind) -> &'a str {
        let vendors = &self.core.vendors;
        let turns = self.turns.entry(kind).or_default();
        turns.next(vendors)
    }

    fn routers(&mut self) -> Vec<NodeId> {
        let regions = self.router_regions();
        let routers: Vec<NodeId> = self
            .plan
            .routers
            .iter()
            .zip(regions)
            .map(|(router, region)| {
                let mut new = NewNode::new(NodeKind::Router, &router.name)
                    .at(router.position.0, router.position.1)
                    .in_region(&self.plan.regions[region].name);
                new.labels.market.clone_from(&router.market);
                let vendor = self.turns.entry(NodeKind::Router).or_default();
                let vendor = vendor.next(&self.core.vendors);
                label(&mut new, vendor, self.core);
                self.builder.node(new)
            })
            .collect();
        for link in &self.plan.links {
            let (a, b) = (routers[link.a], routers[link.b]);
            self.builder.link(a, b, link.latency);
        }
        routers
    }

    /// The region that each router serves most, or the region of the nearest router that serves any.
    fn router_regions(&self) -> Vec<usize> {
        let own: Vec<Option<usize>> = (0..self.plan.routers.len())
            .map(|router| {
                let demand = |r: &usize| self.demand[*r][router];
                (0..self.demand.len())
                    .filter(|r| demand(r) > 0)
                    .max_by_key(|r| (demand(r), std::cmp::Reverse(*r)))
            })
            .collect();
        let points: Vec<Point> = self.plan.routers.iter().map(RouterPlan::point).collect();
        (0..own.len())
            .map(|i| {
                let with_region = (0..own.len()).filter(|j| own[*j].is_some());
                let nearest = with_region.min_by(|a, b| {
                    let gap = |j: &usize| points[i].chord2(points[*j]);
                    gap(a).total_cmp(&gap(b))
                });
                own[i].or_else(|| own[nearest?]).unwrap_or(0)
            })
            .collect()
    }

    fn towers(&mut self, routers: &[NodeId]) {
        let pools = self.pools_of_towers();
        let vendors = self.vendors_of_markets();
        for (tower, pool) in self.plan.towers.iter().zip(pools) {
            let region = &self.plan.regions[tower.region].name;
            let mut new = NewNode::new(NodeKind::Tower, &tower.name)
                .at(tower.position.0, tower.position.1)
                .in_region(region)
                .in_pool(&pool_name(region, pool));
            new.labels.market.clone_from(&tower.market);
            label(&mut new, vendors[tower.market.as_str()], self.core);
            let site = TowerSite {
                devices: tower.devices,
                zone: tower.zone.clone(),
                neighbours: None,
            };
            let id = self.builder.tower(new, site);
            let router = routers[tower.router];
            self.builder.edge(id, router, EdgeKind::IpTransport, None);
        }
    }

    /// The number of each tower's pool within its region: all towers of a router share one, the
    /// largest routers going first to the least loaded pool. If a region has fewer routers than
    /// pools, its towers take turns.
    fn pools_of_towers(&self) -> Vec<u16> {
        let of_router: Vec<Option<BTreeMap<usize, u16>>> = self
            .plan
            .regions
            .iter()
            .zip(&self.demand)
            .map(|(region, demand)| share_routers(demand, region.pools))
            .collect();
        let mut turn = vec![0; self.plan.regions.len()];
        let pool = |tower: &TowerPlan| {
            if let Some(pools) = &of_router[tower.region] {
                return pools[&tower.router];
            }
            let next = turn[tower.region] % self.plan.regions[tower.region].pools + 1;
            turn[tower.region] = next;
            next
        };
        self.plan.towers.iter().map(pool).collect()
    }

    /// One radio vendor for each market, the markets with the most towers choosing first.
    fn vendors_of_markets(&self) -> BTreeMap<&'a str, &'a str> {
        let mut size: BTreeMap<&str, usize> = BTreeMap::new();
        for tower in &self.plan.towers {
            *size.entry(tower.market.as_str()).or_default() += 1;
        }
        let mut markets: Vec<_> = size.into_iter().collect();
        markets.sort_by_key(|(market, towers)| (std::cmp::Reverse(*towers), *market));
        let mut turns = Turns::default();
        markets
            .into_iter()
            .map(|(market, towers)| (market, turns.next_of(&self.core.vendors, towers)))
            .collect()
    }

    fn attach(&mut self, routers: &[NodeId]) {
        for placed in self.placed.clone() {
            let router = routers[placed.router];
            let latency = Some(link_latency(0.0));
            let kind = EdgeKind::IpTransport;
            self.builder.edge(placed.id, router, kind, latency);
        }
    }

    /// The interfaces between core functions.
    fn core_edges(&mut self) {
        for (from, to, kind) in [
            (NodeKind::Amf, NodeKind::Udm, EdgeKind::Sbi),
            (NodeKind::Mme, NodeKind::Udm, EdgeKind::S6aDiameter),
            (NodeKind::Ims, NodeKind::Udm, EdgeKind::S6aDiameter),
            (NodeKind::Gateway, NodeKind::Ims, EdgeKind::SipIms),
            (NodeKind::Epdg, NodeKind::Ims, EdgeKind::SipIms),
            (NodeKind::Stp, NodeKind::Udm, EdgeKind::RoamingIpx),
        ] {
            self.connect(kind, |a, b| a.kind == from && b.kind == to);
        }
        // A member of a dedicated pool uses the gateways of the region where it stands.
        self.connect(EdgeKind::Sbi, |a, b| {
            a.kind == NodeKind::Amf && b.kind == NodeKind::Gateway && a.region == b.region
        });
        self.hosts();
    }

    /// Functions of a region take turns on its hosts.
    fn hosts(&mut self) {
        let mut turn = vec![0; self.plan.regions.len()];
        for function in self.placed.clone() {
            if !function.kind.is_core_function() && function.kind != NodeKind::Stp {
                continue;
            }
            let here = |p: &&Placed| p.kind == NodeKind::NfviHost && p.region == function.region;
            let hosts: Vec<NodeId> = self.placed.iter().filter(here).map(|p| p.id).collect();
            if let Some(&host) = hosts.get(turn[function.region] % hosts.len().max(1)) {
                turn[function.region] += 1;
                let latency = Some(Span::ZERO);
                self.builder
                    .edge(host, function.id, EdgeKind::NfviHost, latency);
            }
        }
    }

    /// The ways by which elements are configured, and by which software reaches them.
    fn management_edges(&mut self, routers: &[NodeId]) {
        let managed = |kind: NodeKind| {
            kind.is_core_function() || matches!(kind, NodeKind::Stp | NodeKind::NfviHost)
        };
        let is_oss = |p: &Placed| p.kind == NodeKind::Oss;
        self.connect(EdgeKind::OamMgmt, |a, b| is_oss(a) && managed(b.kind));
        let oss = self.placed.iter().find(|p| is_oss(p)).expect("placed").id;
        for &router in routers {
            self.builder.edge(oss, router, EdgeKind::OamMgmt, None);
        }
        self.connect(EdgeKind::CicdPush, |a, b| {
            a.kind == NodeKind::Repository && managed(b.kind) && b.kind != NodeKind::NfviHost
        });
        self.connect(EdgeKind::IdentityProvider, |a, b| {
            a.kind == NodeKind::IdentityProvider && is_oss(b)
        });
    }

    /// An edge from every element to every other for which `wanted` holds.
    fn connect(&mut self, kind: EdgeKind, wanted: impl Fn(&Placed, &Placed) -> bool) {
        for a in &self.placed {
            for b in self.placed.iter().filter(|b| wanted(a, b)) {
                self.builder.edge(a.id, b.id, kind, None);
            }
        }
    }
}

/// The name of the `number`-th pool of a region.
fn pool_name(region: &str, number: u16) -> String {
    format!("{region}-{number}")
}

fn two_largest(demand: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..demand.len()).filter(|i| demand[*i] > 0).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(demand[i]), i));
    order.truncate(2);
    order
}

/// Give routers to pools; none if there are fewer routers than pools.
fn share_routers(demand: &[u64], pools: u16) -> Option<BTreeMap<usize, u16>> {
    let mut order: Vec<usize> = (0..demand.len()).filter(|i| demand[*i] > 0).collect();
    if order.len() < usize::from(pools) {
        return None;
    }
    order.sort_by_key(|&i| (std::cmp::Reverse(demand[i]), i));
    let mut load = vec![0; usize::from(pools)];
    let mut chosen = BTreeMap::new();
    for router in order {
        let (number, least) = (1..)
            .zip(&mut load)
            .min_by_key(|(number, load)| (**load, *number))
            .expect("a region has a pool");
        *least += demand[router];
        chosen.insert(router, number);
    }
    Some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routers_are_shared_out_evenly() {
        let shared = share_routers(&[10, 0, 6, 5, 1], 2).expect("more routers than pools");
        assert_eq!(shared[&0], 1);
        assert_eq!((shared[&2], shared[&3]), (2, 2));
        assert_eq!(shared[&4], 1);
        assert_eq!(share_routers(&[10, 0], 2), None);
    }
}
