//! Who notices what, and when: alarm rules, gate judges, and the floor below which nobody can.
//!
//! Invariant: everything here is computed from the operator's view alone. What the view has not
//! been told has not happened.

mod alarm;
mod detectors;
mod floor;
mod judge;
mod judges;
pub mod signature;

pub use alarm::{Alarm, AlarmChange, AlarmSpec, Reading, Watch, default_alarms};
pub use detectors::{Detector, detector_name_schema, find_detector};
pub use floor::{Demand, detection_floor};
pub use judge::{Question, ViewJudge, gate_problems};
pub use judges::{Judge, find_judge};
