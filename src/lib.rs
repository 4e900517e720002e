//! wip
pub mod base;
pub mod network;
pub mod scenario;
pub mod topology;
