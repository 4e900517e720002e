//! A score in words and as JSON: published against simulated, hits, misses and why.
//!
//! Invariant: a miss is never left out.

use serde_json::{Value, json};

use crate::impact::{Outcome, Tag};
use crate::study::{Score, ScoredFigure};

use super::json::tag_word;
use super::number::percent;
use super::summary_text::figure;
use super::text_table::{Align, TextTable, wrapped};

const COLUMNS: [Align; 6] = [
    Align::Left,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Left,
    Align::Left,
];

/// The score as a table for each incident, the misses with their likely reasons, and the total.
pub fn score_text(score: &Score, width: usize) -> String {
    let mut lines = Vec::new();
    for rows in score.figures.chunk_by(|a, b| a.incident == b.incident) {
        lines.push(rows[0].incident.clone());
        let mut table = TextTable::new(&COLUMNS);
        table.row(["", "published", "simulated", "of seeds", "", ""]);
        for row in rows {
            table.row(cells(row));
        }
        lines.extend(table.lines(width));
        let reasons = rows.iter().filter_map(reason);
        lines.extend(reasons.flat_map(|text| wrapped(&format!("- {text}"), width)));
        lines.push(String::new());
    }
    let (hits, all) = score.total();
    let share = percent(score.share());
    let seeds = score.seeds;
    let plural = if seeds == 1 { "" } else { "s" };
    lines.push(format!(
        "{hits} of {all} predicted figures hit ({share}), median of {seeds} seed{plural}"
    ));
    lines.push(String::new());
    lines.join("\n")
}

fn cells(figure_: &ScoredFigure) -> [String; 6] {
    let row = &figure_.row;
    let value = |v: f64| figure(row.unit, v);
    let counts = row.tag == Tag::Predicted;
    let verdict = match (row.outcome, figure_.hit) {
        (Outcome::NotExpressible, _) if counts => "MISS",
        (Outcome::NotExpressible, _) => "",
        (_, true) => "hit",
        (_, false) if counts => "MISS",
        (_, false) => "off",
    };
    let (published, simulated, spread) = if row.outcome == Outcome::NotExpressible {
        (String::new(), "not simulated".to_owned(), String::new())
    } else {
        let spread = figure_
            .spread
            .map(|(a, b)| format!("{}..{}", value(a), value(b)));
        let median = figure_.median.map_or_else(|| "never".to_owned(), value);
        (value(row.published), median, spread.unwrap_or_default())
    };
    let label = row.label.clone();
    [
        label,
        published,
        simulated,
        spread,
        verdict.to_owned(),
        tag_word(row.tag).to_owned(),
    ]
}

/// Why a figure that counts was missed.
pub(super) fn reason(figure: &ScoredFigure) -> Option<String> {
    let row = &figure.row;
    let is_miss = row.tag == Tag::Predicted && !figure.hit;
    let why = if row.miss.is_empty() {
        &row.note
    } else {
        &row.miss
    };
    (is_miss && !why.is_empty()).then(|| format!("{}: {why}", row.label))
}

/// The score as a list of objects, one for each figure.
pub fn score_json(score: &Score) -> String {
    let figures: Vec<Value> = score.figures.iter().map(object).collect();
    format!("{:#}\n", Value::from(figures))
}

fn object(figure: &ScoredFigure) -> Value {
    let row = &figure.row;
    let finite = |v: f64| v.is_finite().then_some(v);
    let (least, most) = row.allowed;
    json!({
        "incident": figure.incident,
        "quantity": row.label,
        "published": row.published,
        "tolerance": { "min": finite(least), "max": finite(most) },
        "tag": tag_word(row.tag),
        "simulated": figure.median,
        "spread": figure.spread.map(|(a, b)| [a, b]),
        "hit": figure.hit,
        "expressible": row.outcome != Outcome::NotExpressible,
        "source": row.source,
        "note": row.note,
        "miss": reason(figure),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    fn score() -> Score {
        let mut score = Score::default();
        score.add("a-night", &[sample().published]);
        score
    }

    #[test]
    fn a_miss_stays_visible_with_its_reason() {
        let text = score_text(&score(), 80);
        assert!(text.contains("a-night\n"), "{text}");
        assert!(text.contains("MISS"), "{text}");
        assert!(text.contains("predicted figures hit"), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }

    #[test]
    fn json_has_an_object_for_each_figure() {
        let rows: Value = serde_json::from_str(&score_json(&score())).expect("JSON");
        let rows = rows.as_array().expect("a list");
        assert_eq!(rows.len(), sample().published.len());
        for key in [
            "incident",
            "quantity",
            "published",
            "tolerance",
            "tag",
            "simulated",
            "hit",
        ] {
            assert!(rows.iter().all(|row| row.get(key).is_some()), "{key}");
        }
    }
}
