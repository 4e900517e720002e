//! What a gate of a rollout asks, and of whom.
//!
//! Invariant: whether a stage goes on is asked of a [`GateJudge`], which sees delivered telemetry
//! only.

mod gate;
mod threshold;

pub use gate::{GateJudge, GateScope, GateSpec, GateTiming, Measurement, OnNoData, StageInfo};
pub use threshold::Threshold;
