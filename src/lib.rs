//! wip
pub mod base;
pub mod change;
pub mod detect;
pub mod fault;
pub mod kernel;
pub mod network;
pub mod population;
pub mod response;
pub mod scenario;
pub mod telemetry;
pub mod topology;
