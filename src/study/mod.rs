//! Many runs and what they say together.
//!
//! Invariant: runs are compared only in ways that their seeds allow.

mod figures;
mod pairing;
mod signs;

pub use figures::{FigureUnit, RunFigures, unit};
pub use pairing::{Paired, PairedFigure, PairingError, pair};
pub use signs::{HORIZONS_MIN, RunSigns, SignRow, UNKNOWN};
