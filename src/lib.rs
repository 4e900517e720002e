//! wip
pub mod attack;
pub mod base;
pub mod change;
pub mod fault;
pub mod network;
pub mod topology;
