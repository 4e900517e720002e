//! What the operator believed, piece of news by piece of news, each from when to when.
//!
//! Invariant: read from what alarms, gates and people said; what was true has no part in it.

use crate::base::{Record, SimTime};
use crate::simulation::RunResult;

use super::super::story::{Belief, Kind, Part, Phase, Row};

/// Pieces of news that are kept.
const NEWS_MAX: usize = 80;

/// What is believed until something is heard.
const ALL_IS_WELL: &str = "all is well";

/// Every piece of news in the order of time.
pub(super) fn beliefs(result: &RunResult) -> Vec<Belief> {
    let records = &result.records;
    let news = records.iter().enumerate().filter_map(|(at, record)| {
        let (news, until) = heard(record)?;
        Some(Belief {
            at_s: record.at.as_secs_f64(),
            until_s: ends(&records[at + 1..], record, until).map(SimTime::as_secs_f64),
            news,
            seen: seen(record),
        })
    });
    let mut list = vec![Belief {
        news: ALL_IS_WELL.to_owned(),
        ..Belief::default()
    }];
    list.extend(news.take(NEWS_MAX));
    list[0].until_s = list.get(1).map(|first| first.at_s);
    list
}

/// What an entry of the log tells the operator, and the kinds of entries that end it; none if nothing.
fn heard(record: &Record) -> Option<(String, &'static [&'static str])> {
    let subject = &record.subject;
    let found: (String, &[&str]) = match record.kind {
        "gate-verdict" if record.detail.ends_with("failed") => (
            format!("gate {subject} has failed"),
            &["rollback-finished", "rollout-resumed"],
        ),
        "alarm-raised" => (format!("alarm {subject} rings"), &["alarm-cleared"]),
        "alarm-cleared" => (format!("alarm {subject} is over"), &["alarm-raised"]),
        "detected" => (
            format!("people look into {subject}"),
            &["triage-done", "decision"],
        ),
        "triage-done" => (format!("cause known of {subject}"), &["decision"]),
        "decision" => (format!("decided about {subject}"), &["detected"]),
        _ => return None,
    };
    Some(found)
}

/// When the first later entry of one of these kinds ended it. Verdicts of gates end with the rollback of
/// whatever was rolled out; all else with an entry on the same subject.
fn ends(later: &[Record], record: &Record, kinds: &[&str]) -> Option<SimTime> {
    let of_gate = record.kind == "gate-verdict";
    let over = |r: &&Record| kinds.contains(&r.kind) && (of_gate || r.subject == record.subject);
    later.iter().find(over).map(|r| r.at)
}

/// The figures behind an alarm; when they were collected is left out.
fn seen(record: &Record) -> String {
    if record.kind != "alarm-raised" {
        return String::new();
    }
    let text = record.detail.split(", as of ").next();
    text.unwrap_or_default().to_owned()
}

/// The bars of what was believed: one for each alarm, each piece of work on it, each gate that failed; as long
/// as it held, and again if it came again.
pub(super) fn believed(result: &RunResult) -> Vec<Row> {
    let horizon = result.horizon.as_secs_f64();
    let mut rows: Vec<Row> = Vec::new();
    for belief in beliefs(result) {
        // The end of an alarm is the end of its bar.
        if belief.news.starts_with("alarm ") && belief.news.ends_with(" is over") {
            continue;
        }
        let part = Part(Phase::Whole, belief.at_s, belief.until_s.unwrap_or(horizon));
        match rows.iter_mut().find(|row| row.label == belief.news) {
            Some(row) => row.parts.push(part),
            None => rows.push(Row {
                group: "What the operator believed".to_owned(),
                label: belief.news,
                kind: Kind::Detection,
                parts: vec![part],
                dots: Vec::new(),
            }),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::super::super::sample::sample;
    use super::*;

    fn record(minute: f64, kind: &'static str, subject: &str, detail: &str) -> Record {
        Record {
            at: SimTime::from_secs(minute * 60.0),
            source: "response",
            kind,
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn alarms_and_the_work_on_them_last_beside_one_another() {
        let mut result = sample();
        result.records = vec![
            record(5.0, "alarm-raised", "drop", "x < 0.9: 0.1, as of +00:04:00"),
            record(8.0, "detected", "drop", ""),
            record(9.0, "alarm-raised", "calls", "y < 0.5: 0.2"),
            record(20.0, "triage-done", "drop", ""),
            record(30.0, "alarm-cleared", "drop", ""),
            record(40.0, "alarm-raised", "drop", "x < 0.9: 0.2"),
        ];
        let list = beliefs(&result);
        let of = |news: &str| list.iter().find(|b| b.news == news).expect("it is told");
        assert_eq!(of(ALL_IS_WELL).until_s, Some(300.0));
        assert_eq!(of("alarm drop rings").until_s, Some(1_800.0));
        assert_eq!(of("alarm drop rings").seen, "x < 0.9: 0.1");
        assert_eq!(of("people look into drop").until_s, Some(1_200.0));
        assert_eq!(of("alarm calls rings").until_s, None);
        assert_eq!(of("alarm drop is over").until_s, Some(2_400.0));
        let rows = believed(&result);
        let labels: Vec<&str> = rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels.len(), 5, "{labels:?}");
        let again = &rows[1].parts;
        assert_eq!(again.len(), 2);
        assert_eq!((again[0].2, again[1].1), (1_800.0, 2_400.0));
        let horizon = result.horizon.as_secs_f64();
        assert!((again[1].2 - horizon).abs() < 1e-9, "{again:?}");
    }

    #[test]
    fn a_failed_gate_is_news_until_the_rollback_is_done() {
        let mut result = sample();
        result.records = vec![
            record(7.0, "gate-verdict", "up", "stage a: failed"),
            record(17.0, "rollback-finished", "a", ""),
        ];
        let list = beliefs(&result);
        assert_eq!((list[1].at_s, list[1].until_s), (420.0, Some(1_020.0)));
        result.records.clear();
        assert_eq!(beliefs(&result)[0].until_s, None);
    }
}
