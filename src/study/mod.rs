//! Many runs and what they say together.
//!
//! Invariant: runs are compared only in ways that their seeds allow.

mod calibration;
mod figures;
mod gate_arms;
mod pairing;
mod score;
mod signs;
pub mod statistics;
mod watch;

pub use calibration::{
    Calibrated, Candidate, CandidateOutcome, DetectPlan, DetectStudy, Episode, NightOutcome, Trace,
    calibrated_limit, candidates, detect_study, poisson_interval,
};
pub use figures::{FigureUnit, RunFigures, unit};
pub use gate_arms::{ArmFigures, GateStudy, GateVerdict, GateWorth, gate_study, gate_study_runs};
pub use pairing::{Paired, PairedFigure, PairingError, pair};
pub use score::{Score, ScoredFigure};
pub use signs::{HORIZONS_MIN, RunSigns, SignRow, UNKNOWN};
pub use watch::{Overseer, WatchError};
