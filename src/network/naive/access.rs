//! Towers, what is open behind them, coverage, radio limits and pacing.
//!
//! Invariant: what is open changes by commands alone.

use crate::base::{Purpose, SimTime, Tick, WallClock, unit_interval, zone_offset_seconds};
use crate::network::{Barring, ElementStatus, NetworkSpec, Pace, PaceOrder, Scope};
use crate::topology::{NodeKind, Topology};

use super::core::Ask;
use super::phone::Nas;
use super::{Kind, Naive, later};

/// A tower.
#[derive(Clone, Debug)]
pub(super) struct Mast {
    /// Row of its router.
    pub(super) router: usize,
    pub(super) pool: usize,
    pub(super) region: usize,
    /// Its own tower, then those in range.
    around: Vec<usize>,
    pub(super) on_air: bool,
    pub(super) backhaul: bool,
    pub(super) barring: Option<Barring>,
    pub(super) wilted: bool,
    pub(super) lost_core_at: Option<SimTime>,
    local_start_s: u32,
}

impl Mast {
    pub(super) fn all(topology: &Topology, spec: &NetworkSpec, clock: &WallClock) -> Vec<Self> {
        let routers: Vec<_> = topology.nodes_of_kind(NodeKind::Router).collect();
        let towers = topology.towers().iter().enumerate();
        let mast = |(index, tower): (usize, &crate::topology::Tower)| {
            let router = topology.node(tower.node).router;
            let offset = zone_offset_seconds(&tower.zone, clock).expect("a zone that exists");
            let neighbours = tower.neighbours.iter().map(|id| id.index());
            Self {
                router: routers
                    .iter()
                    .position(|&id| id == router)
                    .expect("a router"),
                pool: tower.pool.index(),
                region: tower.region.index(),
                around: std::iter::once(index).chain(neighbours).collect(),
                on_air: true,
                backhaul: true,
                barring: spec.access.barring,
                wilted: false,
                lost_core_at: None,
                local_start_s: clock.start_second_of_day(offset),
            }
        };
        towers.map(mast).collect()
    }

    /// Seconds since a local midnight.
    pub(super) fn local_s(&self, at: Tick) -> f64 {
        f64::from(self.local_start_s) + SimTime::from_tick(at).as_secs_f64()
    }

    /// The local hour.
    pub(super) fn hour(&self, at: Tick) -> usize {
        let second = u64::from(self.local_start_s) + SimTime::from_tick(at).as_us() / 1_000_000;
        (second / 3_600 % 24) as usize
    }
}

/// What is open, for all that devices can know of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Openness {
    /// By router and pool: whether an AMF, and whether an MME, can be reached.
    pub(super) ways: Vec<Vec<(bool, bool)>>,
    /// By router.
    pub(super) ims: Vec<bool>,
    pub(super) wifi: bool,
    /// By region.
    pub(super) gateways: Vec<bool>,
    /// By tower: on the air, and with a way to its router.
    masts: Vec<(bool, bool)>,
}

