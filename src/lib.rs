//! wip
pub mod base;
pub mod network;
pub mod topology;
