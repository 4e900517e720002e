//! What a run has on its agenda: rare events that touch the whole world, and whose turn it is among those
//! of one instant.
//!
//! Invariant: a warning finds everything done that happens at its instant.

use crate::attack::AttackOrder;
use crate::change::ChangeOrder;
use crate::fault::FaultOrder;
use crate::kernel::Phase;
use crate::response::ResponseOrder;
use crate::telemetry::{Note, Report};

/// A rare event that touches the whole world.
#[derive(Debug)]
pub(super) enum Order {
    /// For the rollout of this place.
    Change(usize, ChangeOrder),
    Fault(FaultOrder),
    Attack(AttackOrder),
    Response(ResponseOrder),
    /// A telemetry period ends.
    Collect,
    /// A report can be queried.
    Deliver(Report),
    /// An observer looks at the operator's view.
    Look,
    /// A note on the management plane can be read.
    Read(Note),
    /// A telemetry period of an onlooker ends.
    CollectForOnlookers,
    /// A report can be queried by this onlooker.
    DeliverTo(usize, Report),
    /// A note can be read by this onlooker.
    ReadBy(usize, Note),
    /// The operator's view is read for its signature.
    Sign,
    /// A sample of the truth, for the score.
    Sample,
    /// The public warning of this place is sent.
    Alert(usize),
    /// The background load follows the hour; towers without a core may wilt.
    Minute,
}

impl Order {
    /// Whether it reads, or may change, what devices and the core do.
    pub(super) fn is_about_devices(&self) -> bool {
        !matches!(
            self,
            Self::Deliver(_)
                | Self::Read(_)
                | Self::DeliverTo(..)
                | Self::ReadBy(..)
                | Self::Sign
                | Self::Look
                | Self::Response(_)
        )
    }
}

/// When an order is carried out among those of one instant: phase, and what it concerns.
pub(super) fn rank(order: &Order) -> (Phase, u32) {
    match order {
        Order::Minute => (Phase::World, 0),
        Order::Fault(order) => (Phase::World, fault_key(order)),
        Order::Attack(order) => (
            Phase::World,
            u32::try_from(order.attack).unwrap_or(u32::MAX) + 1,
        ),
        Order::Change(place, _) => {
            let place = u32::try_from(*place).unwrap_or(u32::MAX >> 2);
            (Phase::World, 1 << 30 | place)
        }
        Order::Deliver(_) => (Phase::Delivery, 0),
        Order::Read(_) => (Phase::Delivery, 1),
        Order::DeliverTo(..) => (Phase::Delivery, 2),
        Order::ReadBy(..) => (Phase::Delivery, 3),
        Order::Response(_) => (Phase::Decision, 0),
        Order::Look => (Phase::Decision, 1),
        Order::Sign => (Phase::Decision, 2),
        Order::Collect => (Phase::Sample, 0),
        Order::Sample => (Phase::Sample, 1),
        Order::CollectForOnlookers => (Phase::Sample, 2),
        Order::Alert(place) => {
            let place = u32::try_from(*place).unwrap_or(u32::MAX - 3);
            (Phase::Sample, 3 + place)
        }
    }
}

fn fault_key(order: &FaultOrder) -> u32 {
    let node = match order {
        FaultOrder::Load { node, .. }
        | FaultOrder::Trigger { node, .. }
        | FaultOrder::Act { node, .. }
        | FaultOrder::Look { node, .. }
        | FaultOrder::Recover { node, .. } => *node,
        FaultOrder::Cross { to, .. } => *to,
    };
    node.0 | 1 << 31
}
