//! The path of a fault through the graph, step by step: which kinds of element, along which kinds of edge.
//!
//! Invariant: read from the event log, whose entries say from where and along what an element was reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Record;
use crate::simulation::RunResult;
use crate::topology::NodeKind;

use super::super::story::Hop;

/// Steps told apart; what lies further is put together.
const STEPS_MAX: usize = 6;

/// How one element was reached.
struct Reached<'a> {
    at_s: f64,
    step: usize,
    kind: &'a str,
    from: Option<(&'a str, String)>,
    name: &'a str,
}

pub(super) fn hops(result: &RunResult) -> Vec<Hop> {
    let kinds = kinds(result);
    let struck: BTreeSet<&str> = of_fault(result, "element-struck")
        .map(|record| record.subject.as_str())
        .collect();
    let mut seen: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let mut hops: BTreeMap<(usize, &str), Hop> = BTreeMap::new();
    for record in of_fault(result, "element-reached") {
        if seen.contains_key(record.subject.as_str()) {
            continue;
        }
        let reached = reached(record, &kinds, &seen);
        seen.insert(reached.name, (reached.step, reached.kind));
        let hop = hops
            .entry((reached.step, reached.kind))
            .or_insert_with(|| Hop {
                step: reached.step,
                kind: reached.kind.to_owned(),
                of: kinds.values().filter(|kind| **kind == reached.kind).count(),
                first_s: reached.at_s,
                first: reached.name.to_owned(),
                ..Hop::default()
            });
        hop.reached += 1;
        hop.struck += usize::from(struck.contains(reached.name));
        hop.last_s = reached.at_s;
        if let Some((kind, edge)) = reached.from {
            let same = |f: &&mut (String, String, usize)| f.0 == kind && f.1 == edge;
            match hop.from.iter_mut().find(same) {
                Some(found) => found.2 += 1,
                None => hop.from.push((kind.to_owned(), edge, 1)),
            }
        }
    }
    hops.into_values().collect()
}

fn of_fault<'a>(result: &'a RunResult, kind: &'a str) -> impl Iterator<Item = &'a Record> {
    let records = result.records.iter();
    records.filter(move |record| record.source == "fault" && record.kind == kind)
}

/// The kind of each element that is no tower.
fn kinds(result: &RunResult) -> BTreeMap<&str, &'static str> {
    let elements = result.elements.iter();
    elements
        .map(|e| (result.names.nodes[e.node].as_str(), e.kind.word()))
        .collect()
}

/// `change/X: from udm-3 by S6aDiameter` says where it came from; anything else is an origin.
fn reached<'a>(
    record: &'a Record,
    kinds: &BTreeMap<&str, &'a str>,
    seen: &BTreeMap<&str, (usize, &'a str)>,
) -> Reached<'a> {
    let tower = NodeKind::Tower.word();
    let name = record.subject.as_str();
    let way = record.detail.rsplit_once(": from ").map(|(_, way)| way);
    let parent = way.and_then(|way| {
        let (from, edge) = way.rsplit_once(" by ")?;
        let (step, kind) = *seen.get(from)?;
        Some((step, kind, edge_word(edge)))
    });
    Reached {
        at_s: record.at.as_secs_f64(),
        step: parent.as_ref().map_or(0, |p| (p.0 + 1).min(STEPS_MAX)),
        kind: kinds.get(name).copied().unwrap_or(tower),
        from: parent.map(|p| (p.1, p.2)),
        name,
    }
}

/// `S6aDiameter` as `s6a-diameter`: the word of files.
fn edge_word(variant: &str) -> String {
    let mut word = String::new();
    for c in variant.chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::super::super::super::sample::sample;
    use super::*;
    use crate::base::SimTime;

    #[test]
    fn steps_are_counted_from_the_origin() {
        let mut result = sample();
        let record = |second, kind, subject: &str, detail: &str| Record {
            at: SimTime::from_secs(second),
            source: "fault",
            kind,
            subject: subject.to_owned(),
            detail: format!("change/X: {detail}"),
        };
        result.records = vec![
            record(1.0, "element-reached", "amf-1", "at its origin"),
            record(2.0, "element-reached", "t-1", "from amf-1 by S6aDiameter"),
            record(3.0, "element-reached", "t-2", "from amf-1 by S6aDiameter"),
            record(4.0, "element-reached", "t-1", "from t-2 by Sbi"),
            record(9.0, "element-struck", "t-2", "down"),
        ];
        let hops = hops(&result);
        assert_eq!(hops.len(), 2);
        assert_eq!((hops[0].step, hops[0].kind.as_str()), (0, "amf"));
        assert_eq!((hops[1].reached, hops[1].struck), (2, 1));
        let way = ("amf".to_owned(), "s6a-diameter".to_owned(), 2);
        assert_eq!(hops[1].from, [way]);
        assert_eq!((hops[1].first_s, hops[1].last_s), (2.0, 3.0));
    }
}
