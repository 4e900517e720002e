//! wip
pub mod base;
pub mod topology;
pub mod population;
pub mod kernel;
pub mod network;
pub mod fault;
pub mod change;
pub mod attack;
pub mod telemetry;
pub mod detect;
pub mod response;
pub mod impact;
pub mod scenario;
pub mod simulation;
pub mod study;
pub mod report;
pub mod cli;
