//! Why a command stops, in words and as an exit code.
//!
//! Invariant: every way to fail has one exit code.

use std::io;

use crate::report::{ReportError, StudyDirError};
use crate::study::{PairingError, StudyError};

use super::engine::Failure;

/// The exit codes of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exit {
    /// Done.
    Done = 0,
    /// A gate or `--verify` failed.
    Failed = 1,
    /// Wrong use, wrong input, or files that cannot be read or written.
    Wrong = 2,
    /// Some runs of a batch failed.
    Partial = 3,
    /// Interrupted by the user.
    Interrupted = 130,
}

/// What ended a command early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The scenario, or an interruption; with what was kept.
    Failure(Failure, String),
    /// A run directory.
    Report(ReportError),
    /// Runs that cannot be compared.
    Pairing(PairingError),
    /// Another file: what went wrong with which.
    File(String),
    /// A study.
    Study(Vec<StudyError>),
    /// A study's directory.
    StudyDir(StudyDirError),
    /// A study was interrupted, with what was kept.
    Halted(String),
    /// The output stream.
    Print(io::Error),
    /// Runs of a batch: one line each.
    Batch(Vec<String>),
}

impl Stop {
    /// What to tell the user, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let error = |text: String| vec![format!("error: {text}")];
        match self {
            Self::Failure(Failure::Input(problems), _) => problems.clone(),
            Self::Failure(Failure::Interrupted(at), kept) => {
                vec![format!("interrupted at simulated time {at}; {kept}")]
            }
            Self::Report(problem) => error(problem.to_string()),
            Self::Pairing(problem) => error(problem.to_string()),
            Self::File(problem) => error(problem.clone()),
            Self::Print(_) if self.exit() == Exit::Done => Vec::new(),
            Self::Print(problem) => error(format!("standard output: {problem}")),
            Self::Study(problems) => {
                let each = problems.iter();
                each.map(|problem| format!("error: {problem}")).collect()
            }
            Self::StudyDir(problem) => error(problem.to_string()),
            Self::Halted(kept) => vec![format!("interrupted; {kept}")],
            Self::Batch(lines) => lines.clone(),
        }
    }

    /// The exit code. A reader that goes away early (`| head`) is no error.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Failure(Failure::Interrupted(_), _) | Self::Halted(_) => Exit::Interrupted,
            Self::Print(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Batch(_) => Exit::Partial,
            _ => Exit::Wrong,
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure, "nothing was kept".to_owned())
    }
}

impl From<ReportError> for Stop {
    fn from(error: ReportError) -> Self {
        Self::Report(error)
    }
}

impl From<PairingError> for Stop {
    fn from(error: PairingError) -> Self {
        Self::Pairing(error)
    }
}

impl From<StudyError> for Stop {
    fn from(error: StudyError) -> Self {
        Self::Study(vec![error])
    }
}

impl From<StudyDirError> for Stop {
    fn from(error: StudyDirError) -> Self {
        Self::StudyDir(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Print(error)
    }
}
