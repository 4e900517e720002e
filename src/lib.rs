//! wip
pub mod base;
pub mod change;
pub mod detect;
pub mod fault;
pub mod network;
pub mod response;
pub mod telemetry;
pub mod topology;
