//! wip
pub mod base;
pub mod detect;
pub mod network;
pub mod response;
pub mod telemetry;
pub mod topology;
