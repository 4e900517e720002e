//! The event log in at most fifteen lines.
//!
//! Invariant: the first and the last things that happened are always among them.

use std::collections::BTreeMap;

use crate::base::{Record, SimTime, Span};
use crate::simulation::RunResult;

use super::text_table::{Align, TextTable};

/// Lines that are shown at most.
const RECORDS_MAX: usize = 15;

/// The log, like with like, cut to its beginning and end.
pub(super) fn happened(result: &RunResult) -> Option<TextTable> {
    let groups = collapsed(&result.records);
    let mut table = TextTable::new(&[Align::Left; 4]);
    let cut = groups.len() > RECORDS_MAX;
    let head = if cut {
        RECORDS_MAX / 2 + 2
    } else {
        groups.len()
    };
    let tail = if cut { RECORDS_MAX - head - 1 } else { 0 };
    for group in &groups[..head] {
        table.row(group.cells(result));
    }
    if cut {
        let left_out: usize = groups[head..groups.len() - tail]
            .iter()
            .map(|g| g.count)
            .sum();
        let text = format!("… {left_out} more in events.csv");
        table.row([String::new(), String::new(), String::new(), text]);
    }
    for group in &groups[groups.len() - tail..] {
        table.row(group.cells(result));
    }
    (!groups.is_empty()).then_some(table)
}

/// Records of one kind that follow one another.
struct Group<'a> {
    first: &'a Record,
    last: SimTime,
    count: usize,
}

impl Group<'_> {
    fn cells(&self, result: &RunResult) -> [String; 4] {
        let Record {
            at,
            kind,
            subject,
            detail,
            ..
        } = self.first;
        let until = match self.count {
            1 => String::new(),
            n if self.last == *at => format!(" and {} more", n - 1),
            n => format!(" and {} more until {}", n - 1, self.last),
        };
        let what = [subject.as_str(), detail.as_str()];
        let what: Vec<&str> = what.into_iter().filter(|text| !text.is_empty()).collect();
        let what = if self.count == 1 {
            what.join(": ")
        } else {
            subject.clone()
        };
        [
            result.clock.label(*at),
            at.to_string(),
            (*kind).to_owned(),
            what + &until,
        ]
    }
}

/// Records in the order of time, those of one kind within one quarter of an hour taken together.
fn collapsed(records: &[Record]) -> Vec<Group<'_>> {
    const TOGETHER: Span = Span::from_minutes(15);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut open: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for record in records {
        let key = (record.source, record.kind);
        let fits = open
            .get(&key)
            .copied()
            .filter(|&i| record.at.since(groups[i].last) <= TOGETHER);
        if let Some(i) = fits {
            groups[i].last = record.at;
            groups[i].count += 1;
        } else {
            open.insert(key, groups.len());
            groups.push(Group {
                first: record,
                last: record.at,
                count: 1,
            });
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn a_long_log_is_cut_in_the_middle() {
        let mut result = sample();
        result.records = (0..100)
            .map(|n| Record {
                at: SimTime::ZERO + Span::from_minutes(20 * n),
                source: "gate",
                kind: "gate-verdict",
                subject: format!("gate-{n}"),
                detail: String::new(),
            })
            .collect();
        let text = happened(&result).expect("a log").lines(80).join("\n");
        assert_eq!(text.lines().count(), RECORDS_MAX);
        assert!(
            text.contains("gate-0") && text.contains("gate-99"),
            "{text}"
        );
        assert!(text.contains("86 more"), "{text}");
    }
}
