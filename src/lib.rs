//! wip
pub mod attack;
pub mod base;
pub mod change;
pub mod fault;
pub mod kernel;
pub mod network;
pub mod population;
pub mod scenario;
pub mod topology;
