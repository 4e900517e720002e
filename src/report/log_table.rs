//! The event log as a story of at most fourteen lines.
//!
//! What belongs together is one line, what a reader can do without is left out, and how service went
//! stands among what was done.
//!
//! Invariant: nothing is told that is not in the log or in the score.

use std::collections::BTreeMap;

use crate::base::{Record, SimTime, Span};
use crate::impact::ServiceImpact;
use crate::network::{SERVICES, Service};
use crate::simulation::RunResult;

use super::headline::NOTABLE_SHARE;
use super::number::{percent, real, short};
use super::phrases::{Phrase, phrase};
use super::tables::SERVICE_WORDS;
use super::text_table::{Align, TextTable};

/// Lines that are shown at most.
const LINES_MAX: usize = 14;

/// Of the same kind, within this time of one another, makes one line.
const TOGETHER: Span = Span::from_minutes(15);

/// The number of packet data among the services.
const DATA: usize = Service::Data as usize;

/// A line of the story for a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) at: SimTime,
    /// Who speaks, and what kind of entry it was; both empty for how service went.
    pub(super) source: &'static str,
    pub(super) kind: &'static str,
    pub(super) text: String,
}

/// The story as lines.
pub(super) fn told(result: &RunResult) -> Vec<Told> {
    let (lines, _) = weightiest(result);
    let told = |line: &Line| Told {
        at: line.at,
        source: line.source,
        kind: line.kind,
        text: line.told(),
    };
    lines.iter().map(told).collect()
}

/// What weighs most, in the order of time, and how many records were left out.
fn weightiest(result: &RunResult) -> (Vec<Line>, usize) {
    let mut lines = lines_of(&result.records);
    if lines.is_empty() {
        return (lines, 0);
    }
    lines.extend(service(result));
    let left_out = keep_weightiest(&mut lines);
    lines.sort_by_key(|line| line.at);
    (lines, left_out)
}

/// The story: what weighs most, in the order of time.
pub(super) fn happened(result: &RunResult) -> Option<TextTable> {
    let (lines, left_out) = weightiest(result);
    if result.records.is_empty() {
        return None;
    }
    let mut table = TextTable::new(&[Align::Left, Align::Right, Align::Left]);
    for line in &lines {
        let since = signed(line.at, result.impact.reference);
        table.row([clock(result, line.at), since, line.told()]);
    }
    if left_out > 0 {
        let more = format!("{} more in events.csv", short(real(left_out as u64)));
        table.row(["…".to_owned(), String::new(), more]);
    }
    Some(table)
}

/// One line of the story.
struct Line {
    at: SimTime,
    last: SimTime,
    weight: u8,
    count: usize,
    what: Phrase,
    subject: String,
    source: &'static str,
    kind: &'static str,
}

impl Line {
    fn of(record: &Record) -> Self {
        let (weight, what) = phrase(record);
        Self {
            at: record.at,
            last: record.at,
            weight,
            count: 1,
            what,
            subject: record.subject.clone(),
            source: record.source,
            kind: record.kind,
        }
    }

    /// The line in words.
    fn told(&self) -> String {
        match (&self.what, self.count) {
            (Phrase::Once(text), 1) => text.clone(),
            (Phrase::Once(text), n) => format!("{text} (and {} times more)", n - 1),
            (Phrase::Each { one, .. }, 1) => format!("{} {one}", self.subject),
            (Phrase::Each { many, .. }, n) => {
                let n = short(real(n as u64));
                format!("{n} elements {many}, {} first", self.subject)
            }
        }
    }
}

/// The records as lines, like with like.
fn lines_of(records: &[Record]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for record in records {
        let line = Line::of(record);
        let key = match &line.what {
            Phrase::Once(text) => text.clone(),
            Phrase::Each { .. } => String::new(),
        };
        let key = (record.kind, key);
        let whole_run = matches!(line.what, Phrase::Once(_));
        let fits = open
            .get(&key)
            .copied()
            .filter(|&i| whole_run || record.at.since(lines[i].last) <= TOGETHER);
        if let Some(i) = fits {
            lines[i].last = record.at;
            lines[i].count += 1;
        } else {
            open.insert(key, lines.len());
            lines.push(line);
        }
    }
    lines
}

