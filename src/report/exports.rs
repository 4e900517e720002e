//! The registry of exports: files with everything that the operator was told, for other tools.
//!
//! A new export is one file and one line here. Exports can be large; they go to their file piece by piece
//! and are never held as a whole.
//!
//! Invariant: made from delivered reports, notes and the operator's own acts alone.

use std::io::{self, Write};

use crate::base::Digest;
use crate::scenario::ExportFormat;
use crate::simulation::RunResult;
use crate::telemetry::OperatorRecord;

use super::{jsonl, openmetrics, operator_csv};

/// A file for another tool.
#[derive(Debug)]
pub(super) struct Export {
    /// Which format it belongs to.
    pub(super) format: ExportFormat,
    /// Its name in the run directory.
    pub(super) file: &'static str,
    /// How it is written.
    pub(super) write: fn(&RunResult, &OperatorRecord, &mut dyn Write) -> io::Result<()>,
}

/// Every export.
pub(super) static EXPORTS: [Export; 4] = [
    openmetrics::EXPORT,
    jsonl::EXPORT,
    operator_csv::COUNTERS,
    operator_csv::EVENTS,
];

/// The exports that a run was asked for, with what they are made of.
pub(super) fn asked(
    result: &RunResult,
) -> impl Iterator<Item = (&'static Export, &OperatorRecord)> {
    let record = result.operator.as_ref();
    let wanted = |export: &&Export| result.exports.contains(&export.format);
    EXPORTS
        .iter()
        .filter(wanted)
        .filter_map(move |export| Some((export, record?)))
}

/// Append the names and bytes of the exports that a run was asked for.
pub(super) fn digest(result: &RunResult, digest: &mut Digest) {
    for (export, record) in asked(result) {
        digest.write_str(export.file);
        let mut bytes = Bytes(digest);
        (export.write)(result, record, &mut bytes).expect("a digest takes all bytes");
    }
}

/// Bytes on their way into a digest.
struct Bytes<'a>(&'a mut Digest);

impl Write for Bytes<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
