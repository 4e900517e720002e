//! Work on one element after the other: drain, install, look whether it serves.
//!
//! Invariant: an element in work is down, and so its load is with its mates.

use std::collections::BTreeMap;

use crate::base::{NodeId, Share, SimTime, WallClock, zone_offset_seconds};
use crate::fault::{ChangeStep, Holder};
use crate::network::{Command, ElementStatus};
use crate::topology::{Topology, Tower};

use super::super::rollout_spec::{DrainMode, RolloutSpec};
use super::super::spec::ChangeKind;
use super::{ChangeOrder, Hands, Rollout, Status, Turn, Work, holds_contexts};

impl Rollout {
    /// Starts work on as many elements as may be in work and have their window open.
    pub(super) fn look(&mut self, hands: &mut Hands<'_>) {
        while self.status == Status::Installing
            && !self.stopped
            && self.in_work() < self.stage_spec().max_unavailable as usize
            && !self.queue.is_empty()
        {
            let now = hands.port.now();
            let opens: Vec<Option<SimTime>> = self.openings(now);
            let open = opens.iter().position(|&at| at == Some(now));
            if let Some(node) = open.and_then(|index| self.queue.remove(index)) {
                self.begin_work(node, hands);
            } else {
                return self.wait_for_window(opens.into_iter().flatten().min(), hands);
            }
        }
        if self.status == Status::Installing && self.queue.is_empty() && self.in_work() == 0 {
            self.stage_installed(hands);
        }
    }

    /// When the window of each waiting element opens, up to the first that is open now.
    fn openings(&self, now: SimTime) -> Vec<Option<SimTime>> {
        let mut opens = Vec::new();
        for node in &self.queue {
            let at = match &self.spec.window {
                None => Some(now),
                Some(window) => window.next_open(now, &self.clock, self.offsets[node]),
            };
            opens.push(at);
            if at == Some(now) {
                break;
            }
        }
        opens
    }

    /// Looks again when the first window opens; once, however many elements wait.
    fn wait_for_window(&mut self, opening: Option<SimTime>, hands: &mut Hands<'_>) {
        if opening.is_some() && opening == self.next_look {
            return;
        }
        let detail = opening.map_or_else(
            || "no window opens any more".to_owned(),
            |at| format!("until {}", self.clock.label(at)),
        );
        self.note("waits-for-window", detail, hands.port);
        self.next_look = opening;
        let generation = self.generation;
        self.orders
            .extend(opening.map(|at| (at, ChangeOrder::Look { generation })));
    }

    fn in_work(&self) -> usize {
        let busy =
            |work: &&Work| matches!(work, Work::Draining | Work::Installing | Work::Verifying);
        self.work.values().filter(busy).count()
    }

    fn begin_work(&mut self, node: NodeId, hands: &mut Hands<'_>) {
        let drain = self.stage_spec().drain;
        self.work.insert(node, Work::Draining);
        self.note_node("element-work-started", node, hands.port);
        // An element that is down forgets whom it served; one that only takes no load hands them over.
        let hands_over = drain.mode == DrainMode::Graceful
            && holds_contexts(hands.port.topology().node(node).kind);
        let status = if hands_over {
            ElementStatus::Isolated
        } else {
            ElementStatus::Down
        };
        hands.port.hold(node, Holder::Change, status);
        match drain.mode {
            DrainMode::Hard => {
                if holds_contexts(hands.port.topology().node(node).kind) {
                    let share = Share::ALL;
                    hands.port.command(Command::DropContexts { node, share });
                }
                self.drained(node, hands);
            }
            DrainMode::Graceful => {
                let draw = self.luck(Turn::Drain, u64::from(node.0), 0, hands.port);
                let at = hands.port.now() + draw.delay(&drain.time);
                self.orders.push((at, ChangeOrder::Drained { node }));
            }
        }
    }

