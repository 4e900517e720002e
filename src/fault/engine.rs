//! The one propagation code: live faults, moved on by orders.
//!
//! Every edge out of an element that carries a fault gets one order to cross it, at a time drawn for
//! that edge; whatever of it is void by then (the source recovered, the cause was removed) is dropped.
//!
//! Invariant: a fault never travels a kind of edge that none of its rules lists, and a draw depends
//! on the fault's name, the edge or element, and how often it was its turn, on nothing else.

use crate::base::{NodeId, Share, SimTime, Stream};
use crate::network::ElementStatus;
use crate::topology::{EdgeKind, NodeKind, Topology};

use super::element::{Live, Phase};
use super::holds::Holder;
use super::luck::{Luck, luck, text_key};
use super::port::Port;
use super::spec::{
    Afterwards, Effect, EffectTiming, FaultSpec, OriginRemoved, SpreadFrom, SpreadRule, Trigger,
};
use super::trace::{trace_entry, trace_software};
use super::ways::{Way, ways};

mod effects;
mod looks;
mod state;

/// A live fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultId(pub u32);

/// What the engine wants done later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultOrder {
    /// An element comes to carry the cause.
    Load {
        /// Of which fault.
        fault: FaultId,
        /// Which element.
        node: NodeId,
    },
    /// The fault wakes at an origin.
    Trigger {
        /// Which fault.
        fault: FaultId,
        /// Which origin.
        node: NodeId,
        /// Void if the element has moved on.
        epoch: u32,
    },
    /// The fault goes along one edge.
    Cross {
        /// Which fault.
        fault: FaultId,
        /// By which of its rules.
        rule: usize,
        /// From where.
        from: NodeId,
        /// To where.
        to: NodeId,
        /// Along what.
        edge: EdgeKind,
        /// Void if the source has moved on.
        epoch: u32,
    },
    /// A reached element is struck.
    Act {
        /// By which fault.
        fault: FaultId,
        /// Which element.
        node: NodeId,
        /// Void if the element has moved on.
        epoch: u32,
    },
    /// An element recovers by itself.
    Recover {
        /// From which fault.
        fault: FaultId,
        /// Which element.
        node: NodeId,
        /// Void if the element has moved on.
        epoch: u32,
        /// Whether because the cause is gone, and not by an automatic restart.
        cause_gone: bool,
    },
    /// Somebody looks whether an overload is felt at an element.
    Look {
        /// For which fault.
        fault: FaultId,
        /// Where.
        node: NodeId,
        /// Void if the element has moved on.
        epoch: u32,
    },
}

/// All live faults. Orders for later gather in it: take them after every call that is not
/// [`handle`](Self::handle).
#[derive(Clone, Debug, Default)]
pub struct FaultEngine {
    faults: Vec<Live>,
    orders: Vec<(SimTime, FaultOrder)>,
}

impl FaultEngine {
    /// No faults yet.
    pub const fn new() -> Self {
        Self {
            faults: Vec::new(),
            orders: Vec::new(),
        }
    }

    /// Makes a fault known, without origins. Its name keys its draws: it must be the same in every
    /// plan in which the fault is meant to be the same.
    pub fn open(&mut self, name: &str, spec: FaultSpec) -> FaultId {
        let id = u32::try_from(self.faults.len()).expect("a scenario has few faults");
        self.faults.push(Live {
            released: matches!(spec.timing, EffectTiming::After(_)),
            key: text_key(name),
            name: name.to_owned(),
            origins: std::collections::BTreeSet::new(),
            elements: std::collections::BTreeMap::new(),
            spec,
        });
        FaultId(id)
    }

    /// A fault with origins that come to carry its cause at an instant (now, if that is past).
    pub fn inject(
        &mut self,
        name: &str,
        spec: FaultSpec,
        origins: &[NodeId],
        at: SimTime,
    ) -> FaultId {
        let fault = self.open(name, spec);
        let load = |&node| (at, FaultOrder::Load { fault, node });
        self.orders.extend(origins.iter().map(load));
        fault
    }

