//! The elements of the core: which there are, how far apart, and which one serves a request.
//!
//! A device keeps to the member that holds its context; otherwise a keyed hash spreads devices over
//! the elements that are up, so that a failed element's load goes to its mates and nobody else moves.
//!
//! Invariant: a pick depends on the device and on what is up, never on what was picked before.

use crate::base::{NodeId, tie_break};
use crate::network::spec::Function;
use crate::topology::{NodeKind, Routes, Topology};

use super::{NOWHERE, Request, Seeker, fact};

/// No way from here to there.
pub(in crate::network) const NO_LATENCY: u32 = u32::MAX;

/// One element that may serve.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Choice {
    pub(in crate::network) server: u16,
    /// Place among the members of its pool.
    pub(in crate::network) member: u8,
    /// Of 256 draws, as many take it.
    takes: u16,
}

/// The members of one pool by radio generation.
#[derive(Clone, Debug, Default)]
pub(in crate::network) struct PoolMembers {
    pub(in crate::network) amf: Vec<Choice>,
    pub(in crate::network) mme: Vec<Choice>,
    /// The server of each member that is an MME, and of each that is an AMF; [`NOWHERE`] for the others.
    held_by: [Vec<u16>; 2],
}

/// Which server a device's last member is, if it is of the right generation and in reach: a table by router, pool,
/// generation and member, kept up as elements go and come, because every attempt of a storm asks.
#[derive(Clone, Debug, Default)]
struct Holders {
    servers: Vec<u16>,
    pools: usize,
    members: usize,
}

impl Holders {
    #[inline(always)]
    fn place(&self, router: usize, pool: usize, generation: usize, member: usize) -> usize {
        ((router * self.pools + pool) * 2 + generation) * self.members + member
    }

    /// The server; [`NOWHERE`] if there is none to go back to.
    #[inline(always)]
    fn of(&self, seeker: Seeker) -> u16 {
        let member = seeker.member as usize;
        if member >= self.members {
            return NOWHERE;
        }
        let generation = usize::from(seeker.facts & fact::FIVE_G != 0);
        self.servers[self.place(
            seeker.router as usize,
            seeker.pool as usize,
            generation,
            member,
        )]
    }
}

/// Elements, latencies and who is up.
#[derive(Debug)]
pub(in crate::network) struct Elements {
    seed: u64,
    /// The node of each server.
    pub(in crate::network) nodes: Vec<NodeId>,
    pub(in crate::network) kinds: Vec<NodeKind>,
    /// The server of each node, if it is a core function.
    pub(in crate::network) server_of: Vec<Option<u16>>,
    pub(in crate::network) pools: Vec<PoolMembers>,
    udm: Vec<Choice>,
    pub(in crate::network) ims: Vec<Choice>,
    epdg: Vec<Choice>,
    pub(in crate::network) gateways: Vec<Vec<Choice>>,
    up: Vec<bool>,
    routers: Vec<NodeId>,
    pub(in crate::network) router_of_tower: Vec<u16>,
    pub(in crate::network) access_us: Vec<u32>,
    /// By router and server.
    from_router_us: Vec<u32>,
    /// The same for servers that are up; [`NO_LATENCY`] for the others.
    ready_us: Vec<u32>,
    holders: Holders,
    /// By server and server.
    between_us: Vec<u32>,
    /// No answer travels longer from a router to a tower.
    pub(in crate::network) longest_access_us: u64,
}

