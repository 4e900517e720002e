//! What the operator knows of events, in the order in which it learns of them: its own acts and alarms at
//! once, what change records, management log and hashes say when that has arrived.
//!
//! Invariant: nothing of faults, attacks or the network but what a sensor has told.

use crate::base::SimTime;
use crate::simulation::RunResult;
use crate::telemetry::{Fact, Note, OperatorRecord};

/// One event as the operator knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// When it happened.
    pub(super) at: SimTime,
    /// When the operator knew.
    pub(super) known: SimTime,
    /// Who says so.
    pub(super) source: &'static str,
    /// What happened, as a word.
    pub(super) kind: &'static str,
    /// To what.
    pub(super) subject: String,
    /// The rest.
    pub(super) detail: String,
}

/// Rooms whose records are the operator's own acts.
const OWN_ACTS: [&str; 3] = ["rollout", "gate", "response"];

/// The events, in the order in which they became known.
pub(super) fn events(result: &RunResult, record: &OperatorRecord) -> Vec<Event> {
    let own = result.records.iter();
    let own = own.filter(|line| OWN_ACTS.contains(&line.source));
    let mut events: Vec<Event> = own
        .map(|line| Event {
            at: line.at,
            known: line.at,
            source: line.source,
            kind: line.kind,
            subject: line.subject.clone(),
            detail: line.detail.clone(),
        })
        .collect();
    events.extend(record.notes.iter().map(|note| told(note, record)));
    events.sort_by_key(|event| (event.known, event.at));
    events
}

fn told(note: &Note, record: &OperatorRecord) -> Event {
    let name = |node: crate::base::NodeId| record.nodes[node.index()].name.clone();
    let (source, kind, subject, detail) = match &note.fact {
        Fact::Change { ticket, step, node } => {
            let subject = node.map_or_else(String::new, name);
            ("ledger", step.word(), subject, ticket.clone())
        }
        Fact::Session { node, ticket } => {
            let ticket = ticket.clone().unwrap_or_else(|| "no ticket".to_owned());
            ("management-log", "session", name(*node), ticket)
        }
        Fact::Hash {
            node,
            version,
            matches,
        } => {
            let kind = if *matches {
                "hash-matches"
            } else {
                "hash-differs"
            };
            (
                "hashes",
                kind,
                name(*node),
                version.clone().unwrap_or_default(),
            )
        }
    };
    Event {
        at: note.at,
        known: note.deliver_at,
        source,
        kind,
        subject,
        detail,
    }
}