    /// Orders gathered since the last call, to be scheduled.
    pub fn take_orders(&mut self) -> Vec<(SimTime, FaultOrder)> {
        std::mem::take(&mut self.orders)
    }

    /// Does what was ordered; orders for later come back.
    pub fn handle(&mut self, order: FaultOrder, port: &mut dyn Port) -> Vec<(SimTime, FaultOrder)> {
        match order {
            FaultOrder::Load { fault, node } => self.add_origin(fault, node, port),
            FaultOrder::Trigger { fault, node, epoch } => self.wake(fault, node, epoch, port),
            FaultOrder::Cross { .. } => self.cross(order, port),
            FaultOrder::Act { fault, node, epoch } => self.act(fault, node, epoch, port),
            FaultOrder::Look { fault, node, epoch } => self.look(fault, node, epoch, port),
            FaultOrder::Recover {
                fault,
                node,
                epoch,
                cause_gone,
            } => {
                if self.live(fault).is_current(node, epoch) {
                    self.recover(fault, node, cause_gone, port);
                }
            }
        }
        self.take_orders()
    }

    /// An element comes to carry the cause of a fault now.
    pub fn add_origin(&mut self, fault: FaultId, node: NodeId, port: &mut dyn Port) {
        if !self.live_mut(fault).origins.insert(node) {
            return;
        }
        self.note_loaded(fault, node, port);
        self.arm(fault, node, port);
    }

    /// The cause of a fault is gone from an element now (it was rolled back, or cleaned).
    pub fn remove_origin(&mut self, fault: FaultId, node: NodeId, port: &mut dyn Port) {
        if !self.live_mut(fault).origins.remove(&node) {
            return;
        }
        self.note(fault, node, "cause-removed", port);
        if self.live(fault).spec.removal.origin_removed == OriginRemoved::Nothing {
            return;
        }
        self.clear(fault, node, Phase::Clear, port);
        if self.live(fault).origins.is_empty() {
            self.recover_others(fault, port);
        } else {
            self.expose(fault, node, port);
        }
    }

    /// Wakes a fault whose trigger is [`Trigger::OnCommand`] at all its origins.
    pub fn trigger(&mut self, fault: FaultId, port: &mut dyn Port) {
        for node in self.live(fault).origins.clone() {
            let epoch = self.live_mut(fault).element(node).epoch;
            self.wake(fault, node, epoch, port);
        }
    }

    /// Lets a fault strike that waits for the command, in all elements that carry it now or later.
    pub fn strike(&mut self, fault: FaultId, port: &mut dyn Port) {
        if std::mem::replace(&mut self.live_mut(fault).released, true) {
            return;
        }
        let live = self.live(fault);
        let kind = live.spec.kind;
        let detail = format!("{kind} strikes {} elements", live.elements.len());
        port.record("fault", "fault-struck", live.name.clone(), detail);
        let held: Vec<NodeId> = live.elements.keys().copied().collect();
        for node in held {
            if self.live(fault).carries(node) {
                self.schedule_act(fault, node, port);
            }
        }
    }

    /// Somebody restored an element: every fault in it ends as its removal says. Whether it had any.
    pub fn restore(&mut self, node: NodeId, port: &mut dyn Port) -> bool {
        let mut any = false;
        for fault in self.ids() {
            let live = self.live(fault);
            if live.carries(node) {
                any = true;
                let then = live.spec.removal.restored;
                self.live_mut(fault).element(node).restarts = 0;
                self.end(fault, node, then, port);
            }
        }
        any
    }

