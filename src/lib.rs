//! wip
pub mod base;
pub mod cli;
pub mod impact;
pub mod kernel;
pub mod network;
pub mod population;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod study;
pub mod topology;