impl Elements {
    pub(in crate::network) fn new(topology: &Topology, seed: u64) -> Self {
        let nodes: Vec<NodeId> = (0..topology.nodes().len())
            .map(NodeId::from_index)
            .filter(|&id| topology.node(id).kind.is_core_function())
            .collect();
        let mut server_of = vec![None; topology.nodes().len()];
        for (server, node) in (0_u16..).zip(&nodes) {
            server_of[node.index()] = Some(server);
        }
        let routers: Vec<NodeId> = topology.nodes_of_kind(NodeKind::Router).collect();
        let row = |node: NodeId| {
            let router = topology.node(node).router;
            u16::try_from(
                routers
                    .binary_search(&router)
                    .expect("a tower hangs on a router"),
            )
            .expect("few routers")
        };
        let mut elements = Self {
            seed,
            kinds: nodes.iter().map(|&id| topology.node(id).kind).collect(),
            pools: Vec::new(),
            udm: choices(topology, &nodes, |id| {
                topology.node(id).kind == NodeKind::Udm
            }),
            ims: choices(topology, &nodes, |id| {
                topology.node(id).kind == NodeKind::Ims
            }),
            epdg: choices(topology, &nodes, |id| {
                topology.node(id).kind == NodeKind::Epdg
            }),
            gateways: gateways(topology, &nodes),
            up: vec![true; nodes.len()],
            router_of_tower: topology
                .towers()
                .iter()
                .map(|tower| row(tower.node))
                .collect(),
            access_us: topology
                .towers()
                .iter()
                .map(|tower| us(topology.node(tower.node).access_latency.as_us()))
                .collect(),
            from_router_us: Vec::new(),
            ready_us: Vec::new(),
            holders: Holders::default(),
            between_us: Vec::new(),
            longest_access_us: 0,
            routers,
            nodes,
            server_of,
        };
        elements.pools = elements.members(topology);
        elements
    }

    fn members(&self, topology: &Topology) -> Vec<PoolMembers> {
        let of = |members: &[NodeId], kind: NodeKind| -> Vec<Choice> {
            members
                .iter()
                .zip(0_u8..)
                .filter(|(node, _)| topology.node(**node).kind == kind)
                .map(|(node, member)| Choice {
                    server: self.server_of[node.index()].expect("a pool member is a core function"),
                    member,
                    takes: takes(topology.node(*node).weight),
                })
                .collect()
        };
        let pools = topology.pools().iter();
        pools
            .map(|pool| PoolMembers {
                amf: of(&pool.members, NodeKind::Amf),
                mme: of(&pool.members, NodeKind::Mme),
                held_by: [NodeKind::Mme, NodeKind::Amf].map(|kind| {
                    let server = |node: &NodeId| {
                        let server = self.server_of[node.index()];
                        server
                            .filter(|_| topology.node(*node).kind == kind)
                            .unwrap_or(NOWHERE)
                    };
                    pool.members.iter().map(server).collect()
                }),
            })
            .collect()
    }

    /// Take over new routes.
    pub(in crate::network) fn set_routes(&mut self, topology: &Topology, routes: &Routes) {
        let latency = |from: NodeId, to: NodeId| {
            routes
                .latency(topology, from, to)
                .map_or(NO_LATENCY, |span| us(span.as_us()))
        };
        self.from_router_us = self
            .routers
            .iter()
            .flat_map(|&from| self.nodes.iter().map(move |&to| latency(from, to)))
            .collect();
        let up = self.up.iter().cycle();
        let ready = self.from_router_us.iter().zip(up);
        self.ready_us = ready
            .map(|(&us, &up)| if up { us } else { NO_LATENCY })
            .collect();
        let longest = self.access_us.iter().max().copied();
        self.longest_access_us = u64::from(longest.unwrap_or(0));
        self.between_us = self
            .nodes
            .iter()
            .flat_map(|&from| self.nodes.iter().map(move |&to| latency(from, to)))
            .collect();
        self.lay_out_holders();
    }

    /// Whether an element is up.
    pub(in crate::network) fn is_up(&self, server: u16) -> bool {
        self.up[server as usize]
    }

    /// An element begins or ceases to serve.
    pub(in crate::network) fn set_up(&mut self, server: u16, up: bool) {
        self.up[server as usize] = up;
        let servers = self.nodes.len();
        for router in 0..self.routers.len() {
            let way = router * servers + server as usize;
            self.ready_us[way] = if up {
                self.from_router_us[way]
            } else {
                NO_LATENCY
            };
        }
        self.hold(server);
    }

