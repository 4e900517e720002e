//! Release, rollout plan, stages, gates and rollback: how a change comes to a network, and leaves it.
//!
//! The words of other tools are understood as aliases: soak is bake or pause, a gate is an analysis, a
//! stage is a step or wave, back-out is rollback, a MOP is a runbook.
//!
//! Invariant: never moves time and never touches the network: it returns orders for later and speaks
//! through a [`Port`](crate::fault::Port). Whether a stage goes on is asked of a [`GateJudge`], which sees
//! delivered telemetry only; the state of an element is looked at on the spot alone, by its installer.

mod checks;
mod footprint;
mod gate;
mod gate_run;
mod ledger;
mod orders;
mod plan;
mod rollout;
mod rollout_spec;
mod spec;
mod threshold;
mod window;

pub use footprint::{Exposure, Footprint};
pub use gate::{GateJudge, GateScope, GateSpec, GateTiming, Measurement, OnNoData, StageInfo};
pub use gate_run::{GateOutcome, GateRun};
pub use ledger::Ledger;
pub use orders::{ChangeOrder, Hands, RolloutCommand, Status};
pub use rollout::Rollout;
pub use rollout_spec::{
    Approval, Drain, DrainMode, ManagementPath, OnFail, OnInconclusive, ReadmitScope, RollbackSpec,
    RolloutSpec, StageOrder, StageSpec,
};
pub use spec::{Certificate, ChangeKind, ChangeSpec, LabTest, Mop, Risk};
pub use threshold::Threshold;
pub use window::{DateRange, TimeOfDay, Weekday, WindowSpec, Zone};
