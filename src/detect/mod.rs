//! Who notices what, and when: alarm rules, gate judges, and the floor below which nobody can.
//!
//! Invariant: everything here is computed from the operator's view alone. What the view has not
//! been told has not happened.

mod alarm;
mod baseline;
mod detectors;
mod evidence;
mod floor;
mod judge;
mod judges;
mod profile;
mod rank_sum;
mod series;
mod shares;
pub mod signature;
mod tuning;

#[cfg(test)]
mod fixture;

pub use alarm::{Alarm, AlarmChange, AlarmSpec, Reading, Watch, default_alarms};
pub use detectors::{Detector, Score, Sensor, detector_name_schema, find_detector};
pub use evidence::CountEvidence;
pub use floor::{Demand, detection_floor};
pub use judge::{Question, ViewJudge, gate_problems};
pub use judges::{Judge, find_judge};
pub use profile::Profile;
pub use rank_sum::{RankSum, common_language_effect, rank_sum};
pub use shares::{Tally, counts_successes};
pub use tuning::{Direction, Tuning};