    pub(in crate::network) fn routers(&self) -> usize {
        self.routers.len()
    }

    /// Latency from a tower to an element, or [`NO_LATENCY`].
    #[inline]
    pub(in crate::network) fn tower_to_us(&self, tower: u32, server: u16) -> u32 {
        let router = self.router_of_tower[tower as usize];
        self.router_to_us(router, server)
            .saturating_add(self.access_us[tower as usize])
    }

    /// Latency from a router to an element, or [`NO_LATENCY`].
    #[inline]
    pub(in crate::network) fn router_to_us(&self, router: u16, server: u16) -> u32 {
        self.from_router_us[router as usize * self.nodes.len() + server as usize]
    }

    /// Latency from one element to another, or [`NO_LATENCY`].
    #[inline]
    pub(in crate::network) fn between_us(&self, from: u16, to: u16) -> u32 {
        self.between_us[from as usize * self.nodes.len() + to as usize]
    }

    /// Whether an element serves and can be reached from a router.
    #[inline]
    pub(in crate::network) fn reaches(&self, router: u16, server: u16) -> bool {
        self.ready_us[router as usize * self.nodes.len() + server as usize] != NO_LATENCY
    }

    /// The elements that could serve `function` for a request, in the table of its kind.
    #[inline]
    fn candidates(
        &self,
        seeker: Seeker,
        function: Function,
        region: impl FnOnce() -> u16,
    ) -> &[Choice] {
        match function {
            Function::Mobility if seeker.facts & fact::FIVE_G != 0 => {
                &self.pools[seeker.pool as usize].amf
            }
            Function::Mobility => &self.pools[seeker.pool as usize].mme,
            Function::Udm => &self.udm,
            Function::Ims => &self.ims,
            Function::Gateway => &self.gateways[region() as usize],
            Function::Epdg => &self.epdg,
        }
    }

    /// The element that serves `function` for a request; `region` is that of its tower.
    #[inline]
    pub(in crate::network) fn pick(
        &self,
        seeker: Seeker,
        function: Function,
        region: impl FnOnce() -> u16,
    ) -> Option<u16> {
        if function == Function::Mobility {
            let server = self.holders.of(seeker);
            if server != NOWHERE {
                return Some(server);
            }
        }
        let candidates = self.candidates(seeker, function, region);
        let choice = self.spread(candidates, seeker.device, seeker.router);
        choice.map(|choice| choice.server)
    }

    /// Lay out every device's way back to the member that held its context last.
    fn lay_out_holders(&mut self) {
        let members = self.pools.iter().flat_map(|pool| &pool.held_by);
        let members = members.map(Vec::len).max().unwrap_or(0);
        let pools = self.pools.len();
        self.holders = Holders {
            servers: vec![NOWHERE; self.routers.len() * pools * 2 * members],
            pools,
            members,
        };
        for server in 0..u16::try_from(self.nodes.len()).expect("few elements") {
            self.hold(server);
        }
    }

    /// Take over whether a server can be gone back to.
    fn hold(&mut self, server: u16) {
        for pool in 0..self.pools.len() {
            for generation in 0..2 {
                let held_by = &self.pools[pool].held_by[generation];
                let Some(member) = held_by.iter().position(|&held| held == server) else {
                    continue;
                };
                for router in 0..self.routers.len() {
                    let row = u16::try_from(router).expect("few routers");
                    let there = self.reaches(row, server);
                    let place = self.holders.place(router, pool, generation, member);
                    self.holders.servers[place] = if there { server } else { NOWHERE };
                }
            }
        }
    }

