//! The elements of the core: which there are, how far apart, how fast, and which one serves a request.
//!
//! Invariant: a pick depends on the device and on what is up, never on what was picked before.

use crate::base::{NodeId, RegionId, SimTime, tie_break};
use crate::network::{ElementStatus, Function, FunctionSpec, NetworkSpec};
use crate::topology::{NodeKind, Routes, Topology};

use super::Naive;
use super::core::Ask;
use super::element::Element;

/// An element that may serve.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) element: usize,
    /// Its place in its pool.
    pub(super) member: u8,
    weight: f64,
}

/// The members of a pool.
#[derive(Clone, Debug)]
pub(super) struct Members {
    pub(super) amf: Vec<Choice>,
    pub(super) mme: Vec<Choice>,
}

/// Who is there, and how to get there.
#[derive(Debug)]
pub(super) struct Graph {
    seed: u64,
    /// The node of each element.
    pub(super) nodes: Vec<NodeId>,
    pub(super) routers: Vec<NodeId>,
    routes: Routes,
    pub(super) pools: Vec<Members>,
    udm: Vec<Choice>,
    pub(super) ims: Vec<Choice>,
    epdg: Vec<Choice>,
    pub(super) gateways: Vec<Vec<Choice>>,
}

impl Graph {
    pub(super) fn new(topology: &Topology, seed: u64) -> Self {
        use NodeKind::{Amf, Epdg, Gateway, Ims, Mme, Udm};
        let nodes: Vec<NodeId> = (0..topology.nodes().len())
            .map(NodeId::from_index)
            .filter(|&id| [Amf, Mme, Udm, Ims, Gateway, Epdg].contains(&topology.node(id).kind))
            .collect();
        let of_kind = |kind: NodeKind, region: Option<&str>| {
            let wanted = |id: NodeId| {
                let node = topology.node(id);
                node.kind == kind && region.is_none_or(|region| node.labels.region == region)
            };
            spread_evenly(topology, &nodes, wanted)
        };
        let members = |pool: &crate::topology::Pool| {
            let of = |kind: NodeKind| {
                let members = pool.members.iter().zip(0_u8..);
                let own = members.filter(|(id, _)| topology.node(**id).kind == kind);
                let choice = |(id, member): (&NodeId, u8)| Choice {
                    element: nodes
                        .iter()
                        .position(|node| node == id)
                        .expect("a function"),
                    member,
                    weight: topology.node(*id).weight,
                };
                own.map(choice).collect()
            };
            Members {
                amf: of(Amf),
                mme: of(Mme),
            }
        };
        let gateways = |region: &crate::topology::Region| {
            let own = of_kind(Gateway, Some(&region.name));
            if own.is_empty() {
                of_kind(Gateway, None)
            } else {
                own
            }
        };
        Self {
            seed,
            pools: topology.pools().iter().map(members).collect(),
            udm: of_kind(Udm, None),
            ims: of_kind(Ims, None),
            epdg: of_kind(Epdg, None),
            gateways: topology.regions().iter().map(gateways).collect(),
            routes: Routes::all_up(topology),
            routers: topology.nodes_of_kind(NodeKind::Router).collect(),
            nodes,
        }
    }
}

/// Elements of one kind, weighed against the heaviest of them.
fn spread_evenly(
    topology: &Topology,
    nodes: &[NodeId],
    wanted: impl Fn(NodeId) -> bool,
) -> Vec<Choice> {
    let own = nodes.iter().enumerate().filter(|(_, id)| wanted(**id));
    let own: Vec<(usize, f64)> = own
        .map(|(element, &id)| (element, topology.node(id).weight))
        .collect();
    let heaviest = own.iter().map(|(_, weight)| *weight).fold(0.0, f64::max);
    let choice = |(element, weight)| Choice {
        element,
        member: 0,
        weight: weight / heaviest,
    };
    own.into_iter().map(choice).collect()
}

