//! The timeline of a run: stages with their gates, attacks and faults, what the operator believed, and what
//! was done.
//!
//! Invariant: read from the event log and the stages; a bar that has not ended reaches to the end of the run.

use std::fmt::Write as _;

use crate::base::Record;
use crate::simulation::RunResult;

use super::super::super::log_table::{Told, told};
use super::super::story::{Gate, Kind, Moment, Row};

/// Bars of one group, at most.
const ROWS_MAX: usize = 12;

/// The lines of the story.
pub(super) fn moments(result: &RunResult) -> Vec<Moment> {
    let moment = |line: Told| Moment {
        at_s: line.at.as_secs_f64(),
        kind: kind(line.source, line.kind),
        text: line.text,
    };
    told(result).into_iter().map(moment).collect()
}

/// Whose doing an entry of the log is.
fn kind(source: &str, kind: &str) -> Kind {
    let is_news = [
        "alarm-raised",
        "alarm-cleared",
        "detected",
        "triage-done",
        "decision",
    ];
    let is_back = ["rollback-decided", "rollback-finished"];
    match source {
        "rollout" if !is_back.contains(&kind) => Kind::Change,
        "rollout" | "response" if !is_news.contains(&kind) => Kind::Action,
        "response" | "gate" => Kind::Detection,
        "fault" | "attack" | "network" => Kind::Fault,
        _ => Kind::Service,
    }
}

/// The verdicts of gates, each with what it measured last.
pub(super) fn gates(result: &RunResult) -> Vec<Gate> {
    let verdict = |fact: &crate::simulation::GateFact| {
        let own = |record: &&Record| {
            record.kind == "gate-measured" && record.subject == fact.gate && record.at <= fact.at
        };
        let measured = result.records.iter().rfind(own);
        let words = measured.map(|record| after_colon(&record.detail).to_owned());
        Gate {
            at_s: fact.at.as_secs_f64(),
            stage: fact.stage.clone(),
            name: fact.gate.clone(),
            passed: fact.passed,
            measured: words.unwrap_or_else(|| fact.detail.clone()),
        }
    };
    result.gates.iter().map(verdict).collect()
}

fn after_colon(text: &str) -> &str {
    text.split_once(": ").map_or(text, |(_, rest)| rest)
}

/// All bars, group by group.
pub(super) fn rows(result: &RunResult) -> Vec<Row> {
    let groups = [
        stages(result),
        faults(result),
        beliefs(result),
        actions(result),
    ];
    groups.into_iter().flat_map(shortened).collect()
}

/// The first bars, and how many more there are.
fn shortened(mut rows: Vec<Row>) -> Vec<Row> {
    let more = rows.len().saturating_sub(ROWS_MAX);
    rows.truncate(ROWS_MAX);
    if let Some(last) = rows.last_mut().filter(|_| more > 0) {
        write!(last.label, " (and {more} more in events.csv)").expect("text takes everything");
    }
    rows
}

fn stages(result: &RunResult) -> Vec<Row> {
    let stage = |fact: &crate::simulation::StageFact| {
        let gates = result.gates.iter().filter(|gate| gate.stage == fact.name);
        let plural = if fact.elements == 1 { "" } else { "s" };
        Row {
            group: "Rollout".to_owned(),
            label: format!(
                "stage {}: {} element{plural}, {}",
                fact.name,
                fact.elements,
                fact.outcome.replace('-', " ")
            ),
            kind: Kind::Change,
            from_s: fact.started.as_secs_f64(),
            to_s: fact.ended.unwrap_or(result.horizon).as_secs_f64(),
            dots: gates
                .map(|gate| (gate.at.as_secs_f64(), gate.passed))
                .collect(),
        }
    };
    result.stages.iter().map(stage).collect()
}

