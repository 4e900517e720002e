//! How to tell the runs of a comparison apart: the signature in each operator's view, and marks in figures.
//!
//! Invariant: says what differs and since when, never why.

use std::collections::BTreeSet;

use crate::detect::signature::FEATURES;
use crate::study::{HORIZONS_MIN, Paired, RunSigns, UNKNOWN};

use super::super::compare_text::letter;
use super::super::number::short;
use super::super::plot::escape;
use super::compare_page::named;
use super::run_page::{listed, section};
use super::signature::{DEVIATIONS, LEAST_SHARE, STRONGEST, features, strongest};
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
        let under = paired.told_from_first(run).into_iter().map(|told| {
            let features = told.features.iter();
            let features: Vec<String> = features
                .map(|(feature, minutes)| format!("{feature} (from {minutes} min on)"))
                .collect();
            let features: Vec<&str> = features.iter().map(String::as_str).collect();
            let by = match features.as_slice() {
                [] => "nothing that both operators know".to_owned(),
                some => listed(some),
            };
            format!("under {} by {by}", told.contract)
        });
        let under: Vec<String> = under.collect();
        let (run, first) = (named(paired, run), letter(0));
        format!("{run} is told from {first} {}.", under.join("; "))
    };
    let sentences: Vec<String> = (1..paired.names.len()).map(sentence).collect();
    sentences.join(" ")
}

/// What the features of the operator’s view say in each run, an hour after the first impact at the latest.
fn operators_signature(paired: &Paired, head: &[String]) -> String {
    let contracts: Vec<&str> = paired.signs.iter().map(|s| s.contract.as_str()).collect();
    let minutes = HORIZONS_MIN.map(|minutes| minutes.to_string()).join(", ");
    let caption = format!(
        "Signature in each operator’s view {minutes} min after the first impact, in turn where it changes (telemetry \
         contracts: {}). Marked: what tells a run from A",
        contracts.join(", ")
    );
    let mut columns: Vec<&str> = head.iter().map(String::as_str).collect();
    columns[0] = "what is asked";
    columns.push("tells from A");
    let mut table = Table::new(&caption, &columns);
    let told: Vec<BTreeSet<String>> = paired
        .signs
        .iter()
        .map(|signs| {
            let told = paired.signs[0].told_from(signs).into_iter();
            told.map(|(feature, _)| feature).collect()
        })
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
        let separates = |run: usize| told[run].contains(&row.feature);
        let apart: Vec<usize> = (1..told.len()).filter(|&run| separates(run)).collect();
        let mut cells = vec![asked(&row.feature)];
        cells.extend(paired.signs.iter().enumerate().map(|(run, signs)| {
            let is_marked = separates(run) || (run == 0 && !apart.is_empty());
            let class = if is_marked { "apart" } else { "same" };
            Cell::text(words(signs)).marked(class)
        }));
        cells.push(Cell::text(runs_word(&apart)));
        table.row(&cells);
    }
    table.html()
}

/// A feature as a question, and its name.
fn asked(feature: &str) -> Cell {
    let known = FEATURES.iter().find(|known| known.name == feature);
    let asks = known.map_or("", |known| known.question);
    Cell::markup(format!(
        "{} <small>{}</small>",
        escape(asks),
        escape(feature)
    ))
}

/// `● B, C`, or `no`.
fn runs_word(runs: &[usize]) -> String {
    let letters: Vec<String> = runs.iter().map(|&run| letter(run)).collect();
    match letters.as_slice() {
        [] => "no".to_owned(),
        some => format!("● {}", some.join(", ")),
    }
}

/// What was said at one instant after the other, once for as long as it stays.
fn in_turn(words: &[String]) -> String {
    let mut said: Vec<&str> = words.iter().map(String::as_str).collect();
    said.dedup();
    said.join(" → ")
}

/// The marks that runs leave in figures.
fn marks(stories: &[Story], mut head: Vec<String>) -> String {
    head.push("stands out".to_owned());
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let caption = format!(
        "Marks that each run leaves. ○ differs from A: by more than {} % of the larger value, and by more than chance \
         ({} standard deviations of a count of simulated devices; two sampling steps of a time). ● and marked: the {} \
         differences of each run that are largest as a ratio",
        short(LEAST_SHARE * 100.0),
        short(DEVIATIONS),
        STRONGEST
    );
    let mut table = Table::new(&caption, &head);
    let list = features(stories);
    let strongest: Vec<Vec<usize>> = (0..stories.len())
        .map(|run| strongest(&list, run))
        .collect();
    for (place, feature) in list.iter().enumerate() {
        let is_strong = |run: usize| strongest[run].contains(&place);
        let mut row = vec![Cell::text(feature.name)];
        row.extend(feature.values.iter().enumerate().map(|(run, value)| {
            let class = if is_strong(run) { "apart" } else { "same" };
            Cell::number(value).marked(class)
        }));
        let sign = |run: usize| match feature.strength[run] {
            Some(_) if is_strong(run) => format!("● {}", letter(run)),
            Some(_) => format!("○ {}", letter(run)),
            None => String::new(),
        };
        let signs = (1..stories.len()).map(sign).filter(|sign| !sign.is_empty());
        let signs: Vec<String> = signs.collect();
        let words = if signs.is_empty() {
            "no".to_owned()
        } else {
            signs.join("  ")
        };
        row.push(Cell::text(words).marked("tight"));
        table.row(&row);
    }
    table.html()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_by_their_letters() {
        assert_eq!(runs_word(&[1, 2]), "● B, C");
        assert_eq!(runs_word(&[]), "no");
    }
}
