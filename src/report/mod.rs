//! Turns results into bytes: the files of a run directory, and the text that people read.
//!
//! Invariant: the same results give the same bytes, whatever the machine; only `timing.json` and the
//! line on speed show how long it took. Nothing is printed here.

mod compare_text;
mod files;
mod headline;
mod json;
mod log_table;
mod number;
mod phrases;
mod run_dir;
mod study_dir;
mod study_tables;
mod summary_text;
mod tables;
mod text_table;

#[cfg(test)]
pub(crate) mod sample;

pub use compare_text::compare_text;
pub use files::{Rendered, TIMING_FILE, render, timing_json};
pub use number::{duration, grouped, percent, short};
pub use run_dir::{ReportError, RunDir, read_figures};
pub use study_dir::{STUDY_FILE, StudyDir, StudyDirError, StudyIndex, Written, read_study};
pub use study_tables::{RUNS_CSV, open_tables, table_files};
pub use summary_text::summary_text;