impl Naive<'_> {
    /// The tower that serves a device.
    pub(super) fn serving(&self, device: usize) -> usize {
        let phone = &self.phones[device];
        self.masts[phone.home].around[phone.serving]
    }

    /// The pool that a device of a class registers with under a tower.
    pub(super) fn pool_of(&self, tower: usize, class: usize) -> usize {
        self.dedicated[class].unwrap_or(self.masts[tower].pool)
    }

    /// Whether an AMF, and whether an MME, can be reached from a tower.
    pub(super) fn ways(&self, tower: usize, class: usize) -> (bool, bool) {
        let mast = &self.masts[tower];
        if !mast.on_air || !mast.backhaul {
            return (false, false);
        }
        self.open.ways[mast.router][self.pool_of(tower, class)]
    }

    /// The cell is gone: look for another.
    pub(super) fn lose_cell(&mut self, device: usize, at: Tick) {
        self.count(Kind::Other);
        let ordinal = self.phones[device].nas_ordinal;
        let occasion = 1 << 16 | u32::from(ordinal);
        let words = self
            .words(Purpose::Onset, device, occasion)
            .map(unit_interval);
        let settle = self.spec.access.reselection.draw(words[0], words[1]);
        let phone = &mut self.phones[device];
        phone.nas_ordinal = ordinal.wrapping_add(1);
        (phone.voluntary, phone.serving) = (false, 0);
        self.rest(
            device,
            Nas::Reselecting,
            later(at, settle.as_ticks().max(1)),
        );
        self.account(device, at);
    }

    /// Settle on the nearest tower on the air, one's own first.
    pub(super) fn reselect(&mut self, device: usize, at: Tick) {
        self.count(Kind::Other);
        let phone = &self.phones[device];
        let around = &self.masts[phone.home].around;
        let reach = if phone.covered {
            around.len().min(16)
        } else {
            1
        };
        let found = around[..reach]
            .iter()
            .position(|&tower| self.masts[tower].on_air);
        let Some(serving) = found else {
            self.rest(device, Nas::NoCoverage, None);
            self.account(device, at);
            return;
        };
        self.phones[device].serving = serving;
        if self.phones[device].context {
            self.schedule_periodic(device, at, self.spec.registration.periodic.as_ticks());
            self.account(device, at);
        } else {
            self.phones[device].nas_failures = 0;
            self.attempt(device, at);
        }
    }

    /// What is open, given what is up.
    pub(super) fn openness(&self) -> Openness {
        let reached = |router: usize, elements: &[usize]| {
            let mut elements = elements.iter();
            elements.any(|&element| self.reaches(router, element))
        };
        let routers = 0..self.graph.routers.len();
        let way = |router: usize, pool: usize| {
            let pool = &self.graph.pools[pool];
            let (amf, mme): (Vec<_>, Vec<_>) = (
                pool.amf.iter().map(|choice| choice.element).collect(),
                pool.mme.iter().map(|choice| choice.element).collect(),
            );
            (reached(router, &amf), reached(router, &mme))
        };
        let pools = 0..self.graph.pools.len();
        let ims: Vec<usize> = self.graph.ims.iter().map(|choice| choice.element).collect();
        let is_up = |kind| self.elements.iter().any(|e| e.kind == kind && e.up);
        let gateway = |own: &Vec<super::graph::Choice>| {
            own.iter().any(|choice| self.elements[choice.element].up)
        };
        let towers = self.topology.towers().iter().zip(&self.masts);
        let mast = |(tower, mast): (&crate::topology::Tower, &Mast)| {
            let status = self.status[tower.node.index()];
            let on_air = status != ElementStatus::Down && !mast.wilted;
            (on_air, status == ElementStatus::Up)
        };
        Openness {
            ways: routers
                .clone()
                .map(|r| pools.clone().map(|p| way(r, p)).collect())
                .collect(),
            ims: routers.map(|router| reached(router, &ims)).collect(),
            wifi: is_up(NodeKind::Epdg) && is_up(NodeKind::Ims),
            gateways: self.graph.gateways.iter().map(gateway).collect(),
            masts: towers.map(mast).collect(),
        }
    }

    /// Follow what has become open or shut: devices look again where something changed in range.
    pub(super) fn refresh(&mut self, now: SimTime) {
        let ways = self.openness().ways;
        let forgotten = self.follow_core(&ways, now);
        let next = self.openness();
        let concerned = self.concerned(&next);
        for (mast, (on_air, backhaul)) in self.masts.iter_mut().zip(next.masts.clone()) {
            (mast.on_air, mast.backhaul) = (on_air, backhaul);
        }
        self.open = next;
        let at = now.ceil_tick();
        for device in 0..self.phones.len() {
            let home = self.phones[device].home;
            if forgotten[home] && self.phones[device].context {
                self.lose_context(device, at);
            }
            if concerned[home] {
                self.follow_tower(device, at);
                self.account(device, at);
            }
        }
    }

    /// Towers remember when they lost the core. Those that have it back after so long that the core has forgotten
    /// their devices are returned.
    fn follow_core(&mut self, ways: &[Vec<(bool, bool)>], now: SimTime) -> Vec<bool> {
        let implicit = self.spec.registration.implicit_detach;
        let topology = self.topology;
        let towers = self.masts.iter_mut().zip(topology.towers());
        let mut forgotten = Vec::new();
        for (mast, tower) in towers {
            let backhaul = self.status[tower.node.index()] == ElementStatus::Up;
            let has_core = backhaul && ways[mast.router][mast.pool] != (false, false);
            let since = mast.lost_core_at;
            mast.lost_core_at = if has_core { None } else { since.or(Some(now)) };
            mast.wilted &= !has_core;
            let gone = since.is_some_and(|since| now.since(since) >= implicit);
            forgotten.push(has_core && gone);
        }
        forgotten
    }

    /// Towers where something changed, or in range of one.
    fn concerned(&self, next: &Openness) -> Vec<bool> {
        let now = &self.open;
        let own: Vec<bool> = (0..self.masts.len())
            .map(|tower| {
                let mast = &self.masts[tower];
                let mut pools = self.dedicated.iter().flatten().chain([&mast.pool]);
                let (router, region) = (mast.router, mast.region);
                next.wifi != now.wifi
                    || next.masts[tower] != (mast.on_air, mast.backhaul)
                    || pools.any(|&pool| next.ways[router][pool] != now.ways[router][pool])
                    || next.ims[router] != now.ims[router]
                    || next.gateways[region] != now.gateways[region]
            })
            .collect();
        let masts = self.masts.iter();
        masts
            .map(|mast| mast.around.iter().any(|&tower| own[tower]))
            .collect()
    }

    /// Leave a tower that went off the air; come home when one's own is back.
    fn follow_tower(&mut self, device: usize, at: Tick) {
        let phone = &self.phones[device];
        let home = self.masts[phone.home].on_air;
        let serving = self.masts[self.serving(device)].on_air;
        match phone.nas {
            Nas::NoCoverage if home || phone.covered => self.lose_cell(device, at),
            Nas::NoCoverage => {}
            Nas::Reselecting | Nas::Restarting if !serving => {}
            _ if !serving => self.lose_cell(device, at),
            _ if home => self.phones[device].serving = 0,
            _ => {}
        }
    }

    /// Towers that have been without the core for long enough go off the air.
    pub(super) fn wilt(&mut self, now: SimTime) -> usize {
        let wilt = self.spec.access.wilt;
        let mut count = 0;
        for mast in self.masts.iter_mut().filter(|_| wilt.enabled) {
            let since = mast.lost_core_at;
            if !mast.wilted && since.is_some_and(|since| now.since(since) >= wilt.after) {
                mast.wilted = true;
                count += 1;
            }
        }
        if count > 0 {
            self.refresh(now);
        }
        count
    }
}