    /// Schedules the waking of an origin.
    fn arm(&mut self, fault: FaultId, node: NodeId, port: &mut dyn Port) {
        let live = self.live_mut(fault);
        let key = live.key;
        let trigger = live.spec.trigger.clone();
        let element = live.element(node);
        let epoch = element.epoch;
        let occasion = [key, u64::from(node.0), u64::from(element.reached), 0];
        let at = match trigger {
            Trigger::OnCommand => return,
            Trigger::Overload(_) => return self.look_later(fault, node, epoch, port),
            Trigger::OnLoad => return self.wake(fault, node, epoch, port),
            Trigger::At(at) => at.max(port.now()),
            Trigger::Dwell(dwell) => {
                port.now() + luck(port.seed(), Stream::FaultTrigger, &occasion).delay(&dwell)
            }
        };
        let order = FaultOrder::Trigger { fault, node, epoch };
        self.orders.push((at, order));
    }

    fn wake(&mut self, fault: FaultId, node: NodeId, epoch: u32, port: &mut dyn Port) {
        let live = self.live_mut(fault);
        let element = live.element(node);
        let asleep = element.phase == Phase::Clear && element.epoch == epoch;
        if asleep && live.origins.contains(&node) {
            self.reach(fault, node, None, port);
        }
    }

    fn cross(&mut self, order: FaultOrder, port: &mut dyn Port) {
        let FaultOrder::Cross {
            fault,
            rule,
            from,
            to,
            edge,
            epoch,
        } = order
        else {
            return;
        };
        let live = self.live(fault);
        let silent = live.spec.spread[rule].from == SpreadFrom::Reached
            && port.element_status(from) == ElementStatus::Down;
        let valid = live.is_current(from, epoch) && live.spreads() && !silent;
        let at_once = live.spec.spread[rule].at_once;
        if valid && self.is_open(fault, to) {
            if self.contains(fault, to, port) {
                self.live_mut(fault).element(to).leave(Phase::Immune);
                self.note(fault, to, "fault-contained", port);
            } else {
                self.reach(fault, to, Some((from, edge)), port);
            }
        }
        if valid && at_once && self.live(fault).carries(to) {
            self.inflict(fault, to, port);
        }
    }

    /// Whether an element has the control that keeps this fault out.
    fn contains(&self, fault: FaultId, node: NodeId, port: &dyn Port) -> bool {
        let live = self.live(fault);
        let occasion = [live.key, u64::from(node.0), 1];
        let luck = luck(port.seed(), Stream::FaultTrigger, &occasion);
        !live.origins.contains(&node) && luck.happens(live.spec.contained)
    }

    fn is_open(&self, fault: FaultId, node: NodeId) -> bool {
        let element = self.live(fault).elements.get(&node);
        element.is_none_or(|element| element.phase == Phase::Clear)
    }

    fn reach(
        &mut self,
        fault: FaultId,
        node: NodeId,
        via: Option<(NodeId, EdgeKind)>,
        port: &mut dyn Port,
    ) {
        let hops = via.map_or(0, |(from, _)| self.live_mut(fault).element(from).hops + 1);
        let element = self.live_mut(fault).element(node);
        element.phase = Phase::Reached;
        element.via = via;
        element.hops = hops;
        element.reached += 1;
        let detail = via.map_or_else(
            || "at its origin".to_owned(),
            |(from, edge)| format!("from {} by {edge:?}", port.topology().node(from).name),
        );
        self.note_with(fault, node, ("element-reached", detail), port);
        trace_entry(&self.live(fault).spec, node, via, port);
        trace_software(&self.live(fault).spec, node, false, port);
        self.spread(fault, node, SpreadFrom::Reached, port);
        if self.live(fault).released {
            self.schedule_act(fault, node, port);
        } else if self.is_enough(fault, port.topology()) {
            self.strike(fault, port);
        }
    }

    /// Whether so many elements are reached that a waiting fault strikes without a command.
    fn is_enough(&self, fault: FaultId, topology: &Topology) -> bool {
        let live = self.live(fault);
        let EffectTiming::OnCommand {
            or_at_count: Some(count),
            ..
        } = live.spec.timing
        else {
            return false;
        };
        let held = live.elements.iter().filter(|(node, element)| {
            element.carries() && allows(&live.spec.hurts, topology.node(**node).kind)
        });
        held.count() >= count as usize
    }

