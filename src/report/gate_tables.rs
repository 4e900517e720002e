//! What each gate could have seen, and what it did: `gates.csv`, a table for a reader, and JSON.
//!
//! Invariant: tells of every gate of the plan, also of those that were never reached.

use serde_json::{Value, json};

use crate::base::{SimTime, Span};
use crate::simulation::{GateReport, RunResult};

use super::number::{percent, real, short};
use super::tables::{Table, decimal};
use super::text_table::{Align, TextTable};

/// `gates.csv`: one row per gate of the plan.
pub(super) fn gates(result: &RunResult) -> Vec<u8> {
    let mut table = Table::new(&[
        "stage",
        "gate",
        "judge",
        "started_s",
        "floor_s",
        "first_failed_s",
        "acted_s",
        "outcome",
        "measurements",
        "without_data",
        "exposed_elements_share",
        "exposed_subscribers_share",
        "out_data_devices",
    ]);
    for gate in &result.gate_reports {
        table.row(row(gate));
    }
    table.bytes()
}

fn row(gate: &GateReport) -> Vec<String> {
    let at = |at: Option<SimTime>| at.map_or_else(String::new, |at| decimal(at.as_secs_f64()));
    let floor = gate.floor.map(Span::as_secs_f64);
    vec![
        gate.stage.clone(),
        gate.gate.clone(),
        gate.judge.clone(),
        at(gate.started),
        floor.map_or_else(String::new, decimal),
        at(gate.first_failed),
        at(gate.acted),
        gate.outcome.to_owned(),
        gate.measured.to_string(),
        gate.without_data.to_string(),
        decimal(gate.exposed_elements),
        decimal(gate.exposed_subscribers),
        gate.devices_out.to_string(),
    ]
}

/// The same for programs.
pub(super) fn gates_json(result: &RunResult) -> Value {
    let seconds = |at: Option<SimTime>| at.map(SimTime::as_secs_f64);
    let gate = |gate: &GateReport| {
        json!({
            "stage": gate.stage,
            "gate": gate.gate,
            "judge": gate.judge,
            "started_s": seconds(gate.started),
            "floor_s": gate.floor.map(Span::as_secs_f64),
            "first_failed_s": seconds(gate.first_failed),
            "acted_s": seconds(gate.acted),
            "outcome": gate.outcome,
            "measurements": gate.measured,
            "without_data": gate.without_data,
            "exposed_elements_share": gate.exposed_elements,
            "exposed_subscribers_share": gate.exposed_subscribers,
            "out_data_devices": gate.devices_out,
        })
    };
    result.gate_reports.iter().map(gate).collect()
}

/// The gates as a reader wants them; none if the plan has none.
pub(super) fn gates_table(result: &RunResult) -> Option<TextTable> {
    use Align::{Left, Right};
    let mut table = TextTable::new(&[Left, Left, Right, Right, Left, Right, Right, Right]);
    table.row([
        "gate", "judge", "floor", "acted", "", "fleet", "people", "out",
    ]);
    for gate in &result.gate_reports {
        let acted = gate
            .acted
            .map_or_else(|| "-".to_owned(), |at| result.clock.label(at));
        let is_reached = gate.started.is_some();
        let reached = |text: String| if is_reached { text } else { "-".to_owned() };
        table.row([
            format!("{}/{}", gate.stage, gate.gate),
            gate.judge.clone(),
            reached(floor_word(gate.floor)),
            acted,
            gate.outcome.to_owned(),
            reached(percent(gate.exposed_elements)),
            reached(percent(gate.exposed_subscribers)),
            reached(short(real(gate.devices_out))),
        ]);
    }
    (!result.gate_reports.is_empty()).then_some(table)
}

/// A detection floor as `m:ss`; `blind` if there is none.
pub(super) fn floor_word(floor: Option<Span>) -> String {
    let Some(floor) = floor else {
        return "blind".to_owned();
    };
    let seconds = floor.as_us().div_ceil(1_000_000);
    if seconds >= 3_600 {
        return format!(
            "{}:{:02}:{:02}",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        );
    }
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn every_gate_has_a_row() {
        let result = sample();
        let text = String::from_utf8(gates(&result)).expect("text");
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 1 + result.gate_reports.len());
        assert_eq!(
            rows[1],
            "wave-1,registrations,threshold,60,185,300,420,failed,6,0,0.05,0.25,20800"
        );
        let table = gates_table(&result).expect("it has gates").lines(80);
        assert!(table[2].contains("not-reached"), "{table:#?}");
        assert_eq!(gates_json(&result)[0]["floor_s"], 185.0);
    }

    #[test]
    fn floors_are_written_as_clocks() {
        assert_eq!(floor_word(None), "blind");
        assert_eq!(floor_word(Some(Span::from_secs(65))), "1:05");
        assert_eq!(floor_word(Some(Span::from_minutes(75))), "1:15:00");
    }
}
