//! What each gate is worth, for a reader and for programs.
//!
//! Invariant: no line is longer than the width.

use serde_json::{Value, json};

use crate::base::{SimTime, Span};
use crate::simulation::GateReport;
use crate::study::{ArmFigures, GateStudy, GateWorth};

use super::gate_tables::floor_word;
use super::number::{percent, real, short};
use super::text_table::{Align, TextTable, fit, wrapped};

/// The study, at most `width` columns wide.
pub fn gate_study_text(study: &GateStudy, width: usize) -> String {
    use Align::{Left, Right};
    let head = format!(
        "{} · seed {} · scale {} · each gate absent, and each alone, on common random numbers",
        study.scenario, study.seed, study.scale
    );
    let mut lines: Vec<String> = wrapped(&head, width)
        .iter()
        .map(|l| l.trim_start().to_owned())
        .collect();
    let mut nights = TextTable::new(&[Left, Right, Right, Right, Left]);
    nights.row([
        "the night",
        "data device-min",
        "voice device-min",
        "most out",
        "",
    ]);
    for (name, arm) in [
        ("with every gate", &study.all),
        ("without any", &study.none),
    ] {
        nights.row(night_row(name, arm));
    }
    section(&mut lines, "WHAT THE GATES SAVE TOGETHER", &nights, width);
    let mut acted = TextTable::new(&[Left, Left, Right, Right, Left, Right, Right, Right]);
    acted.row([
        "gate, by itself",
        "judge",
        "floor",
        "acted",
        "",
        "fleet",
        "people",
        "out",
    ]);
    for gate in &study.gates {
        acted.row(acted_row(&gate.by_itself));
    }
    let heading = "WHEN EACH ACTS ALONE, AND WHAT IS EXPOSED BY THEN (h:mm:ss from its start)";
    section(&mut lines, heading, &acted, width);
    let mut worth = TextTable::new(&[Left, Right, Right, Right, Right, Left]);
    worth.row(["gate", "data alone", "beside", "voice alone", "beside", ""]);
    for gate in &study.gates {
        worth.row(worth_row(gate, study));
    }
    let heading = "DEVICE-MINUTES THAT EACH SAVES ALONE, AND BESIDE THE OTHERS (less is a cost)";
    section(&mut lines, heading, &worth, width);
    lines.iter().map(|line| fit(line, width) + "\n").collect()
}

fn section(lines: &mut Vec<String>, heading: &str, table: &TextTable, width: usize) {
    lines.push(String::new());
    lines.push(heading.to_owned());
    lines.extend(table.lines(width));
}

fn night_row(name: &str, arm: &ArmFigures) -> [String; 5] {
    let end = if arm.is_stopped {
        "stopped"
    } else {
        "not stopped"
    };
    [
        name.to_owned(),
        short(arm.data_minutes.round()),
        short(arm.voice_minutes.round()),
        short(real(arm.peak_devices)),
        end.to_owned(),
    ]
}

fn name(gate: &GateReport) -> String {
    format!("{}/{}", gate.stage, gate.gate)
}

fn acted_row(gate: &GateReport) -> [String; 8] {
    let after = gate.acted.zip(gate.started);
    let after = after.map(|(acted, started)| acted.since(started));
    let is_reached = gate.started.is_some();
    let reached = |text: String| if is_reached { text } else { "-".to_owned() };
    [
        name(gate),
        gate.judge.clone(),
        reached(floor_word(gate.floor)),
        after.map_or_else(|| "-".to_owned(), clock),
        gate.outcome.to_owned(),
        reached(percent(gate.exposed_elements)),
        reached(percent(gate.exposed_subscribers)),
        reached(short(real(gate.devices_out))),
    ]
}

fn worth_row(gate: &GateWorth, study: &GateStudy) -> [String; 6] {
    let saved = saved(gate, study);
    let [a, b, c, d] = saved.map(|minutes| signed(minutes.round()));
    let verdict = gate.verdict(&study.none).words().to_owned();
    [name(&gate.together), a, b, c, d, verdict]
}

/// Device-minutes saved: data alone and to the others, then voice.
fn saved(gate: &GateWorth, study: &GateStudy) -> [f64; 4] {
    [
        study.none.data_minutes - gate.alone.data_minutes,
        gate.without.data_minutes - study.all.data_minutes,
        study.none.voice_minutes - gate.alone.voice_minutes,
        gate.without.voice_minutes - study.all.voice_minutes,
    ]
}

fn signed(value: f64) -> String {
    if value < 0.0 {
        format!("-{}", short(-value))
    } else {
        short(value)
    }
}

fn clock(span: Span) -> String {
    let seconds = span.as_us() / 1_000_000;
    format!(
        "{}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The same for programs.
pub fn gate_study_json(study: &GateStudy) -> Value {
    let arm = |arm: &ArmFigures| {
        json!({
            "data_device_min": arm.data_minutes,
            "voice_device_min": arm.voice_minutes,
            "peak_data_devices": arm.peak_devices,
            "stopped": arm.is_stopped,
        })
    };
    let seconds = |at: Option<SimTime>| at.map(SimTime::as_secs_f64);
    let report = |gate: &GateReport| {
        json!({
            "started_s": seconds(gate.started),
            "floor_s": gate.floor.map(Span::as_secs_f64),
            "acted_s": seconds(gate.acted),
            "outcome": gate.outcome,
            "exposed_elements_share": gate.exposed_elements,
            "exposed_subscribers_share": gate.exposed_subscribers,
            "out_data_devices": gate.devices_out,
        })
    };
    let gates = study.gates.iter().map(|gate| {
        let [data_alone, data_among, voice_alone, voice_among] = saved(gate, study);
        json!({
            "stage": gate.together.stage,
            "gate": gate.together.gate,
            "judge": gate.together.judge,
            "verdict": gate.verdict(&study.none).words(),
            "together": report(&gate.together),
            "by_itself": report(&gate.by_itself),
            "without": arm(&gate.without),
            "alone": arm(&gate.alone),
            "saves_alone_data_device_min": data_alone,
            "saves_among_others_data_device_min": data_among,
            "saves_alone_voice_device_min": voice_alone,
            "saves_among_others_voice_device_min": voice_among,
        })
    });
    json!({
        "scenario": study.scenario,
        "seed": study.seed,
        "scale": study.scale,
        "all": arm(&study.all),
        "none": arm(&study.none),
        "gates": gates.collect::<Value>(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{bless, gate_study};
    use super::*;

    #[test]
    fn the_study_is_as_blessed() {
        bless(
            "gate-study.txt",
            &gate_study_text(&gate_study("a-plan"), 80),
        );
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        for width in [60, 80, 100] {
            let text = gate_study_text(&gate_study("a-plan-with-a-rather-long-name"), width);
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} in\n{text}");
        }
    }
}
