//! The attacks, one file each.
//!
//! Invariant: an attack is parameters and what it does at each of its steps; it keeps nothing itself.

mod oam_wiper;
mod signalling_storm;

pub use oam_wiper::OamWiper;
pub use signalling_storm::SignallingStorm;
