//! Overloads as faults feel them: those that wait for one, and those that keep one alive.
//!
//! Invariant: looks at the world only through the port, and only while a fault waits or hurts.

use crate::base::{NodeId, Span};
use crate::network::{Command, ElementStatus, Load};
use crate::topology::EdgeKind;

use super::super::spec::{Overload, QueryLoop};
use super::{Afterwards, Effect, FaultEngine, FaultId, FaultOrder, Phase, Port, Trigger, ways};

/// How often somebody looks.
const PERIOD: Span = Span::from_secs(10);

/// Fewer records than this share out of step are none.
const REPAIRED: f64 = 0.01;

impl FaultEngine {
    pub(super) fn look_later(&mut self, fault: FaultId, node: NodeId, epoch: u32, port: &dyn Port) {
        let order = FaultOrder::Look { fault, node, epoch };
        self.orders.push((port.now() + PERIOD, order));
    }

    pub(super) fn look(&mut self, fault: FaultId, node: NodeId, epoch: u32, port: &mut dyn Port) {
        let live = self.live(fault);
        let Some(element) = live.elements.get(&node).filter(|e| e.epoch == epoch) else {
            return;
        };
        match (element.phase, live.spec.trigger.clone()) {
            (Phase::Clear, Trigger::Overload(overload)) if live.origins.contains(&node) => {
                self.wait_for(overload, (fault, node, epoch), port);
            }
            (Phase::Struck, _) => self.keep_alive(fault, node, epoch, port),
            _ => {}
        }
    }

    /// Wakes the fault when the overload has been felt for long enough.
    fn wait_for(
        &mut self,
        overload: Overload,
        (fault, node, epoch): (FaultId, NodeId, u32),
        port: &mut dyn Port,
    ) {
        let felt = is_felt(node, overload.along, overload.wait, port);
        let element = self.live_mut(fault).element(node);
        element.strained = if felt { element.strained + 1 } else { 0 };
        let held = PERIOD.scaled(f64::from(element.strained));
        if felt && held >= overload.held {
            self.wake(fault, node, epoch, port);
        } else {
            self.look_later(fault, node, epoch, port);
        }
    }

    /// Begins the queries of an element that was struck.
    pub(super) fn begin_queries(
        &mut self,
        fault: FaultId,
        node: NodeId,
        queries: QueryLoop,
        port: &mut dyn Port,
    ) {
        let element = self.live_mut(fault).element(node);
        element.out_of_step = queries.first.get();
        let epoch = element.epoch;
        self.set_queries(fault, node, Some(queries), port);
        self.look_later(fault, node, epoch, port);
    }

    /// More records fall out of step, or some are repaired; and what they cause follows.
    fn keep_alive(&mut self, fault: FaultId, node: NodeId, epoch: u32, port: &mut dyn Port) {
        let effects = self.live(fault).spec.effects.iter();
        let mut loops = effects.filter_map(|effect| match effect {
            Effect::Queries(queries) => Some(*queries),
            _ => None,
        });
        let Some(queries) = loops.next() else { return };
        let felt = is_felt(node, queries.toward, queries.wait, port);
        let step = PERIOD.as_secs_f64();
        let element = self.live_mut(fault).element(node);
        let left = |mean: Span| libm::exp(-step / mean.as_secs_f64().max(1e-3));
        element.out_of_step = if felt {
            1.0 - (1.0 - element.out_of_step) * left(queries.grows)
        } else {
            element.out_of_step * left(queries.repaired)
        };
        if !felt && element.out_of_step < REPAIRED {
            return self.end(fault, node, Afterwards::Retriggers, port);
        }
        self.set_queries(fault, node, Some(queries), port);
        self.look_later(fault, node, epoch, port);
    }

    /// Lets an element's queries be those of the records out of step; one that exchanges nothing with
    /// others sends none.
    pub(super) fn set_queries(
        &self,
        fault: FaultId,
        node: NodeId,
        queries: Option<QueryLoop>,
        port: &mut dyn Port,
    ) {
        let live = self.live(fault);
        let sends = port.element_status(node) == ElementStatus::Up;
        let out_of_step = live.elements.get(&node).map_or(0.0, |e| e.out_of_step);
        let toward = live.spec.effects.iter().find_map(|effect| match effect {
            Effect::Queries(queries) => Some(queries.toward),
            _ => None,
        });
        let toward: Vec<EdgeKind> = toward.into_iter().collect();
        let targets = queried(node, &toward, port);
        let count = u32::try_from(targets.len()).map_or(1.0, f64::from).max(1.0);
        for target in targets {
            let share = queries.map_or(0.0, |queries| queries.load * out_of_step / count);
            let load = (sends && share > 0.0).then_some(Load::Capacity {
                node: target,
                share,
            });
            let id = live.key ^ u64::from(node.0) << 32 ^ u64::from(target.0);
            port.command(Command::SetLoad { id, load });
        }
    }
}

/// Whether work waits so long at an element or beside it.
fn is_felt(node: NodeId, along: EdgeKind, wait: Span, port: &dyn Port) -> bool {
    let beside = queried(node, &[along], port);
    let mut places = beside.into_iter().chain([node]);
    places.any(|place| port.waiting(place) >= wait)
}

/// The elements that queries of an element go to.
fn queried(node: NodeId, along: &[EdgeKind], port: &dyn Port) -> Vec<NodeId> {
    let ways = ways(port.topology(), node, along);
    ways.into_iter().map(|way| way.to).collect()
}
