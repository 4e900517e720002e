//! wip
pub mod base;
pub mod cli;
pub mod impact;
pub mod network;
pub mod report;
pub mod simulation;
pub mod study;
pub mod topology;