impl Naive<'_> {
    /// The elements with their rates.
    pub(super) fn build_elements(&self) -> Vec<Element> {
        let elements = 0..self.graph.nodes.len();
        elements
            .map(|element| {
                let kind = self.topology.node(self.graph.nodes[element]).kind;
                let function = function(self.spec, kind);
                let devices = self.devices_of(element);
                let rate = function.rate_per_million.get() * devices / 1e6;
                let rate = rate.max(function.least_rate.get());
                Element::new(kind, function, rate, self.scale)
            })
            .collect()
    }

    /// Devices (at scale 1) that an element is sized for: its part of those of its pool, region, or all.
    pub(super) fn devices_of(&self, element: usize) -> f64 {
        let topology = self.topology;
        let node = topology.node(self.graph.nodes[element]);
        let in_pool = matches!(node.kind, NodeKind::Amf | NodeKind::Mme);
        let pool = topology.pool_of(self.graph.nodes[element]);
        let region = topology.find_region(&node.labels.region);
        let mut devices = 0.0;
        for (tower, mast) in topology.towers().iter().zip(&self.masts) {
            let all = tower.devices as f64;
            if in_pool && pool.is_some() {
                for (class, spec) in self.classes.iter().enumerate() {
                    let own = self.dedicated[class].unwrap_or(mast.pool);
                    if pool.is_some_and(|pool| pool.index() == own) {
                        devices += all * spec.share.get();
                    }
                }
            } else if node.kind != NodeKind::Gateway || region.is_none_or(|r| r == tower.region) {
                devices += all;
            }
        }
        let mates = self.graph.nodes.iter().map(|&id| topology.node(id));
        let is_mate = |other: &&crate::topology::Node| {
            other.kind == node.kind
                && (!in_pool || other.labels.pool == node.labels.pool)
                && (node.kind != NodeKind::Gateway || other.labels.region == node.labels.region)
        };
        let weight: f64 = mates.filter(is_mate).map(|mate| mate.weight).sum();
        devices * node.weight / weight
    }

    /// Whether an element serves and there is a route to it.
    pub(super) fn reaches(&self, router: usize, element: usize) -> bool {
        let (from, to) = (self.graph.routers[router], self.graph.nodes[element]);
        self.elements[element].up && self.graph.routes.latency(self.topology, from, to).is_some()
    }

    /// Whether an element hands warnings to towers, if it serves nobody or does, and there is a route to it.
    pub(super) fn warns(&self, router: usize, element: usize) -> bool {
        let (from, to) = (self.graph.routers[router], self.graph.nodes[element]);
        let is_way = self.graph.routes.latency(self.topology, from, to).is_some();
        is_way && self.status[to.index()] <= ElementStatus::Withdrawn
    }

    /// Whether the sender of public warnings, beside the management system, has a route to an element.
    pub(super) fn is_fed(&self, element: usize) -> bool {
        let mut managers = self.topology.nodes_of_kind(NodeKind::Oss);
        let to = self.graph.nodes[element];
        managers.any(|oss| {
            let from = self.topology.node(oss).router;
            let way = self.graph.routes.latency(self.topology, from, to);
            way.is_some()
        })
    }

    /// Microseconds from a tower to an element, or back.
    pub(super) fn to_tower_us(&self, tower: usize, element: usize) -> Option<u64> {
        let from = self.graph.routers[self.masts[tower].router];
        let to = self.graph.nodes[element];
        let way = self.graph.routes.latency(self.topology, from, to)?;
        let node = self.topology.towers()[tower].node;
        Some((way + self.topology.node(node).access_latency).as_us())
    }

    /// Microseconds from one element to another.
    pub(super) fn between_us(&self, from: usize, to: usize) -> Option<u64> {
        let (from, to) = (self.graph.nodes[from], self.graph.nodes[to]);
        let way = self.graph.routes.latency(self.topology, from, to)?;
        Some(way.as_us())
    }

    /// The element that serves a visit of a request, given what is up now.
    pub(super) fn pick(&self, ask: &Ask, function: Function) -> Option<usize> {
        let graph = &self.graph;
        let candidates = match function {
            Function::Mobility if ask.five_g => &graph.pools[ask.pool].amf,
            Function::Mobility => &graph.pools[ask.pool].mme,
            Function::Udm => &graph.udm,
            Function::Ims => &graph.ims,
            Function::Gateway => &graph.gateways[self.masts[ask.tower].region],
            Function::Epdg => &graph.epdg,
        };
        let router = self.masts[ask.tower].router;
        let mut held = candidates
            .iter()
            .filter(|choice| choice.member == ask.member);
        let held = held
            .next()
            .filter(|choice| self.reaches(router, choice.element));
        match held {
            Some(held) if function == Function::Mobility => Some(held.element),
            _ => {
                let serves = |element| self.reaches(router, element);
                self.spread(candidates, ask.device, serves)
                    .map(|choice| choice.element)
            }
        }
    }

    /// Spread devices by weight over what serves: hashed places first, then any that does.
    fn spread(
        &self,
        candidates: &[Choice],
        device: usize,
        serves: impl Fn(usize) -> bool,
    ) -> Option<Choice> {
        if candidates.is_empty() {
            return None;
        }
        let hashed = (0..16).map(|attempt| {
            let hash = tie_break(self.graph.seed, device as u32, attempt);
            let place = (u64::from(hash >> 8) * candidates.len() as u64) >> 24;
            (candidates[place as usize], f64::from(hash & 0xff) / 256.0)
        });
        let mut hits = hashed.filter(|(choice, coin)| *coin < choice.weight);
        let hit = hits.find(|(choice, _)| serves(choice.element));
        let any = || {
            candidates
                .iter()
                .find(|choice| serves(choice.element))
                .copied()
        };
        hit.map(|(choice, _)| choice).or_else(any)
    }

    /// The member that holds the context of a device that starts registered.
    pub(super) fn first_member(&self, device: usize) -> Option<u8> {
        let phone = &self.phones[device];
        let members = &self.graph.pools[self.pool_of(phone.home, phone.class)];
        let candidates = if phone.five_g {
            &members.amf
        } else {
            &members.mme
        };
        let router = self.masts[phone.home].router;
        let choice = self.spread(candidates, device, |element| self.reaches(router, element));
        choice.map(|choice| choice.member)
    }

    /// The IMS site that holds the registration of a device.
    pub(super) fn ims_home(&self, device: usize) -> Option<usize> {
        let choice = self.spread(&self.graph.ims, device, |_| true);
        choice.map(|choice| choice.element)
    }

    /// Find the routes anew: a router went or came.
    pub(super) fn reroute(&mut self) {
        let up = |id: NodeId| self.status[id.index()] == ElementStatus::Up;
        self.graph.routes = Routes::compute(self.topology, up, |_| true);
    }

    /// Let service requests, paging and handovers take their share of every AMF and MME.
    pub(super) fn set_background(&mut self, now: SimTime) {
        let shares: Vec<f64> = (0..self.elements.len())
            .map(|element| self.background_share(element, now))
            .collect();
        for (element, share) in shares.into_iter().enumerate() {
            let server = &self.elements[element];
            let serves_devices = matches!(server.kind, NodeKind::Amf | NodeKind::Mme);
            if serves_devices && (share - server.background).abs() > 0.001 {
                let factor = server.factor;
                self.set_speed(element, now, factor, share);
            }
        }
    }

    /// Messages an hour follow calls between the quietest hour and the busiest; devices that are not registered
    /// send none.
    fn background_share(&self, element: usize, now: SimTime) -> f64 {
        let pool = self.topology.pool_of(self.graph.nodes[element]);
        let region = pool.and_then(|pool| self.topology.pool(pool).region);
        let concerned = |phone: &&super::phone::Phone| {
            region.is_none_or(|region| self.masts[phone.home].region == region.index())
        };
        let (mut devices, mut registered) = (0_u32, 0_u32);
        for phone in self.phones.iter().filter(concerned) {
            devices += 1;
            registered += u32::from(phone.context);
        }
        let present = if devices == 0 {
            0.0
        } else {
            f64::from(registered) / f64::from(devices)
        };
        let spec = &self.spec.core.background;
        let (busy, quiet) = (
            spec.messages_in_busy_hour.get(),
            spec.messages_in_quiet_hour.get(),
        );
        let place = region.map_or(0, RegionId::index);
        let mast = self.masts.iter().find(|mast| mast.region == place);
        let hourly = &self.classes[0].calls_by_hour;
        let all = (0..24).map(|hour| hourly.at(hour));
        let (low, high) = all.fold((f64::MAX, 0.0_f64), |(l, h), x| (l.min(x), h.max(x)));
        let now = mast.map_or(12, |mast| mast.hour(now.ceil_tick()));
        let activity = if high > low {
            (hourly.at(now) - low) / (high - low)
        } else {
            1.0
        };
        let per_s = (quiet + (busy - quiet) * activity) / 3_600.0;
        let five_g: f64 = self
            .classes
            .iter()
            .map(|c| c.share.get() * c.five_g.get())
            .sum();
        let is_amf = self.elements[element].kind == NodeKind::Amf;
        let generation = if is_amf { five_g } else { 1.0 - five_g };
        let rate = self.elements[element].rate.max(1e-9);
        per_s * self.devices_of(element) * generation * present / rate
    }
}

fn function(spec: &NetworkSpec, kind: NodeKind) -> &FunctionSpec {
    let functions = &spec.core.functions;
    match kind {
        NodeKind::Amf => &functions.amf,
        NodeKind::Mme => &functions.mme,
        NodeKind::Udm => &functions.udm,
        NodeKind::Ims => &functions.ims,
        NodeKind::Gateway => &functions.gateway,
        _ => &functions.epdg,
    }
}
