//! Many runs and what they say together.
//!
//! Invariant: runs are compared only in ways that their seeds allow.

mod figures;
mod file;
mod pairing;
mod record;
pub mod search;
pub mod statistics;
pub mod summary;

pub use figures::{FigureUnit, RunFigures, unit};
pub use file::{
    Design, Distribution, Factor, Levels, Plan, Precision, Quantity, Replications, Scalar,
    StudyFile,
};
pub use pairing::{Paired, PairedFigure, PairingError, pair};
pub use record::{
    Cell, Column, ColumnKind, Figure, Holds, Parameter, ParameterValue, RowSink, RunRecord, Table,
};
