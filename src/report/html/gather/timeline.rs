//! The timeline of a run: stages with their gates, attacks and faults, what the operator believed, and what
//! was done.
//!
//! Invariant: read from the event log and the stages; a bar that has not ended reaches to the end of the run.

use std::fmt::Write as _;

use crate::base::{Record, SimTime};
use crate::simulation::{RunResult, StageFact};

use super::super::super::log_table::{Told, told};
use super::super::story::{Gate, Kind, Moment, Part, Phase, Row};
use super::beliefs::believed;

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
        believed(result),
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
    let stage = |fact: &StageFact| {
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
            parts: phases(result, fact),
            dots: gates
                .map(|gate| (gate.at.as_secs_f64(), gate.passed))
                .collect(),
        }
    };
    result.stages.iter().map(stage).collect()
}

/// The phases of a stage: until all of it is installed, until its soak is over, until it is judged.
fn phases(result: &RunResult, fact: &StageFact) -> Vec<Part> {
    let end = fact.ended.unwrap_or(result.horizon);
    let first = |kind: &str| {
        let own = |r: &&Record| r.source == "rollout" && r.kind == kind && r.subject == fact.name;
        let within = |r: &&Record| r.at >= fact.started && r.at <= end;
        let found = result.records.iter().filter(own).find(within);
        found.map_or(end, |record| record.at)
    };
    let installed = first("stage-installed");
    let soaked = first("soak-over").max(installed);
    let all = [
        (Phase::Install, fact.started, installed),
        (Phase::Soak, installed, soaked),
        (Phase::Verify, soaked, end),
    ];
    let lasts = all.into_iter().filter(|(_, from, to)| to > from);
    let mut parts: Vec<Part> = lasts
        .map(|(phase, from, to)| Part(phase, from.as_secs_f64(), to.as_secs_f64()))
        .collect();
    if parts.is_empty() {
        parts.push(whole(fact.started, end));
    }
    parts
}

/// All of a bar.
pub(super) fn whole(from: SimTime, to: SimTime) -> Part {
    Part(Phase::Whole, from.as_secs_f64(), to.as_secs_f64())
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
            parts: vec![whole(first.at, end)],
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
        parts: vec![whole(began.at, end)],
        dots: Vec::new(),
    }
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
            parts: vec![whole(began.at, end)],
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

#[cfg(test)]
mod tests {
    use super::super::super::super::sample::sample;
    use super::*;

    fn rollout(minute: f64, kind: &'static str) -> Record {
        Record {
            at: SimTime::from_secs(minute * 60.0),
            source: "rollout",
            kind,
            subject: "wave-1".to_owned(),
            detail: String::new(),
        }
    }

    /// The sample's stage begins at once and ends at minute 8.
    #[test]
    fn a_stage_is_installed_soaks_and_is_judged() {
        let mut result = sample();
        let fact = result.stages[0].clone();
        let end = fact.ended.expect("it ended").as_secs_f64();
        result.records = vec![rollout(2.0, "stage-installed"), rollout(5.0, "soak-over")];
        let expected = [
            Part(Phase::Install, 0.0, 120.0),
            Part(Phase::Soak, 120.0, 300.0),
            Part(Phase::Verify, 300.0, end),
        ];
        assert_eq!(phases(&result, &fact), expected);
        // Stopped while it soaked: nothing was judged after.
        result.records.pop();
        let expected = [
            Part(Phase::Install, 0.0, 120.0),
            Part(Phase::Soak, 120.0, end),
        ];
        assert_eq!(phases(&result, &fact), expected);
        // Stopped while it was installed.
        result.records.clear();
        assert_eq!(phases(&result, &fact), [Part(Phase::Install, 0.0, end)]);
    }
}
