//! The tables of the report of one run: who was out, the rollout, what must be reported, what was published,
//! and how to repeat it.
//!
//! Invariant: every number stands in the story; what cannot be said is a dash.

use super::super::number::{percent, real, short};
use super::super::plot::{escape, ratio_mark};
use super::pictures::ratios;
use super::run_page::{DIGEST_HERE, reportable_words, section};
use super::story::Story;
use super::table::{Cell, Table, count, span};

pub(super) fn impact_section(story: &Story) -> String {
    let mut table = Table::new(
        "Devices without each service, by class",
        &[
            "class",
            "service",
            "out at once",
            "share",
            "ever out",
            "device-minutes lost",
            "50 % back after",
            "90 %",
            "99 %",
        ],
    );
    for group in &story.groups {
        for lost in &group.services {
            let is_all = group.name == "all";
            if !is_all && lost.ever_out == 0 {
                continue;
            }
            let class = if is_all { "total" } else { "" };
            let key = format!("{}/{}", group.name, lost.service);
            let none = lost.peak == 0;
            let time = |t: Option<f64>| match t {
                _ if none => Cell::number("–"),
                // The most were out before: of what came after nobody was.
                Some(after) if after <= 0.0 => Cell::number("nobody out"),
                _ => span(t),
            };
            table.row_of(
                class,
                &[
                    Cell::text(&group.name),
                    Cell::text(&lost.service),
                    count(real(lost.peak)).with("data-impact", &format!("{key}/peak_devices")),
                    Cell::number(percent(real(lost.peak) / real(group.devices.max(1)))),
                    count(real(lost.ever_out))
                        .with("data-impact", &format!("{key}/ever_out_devices")),
                    count(lost.device_min).with("data-impact", &format!("{key}/lost_device_min")),
                    time(lost.t50_s).with("data-impact", &format!("{key}/t50_s")),
                    time(lost.t90_s).with("data-impact", &format!("{key}/t90_s")),
                    time(lost.t99_s).with("data-impact", &format!("{key}/t99_s")),
                ],
            );
        }
    }
    let why = format!(
        "Spans count from {}. Services that no device of a class was ever without are left out.",
        story.clock.label(story.reference_s, true)
    );
    section(
        "Who was without what, and for how long",
        &why,
        &table.html(),
    )
}

pub(super) fn rollout_section(story: &Story) -> String {
    if story.stages.is_empty() {
        return String::new();
    }
    let clock = |at: f64| story.clock.label(at, true);
    let mut stages = Table::new(
        "Stages",
        &[
            "stage",
            "began",
            "ended",
            "outcome",
            "elements",
            "devices exposed",
        ],
    );
    for stage in &story.stages {
        stages.row(&[
            Cell::text(&stage.name),
            Cell::number(clock(stage.started_s)),
            Cell::number(stage.ended_s.map_or("not by the end".to_owned(), clock)),
            Cell::text(stage.outcome.replace('-', " ")),
            Cell::number(stage.elements.to_string()),
            count(real(stage.exposed)),
        ]);
    }
    let mut body = stages.html();
    if story.gates.is_empty() {
        body.push_str("<p>No gate judged it.</p>");
    } else {
        let mut gates = Table::new(
            "Gates",
            &["gate", "stage", "at", "verdict", "measured last"],
        );
        for gate in &story.gates {
            let verdict = if gate.passed {
                Cell::text("● passed")
            } else {
                Cell::text("○ failed").marked("yes")
            };
            gates.row(&[
                Cell::text(&gate.name),
                Cell::text(&gate.stage),
                Cell::number(clock(gate.at_s)),
                verdict,
                Cell::text(&gate.measured),
            ]);
        }
        body.push_str(&gates.html());
    }
    section("The rollout, stage by stage", "", &body)
}