/// What a tower (or, at small scales, several) can set up: a rate and a short queue.
#[derive(Clone, Debug)]
pub(super) struct Radio {
    busy_until_us: f64,
    interval_us: f64,
    queue_us: f64,
}

impl Radio {
    /// The limits of all towers, and how many towers share each: as many as it takes to hold 32 requests.
    pub(super) fn all(topology: &Topology, spec: &NetworkSpec, scale: f64) -> (Vec<Self>, usize) {
        let rate = spec.access.setups_per_second.get() * scale;
        let queue = spec.access.setup_queue;
        let held = spec.access.setups_per_second.get() * queue.as_secs_f64() * scale;
        let each = if held > 0.0 {
            libm::ceil(32.0 / held) as usize
        } else {
            1
        };
        let radio = Self {
            busy_until_us: 0.0,
            interval_us: 1e6 / (rate * each as f64).max(1e-9),
            queue_us: queue.as_us() as f64,
        };
        (vec![radio; topology.towers().len().div_ceil(each)], each)
    }

    pub(super) fn admits(&mut self, now_us: u64) -> bool {
        let now = now_us as f64;
        if self.busy_until_us - now > self.queue_us {
            return false;
        }
        self.busy_until_us = self.busy_until_us.max(now) + self.interval_us;
        true
    }
}

/// A pace in force.
#[derive(Clone, Debug)]
pub(super) struct Pacing {
    pub(super) scope: Scope,
    pub(super) pace: Pace,
    pub(super) since: SimTime,
    pub(super) interval_us: f64,
    pub(super) next_us: f64,
}

impl Pacing {
    /// Whether a registration may pass: no faster than the pace, a second's worth ahead at most.
    pub(super) fn admits(&mut self, ask: &Ask, region: usize, now_us: u64) -> bool {
        let concerned = match &self.scope {
            Scope::All | Scope::Nodes(_) => true,
            Scope::Region(id) => id.index() == region,
            Scope::Pool(id) => id.index() == ask.pool,
            Scope::Class(id) => id.index() == ask.class,
        };
        if !concerned || self.pace.order == PaceOrder::Priority && ask.priority {
            return true;
        }
        let turn = match self.pace.order {
            PaceOrder::Priority | PaceOrder::Random => 0,
            PaceOrder::Region => region as u64,
            PaceOrder::Pool => ask.pool as u64,
        };
        let running_us = now_us.saturating_sub(self.since.as_us());
        let next_us = self.next_us.max(now_us as f64);
        let too_early = turn > running_us / self.pace.step.as_us().max(1);
        if too_early || next_us - now_us as f64 > 1e6 {
            return false;
        }
        self.next_us = next_us + self.interval_us;
        true
    }
}
