//! Time moves here and nowhere else: timing wheels, the agenda of rare events, windows, shards.
//!
//! A run is cut into *windows*. Within a window every shard advances by itself, in parallel; what
//! they send to shared elements is exchanged at the end of the window, in time order. A window is
//! never longer than the shortest time in which an answer can change what an entity does next, and
//! is cut short by every entry of the agenda, so results depend neither on its length, nor on the
//! number of shards, nor on threads.
//!
//! Order contract: (1) events run in (time, phase, key); (2) time never goes back, asserted at push
//! and at pop.
//!
//! Invariant: knows no telecom.

mod agenda;
mod calendar;
mod near;
mod order;
mod parallel;
mod run;
mod wheel;

pub use agenda::{Agenda, Phase};
pub use calendar::{Calendar, Place};
pub use near::{Upcoming, bring_near};
pub use order::Sorter;
pub use parallel::{Workers, WorkersError};
pub use run::{RunEnd, World, run};
pub use wheel::{Fired, MAX_ENTITIES, Timers};
