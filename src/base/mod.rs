//! The words every other room is written in: time, units, identifiers, random draws.
//!
//! Invariant: knows nothing of networks, files or threads.

mod delay;
mod digest;
mod ids;
mod normal;
mod problem;
mod random;
mod record;
mod time;
mod units;
mod wallclock;

pub use delay::{Bounds, Delay, Mean, MedianP90};
pub use digest::Digest;
pub use ids::{ClassId, EdgeId, NodeId, PoolId, RegionId, TowerId};
pub use normal::{normal_cdf, normal_quantile};
pub use problem::{Problem, nearest};
pub use random::{Draws, Purpose, Stream, philox4x32_10, stream, tie_break, unit_interval};
pub use record::Record;
pub use time::{SimTime, Span, TICK_US, Tick};
pub use units::{ParseTextError, PerDay, PerSecond, Share};
pub use wallclock::{WallClock, ZoneError, zone_offset_seconds};
