//! Commands: what faults, operators and attackers do.
//!
//! Invariant: happens at one instant, after all that lies before it.

use crate::base::{NodeId, Purpose, SimTime, Tick, unit_interval};
use crate::network::{Barring, Command, ElementStatus, Flood, Pace, Scope};
use crate::topology::NodeKind;

use super::access::Pacing;
use super::core::Job;
use super::phone::{Ims, Nas};
use super::{Flooding, Layer, Naive, later, sooner, ticks};

impl Naive<'_> {
    pub(super) fn apply(&mut self, command: &Command, now: SimTime) {
        match command {
            Command::SetStatus { node, status } => self.set_status(*node, *status, now),
            Command::DropContexts { node, share } => self.drop_contexts(*node, share.get(), now),
            Command::SetCapacity { node, factor } => {
                if let Some(element) = self.element_at(*node) {
                    let background = self.elements[element].background;
                    self.set_speed(element, now, *factor, background);
                }
            }
            Command::SetReject { node, cause, share } => {
                if let Some(element) = self.element_at(*node) {
                    self.elements[element].reject = cause.map(|cause| (cause, share.get()));
                }
            }
            Command::PurgeQueue { node } => {
                if let Some(element) = self.element_at(*node) {
                    let jobs = self.elements[element].purge();
                    self.all_lost(&jobs);
                }
            }
            Command::SetBarring { scope, barring } => self.set_barring(scope, *barring),
            Command::SetPace { scope, pace } => self.set_pace(scope, *pace, now),
            Command::StartFlood { id, flood } => self.start_flood(*id, flood, now),
            Command::StopFlood { id } => self.stop_flood(*id, now),
            Command::Announce { share } => self.announce(share.get(), now.ceil_tick()),
            _ => unreachable!("the compared worlds know no such harm"),
        }
    }

    fn element_at(&self, node: NodeId) -> Option<usize> {
        self.graph.nodes.iter().position(|&other| other == node)
    }

    fn all_lost(&mut self, jobs: &[Job]) {
        for job in jobs {
            self.lost(&job.ask);
        }
    }

    /// An element that ceases to serve loses the work that is in it; one that goes down, its contexts too.
    fn set_status(&mut self, node: NodeId, status: ElementStatus, now: SimTime) {
        if self.status[node.index()] == status {
            return;
        }
        self.status[node.index()] = status;
        if let Some(element) = self.element_at(node) {
            let up = status == ElementStatus::Up;
            if self.elements[element].up && !up {
                let jobs = self.elements[element].lose_all();
                self.all_lost(&jobs);
            }
            self.elements[element].up = up;
            if status == ElementStatus::Down {
                self.drop_contexts(node, 1.0, now);
            }
        }
        if self.topology.node(node).kind == NodeKind::Router {
            self.reroute();
        }
        self.refresh(now);
    }

    /// An element forgets a share of the devices whose contexts it holds.
    fn drop_contexts(&mut self, node: NodeId, share: f64, now: SimTime) {
        let at = now.ceil_tick();
        for device in 0..self.phones.len() {
            let words = self.words(Purpose::Effect, device, at).map(unit_interval);
            if self.topology.node(node).kind == NodeKind::Ims {
                let home = self.ims_home(device);
                let here = home.is_some_and(|element| self.graph.nodes[element] == node);
                if here && self.phones[device].in_ims && words[1] < share {
                    self.lose_ims(device, at);
                }
            } else if self.is_held_by(device, node) && words[0] < share {
                self.lose_context(device, at);
            }
        }
    }

    fn is_held_by(&self, device: usize, node: NodeId) -> bool {
        let phone = &self.phones[device];
        let pool = &self.topology.pools()[self.pool_of(phone.home, phone.class)];
        let member = pool.members.get(usize::from(phone.member));
        (phone.context || phone.nas == Nas::Accepted) && member == Some(&node)
    }

    /// The context of a device is gone: it notices by its uplink, by its timer, or because it is told.
    pub(super) fn lose_context(&mut self, device: usize, at: Tick) {
        let notice = self.notice(device, at);
        let phone = &mut self.phones[device];
        phone.context = false;
        let was = phone.nas;
        if matches!(was, Nas::Registered | Nas::WillRestart | Nas::Accepted) {
            phone.nas_failures = 0;
            let timer = phone.due(Layer::Nas).filter(|_| was != Nas::Accepted);
            self.rest(device, Nas::Unaware, sooner(notice, timer));
        }
        let phone = &mut self.phones[device];
        if !phone.wifi {
            (phone.in_ims, phone.ims) = (false, Ims::Idle);
            self.set_timer(device, Layer::Ims, None);
        }
        self.account(device, at);
    }

    fn lose_ims(&mut self, device: usize, at: Tick) {
        let notice = self.notice(device, at);
        let phone = &mut self.phones[device];
        (phone.in_ims, phone.ims, phone.ims_failures) = (false, Ims::Trying, 0);
        let due = sooner(notice, phone.due(Layer::Ims));
        self.set_timer(device, Layer::Ims, due);
        self.account(device, at);
    }

    /// When a device notices a loss, its own timers apart.
    fn notice(&self, device: usize, at: Tick) -> Option<Tick> {
        let phone = &self.phones[device];
        let onset = &self.spec.registration.onset;
        let ordinal = u32::from(phone.nas_ordinal);
        let words = self
            .words(Purpose::Onset, device, ordinal)
            .map(unit_interval);
        let uplink = ticks(-libm::log(words[0]) * self.uplink_interval_s(device, at));
        let heard = self.ways(phone.home, phone.class) != (false, false);
        let told = (words[1] < onset.told.get() && heard)
            .then(|| onset.told_within.draw(words[2], words[3]).as_ticks());
        later(at, uplink.min(told.unwrap_or(Tick::MAX)).max(1))
    }

    fn set_barring(&mut self, scope: &Scope, barring: Option<Barring>) {
        for tower in 0..self.masts.len() {
            let node = self.topology.towers()[tower].node;
            let mast = &mut self.masts[tower];
            let in_scope = match scope {
                Scope::All | Scope::Class(_) => true,
                Scope::Region(region) => mast.region == region.index(),
                Scope::Pool(pool) => mast.pool == pool.index(),
                Scope::Nodes(nodes) => nodes.contains(&node),
            };
            if in_scope {
                mast.barring = barring;
            }
        }
    }

    fn set_pace(&mut self, scope: &Scope, pace: Option<Pace>, now: SimTime) {
        self.pacings.retain(|pacing| pacing.scope != *scope);
        let scale = self.scale;
        self.pacings.extend(pace.map(|pace| Pacing {
            scope: scope.clone(),
            pace,
            since: now,
            interval_us: 1e6 / (pace.rate.get() * scale).max(1e-9),
            next_us: 0.0,
        }));
    }

    fn start_flood(&mut self, id: u32, flood: &Flood, now: SimTime) {
        // A flood that is told anew goes on as it is told now, and began when it began.
        let is_it = |state: &Option<Flooding>| state.as_ref().is_some_and(|state| state.id == id);
        let running = self.floods.iter().position(is_it);
        let free = self.floods.iter().position(Option::is_none);
        let slot = running.or(free).unwrap_or(self.floods.len());
        if slot == self.floods.len() {
            self.floods.push(None);
        }
        let since = self.floods[slot].as_ref().map_or(now, |state| state.since);
        self.floods[slot] = Some(Flooding {
            id,
            flood: flood.clone(),
            since,
        });
        let rate = flood.rate_per_device.get().max(1e-9);
        for device in 0..self.phones.len() {
            let word = self.words(Purpose::Flood, device, u32::MAX - id)[0];
            let taken = unit_interval(word) < flood.share.get()
                && self.is_in_scope(device, &flood.scope)
                && !matches!(self.phones[device].nas, Nas::Flooding(_));
            if taken {
                let word = self.words(Purpose::Flood, device, u32::MAX / 2 - id)[0];
                let first = ticks(-libm::log(unit_interval(word)) / rate);
                self.rest(device, Nas::Flooding(slot), later(now.ceil_tick(), first));
            }
        }
    }

    fn stop_flood(&mut self, id: u32, now: SimTime) {
        let is_it = |state: &Option<Flooding>| state.as_ref().is_some_and(|state| state.id == id);
        let Some(slot) = self.floods.iter().position(is_it) else {
            return;
        };
        for device in 0..self.phones.len() {
            if self.phones[device].nas == Nas::Flooding(slot) {
                self.leave_flood(device, now.ceil_tick());
            }
        }
        self.floods[slot] = None;
    }

    /// A share of the users whose phones wait try again within five minutes.
    fn announce(&mut self, share: f64, at: Tick) {
        for device in 0..self.phones.len() {
            let words = self
                .words(Purpose::UserAction, device, at)
                .map(unit_interval);
            let nas = self.phones[device].nas;
            let waits = matches!(nas, Nas::LongWait | Nas::BackOff | Nas::Refused);
            if waits && words[0] < share {
                self.rest(device, Nas::Refused, later(at, ticks(300.0 * words[1])));
            }
        }
    }

    fn is_in_scope(&self, device: usize, scope: &Scope) -> bool {
        let phone = &self.phones[device];
        match scope {
            Scope::All => true,
            Scope::Region(region) => self.masts[phone.home].region == region.index(),
            Scope::Pool(pool) => self.pool_of(phone.home, phone.class) == pool.index(),
            Scope::Nodes(nodes) => nodes.contains(&self.topology.towers()[phone.home].node),
            Scope::Class(class) => phone.class == class.index(),
        }
    }
}
