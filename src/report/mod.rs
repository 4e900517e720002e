//! Turns results into bytes: the files of a run directory, and the text that people read.
//!
//! Invariant: the same results give the same bytes, whatever the machine; only `timing.json` and the
//! line on speed show how long it took. Nothing is printed here.

mod attribution_columns;
mod attribution_tables;
mod attribution_text;
mod compare_text;
mod detect_tables;
mod detect_text;
mod dictionary;
mod exports;
mod files;
mod gate_study_text;
mod gate_tables;
mod headline;
mod html;
mod json;
mod jsonl;
mod log_table;
mod number;
mod openmetrics;
mod operator_csv;
mod operator_events;
mod operator_series;
mod parquet;
mod phrases;
mod plan_text;
mod plot;
mod read_table;
mod run_dir;
mod score_text;
mod signature;
mod study_csv;
mod study_dir;
mod study_report;
mod study_tables;
mod study_text;
mod summary_text;
mod tables;
mod text_table;
mod warnings;
mod whole_file;

#[cfg(test)]
pub(crate) mod sample;

pub use attribution_tables::{attribution_files, attribution_json};
pub use attribution_text::attribution_text;
pub use compare_text::compare_text;
pub use detect_tables::{detect_curves_csv, detect_json};
pub use detect_text::{detect_scales_text, detect_text};
pub use dictionary::COLUMNS_JSON;
pub use files::{REPORT_FILE, Rendered, TIMING_FILE, render, timing_json};
pub use gate_study_text::{gate_study_json, gate_study_text};
pub use html::{ScoreStory, Story, StudyPage, compare_html, is_report, plan_html, study_html};
pub use number::{duration, grouped, percent, short};
pub use parquet::RUNS_PARQUET;
pub use plan_text::{plan_csv, plan_files, plan_text};
pub use read_table::{TableError, read_table};
pub use run_dir::{ReportError, RunDir, read_figures, read_plots, read_story};
pub use score_text::{score_json, score_text};
pub use signature::json as signature_json;
pub use study_csv::{SUMMARY_FILES, study_csv};
pub use study_dir::{
    STUDY_FILE, StudyDir, StudyDirError, StudyIndex, Written, edited_tables, read_study,
};
pub use study_report::{NoReport, study_pictures};
pub use study_tables::{RUNS_CSV, open_tables, table_files};
pub use study_text::study_text;
pub use summary_text::summary_text;
pub use text_table::wrapped;
pub use whole_file::{make_directory, write_whole};
