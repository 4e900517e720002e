//! Stages and gates as they went, read back from the event log.
//!
//! Invariant: tells what was recorded; adds nothing.

use crate::base::Record;
use crate::change::Rollout;
use crate::topology::{NodeKind, Topology};

use super::result::{ElementFact, GateFact, StageFact};

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
        let until = fact.ended.unwrap_or(crate::base::SimTime::NEVER);
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
