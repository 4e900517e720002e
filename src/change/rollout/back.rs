//! The way back: element by element, in the reverse order of installation, where management reaches.
//!
//! Invariant: the cause of a fault leaves an element in the same instant as the new version.

use std::collections::BTreeSet;

use crate::base::NodeId;
use crate::fault::{ChangeStep, Holder};
use crate::network::{Command, ElementStatus, Pace, Scope};
use crate::topology::Topology;

use super::super::footprint::pool_of;
use super::super::rollout_spec::{ManagementPath, ReadmitScope};
use super::{ChangeOrder, Hands, Rollout, Status, Turn, Work};

impl Rollout {
    /// Decides on the rollback; its work begins after the delay of the plan.
    pub(super) fn roll_back(&mut self, why: &str, hands: &mut Hands<'_>) {
        self.note("rollback-decided", why.to_owned(), hands.port);
        self.status = Status::RollingBack;
        self.stopped = false;
        self.generation += 1;
        self.queue.clear();
        self.give_back_draining(hands);
        let draw = self.luck(Turn::RollbackDelay, 0, 0, hands.port);
        let at = hands.port.now() + draw.delay(&self.spec.rollback.delay);
        self.orders.push((at, ChangeOrder::BeginRollback));
    }

    /// Elements that only waited for their installation serve again.
    fn give_back_draining(&mut self, hands: &mut Hands<'_>) {
        let draining: Vec<NodeId> = self.in_state(Work::Draining).collect();
        for node in draining {
            self.work.remove(&node);
            if !self.change.adds_elements {
                hands.port.release(node, Holder::Change);
            }
        }
    }

    pub(super) fn begin_rollback(&mut self, hands: &mut Hands<'_>) {
        self.back_begun = true;
        let detail = format!("{} elements", self.installed.len());
        self.note("rollback-started", detail, hands.port);
        self.enter(ChangeStep::RollbackBegun, None, hands.port);
        if let Some(pace) = self.spec.rollback.readmit {
            self.set_pace(Some(pace), hands);
        }
        // What came up while the rollback was only decided is in the queue already.
        let queued: BTreeSet<NodeId> = self.back_queue.iter().copied().collect();
        let rest = self.installed.iter().rev().copied();
        self.back_queue
            .extend(rest.filter(|node| !queued.contains(node)));
        self.work_back(hands);
    }

    /// Starts work on as many elements as the plan allows, where management reaches them.
    pub(super) fn work_back(&mut self, hands: &mut Hands<'_>) {
        if !self.back_begun {
            return;
        }
        let most = self.spec.rollback.parallel as usize;
        while self.in_state(Work::RollingBack).count() < most {
            let Some(node) = self.back_queue.pop_front() else {
                break;
            };
            if self.can_manage(node, hands) {
                self.begin_work_back(node, hands);
            } else {
                let at = hands.port.now() + self.spec.rollback.retry;
                self.orders.push((at, ChangeOrder::RetryRollback { node }));
                if self.blocked.insert(node) {
                    self.note_node("rollback-blocked", node, hands.port);
                }
            }
        }
        self.finish_rollback(hands);
    }

    pub(super) fn retry_rollback(&mut self, node: NodeId, hands: &mut Hands<'_>) {
        self.back_queue.push_back(node);
        self.work_back(hands);
    }

    fn can_manage(&self, node: NodeId, hands: &Hands<'_>) -> bool {
        let in_band = self.spec.rollback.needs.contains(&ManagementPath::InBand);
        !in_band || hands.port.management_reachable(node)
    }

    fn begin_work_back(&mut self, node: NodeId, hands: &mut Hands<'_>) {
        if self.blocked.remove(&node) {
            self.note_node("rollback-unblocked", node, hands.port);
        }
        self.work.insert(node, Work::RollingBack);
        self.note_node("element-rollback-started", node, hands.port);
        hands.port.hold(node, Holder::Change, ElementStatus::Down);
        self.order_rolled_back(node, hands);
    }

    fn order_rolled_back(&mut self, node: NodeId, hands: &Hands<'_>) {
        let attempt = self.back_attempts.get(&node).copied().unwrap_or(0);
        let draw = self.luck(
            Turn::Rollback,
            u64::from(node.0),
            attempt.into(),
            hands.port,
        );
        let at = hands.port.now() + draw.delay(&self.spec.rollback.per_node);
        self.orders.push((at, ChangeOrder::RolledBack { node }));
    }

    pub(super) fn rolled_back(&mut self, node: NodeId, hands: &mut Hands<'_>) {
        let attempt = self.back_attempts.get(&node).copied().unwrap_or(0);
        let draw = self.luck(
            Turn::Rollback,
            u64::from(node.0),
            attempt.into(),
            hands.port,
        );
        if !draw.happens(self.spec.rollback.success_probability) {
            self.back_attempts.insert(node, attempt + 1);
            self.note_node("element-rollback-failed", node, hands.port);
            return self.order_rolled_back(node, hands);
        }
        self.work.insert(node, Work::Back);
        self.installed.retain(|&other| other != node);
        let old = self.ledger.history(node)[0].1.clone();
        self.ledger.set(node, hands.port.now(), &old);
        self.note_node("element-rolled-back", node, hands.port);
        self.trace_work(ChangeStep::PutBack, node, &old, hands.port);
        if let Some(fault) = self.fault {
            hands.faults.remove_origin(fault, node, hands.port);
        }
        if !self.change.adds_elements {
            hands.port.release(node, Holder::Change);
        }
        self.work_back(hands);
    }

    fn finish_rollback(&mut self, hands: &mut Hands<'_>) {
        let installing = self.in_state(Work::Installing).next().is_some();
        if !self.installed.is_empty() || installing || self.status == Status::RolledBack {
            return;
        }
        self.status = Status::RolledBack;
        self.note("rollback-finished", String::new(), hands.port);
        self.enter(ChangeStep::RollbackDone, None, hands.port);
        if let Some(span) = self.spec.rollback.readmit_for.filter(|_| self.paced) {
            let at = hands.port.now() + span;
            self.orders.push((at, ChangeOrder::LiftPace));
        }
    }

    pub(super) fn lift_pace(&mut self, hands: &mut Hands<'_>) {
        if self.paced {
            self.set_pace(None, hands);
        }
    }

    fn set_pace(&mut self, pace: Option<Pace>, hands: &mut Hands<'_>) {
        self.paced = pace.is_some();
        let kind = if self.paced {
            "readmission-paced"
        } else {
            "readmission-free"
        };
        let detail = pace.map_or_else(String::new, |pace| format!("{}/s", pace.rate.get()));
        self.note(kind, detail, hands.port);
        for scope in self.pace_scopes(hands.port.topology()) {
            hands.port.command(Command::SetPace { scope, pace });
        }
    }

    fn pace_scopes(&self, topology: &Topology) -> Vec<Scope> {
        let changed = self.plan.iter().flatten();
        let pools: BTreeSet<_> = changed
            .filter(|node| self.ledger.history(**node).len() > 1)
            .filter_map(|&node| pool_of(node, topology))
            .collect();
        match self.spec.rollback.readmit_scope {
            ReadmitScope::AffectedPools if !pools.is_empty() => {
                pools.into_iter().map(Scope::Pool).collect()
            }
            ReadmitScope::AffectedPools | ReadmitScope::All => vec![Scope::All],
        }
    }

    fn in_state(&self, state: Work) -> impl Iterator<Item = NodeId> + '_ {
        let work = self.work.iter();
        work.filter(move |(_, work)| **work == state)
            .map(|(&node, _)| node)
    }
}
