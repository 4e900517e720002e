//! How to tell the runs of a comparison apart: the signature in each operator's view, and marks in figures.
//!
//! Invariant: says what differs and since when, never why.

use std::collections::BTreeSet;

use crate::detect::signature::FEATURES;
use crate::study::{HORIZONS_MIN, Paired, RunSigns, Told, UNKNOWN};

use super::super::compare_text::letter;
use super::super::number::short;
use super::super::plot::escape;
use super::compare_page::named;
use super::run_page::section;
use super::signature::{DEVIATIONS, LEAST_SHARE, STRONGEST, features, strongest};
use super::story::Story;
use super::table::{Cell, Table};

/// The section.
pub(super) fn apart_section(paired: &Paired, stories: &[Story]) -> String {
    let mut head = vec!["feature".to_owned()];
    head.extend((0..stories.len()).map(|n| named(paired, n)));
    let body = [
        told_table(paired),
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

/// In words: how soon each run can be told from the first, and under which contract.
fn told_apart(paired: &Paired) -> String {
    let sentence = |run: usize| {
        let under = paired.told_from_first(run);
        let soonest = under
            .iter()
            .filter_map(|told| Some((told.features.first()?.1, told)));
        let soonest = soonest.min_by_key(|(minutes, _)| *minutes);
        let (run, first) = (named(paired, run), letter(0));
        soonest.map_or_else(
            || format!("{run} is told from {first} by nothing that both operators know."),
            |(minutes, told)| {
                let (feature, contract) = (&told.features[0].0, &told.contract);
                format!(
                    "{run} is told from {first} from {minutes} min after the first impact on, under {contract}, by {feature}."
                )
            },
        )
    };
    let sentences: Vec<String> = (1..paired.names.len()).map(sentence).collect();
    sentences.join(" ")
}

/// Run by run and feature by feature: from which minute on it tells the run from the first, under each contract.
fn told_table(paired: &Paired) -> String {
    let mut text = String::new();
    for run in 1..paired.names.len() {
        let under = paired.told_from_first(run);
        let mut features: Vec<&String> = Vec::new();
        for (feature, _) in under.iter().flat_map(|told| &told.features) {
            if !features.contains(&feature) {
                features.push(feature);
            }
        }
        let caption = format!(
            "What tells {} from {}: from which minute after the first impact on, under each telemetry contract",
            named(paired, run),
            named(paired, 0)
        );
        let mut head = vec!["what is asked"];
        head.extend(under.iter().map(|told| told.contract.as_str()));
        let mut table = Table::new(&caption, &head);
        for feature in &features {
            let mut row = vec![asked(feature)];
            row.extend(under.iter().map(|told| since(told, feature)));
            table.row(&row);
        }
        if !features.is_empty() {
            text.push_str(&table.html());
        }
    }
    text
}

/// `from 5 min`, or `–` where a contract does not tell.
fn since(told: &Told, feature: &str) -> Cell {
    let found = told.features.iter().find(|(known, _)| known == feature);
    found.map_or_else(
        || Cell::number("–"),
        |(_, minutes)| Cell::number(format!("from {minutes} min")).marked("apart"),
    )
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
    use super::super::super::sample::sample;
    use super::*;
    use crate::study::{RunFigures, SignRow, pair};

    #[test]
    fn features_minutes_and_contracts_stand_in_a_table() {
        let first = RunFigures::of(&sample());
        let seen = |contract: &str, words: [&str; 4]| RunSigns {
            contract: contract.to_owned(),
            rows: vec![SignRow {
                feature: "onset-shape".to_owned(),
                words: words.map(str::to_owned),
            }],
            ..RunSigns::default()
        };
        let run = |shape: &str, late: &str| RunFigures {
            by_contract: vec![
                seen("pm-15min", [UNKNOWN, UNKNOWN, UNKNOWN, late]),
                seen("full", [UNKNOWN, shape, shape, shape]),
            ],
            ..first.clone()
        };
        let paired = pair(&[run("step", "step"), run("ramp", "step")]).expect("one seed");
        assert!(
            told_apart(&paired)
                .contains("from 5 min after the first impact on, under full, by onset-shape")
        );
        let table = told_table(&paired);
        for part in [">pm-15min<", ">full<", "onset-shape", ">–<", "from 5 min<"] {
            assert!(table.contains(part), "{part}: {table}");
        }
        let same = pair(&[run("step", "step"), run("step", "step")]).expect("one seed");
        assert_eq!(told_table(&same), "");
        assert!(told_apart(&same).contains("by nothing that both operators know"));
    }

    #[test]
    fn runs_are_named_by_their_letters() {
        assert_eq!(runs_word(&[1, 2]), "● B, C");
        assert_eq!(runs_word(&[]), "no");
    }
}