    pub(super) fn drained(&mut self, node: NodeId, hands: &mut Hands<'_>) {
        // A rollback meanwhile has given it back to service.
        if self.work.get(&node) != Some(&Work::Draining) {
            return;
        }
        self.work.insert(node, Work::Installing);
        let draw = self.luck(Turn::Install, u64::from(node.0), 0, hands.port);
        let at = hands.port.now() + draw.delay(&self.stage_spec().install);
        self.orders.push((at, ChangeOrder::Installed { node }));
    }

    /// The new version runs.
    pub(super) fn came_up(&mut self, node: NodeId, hands: &mut Hands<'_>) {
        self.ledger.set(node, hands.port.now(), &self.change.to);
        self.installed.push(node);
        self.note_node("element-installed", node, hands.port);
        self.trace_work(ChangeStep::Installed, node, &self.change.to, hands.port);
        if self.status == Status::RollingBack {
            // Too late to stop it: it stays out of service and goes straight back.
            self.work.insert(node, Work::Installed);
            self.back_queue.push_back(node);
            return self.work_back(hands);
        }
        self.work.insert(node, Work::Verifying);
        if self.change.kind != ChangeKind::Decommission {
            hands.port.release(node, Holder::Change);
        }
        if let Some(fault) = self.fault {
            hands.faults.add_origin(fault, node, hands.port);
        }
        let draw = self.luck(Turn::Verify, u64::from(node.0), 0, hands.port);
        let at = hands.port.now() + draw.delay(&self.stage_spec().verify);
        self.orders.push((at, ChangeOrder::Verify { node }));
    }

    /// The installer, logged in to the element, looks whether it serves.
    pub(super) fn verify(&mut self, node: NodeId, hands: &mut Hands<'_>) {
        if self.work.get(&node) != Some(&Work::Verifying) {
            return;
        }
        self.work.insert(node, Work::Installed);
        let serves = hands.port.element_status(node) == ElementStatus::Up;
        if !hands.port.management_reachable(node) {
            self.note_node("element-unreachable", node, hands.port);
        } else if !serves && self.change.kind != ChangeKind::Decommission {
            self.note_node("element-not-serving", node, hands.port);
            self.not_serving += 1;
            if self.not_serving > self.stage_spec().failed_allowed && !self.stopped {
                return self.fail("an element does not serve after its installation", hands);
            }
        }
        self.look(hands);
    }
}

/// Seconds east of UTC at each target: its own zone for a tower, that of the nearest tower of its
/// region for another element, the scenario's where there is none.
pub(super) fn offsets(
    spec: &RolloutSpec,
    targets: &[NodeId],
    topology: &Topology,
    clock: &WallClock,
) -> BTreeMap<NodeId, i32> {
    let Some(window) = &spec.window else {
        return BTreeMap::new();
    };
    let own = window.offset_seconds(clock).ok().flatten();
    let mut zones: BTreeMap<&str, i32> = BTreeMap::new();
    let mut offset = |zone| {
        *zones.entry(zone).or_insert_with(|| {
            zone_offset_seconds(zone, clock).unwrap_or_else(|_| clock.offset_seconds())
        })
    };
    let site = |node: NodeId| {
        let tower = topology.tower_of(node).map(|id| topology.tower(id));
        tower.or_else(|| nearest_tower(node, topology))
    };
    let of = |node: NodeId| {
        own.unwrap_or_else(|| {
            site(node).map_or(clock.offset_seconds(), |tower| offset(tower.zone.as_str()))
        })
    };
    let mut of = of;
    targets.iter().map(|&node| (node, of(node))).collect()
}

/// The tower of the same region that stands nearest to an element.
fn nearest_tower(node: NodeId, topology: &Topology) -> Option<&Tower> {
    let here = topology.node(node);
    let region = topology.find_region(&here.labels.region)?;
    // Degrees of longitude shrink towards the poles.
    let shrink = libm::cos(here.latitude.to_radians());
    let distance = |tower: &&Tower| {
        let there = topology.node(tower.node);
        let east = (there.longitude - here.longitude) * shrink;
        libm::hypot(there.latitude - here.latitude, east)
    };
    let towers = topology.towers().iter();
    towers
        .filter(|tower| tower.region == region)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
}