/// Drop what weighs least until the story is short; the number of records dropped.
fn keep_weightiest(lines: &mut Vec<Line>) -> usize {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(lines[i].weight), lines[i].at));
    let mut kept = vec![false; lines.len()];
    for &i in order.iter().take(LINES_MAX) {
        kept[i] = lines[i].weight > 0;
    }
    let dropped = |(line, kept): (&Line, &bool)| if *kept { 0 } else { line.count };
    let left_out = lines.iter().zip(&kept).map(dropped).sum();
    let mut kept = kept.into_iter();
    lines.retain(|_| kept.next().unwrap_or(false));
    left_out
}

/// The service that most devices were without at once, by its number.
pub(super) fn widest(result: &RunResult) -> (usize, &ServiceImpact) {
    let services = result.impact.all.services.iter().enumerate();
    // Of equals the later one is taken: data rather than voice, which needs it.
    let not_emergency = services.take(SERVICE_WORDS.len() - 1);
    not_emergency
        .max_by_key(|(service, lost)| (lost.peak, *service == DATA))
        .expect("there are services")
}

/// How the service that most devices lost went.
fn service(result: &RunResult) -> Vec<Line> {
    let impact = &result.impact;
    let (service, worst) = widest(result);
    let share = real(worst.peak) / real(impact.all.devices.max(1));
    if share < NOTABLE_SHARE {
        return Vec::new();
    }
    let word = SERVICE_WORDS[service];
    let line = |at, text: String| Line {
        at,
        last: at,
        weight: 10,
        count: 1,
        what: Phrase::Once(text),
        subject: String::new(),
        source: "",
        kind: "",
    };
    let peak = short(real(worst.peak));
    let mut lines = vec![line(
        nearly_all_out(result, SERVICES[service])
            .unwrap_or(worst.peak_at)
            .max(impact.reference + worst.onset.unwrap_or_default()),
        format!("{peak} devices ({}) without {word}", percent(share)),
    )];
    let recovery = [
        (worst.recovery.t50, "50 %"),
        (worst.recovery.t90, "90 %"),
        (worst.recovery.t99, "99 %"),
    ];
    for (after, part) in recovery {
        let text = format!("{part} of them have {word} again");
        lines.extend(after.map(|after| line(impact.reference + after, text)));
    }
    lines
}

/// When the devices without a service first were nearly as many as ever; the very last may take an hour
/// to be counted.
fn nearly_all_out(result: &RunResult, service: Service) -> Option<SimTime> {
    const NEARLY: f64 = 0.99;
    let out = result.impact.series.out(None, service);
    let most = out.peak()?.1;
    out.reaches(NEARLY * most, SimTime::ZERO)
}

fn clock(result: &RunResult, at: SimTime) -> String {
    let label = result.clock.label(at);
    let cut = label.len().saturating_sub(3);
    label.get(..cut).unwrap_or(&label).to_owned()
}

/// Hours and minutes since the reference instant, with a sign.
fn signed(at: SimTime, reference: SimTime) -> String {
    let minutes = |span: Span| (span.as_us() + 30_000_000) / 60_000_000;
    let (sign, minutes) = if at < reference {
        ("-", minutes(reference.since(at)))
    } else {
        ("+", minutes(at.since(reference)))
    };
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    fn record(minute: u64, kind: &'static str, subject: &str) -> Record {
        Record {
            at: SimTime::ZERO + Span::from_minutes(minute),
            source: "gate",
            kind,
            subject: subject.to_owned(),
            detail: String::new(),
        }
    }

    fn told(records: Vec<Record>) -> String {
        let mut result = sample();
        result.records = records;
        happened(&result).expect("a story").lines(80).join("\n")
    }

    #[test]
    fn a_long_log_keeps_what_weighs_most() {
        let noise = (0..100).map(|n| record(20 * n, "something-new", &format!("thing-{n}")));
        let mut records: Vec<Record> = noise.collect();
        records.push(record(50, "rollback-finished", "wave-1"));
        let text = told(records);
        assert_eq!(text.lines().count(), LINES_MAX + 1, "{text}");
        assert!(text.contains("rollback"), "{text}");
        assert!(text.contains("more in events.csv"), "{text}");
    }

    #[test]
    fn elements_are_told_together_and_repeats_once() {
        let mut records: Vec<Record> = (0..9)
            .map(|n| record(3, "element-struck", &format!("amf-{n}")))
            .collect();
        records.extend((0..5).map(|n| record(60 * n, "alarm-raised", "rsr")));
        let text = told(records);
        assert!(text.contains("9 elements"), "{text}");
        assert!(text.contains("amf-0 first"), "{text}");
        assert_eq!(text.matches("rsr").count(), 1, "{text}");
        assert!(text.contains("4 times more"), "{text}");
    }
}
