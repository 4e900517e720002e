//! `operator_events.jsonl`: the events that the operator knows of, an object a line, for log tools.
//!
//! Invariant: one line is one JSON object with the same keys in the same order.

use std::io::{self, Write};

use serde_json::json;

use crate::scenario::ExportFormat;
use crate::simulation::RunResult;
use crate::telemetry::OperatorRecord;

use super::exports::Export;
use super::operator_events::events;

pub(super) const EXPORT: Export = Export {
    format: ExportFormat::Jsonl,
    file: "operator_events.jsonl",
    write,
};

fn write(result: &RunResult, record: &OperatorRecord, out: &mut dyn Write) -> io::Result<()> {
    for event in events(result, record) {
        let line = json!({
            "time_s": event.at.as_secs_f64(),
            "known_s": event.known.as_secs_f64(),
            "timestamp": result.clock.rfc3339(event.at),
            "source": event.source,
            "kind": event.kind,
            "subject": event.subject,
            "detail": event.detail,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
