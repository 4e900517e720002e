//! The signature of a run: `signature.csv`, its part of `summary.json`, and tables for people.
//!
//! Invariant: `signature.csv` holds changes; between two rows a feature says what the first says.

use serde_json::{Map, Value, json};

use crate::detect::signature::FEATURES;
use crate::simulation::RunResult;
use crate::study::{HORIZONS_MIN, RunSigns, SignRow, UNKNOWN};

use super::tables::{Table, decimal, seconds};
use super::text_table::{Align, TextTable};

/// `signature.csv`: every change of every feature.
pub(super) fn csv(result: &RunResult) -> Vec<u8> {
    let mut table = Table::new(&["time_s", "wall", "feature", "word", "value", "why_unknown"]);
    for change in &result.signature.changes {
        let sign = &change.sign;
        table.row(vec![
            seconds(change.at),
            result.clock.rfc3339(change.at),
            FEATURES[change.feature].name.to_owned(),
            sign.word().to_owned(),
            sign.value().map_or_else(String::new, decimal),
            sign.why().to_owned(),
        ]);
    }
    table.bytes()
}

/// The part of the summary for programs.
pub fn json(signs: &RunSigns) -> Value {
    let row = |row: &SignRow| {
        let words = HORIZONS_MIN.iter().zip(&row.words);
        let words = words.map(|(minutes, word)| (format!("{minutes}m"), json!(word)));
        (row.feature.clone(), Value::Object(words.collect()))
    };
    let features: Map<String, Value> = signs.rows.iter().map(row).collect();
    json!({
        "contract": signs.contract,
        "first_impact_s": signs.first_impact_s,
        "features": features,
    })
}

/// What [`json`] has written; nothing if an earlier version wrote none.
pub(super) fn read(value: &Value) -> RunSigns {
    let features = value["features"].as_object();
    let row = |(feature, words): (&String, &Value)| SignRow {
        feature: feature.clone(),
        words: HORIZONS_MIN.map(|minutes| {
            let word = words[format!("{minutes}m")].as_str();
            word.unwrap_or(UNKNOWN).to_owned()
        }),
    };
    RunSigns {
        contract: value["contract"].as_str().unwrap_or_default().to_owned(),
        first_impact_s: value["first_impact_s"].as_f64(),
        rows: features.into_iter().flatten().map(row).collect(),
    }
}

/// The heading of [`table`].
pub(super) fn heading(signs: &RunSigns) -> String {
    let contract = &signs.contract;
    format!("SIGNATURE IN THE OPERATOR'S VIEW ({contract}; minutes after the first impact)")
}

/// What every feature that ever says something said after each horizon; none if none did.
pub(super) fn table(signs: &RunSigns) -> Option<TextTable> {
    let mut table = TextTable::new(&[Align::Left; 5]);
    let mut head = vec![String::new()];
    head.extend(HORIZONS_MIN.map(|minutes| format!("{minutes} min")));
    table.row(head);
    let says = |row: &&SignRow| row.words.iter().any(|word| word != UNKNOWN);
    let known: Vec<&SignRow> = signs.rows.iter().filter(says).collect();
    for row in &known {
        let words = row.words.iter().map(|word| shown(word));
        table.row(std::iter::once(row.feature.clone()).chain(words));
    }
    (!known.is_empty() && signs.first_impact_s.is_some()).then_some(table)
}

/// Runs side by side at one horizon, a row per feature that one of them knows something of.
pub(super) fn beside(signs: &[&RunSigns], place: usize) -> Option<TextTable> {
    let first = signs.first()?;
    let mut table = TextTable::new(&vec![Align::Left; signs.len() + 1]);
    let mut any = false;
    for row in &first.rows {
        let word = |of: &&RunSigns| {
            let found = of.rows.iter().find(|found| found.feature == row.feature);
            found.map_or_else(|| UNKNOWN.to_owned(), |found| found.words[place].clone())
        };
        let words: Vec<String> = signs.iter().map(word).collect();
        if words.iter().any(|word| word != UNKNOWN) {
            let words = words.iter().map(|word| shown(word));
            table.row(std::iter::once(row.feature.clone()).chain(words));
            any = true;
        }
    }
    any.then_some(table)
}

fn shown(word: &str) -> String {
    if word == UNKNOWN { "-" } else { word }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn the_summary_reads_back() {
        let mut signs = RunSigns::of(&sample());
        signs.rows[0].words[1] = "success".to_owned();
        assert_eq!(read(&json(&signs)), signs);
        assert_eq!(read(&Value::Null), RunSigns::default());
    }

    #[test]
    fn what_nobody_knows_is_not_shown() {
        let mut signs = RunSigns::of(&sample());
        for row in &mut signs.rows {
            row.words = [UNKNOWN; 4].map(str::to_owned);
        }
        assert!(table(&signs).is_none() && beside(&[&signs], 0).is_none());
        signs.rows[3].words[2] = "other".to_owned();
        let lines = table(&signs).expect("one feature is known").lines(80);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].contains(&signs.rows[3].feature), "{lines:?}");
        assert!(beside(&[&signs, &signs], 2).is_some());
    }
}
