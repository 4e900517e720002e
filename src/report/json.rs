//! `summary.json`: the figures of a run for programs.
//!
//! Invariant: keys come in a fixed order; times are in seconds since the start of the scenario where
//! they name an instant, and since the reference instant where they name a span (`t90_s`).

use serde_json::{Map, Value, json};

use crate::base::{Digest, SimTime, Span};
use crate::impact::{Evaluated, GroupImpact, Outcome, Tag, Unit, Verdict};
use crate::simulation::RunResult;
use crate::study::{RunFigures, RunSigns};

use super::gate_tables::gates_json;
use super::tables::SERVICE_WORDS;
use super::warnings::warnings_json;

/// Marks a file as the summary of a run directory.
pub(super) const FORMAT: &str = "cellfall-run-1";

/// The summary; without a digest when the digest itself is computed.
pub(super) fn summary(result: &RunResult, digest: Option<Digest>) -> Vec<u8> {
    let mut root = header(result);
    root.insert("figures".into(), figures(result));
    root.insert(
        "classes".into(),
        result.impact.classes.iter().map(group).collect(),
    );
    root.insert("all".into(), group(&result.impact.all));
    root.insert(
        "reportable".into(),
        result.impact.reportable.iter().map(verdict).collect(),
    );
    root.insert(
        "published".into(),
        result.published.iter().map(published).collect(),
    );
    root.insert(
        "signature".into(),
        super::signature::json(&RunSigns::of(result)),
    );
    if let Some(warnings) = warnings_json(result) {
        root.insert("alerts".into(), warnings);
    }
    root.insert("stages".into(), stages(result));
    root.insert("gates".into(), gates(result));
    root.insert("gate_reports".into(), gates_json(result));
    root.insert("events_per_device".into(), events(result));
    root.insert("notes".into(), json!(result.notes));
    if let Some(digest) = digest {
        root.insert("digest".into(), json!(digest.to_string()));
    }
    pretty(&Value::Object(root))
}

/// Indented JSON that ends with a line break.
pub(super) fn pretty(value: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("plain values become JSON");
    bytes.push(b'\n');
    bytes
}

fn header(result: &RunResult) -> Map<String, Value> {
    let head = json!({
        "format": FORMAT,
        "scenario": result.scenario,
        "command": result.command,
        "scenario_hash": result.scenario_hash,
        "seed": result.seed,
        "scale": result.names.scale,
        "version": result.version,
        "start": result.clock.rfc3339(SimTime::ZERO),
        "reference_s": result.impact.reference.as_secs_f64(),
        "horizon_s": result.horizon.as_secs_f64(),
        "simulated_devices": result.simulated_devices,
    });
    match head {
        Value::Object(map) => map,
        _ => unreachable!("an object was written above"),
    }
}

fn figures(result: &RunResult) -> Value {
    let values = RunFigures::of(result).values.into_iter();
    Value::Object(values.map(|(key, value)| (key, json!(value))).collect())
}

fn group(group: &GroupImpact) -> Value {
    let services: Map<String, Value> = SERVICE_WORDS
        .iter()
        .zip(&group.services)
        .map(|(word, lost)| {
            let value = json!({
                "peak_devices": lost.peak,
                "peak_at_s": lost.peak_at.as_secs_f64(),
                "ever_out_devices": lost.ever_out,
                "lost_device_min": lost.device_minutes,
                "t50_s": lost.recovery.t50.map(Span::as_secs_f64),
                "t90_s": lost.recovery.t90.map(Span::as_secs_f64),
                "t99_s": lost.recovery.t99.map(Span::as_secs_f64),
            });
            ((*word).to_owned(), value)
        })
        .collect();
    json!({
        "name": group.name,
        "devices": group.devices,
        "services": services,
        "calls": group.calls.attempted,
        "calls_blocked": group.calls.blocked,
        "calls_first_blocked": group.calls.first_blocked,
        "emergency_calls": group.calls.emergency,
        "emergency_calls_blocked": group.calls.emergency_blocked,
        "sos_peak_devices": group.sos_peak,
        "registered_before_devices": group.registered.before,
        "registered_lowest_devices": group.registered.lowest,
        "registered_t90_s": group.registered.t90.map(Span::as_secs_f64),
        "registered_t95_s": group.registered.t95.map(Span::as_secs_f64),
        "registration_attempts": group.registered.attempts,
        "registration_successes": group.registered.successes,
        "recovery_ratio": group.recovery_ratio,
    })
}

fn verdict(verdict: &Verdict) -> Value {
    json!({
        "rule": verdict.rule,
        "clause": verdict.clause,
        "reportable": verdict.reportable,
        "crossed_s": verdict.crossed.map(SimTime::as_secs_f64),
        "figure": verdict.figure,
        "threshold": verdict.threshold,
        "unit": verdict.unit,
        "duty": verdict.duty,
    })
}

fn published(row: &Evaluated) -> Value {
    let finite = |v: f64| v.is_finite().then_some(v);
    json!({
        "quantity": row.label,
        "unit": unit_word(row.unit),
        "published": row.published,
        "simulated": row.simulated,
        "allowed_min": finite(row.allowed.0),
        "allowed_max": finite(row.allowed.1),
        "outcome": outcome_word(row.outcome),
        "tag": tag_word(row.tag),
        "source": row.source,
        "note": row.note,
    })
}

const fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "s",
        Unit::Count => "count",
        Unit::Share => "share",
        Unit::Number => "number",
    }
}

/// The word for how a published figure came out.
pub(super) const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Hit => "hit",
        Outcome::Miss => "miss",
        Outcome::NotReached => "not-reached",
        Outcome::NotExpressible => "not-expressible",
    }
}

/// The word for what a published figure is to the scenario.
pub(super) const fn tag_word(tag: Tag) -> &'static str {
    match tag {
        Tag::Input => "input",
        Tag::Fit => "fit",
        Tag::Predicted => "predicted",
        Tag::Derived => "derived",
    }
}

fn stages(result: &RunResult) -> Value {
    let stage = |stage: &crate::simulation::StageFact| {
        json!({
            "name": stage.name,
            "started_s": stage.started.as_secs_f64(),
            "ended_s": stage.ended.map(SimTime::as_secs_f64),
            "outcome": stage.outcome,
            "elements": stage.elements,
            "exposed_devices": stage.exposed_devices,
        })
    };
    result.stages.iter().map(stage).collect()
}

fn gates(result: &RunResult) -> Value {
    let gate = |gate: &crate::simulation::GateFact| {
        json!({
            "at_s": gate.at.as_secs_f64(),
            "stage": gate.stage,
            "gate": gate.gate,
            "passed": gate.passed,
            "detail": gate.detail,
        })
    };
    result.gates.iter().map(gate).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn events(result: &RunResult) -> Value {
    let devices = result.simulated_devices.max(1) as f64;
    let each = |(kind, count): &(String, u64)| (kind.clone(), json!(*count as f64 / devices));
    Value::Object(result.events.iter().map(each).collect())
}