/// From the first entry of one kind to the last of another.
fn faults(result: &RunResult) -> Vec<Row> {
    let of = |source: &'static str, kind: &'static str| {
        let records = result.records.iter();
        records.filter(move |r| r.source == source && r.kind == kind)
    };
    let mut rows: Vec<Row> = of("attack", "attack-began")
        .map(|began| attack(result, began))
        .collect();
    let reached = of("fault", "element-reached").count();
    if let Some(first) = of("fault", "element-reached").next() {
        let struck = of("fault", "element-struck").count();
        let last = of("fault", "element-cleared").next_back();
        let end = last.map_or(result.horizon, |r| r.at);
        rows.push(Row {
            group: "What was wrong".to_owned(),
            label: format!("fault: {reached} reached, {struck} taken out"),
            kind: Kind::Fault,
            from_s: first.at.as_secs_f64(),
            to_s: end.as_secs_f64(),
            dots: Vec::new(),
        });
    }
    rows
}

fn attack(result: &RunResult, began: &Record) -> Row {
    let ended =
        |r: &&Record| r.kind == "attack-ended" && r.subject == began.subject && r.at >= began.at;
    let end = result
        .records
        .iter()
        .find(ended)
        .map_or(result.horizon, |r| r.at);
    let name = began.detail.split(" (").next().unwrap_or(&began.detail);
    Row {
        group: "What was wrong".to_owned(),
        label: format!("attack: {name}"),
        kind: Kind::Fault,
        from_s: began.at.as_secs_f64(),
        to_s: end.as_secs_f64(),
        dots: Vec::new(),
    }
}

/// What the operator believed, from one piece of news to the next.
fn beliefs(result: &RunResult) -> Vec<Row> {
    let mut news: Vec<(f64, String)> = vec![(0.0, "all is well".to_owned())];
    for record in &result.records {
        let what = match record.kind {
            "gate-verdict" if record.detail.ends_with("failed") => {
                format!("gate {} has failed", record.subject)
            }
            "alarm-raised" => format!("alarm {}", record.subject),
            "detected" => format!("people look into {}", record.subject),
            "triage-done" => "it is known what is wrong".to_owned(),
            "decision" => "it is decided what to do".to_owned(),
            "alarm-cleared" => format!("alarm {} is over", record.subject),
            _ => continue,
        };
        news.push((record.at.as_secs_f64(), what));
    }
    let ends: Vec<f64> = news.iter().skip(1).map(|n| n.0).collect();
    let horizon = result.horizon.as_secs_f64();
    let rows = news.into_iter().zip(ends.into_iter().chain([horizon]));
    rows.map(|((from_s, label), to_s)| Row {
        group: "What the operator believed".to_owned(),
        label,
        kind: Kind::Detection,
        from_s,
        to_s,
        dots: Vec::new(),
    })
    .collect()
}

fn actions(result: &RunResult) -> Vec<Row> {
    let begins = |r: &&Record| {
        matches!(
            r.kind,
            "action-started" | "action-blocked" | "rollback-decided"
        )
    };
    let row = |began: &Record| {
        let is_rollback = began.kind == "rollback-decided";
        let ended = |r: &&Record| {
            let kind = if is_rollback {
                "rollback-finished"
            } else {
                "action-finished"
            };
            r.kind == kind && r.at >= began.at && (is_rollback || r.subject == began.subject)
        };
        let end = result
            .records
            .iter()
            .find(ended)
            .map_or(result.horizon, |r| r.at);
        let label = match began.kind {
            "rollback-decided" => format!("rollback of {}", began.subject),
            "action-blocked" => format!("{} blocked: {}", began.subject, began.detail),
            _ => format!("{}: {}", began.subject, began.detail),
        };
        Row {
            group: "What was done".to_owned(),
            label,
            kind: Kind::Action,
            from_s: began.at.as_secs_f64(),
            to_s: end.as_secs_f64(),
            dots: Vec::new(),
        }
    };
    // A rollback that people ordered is told by the rollout itself.
    let records = result.records.iter().filter(begins);
    records
        .filter(|r| r.detail != "roll-back")
        .map(row)
        .collect()
}
