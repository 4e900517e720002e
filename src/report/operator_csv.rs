//! `operator_counters.csv` and `operator_events.csv`: what the operator was told, as tables.
//!
//! Invariant: a row of counters is one value of one delivered report, labelled as in the other exports; counters
//! are increases over the period of the report.

use std::io::{self, Write};

use csv::Writer;

use crate::base::SimTime;
use crate::scenario::ExportFormat;
use crate::simulation::RunResult;
use crate::telemetry::{FAMILIES, OperatorRecord, Report, Slot};

use super::exports::Export;
use super::operator_events::events;
use super::operator_series::{LABELS, SeriesOf, sources};
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
    let first = ["time_s", "known_s", "period_s", "scope", "family"];
    table.write_record(first.iter().chain(&LABELS).chain(&["value"]))?;
    for series in sources(result, record) {
        for family in &FAMILIES {
            for slot in series.slots(family) {
                for report in series.reports {
                    if let Some(value) = slot.value(report) {
                        let what = (family.name, &slot, value);
                        write_row(&mut table, &series, report, what)?;
                    }
                }
            }
        }
    }
    table.flush()
}

fn write_row(
    table: &mut Writer<&mut dyn Write>,
    series: &SeriesOf<'_>,
    report: &Report,
    (family, slot, value): (&str, &Slot, f64),
) -> io::Result<()> {
    for word in [
        seconds(report.at).as_str(),
        &seconds(report.deliver_at),
        &decimal(report.period.as_secs_f64()),
        series.scope(),
        family,
    ] {
        table.write_field(word)?;
    }
    for label in series.labels(slot, series.release(slot, report)) {
        table.write_field(label)?;
    }
    table.write_field(decimal(value))?;
    table.write_record(None::<&[u8]>)?;
    Ok(())
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
