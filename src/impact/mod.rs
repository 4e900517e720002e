//! Who lost what, for how long, and to whom it must be reported: the score of a run.
//!
//! Reads the true counters of the network (never the operator's delayed view) and the outcome of
//! every tower, and turns them into figures. Device counts in its results are at scale 1: counts of
//! simulated devices divided by the scale.
//!
//! Invariant: pure; knows nothing of plans, attacks or operators, and nothing here feeds back into
//! the run.

mod alert;
mod curve;
mod figures;
mod kpi;
mod names;
mod places;
mod published;
mod recorder;
mod rules;
mod series;
mod touched;

pub use alert::AlertFact;
pub use curve::Curve;
pub use figures::{Calls, GroupImpact, Impact, Recovery, Registered, ServiceImpact};
pub use kpi::{DeviceKpi, FunctionKpi, Kpi, Scope};
pub use names::{Names, TowerPlace};
pub use places::{FRAMES_MAX, MAP_SERVICES, Place, PlaceFrame, PlaceRecorder, Places, WHOLE};
pub use published::{
    Evaluated, Evidence, Figure, Outcome, Published, Quantity, ServiceName, Tag, Tolerance, Unit,
    Value, evaluate,
};
pub use recorder::{Ending, Recorder};
pub use rules::{Facts, RULES, Rule, Verdict};
pub use series::Series;
pub use touched::{BlastRadius, TOWER_OUT_SHARE, TowerOutcome};
