//! Stages and gates as they went, read back from the event log.
//!
//! Invariant: tells what was recorded; adds nothing.

use crate::base::{Record, SimTime};
use crate::change::{GateEntry, GateOutcome, Rollout};
use crate::impact::Impact;
use crate::network::Service;
use crate::topology::{NodeKind, Topology};

use super::result::{ElementFact, GateFact, GateReport, StageFact};

/// The stages that were started, in order.
pub(super) fn stages(rollout: &Rollout, records: &[Record], topology: &Topology) -> Vec<StageFact> {
    let names = rollout.stage_names();
    let of_rollout = records.iter().filter(|record| record.source == "rollout");
    let of_rollout = of_rollout.filter(|record| names.contains(&record.subject.as_str()));
    let mut facts: Vec<StageFact> = Vec::new();
    for record in of_rollout {
        match record.kind {
            "stage-started" => facts.push(StageFact {
                name: record.subject.clone(),
                started: record.at,
                outcome: "running".to_owned(),
                ..StageFact::default()
            }),
            "stage-passed" => end(&mut facts, record, "passed"),
            "rollback-decided" => end(&mut facts, record, "rolled-back"),
            "rollout-halted" => end(&mut facts, record, "halted"),
            _ => {}
        }
    }
    for (fact, nodes) in facts.iter_mut().zip(rollout.plan()) {
        fact.elements = nodes.len();
        let until = fact.ended.unwrap_or(SimTime::NEVER);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of devices"
        )]
        let exposed = (rollout.exposure_at(until).subscribers * topology.devices() as f64) as u64;
        fact.exposed_devices = exposed;
    }
    facts
}

fn end(facts: &mut [StageFact], record: &Record, outcome: &str) {
    if let Some(fact) = facts.last_mut().filter(|fact| fact.ended.is_none()) {
        fact.ended = Some(record.at);
        outcome.clone_into(&mut fact.outcome);
    }
}

/// Every gate of the plan, in its order.
pub(super) fn gate_reports(
    rollout: &Rollout,
    impact: &Impact,
    horizon: SimTime,
) -> Vec<GateReport> {
    let mut reports = Vec::new();
    for (stage, spec) in rollout.spec().stages.iter().enumerate() {
        for (gate, gate_spec) in spec.gates.iter().enumerate() {
            let named = GateReport {
                stage: spec.name.clone(),
                gate: gate_spec.metric.clone(),
                judge: gate_spec.judge.clone(),
                outcome: "not-reached",
                ..GateReport::default()
            };
            let mut entries = rollout.gate_log().iter();
            let entry = entries.find(|entry| entry.stage == stage && entry.gate == gate);
            reports.push(match entry {
                Some(entry) => reached(&named, entry, rollout, (impact, horizon)),
                None => named,
            });
        }
    }
    reports
}

fn reached(
    named: &GateReport,
    entry: &GateEntry,
    rollout: &Rollout,
    (impact, horizon): (&Impact, SimTime),
) -> GateReport {
    let until = entry.acted.unwrap_or(horizon);
    let exposure = rollout.exposure_at(until);
    let out = impact.series.out(None, Service::Data).value_at(until);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of devices"
    )]
    let devices_out = libm::round(out.unwrap_or(0.0) / impact.scale) as u64;
    GateReport {
        started: Some(entry.started),
        floor: entry.floor,
        measured: entry.measured,
        without_data: entry.without_data,
        first_failed: entry.first_failed,
        acted: entry.acted,
        outcome: match entry.outcome {
            GateOutcome::Running => "running",
            GateOutcome::Passed => "passed",
            GateOutcome::Failed => "failed",
            GateOutcome::Inconclusive => "inconclusive",
        },
        exposed_elements: exposure.nodes,
        exposed_subscribers: exposure.subscribers,
        devices_out,
        ..named.clone()
    }
}

/// The verdicts of gates, in the order in which they were given.
pub(super) fn gates(records: &[Record]) -> Vec<GateFact> {
    let verdicts = records
        .iter()
        .filter(|record| record.kind == "gate-verdict");
    verdicts
        .map(|record| {
            let (stage, word) = record
                .detail
                .split_once(": ")
                .unwrap_or(("", &record.detail));
            GateFact {
                at: record.at,
                stage: stage.trim_start_matches("stage ").to_owned(),
                gate: record.subject.clone(),
                passed: word == "passed",
                detail: word.to_owned(),
            }
        })
        .collect()
}

/// Everything but towers: what it is and where it stands.
pub(super) fn elements(topology: &Topology) -> Vec<ElementFact> {
    let nodes = topology.nodes().iter().enumerate();
    let elements = nodes.filter(|(_, node)| node.kind != NodeKind::Tower);
    elements
        .map(|(index, node)| ElementFact {
            node: index,
            kind: node.kind,
            latitude: node.latitude,
            longitude: node.longitude,
        })
        .collect()
}