pub(super) fn reportable_section(story: &Story) -> String {
    let mut table = Table::new(
        "Clauses and their thresholds",
        &[
            "rule",
            "clause",
            "reportable",
            "from",
            "reached",
            "threshold",
            "duty",
        ],
    );
    for clause in &story.reportable {
        let yes = if clause.reportable {
            Cell::text("yes").marked("yes")
        } else {
            Cell::text("no")
        };
        table.row(&[
            Cell::text(&clause.rule),
            Cell::text(&clause.what),
            yes,
            Cell::number(
                clause
                    .crossed_s
                    .map_or("–".to_owned(), |at| story.clock.label(at, true)),
            ),
            Cell::number(format!(
                "{} {}",
                short(libm::round(clause.figure)),
                clause.unit
            )),
            Cell::number(short(clause.threshold)),
            Cell::text(&clause.duty),
        ]);
    }
    section(
        "What would have to be reported",
        &reportable_words(story),
        &table.html(),
    )
}

pub(super) fn published_section(story: &Story) -> String {
    let rows = ratios(story);
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new(
        "Published beside simulated; the mark lies in the middle where both agree, its ends are a tenth and ten times",
        &[
            "figure",
            "published",
            "simulated",
            "simulated / published",
            "verdict",
            "is",
            "source",
        ],
    );
    for (ratio, row) in &rows {
        let verdict = if ratio.is_hit {
            Cell::text("● hit")
        } else {
            Cell::text(format!("○ {}", row.outcome.replace('-', " "))).marked("no-hit")
        };
        table.row(&[
            Cell::text(&row.label),
            Cell::number(&row.told),
            Cell::number(&row.simulated),
            Cell::markup(ratio_mark(ratio)),
            verdict,
            Cell::text(&row.tag),
            Cell::text(&row.source),
        ]);
    }
    let left_out = story.published.len() - rows.len();
    let more = if left_out > 0 {
        format!(" {left_out} more published figures are not simulated.")
    } else {
        String::new()
    };
    let calls = match story.figure("calls.blocked") {
        Some(all) if all > 0.0 => format!(
            " Published counts of blocked calls do not count redials: unless a note says otherwise they stand beside the \
             calls placed that failed at the first try ({}), not beside all attempts ({}).",
            short(real(story.first_blocked)),
            short(all)
        ),
        _ => String::new(),
    };
    let hits = rows.iter().filter(|(ratio, _)| ratio.is_hit).count();
    let why = format!(
        "{hits} of {} figures lie within what was allowed. An input was put into the scenario and proves nothing; a fit \
         was used to set a parameter; a prediction comes out of the model.{calls}{more}",
        rows.len()
    );
    section(
        "Published beside simulated",
        &why,
        &(table.html() + &notes(story)),
    )
}

/// What a reader should know of the figures, folded away.
fn notes(story: &Story) -> String {
    let with_note = story.published.iter().filter(|row| !row.note.is_empty());
    let items =
        with_note.map(|row| format!("<li>{}: {}</li>", escape(&row.label), escape(&row.note)));
    let items: String = items.collect();
    if items.is_empty() {
        return items;
    }
    format!(
        "<details><summary>Notes on the figures</summary><ul class=\"words\">{items}</ul></details>"
    )
}

pub(super) fn again_section(story: &Story) -> String {
    let items = story
        .notes
        .iter()
        .map(|note| format!("<li>{}</li>", escape(note)));
    let notes = items.collect::<Vec<_>>().concat();
    let notes = if notes.is_empty() {
        notes
    } else {
        format!("<ul class=\"words\">{notes}</ul>")
    };
    let mut table = Table::new("What makes this run what it is", &["what", "value"]);
    for (name, value) in [
        ("scenario", story.scenario.as_str()),
        ("hash of the scenario", &story.scenario_hash),
        ("seed", &story.seed.to_string()),
        ("version", &story.version),
        ("digest of the results", DIGEST_HERE),
    ] {
        let value = if value == DIGEST_HERE {
            value.to_owned()
        } else {
            escape(value)
        };
        table.row(&[
            Cell::text(name),
            Cell::markup(format!("<span class=\"mono\">{value}</span>")),
        ]);
    }
    let body = format!(
        "<pre><code>{}</code></pre>{}{notes}",
        escape(&story.command),
        table.html()
    );
    section(
        "How to repeat it",
        "The same command gives the same bytes on every machine. --verify runs twice and compares.",
        &body,
    )
}
