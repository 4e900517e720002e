//! How to tell the runs of a comparison apart: the signature in each operator's view, and marks in figures.
//!
//! Invariant: says what differs and since when, never why.

use std::collections::BTreeSet;

use crate::study::{HORIZONS_MIN, Paired, RunSigns, UNKNOWN};

use super::super::compare_text::letter;
use super::compare_page::named;
use super::run_page::{listed, section};
use super::signature::features;
use super::story::Story;
use super::table::{Cell, Table};

/// The section.
pub(super) fn apart_section(paired: &Paired, stories: &[Story]) -> String {
    let mut head = vec!["feature".to_owned()];
    head.extend((0..stories.len()).map(|n| named(paired, n)));
    let body = [
        "<h3>As each operator saw it</h3>".to_owned(),
        operators_signature(paired, &head),
        "<h3>In figures</h3>".to_owned(),
        marks(stories, head),
    ];
    section(
        "How to tell them apart",
        &told_apart(paired),
        &body.concat(),
    )
}

/// In words: which features of the operator's view tell each run from the first, and from when on.
fn told_apart(paired: &Paired) -> String {
    let sentence = |run: usize| {
        let told = paired.signs[0].told_from(&paired.signs[run]).into_iter();
        let told: Vec<String> = told
            .map(|(feature, minutes)| format!("{feature} (from {minutes} min on)"))
            .collect();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let by = match told.as_slice() {
            [] => "nothing that both operators know".to_owned(),
            some => listed(some),
        };
        format!("{} is told from {} by {by}.", named(paired, run), letter(0))
    };
    let sentences: Vec<String> = (1..paired.names.len()).map(sentence).collect();
    sentences.join(" ")
}

/// What the features of the operator's view say in each run, an hour after the first impact at the latest.
fn operators_signature(paired: &Paired, head: &[String]) -> String {
    let contracts: Vec<&str> = paired.signs.iter().map(|s| s.contract.as_str()).collect();
    let minutes = HORIZONS_MIN.map(|minutes| minutes.to_string()).join(", ");
    let caption = format!(
        "Signature in each operator’s view {minutes} min after the first impact (contracts: {})",
        contracts.join(", ")
    );
    let mut columns: Vec<&str> = head.iter().map(String::as_str).collect();
    columns.push("tells from A");
    let mut table = Table::new(&caption, &columns);
    let told: BTreeSet<String> = paired.signs[1..]
        .iter()
        .flat_map(|signs| paired.signs[0].told_from(signs))
        .map(|(feature, _)| feature)
        .collect();
    for row in &paired.signs[0].rows {
        let of_all = paired.signs.iter().flat_map(|signs| &signs.rows);
        let mut words = of_all.filter(|other| other.feature == row.feature);
        if words.all(|other| other.words.iter().all(|word| word == UNKNOWN)) {
            continue;
        }
        let words = |signs: &RunSigns| {
            let same = signs.rows.iter().find(|other| other.feature == row.feature);
            same.map_or_else(String::new, |same| in_turn(&same.words))
        };
        let separates = told.contains(&row.feature);
        let class = if separates { "apart" } else { "same" };
        let mut cells = vec![Cell::text(&row.feature)];
        cells.extend(
            paired
                .signs
                .iter()
                .map(|s| Cell::text(words(s)).marked(class)),
        );
        cells.push(Cell::text(if separates { "● yes" } else { "no" }));
        table.row(&cells);
    }
    table.html()
}

/// What was said at one instant after the other, once for as long as it stays.
fn in_turn(words: &[String]) -> String {
    let mut said: Vec<&str> = words.iter().map(String::as_str).collect();
    said.dedup();
    said.join(" → ")
}

/// The marks that runs leave in figures.
fn marks(stories: &[Story], mut head: Vec<String>) -> String {
    head.push("tells them apart".to_owned());
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut table = Table::new(
        "Marks that each run leaves: one tells runs apart when it is at least twice as large in one as in another",
        &head,
    );
    for feature in features(stories) {
        let mut row = vec![Cell::text(feature.name)];
        let class = if feature.separates { "apart" } else { "same" };
        row.extend(feature.values.iter().map(|v| Cell::number(v).marked(class)));
        row.push(Cell::text(if feature.separates { "● yes" } else { "no" }));
        table.row(&row);
    }
    table.html()
}
