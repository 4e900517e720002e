//! Every run of a study: what was varied, what came out, and the command that repeats it.
//!
//! Invariant: every dot of a picture has its run here, as long as there are not too many runs for a page.

use crate::study::{Cell as Field, ColumnKind, RunCommand, StudyFile};

use super::super::plot::escape;
use super::super::study_text::value_text;
use super::run_page::section;
use super::study_page::{StudyPage, number, whole};
use super::study_words::title;
use super::table::{Cell, Table};

/// Runs that have a row of their own.
const ROWS_MAX: usize = 400;

/// Runs whose commands are listed.
const COMMANDS_MAX: usize = 4_000;

/// The section.
pub(super) fn runs_section(page: &StudyPage<'_>) -> String {
    let count = page.runs.rows.len();
    let body = match page.file {
        _ if count <= ROWS_MAX => table(page),
        Some(file) if count <= COMMANDS_MAX => commands(page, file),
        _ => "<p>Each row of runs.csv has the seed and the levels of its run.</p>".to_owned(),
    };
    let why = if page.file.is_some() {
        "Every dot above says its run; here are all runs, each with the command that repeats it. Call it from the \
         directory of the study file (or of the scenario, where a command names it without a path), with the version \
         that ran it."
    } else {
        "The study file is not beside this table; its runs can be repeated by seed and levels."
    };
    // On paper the commands would fill many sheets.
    let (class, remark) = if page.file.is_some() {
        (
            " class=\"runs\"",
            "<p class=\"on-paper\">The commands stand in the file; on paper, seed and levels tell a run.</p>",
        )
    } else {
        ("", "")
    };
    let folded =
        format!("<details{class}><summary>All {count} runs</summary>{remark}{body}</details>");
    section("Every run, and how to repeat it", why, &folded)
}

fn table(page: &StudyPage<'_>) -> String {
    let columns = &page.runs.columns;
    let of_kind = |kind: ColumnKind| {
        let all = 0..columns.len();
        all.filter(move |&at| columns[at].kind == kind)
            .collect::<Vec<usize>>()
    };
    let parameters = of_kind(ColumnKind::Parameter);
    let outcomes: Vec<(usize, String)> = page
        .summary
        .outcomes
        .iter()
        .filter_map(|outcome| {
            let at = page.runs.column(&outcome.column.name)?;
            Some((at, title(&outcome.column)))
        })
        .collect();
    let mut head = vec!["run", "seed"];
    head.extend(parameters.iter().map(|&at| columns[at].name.as_str()));
    head.extend(outcomes.iter().map(|(_, title)| title.as_str()));
    if page.file.is_some() {
        head.push("command");
    }
    let mut table = Table::new("All runs", &head);
    for row in 0..page.runs.rows.len() {
        let run = number(page, row);
        let fields = &page.runs.rows[row];
        let mut cells = vec![
            Cell::text(run.to_string()).with("id", &format!("run-{run}")),
            Cell::number(whole(page, row, "seed").to_string()),
        ];
        let shown = |at: usize| written(&fields[at], &columns[at].unit);
        cells.extend(parameters.iter().map(|&at| Cell::text(shown(at))));
        cells.extend(outcomes.iter().map(|(at, _)| Cell::number(shown(*at))));
        if let Some(file) = page.file {
            let command = RunCommand::of(file, run).to_string();
            cells.push(Cell::markup(format!("<code>{}</code>", escape(&command))));
        }
        table.row(&cells);
    }
    table.html()
}

/// A field of the table of runs as a reader wants it.
fn written(field: &Field, unit: &str) -> String {
    match field {
        Field::Number(value) => value_text(*value, unit),
        Field::Whole(value) => value.to_string(),
        Field::Text(text) => text.clone(),
        Field::Empty => "–".to_owned(),
    }
}

/// The commands alone, where a table would be too long for a page.
fn commands(page: &StudyPage<'_>, file: &StudyFile) -> String {
    let lines = (0..page.runs.rows.len()).map(|row| {
        let run = number(page, row);
        let seed = whole(page, row, "seed");
        let command = RunCommand::of(file, run);
        format!("# run {run}, seed {seed}\n{command}\n")
    });
    format!("<pre>{}</pre>", escape(&lines.collect::<String>()))
}
