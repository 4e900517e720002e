//! wip
pub mod base;
pub mod kernel;
pub mod network;
pub mod population;
pub mod scenario;
pub mod topology;
