//! `operator_counters.csv` and `operator_events.csv`: what the operator was told, as tables.
//!
//! Invariant: a row of counters is one value of one delivered report; counters are increases over the
//! period of the report.

use std::io::{self, Write};

use csv::Writer;

use crate::base::SimTime;
use crate::scenario::ExportFormat;
use crate::simulation::RunResult;
use crate::telemetry::{FAMILIES, Family, OperatorRecord, Report, Slot, Source};

use super::exports::Export;
use super::operator_events::events;
use super::tables::decimal;

pub(super) const COUNTERS: Export = Export {
    format: ExportFormat::Csv,
    file: "operator_counters.csv",
    write: write_counters,
};

pub(super) const EVENTS: Export = Export {
    format: ExportFormat::Csv,
    file: "operator_events.csv",
    write: write_events,
};

fn write_counters(
    result: &RunResult,
    record: &OperatorRecord,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "time_s", "known_s", "period_s", "scope", "name", "family", "class", "cause", "priority",
        "value",
    ])?;
    for (source, reports) in &record.reports {
        let Some(first) = reports.first() else {
            continue;
        };
        let kind = match source {
            Source::Function(node) => Some(record.nodes[node.index()].kind),
            Source::Region(_) | Source::Towers(_) => None,
        };
        for family in &FAMILIES {
            for slot in family.slots(first, kind) {
                let name = name_of(result, record, *source, &slot);
                for report in reports {
                    if let Some(value) = slot.value(report) {
                        let what = (family, &slot, value);
                        table.write_record(row(result, report, &name, what))?;
                    }
                }
            }
        }
    }
    table.flush()
}

fn name_of(
    result: &RunResult,
    record: &OperatorRecord,
    source: Source,
    slot: &Slot,
) -> (&'static str, String) {
    match source {
        Source::Function(node) => ("element", record.nodes[node.index()].name.clone()),
        Source::Region(region) => ("region", result.names.regions[region.index()].clone()),
        Source::Towers(region) => {
            let towers = &record.towers_of[region.index()];
            let node = slot.tower.and_then(|place| towers.get(place));
            let name = node.map_or_else(String::new, |n| record.nodes[n.index()].name.clone());
            ("tower", name)
        }
    }
}

fn row(
    result: &RunResult,
    report: &Report,
    (scope, name): &(&'static str, String),
    (family, slot, value): (&Family, &Slot, f64),
) -> [String; 10] {
    let class = slot.class.map(|class| result.names.classes[class].clone());
    [
        seconds(report.at),
        seconds(report.deliver_at),
        decimal(report.period.as_secs_f64()),
        (*scope).to_owned(),
        name.clone(),
        family.name.to_owned(),
        class.unwrap_or_default(),
        slot.cause.unwrap_or_default().to_owned(),
        slot.priority.unwrap_or_default().to_owned(),
        decimal(value),
    ]
}

fn write_events(
    result: &RunResult,
    record: &OperatorRecord,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "time_s", "known_s", "wall", "source", "kind", "subject", "detail",
    ])?;
    for event in events(result, record) {
        table.write_record([
            seconds(event.at),
            seconds(event.known),
            result.clock.rfc3339(event.at),
            event.source.to_owned(),
            event.kind.to_owned(),
            event.subject,
            event.detail,
        ])?;
    }
    table.flush()
}

fn seconds(at: SimTime) -> String {
    decimal(at.as_secs_f64())
}