    /// The member of the request's pool that is, or took the request to, this server.
    pub(in crate::network) fn member_of(&self, request: &Request, server: u16) -> u8 {
        let members = &self.pools[request.pool as usize];
        let list = if request.has(fact::FIVE_G) {
            &members.amf
        } else {
            &members.mme
        };
        list.iter()
            .find(|choice| choice.server == server)
            .map_or(request.member, |choice| choice.member)
    }

    /// The element that a member of a pool is; none if there is none.
    pub(in crate::network) fn member_server(&self, pool: u16, member: u8) -> Option<u16> {
        let held_by = self.pools[pool as usize].held_by.iter();
        held_by
            .filter_map(|held| held.get(member as usize).copied())
            .find(|&server| server != NOWHERE)
    }

    /// The member that holds the context of a device that starts registered.
    pub(in crate::network) fn first_member(
        &self,
        device: u32,
        pool: u16,
        router: u16,
        five_g: bool,
    ) -> Option<u8> {
        let members = &self.pools[pool as usize];
        let candidates = if five_g { &members.amf } else { &members.mme };
        self.spread(candidates, device, router)
            .map(|choice| choice.member)
    }

    /// The IMS site that holds the registration of a device while all are up.
    pub(in crate::network) fn ims_home(&self, device: u32) -> Option<u16> {
        self.spread_over(&self.ims, device, |_| true)
            .map(|choice| choice.server)
    }

    #[inline]
    fn spread(&self, candidates: &[Choice], device: u32, router: u16) -> Option<Choice> {
        self.spread_over(candidates, device, |server| self.reaches(router, server))
    }

    /// Spread devices by weight: try hashed places until one serves, then any that does.
    #[inline]
    fn spread_over(
        &self,
        candidates: &[Choice],
        device: u32,
        serves: impl Fn(u16) -> bool,
    ) -> Option<Choice> {
        if let [only] = candidates {
            return serves(only.server).then_some(*only);
        }
        let n = u32::try_from(candidates.len()).expect("few elements");
        if n == 0 {
            return None;
        }
        for attempt in 0..16 {
            let hash = tie_break(self.seed, device, attempt);
            let choice = &candidates[((u64::from(hash >> 8) * u64::from(n)) >> 24) as usize];
            let heads = hash & 0xff < u32::from(choice.takes);
            if heads && serves(choice.server) {
                return Some(*choice);
            }
        }
        candidates
            .iter()
            .find(|choice| serves(choice.server))
            .copied()
    }
}

fn choices(topology: &Topology, nodes: &[NodeId], is: impl Fn(NodeId) -> bool) -> Vec<Choice> {
    let heaviest = nodes
        .iter()
        .filter(|id| is(**id))
        .map(|&id| topology.node(id).weight)
        .fold(0.0, f64::max);
    (0_u16..)
        .zip(nodes)
        .filter(|(_, id)| is(**id))
        .map(|(server, &id)| Choice {
            server,
            member: 0,
            takes: takes(topology.node(id).weight / heaviest),
        })
        .collect()
}

/// Of 256 draws, how many take an element of this weight.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 256"
)]
fn takes(weight: f64) -> u16 {
    libm::ceil(weight.clamp(0.0, 1.0) * 256.0) as u16
}

/// The gateways of each region; a region without its own uses all.
fn gateways(topology: &Topology, nodes: &[NodeId]) -> Vec<Vec<Choice>> {
    let of_region = |name: &str| {
        choices(topology, nodes, |id| {
            let node = topology.node(id);
            node.kind == NodeKind::Gateway && node.labels.region == name
        })
    };
    let all = choices(topology, nodes, |id| {
        topology.node(id).kind == NodeKind::Gateway
    });
    let own = topology
        .regions()
        .iter()
        .map(|region| of_region(&region.name));
    own.map(|own| if own.is_empty() { all.clone() } else { own })
        .collect()
}

fn us(us: u64) -> u32 {
    u32::try_from(us).unwrap_or(NO_LATENCY - 1)
}
