//! wip
pub mod attack;
pub mod base;
pub mod change;
pub mod cli;
pub mod detect;
pub mod fault;
pub mod impact;
pub mod kernel;
pub mod network;
pub mod population;
pub mod report;
pub mod response;
pub mod scenario;
pub mod simulation;
pub mod study;
pub mod telemetry;
pub mod topology;
