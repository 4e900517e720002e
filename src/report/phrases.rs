//! What the entries of the event log mean, in words.
//!
//! Invariant: an entry of a kind that is not listed here is told by its own words, never dropped.

use crate::base::Record;

/// How an entry is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// A sentence; the same sentence again is a repeat.
    Once(String),
    /// Something that happens to element after element.
    Each {
        /// Of one.
        one: &'static str,
        /// Of many.
        many: &'static str,
    },
}

const fn each(one: &'static str, many: &'static str) -> Phrase {
    Phrase::Each { one, many }
}

/// How much an entry weighs in the story (0: never told), and how it is told.
pub(super) fn phrase(record: &Record) -> (u8, Phrase) {
    let Record {
        kind,
        subject,
        detail,
        ..
    } = record;
    if let Some(found) = of_elements(kind) {
        return found;
    }
    let (weight, text) = match *kind {
        "stage-started" => (7, format!("stage {subject} begins: {}", counted(detail))),
        "stage-passed" => (6, format!("stage {subject} passed")),
        "stage-failed" => (7, format!("stage {subject} failed: {detail}")),
        "gate-verdict" => (9, format!("gate {subject}: {}", verdict(detail))),
        "rollback-decided" => (9, format!("rollback of {subject} begins")),
        "rollback-finished" => (10, format!("rollback of {subject} done")),
        "rollout-finished" => (5, format!("change {subject} is in everywhere")),
        "rollout-halted" => (9, format!("rollout halted{}", after_colon(detail))),
        "attack-began" => (10, format!("attack begins: {}", name_of(detail))),
        "attack-struck" => (10, format!("attack strikes: {}", name_of(detail))),
        "attack-ended" => (10, format!("attack ends: {}", name_of(detail))),
        "alarm-raised" => (5, format!("alarm {subject}")),
        "detected" => (8, format!("people look into alarm {subject}")),
        "triage-done" => (6, "it is known what is wrong".to_owned()),
        "decision" => (6, "it is decided what to do".to_owned()),
        // A rollback tells its own beginning and end.
        "action-started" | "action-finished" if detail == "roll-back" => (0, joined(record)),
        "action-started" => (7, format!("{subject}: {} begins", counted(detail))),
        "action-finished" => (8, format!("{subject}: {detail} done")),
        "action-blocked" => (8, format!("{subject} blocked: {}", counted(detail))),
        "rollback-blocked" => (8, format!("rollback of {subject} blocked: {detail}")),
        "alert-sent" => (6, format!("public warning {subject}: {detail}")),
        "readmission-paced" => (6, format!("registrations let in at {detail}")),
        "readmission-free" => (5, "registrations let in freely".to_owned()),
        // What the entries above say already, or what only the log needs.
        "rollout-started" | "rollback-started" | "stage-installed" | "soak-over"
        | "fault-loaded" | "gate-measured" | "alarm-cleared" => (0, joined(record)),
        _ => (4, joined(record)),
    };
    (weight, Phrase::Once(text))
}

/// Entries that come element after element.
fn of_elements(kind: &str) -> Option<(u8, Phrase)> {
    let found = match kind {
        "element-work-started" => (0, each("taken into work", "taken into work")),
        "element-installed" => (7, each("has the new version", "have the new version")),
        "element-reached" => (8, each("reached by the fault", "reached by the fault")),
        "fault-contained" => (8, each("does not pass it on", "do not pass it on")),
        "element-struck" => (9, each("taken out by the fault", "taken out by the fault")),
        "element-cleared" => (2, each("free of the fault", "free of the fault")),
        "element-rollback-started" => (0, each("being rolled back", "being rolled back")),
        "element-rolled-back" => (2, each("rolled back", "rolled back")),
        "element-not-serving" => (8, each("found not serving", "found not serving")),
        "element-unreachable" => (
            8,
            each("out of the tools' reach", "out of the tools' reach"),
        ),
        "cause-removed" => (0, each("no cause any more", "no cause any more")),
        _ => return None,
    };
    Some(found)
}

/// An entry in its own words.
fn joined(record: &Record) -> String {
    let words = [record.kind, &record.subject, &record.detail];
    let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
    words.join(": ")
}

/// `stage first: failed` says in which stage, which the reader knows.
fn verdict(detail: &str) -> &str {
    detail.split_once(": ").map_or(detail, |(_, word)| word)
}

/// The first word of `signalling-storm (FGT1498.501, …)`.
fn name_of(detail: &str) -> &str {
    detail.split(" (").next().unwrap_or(detail)
}

/// `1 elements` in good English.
fn counted(detail: &str) -> String {
    let is_one = detail == "1 elements" || detail.ends_with(" 1 elements");
    if is_one {
        detail.trim_end_matches('s').to_owned()
    } else {
        detail.to_owned()
    }
}

fn after_colon(detail: &str) -> String {
    if detail.is_empty() {
        return String::new();
    }
    format!(": {detail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;

    fn record(kind: &'static str, subject: &str, detail: &str) -> Record {
        Record {
            kind,
            subject: subject.to_owned(),
            detail: detail.to_owned(),
            at: SimTime::ZERO,
            source: "test",
        }
    }

    #[test]
    fn entries_become_words() {
        let told = |kind, subject, detail| phrase(&record(kind, subject, detail)).1;
        let once = |text: &str| Phrase::Once(text.to_owned());
        assert_eq!(
            told("stage-started", "first", "1 elements"),
            once("stage first begins: 1 element")
        );
        assert_eq!(
            told("gate-verdict", "RSR", "stage first: failed"),
            once("gate RSR: failed")
        );
        assert_eq!(
            told("attack-began", "attack/0", "oam-wiper (FGT1078)"),
            once("attack begins: oam-wiper")
        );
    }

    #[test]
    fn what_is_not_known_is_told_in_its_own_words() {
        let (weight, told) = phrase(&record("power-failed", "site-1", "no fuel"));
        assert!(weight > 0);
        assert_eq!(
            told,
            Phrase::Once("power-failed: site-1: no fuel".to_owned())
        );
    }
}
