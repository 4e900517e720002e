//! Many runs and what they say together.
//!
//! A study goes this way: its file (`file`) is checked with the scenarios that it names (`check`, `checked`);
//! `design` says which runs it consists of; `execute` does them side by side, `rounds` decides how many;
//! every finished run goes to the `journal`, and from there, in the canonical order, into the table
//! (`merge`, `columns`).
//!
//! Invariant: runs are compared only in ways that their seeds allow; a record is a pure function of
//! (study, run number, version).

mod attribution;
mod calibration;
mod check;
mod checked;
mod columns;
mod design;
mod error;
mod execute;
mod figures;
mod file;
mod gate_arms;
mod interval;
mod journal;
mod memory;
mod merge;
mod outcomes;
mod pairing;
mod record;
mod rounds;
mod score;
pub mod search;
mod shard;
mod signs;
mod sobol;
pub mod statistics;
pub mod summary;
mod watch;

pub use attribution::{
    AttributionPlan, AttributionStudy, Baseline, Bin, CLASSES, CONTRACTS, Class, Confusion,
    Contest, CurvePoint, Drawn, Estimate, FOLDS, Judged, Kind, Opinion, Pair, Prior, Quality,
    Signs, SourceWorth, World, attribution_runs, attribution_study, cast, crosses_classes, draw,
    first_impact_after_s,
};
pub use calibration::{
    Calibrated, Candidate, CandidateOutcome, DetectPlan, DetectStudy, Episode, NightOutcome, Trace,
    calibrated_limit, candidates, detect_study, poisson_interval,
};
pub use checked::Study;
pub use design::{RunCommand, RunOrder};
pub use error::StudyError;
pub use execute::{Resources, Watcher};
pub use figures::{FigureUnit, RunFigures, unit};
pub use file::{
    Design, Distribution, Factor, Levels, Plan, Precision, Quantity, Replications, Scalar,
    StudyFile,
};
pub use gate_arms::{ArmFigures, GateStudy, GateVerdict, GateWorth, gate_study, gate_study_runs};
pub use journal::{Header, JOURNAL_FILE, Journal};
pub use memory::Need;
pub use merge::Finished;
pub use pairing::{Paired, PairedFigure, PairingError, Told, pair};
pub use record::{
    Cell, Column, ColumnKind, Figure, Holds, Parameter, ParameterValue, RowSink, RunRecord, Table,
};
pub use rounds::Start;
pub use score::{Score, ScoredFigure};
pub use shard::Shard;
pub use signs::{HORIZONS_MIN, RunSigns, SignRow, UNKNOWN, every_contract};
pub use watch::{Overseer, WatchError};