    /// Schedules the crossings out of an element that has just been reached or struck.
    fn spread(&mut self, fault: FaultId, node: NodeId, since: SpreadFrom, port: &dyn Port) {
        let rules = self.live(fault).spec.spread.len();
        for rule in 0..rules {
            if self.passes(fault, rule, node, port.topology())
                && self.live(fault).spec.spread[rule].from == since
            {
                let edges = &self.live(fault).spec.spread[rule].edges;
                for way in ways(port.topology(), node, edges) {
                    self.set_out(fault, (rule, node), way, port);
                }
            }
        }
    }

    fn passes(&self, fault: FaultId, rule: usize, node: NodeId, topology: &Topology) -> bool {
        let live = self.live(fault);
        let rule: &SpreadRule = &live.spec.spread[rule];
        let hops = live.elements.get(&node).map_or(0, |element| element.hops);
        let free = hops == 0 && rule.from == SpreadFrom::Reached;
        let passes = free || allows(&rule.passes_through, topology.node(node).kind);
        passes && hops < rule.max_hops
    }

    /// Schedules the crossing of one edge, if the draw for it says that it is ever crossed.
    fn set_out(
        &mut self,
        fault: FaultId,
        (rule, from): (usize, NodeId),
        way: Way,
        port: &dyn Port,
    ) {
        let live = self.live(fault);
        let Way { to, kind, key } = way;
        let spread = &live.spec.spread[rule];
        let open = self.is_open(fault, to) || (spread.at_once && !live.is_struck(to));
        if !open || !allows(&spread.reaches, port.topology().node(to).kind) {
            return;
        }
        let element = &live.elements[&from];
        // Two rules may share an edge, either end may have been reached before: each is its own
        // occasion.
        let turn = |node| live.elements.get(&node).map_or(0, |other| other.reached);
        let turns = u64::from(element.reached) << 32 | u64::from(turn(to));
        let occasion = [live.key, key, rule as u64, turns];
        let luck: Luck = luck(port.seed(), Stream::FaultSpread, &occasion);
        let traffic = if spread.with_traffic {
            port.busyness(from).clamp(0.0, 1.0)
        } else {
            1.0
        };
        let probability = Share::new(spread.probability.get() * traffic).unwrap_or(Share::NONE);
        if luck.happens(probability) {
            let at = port.now() + luck.delay(&spread.delay);
            let order = FaultOrder::Cross {
                fault,
                rule,
                from,
                to,
                edge: kind,
                epoch: element.epoch,
            };
            self.orders.push((at, order));
        }
    }

    /// Neighbours that carry the fault may pass it on to an element that has just left it.
    fn expose(&mut self, fault: FaultId, node: NodeId, port: &dyn Port) {
        for rule in 0..self.live(fault).spec.spread.len() {
            let edges = &self.live(fault).spec.spread[rule].edges;
            let sources = ways(port.topology(), node, edges);
            for source in sources {
                let live = self.live(fault);
                let since = live.spec.spread[rule].from;
                let sends = live.carries(source.to)
                    && (since == SpreadFrom::Reached || live.is_struck(source.to));
                if !sends || !self.passes(fault, rule, source.to, port.topology()) {
                    continue;
                }
                let edges = &live.spec.spread[rule].edges;
                let back = ways(port.topology(), source.to, edges);
                for way in back.into_iter().filter(|way| way.is_reverse(&source, node)) {
                    self.set_out(fault, (rule, source.to), way, port);
                }
            }
        }
    }
}

/// Whether a list of kinds, empty for all, has this one.
fn allows(kinds: &[NodeKind], kind: NodeKind) -> bool {
    kinds.is_empty() || kinds.contains(&kind)
}

#[cfg(test)]
mod tests;
