//! From stage to stage: start, soak, approval, failure, halt and resumption.
//!
//! Invariant: orders made for a stage, or before a halt, are void after it.

use crate::fault::{ChangeStep, Holder};
use crate::network::ElementStatus;

use super::super::gate::GateTiming;
use super::super::rollout_spec::OnFail;
use super::{ChangeOrder, Hands, Rollout, Status, Turn};

impl Rollout {
    pub(super) fn begin_unless_withdrawn(&mut self, hands: &mut Hands<'_>) {
        if self.status != Status::Waiting || self.stopped {
            return;
        }
        let what = format!(
            "{:?} to {} on {} elements, declared risk {:?}",
            self.change.kind,
            self.change.to,
            self.targets.len(),
            self.change.risk
        );
        hands
            .port
            .record("rollout", "rollout-started", self.change.id.clone(), what);
        self.begin_stage(hands);
    }

    pub(super) fn begin_stage(&mut self, hands: &mut Hands<'_>) {
        // Orders made for the stage before are void.
        self.generation += 1;
        let Some(nodes) = self.plan.get(self.stage) else {
            self.status = Status::Finished;
            let id = self.change.id.clone();
            return hands
                .port
                .record("rollout", "rollout-finished", id, String::new());
        };
        self.queue = nodes.iter().copied().collect();
        self.status = Status::Installing;
        self.stage_started = hands.port.now();
        self.not_serving = 0;
        self.gates = vec![None; self.stage_spec().gates.len()];
        let detail = format!("{} elements", self.queue.len());
        self.note("stage-started", detail, hands.port);
        self.enter(ChangeStep::StageBegun, None, hands.port);
        self.start_gates(GateTiming::Stage, hands);
        self.look(hands);
    }

    /// Everything of the stage is installed.
    pub(super) fn stage_installed(&mut self, hands: &mut Hands<'_>) {
        let until = hands.port.now() + self.stage_spec().soak;
        self.status = Status::Soaking(until);
        let detail = format!("soaks for {}", self.stage_spec().soak);
        self.note("stage-installed", detail, hands.port);
        self.start_gates(GateTiming::Soak, hands);
        let generation = self.generation;
        self.orders
            .push((until, ChangeOrder::SoakOver { generation }));
    }

    /// Soak and gates are over: a person may have to say yes.
    pub(super) fn ask_approval(&mut self, hands: &mut Hands<'_>) {
        let Some(approval) = self.stage_spec().approve else {
            return self.approved(hands);
        };
        let draw = self.luck(Turn::Approval, self.stage as u64, 0, hands.port);
        let at = hands.port.now() + draw.delay(&approval.after);
        self.status = Status::Approving(at);
        self.note("approval-asked", String::new(), hands.port);
        let generation = self.generation;
        self.orders.push((at, ChangeOrder::Approved { generation }));
    }

    pub(super) fn approved(&mut self, hands: &mut Hands<'_>) {
        self.note("stage-passed", String::new(), hands.port);
        self.stage += 1;
        self.begin_stage(hands);
    }

    /// A stage has failed: what the plan says happens.
    pub(super) fn fail(&mut self, why: &str, hands: &mut Hands<'_>) {
        self.note("stage-failed", why.to_owned(), hands.port);
        match self.spec.on_fail {
            OnFail::Rollback => self.roll_back(why, hands),
            OnFail::Halt => self.stop(why, hands),
            OnFail::Isolate => {
                for node in self.stage_info(hands.port.topology()).nodes {
                    hands
                        .port
                        .hold(node, Holder::Change, ElementStatus::Isolated);
                }
                self.stop(why, hands);
            }
        }
    }

    /// Changes nothing more until somebody resumes or rolls back.
    pub(super) fn stop(&mut self, why: &str, hands: &mut Hands<'_>) {
        self.stopped = true;
        self.next_look = None;
        self.generation += 1;
        self.note("rollout-halted", why.to_owned(), hands.port);
        self.enter(ChangeStep::Paused, None, hands.port);
    }

    pub(super) fn resume(&mut self, hands: &mut Hands<'_>) {
        self.stopped = false;
        self.generation += 1;
        let (generation, now) = (self.generation, hands.port.now());
        self.note("rollout-resumed", String::new(), hands.port);
        self.resume_gates(hands.port);
        match self.status {
            Status::Waiting => self.begin_unless_withdrawn(hands),
            Status::Installing => self.look(hands),
            Status::Soaking(until) => {
                let order = ChangeOrder::SoakOver { generation };
                self.orders.push((until.max(now), order));
            }
            Status::Judging => self.judged(hands),
            Status::Approving(at) => {
                let order = ChangeOrder::Approved { generation };
                self.orders.push((at.max(now), order));
            }
            Status::Finished | Status::RollingBack | Status::RolledBack => {}
        }
    }
}
