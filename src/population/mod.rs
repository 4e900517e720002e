//! The devices: classes, where they live, and what their users ask of the network by hour.
//!
//! Every device is simulated: 32 bytes and a four-byte timer. A device is an identity (its number
//! in the order of the towers), a handful of fixed traits drawn from that identity, and the state
//! that the network room writes.
//!
//! Invariant: knows nothing of registration, queues or faults; it says who is there and who calls
//! when.

mod demand;
mod device;
mod placement;
mod spec;

pub use demand::{Demand, HOURS};
pub use device::{Device, flag};
pub use placement::{Group, Placement};
pub use spec::{ClassSpec, Hourly, PopulationSpec, RedialSpec};
