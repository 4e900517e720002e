//! Many runs and what they say together.
//!
//! A study goes this way: its file (`file`) is checked with the scenarios that it names (`check`, `checked`);
//! `design` says which runs it consists of; `execute` does them side by side, `rounds` decides how many;
//! every finished run goes to the `journal`, and from there, in the canonical order, into the table
//! (`merge`, `columns`).
//!
//! Invariant: runs are compared only in ways that their seeds allow; a record is a pure function of
//! (study, run number, version).

mod check;
mod checked;
mod columns;
mod design;
mod error;
mod execute;
mod figures;
mod file;
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

pub use checked::Study;
pub use design::{RunCommand, RunOrder};
pub use error::StudyError;
pub use execute::{Resources, Watcher};
pub use figures::{FigureUnit, RunFigures, unit};
pub use file::{
    Design, Distribution, Factor, Levels, Plan, Precision, Quantity, Replications, Scalar,
    StudyFile,
};
pub use journal::{Header, JOURNAL_FILE, Journal};
pub use memory::Need;
pub use merge::Finished;
pub use pairing::{Paired, PairedFigure, PairingError, pair};
pub use record::{
    Cell, Column, ColumnKind, Figure, Holds, Parameter, ParameterValue, RowSink, RunRecord, Table,
};
pub use rounds::Start;
pub use score::{Score, ScoredFigure};
pub use shard::Shard;
pub use signs::{HORIZONS_MIN, RunSigns, SignRow, UNKNOWN};
