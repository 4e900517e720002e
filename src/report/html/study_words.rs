//! The outcomes of a study in words, for headings: `data.lost_device_min` as `Device-minutes without data`.
//!
//! Invariant: an outcome that is not known here goes by its meaning in the data dictionary.

use crate::study::Column;

/// A figure of a service: the end of its name, and its heading with the service left open.
const OF_SERVICE: [(&str, &str); 7] = [
    ("peak_devices", "Devices without {} at the peak"),
    ("ever_out_devices", "Devices ever without {}"),
    ("lost_device_min", "Device-minutes without {}"),
    ("onset_s", "Time until devices were first without {}"),
    ("t50_s", "Time until 50 % of those without {} had it back"),
    ("t90_s", "Time until 90 % of those without {} had it back"),
    ("t99_s", "Time until 99 % of those without {} had it back"),
];

const OF_REGISTERED: [(&str, &str); 4] = [
    ("lowest_devices", "Devices registered at the lowest point"),
    ("t90_s", "Time until 90 % were registered again"),
    ("t95_s", "Time until 95 % were registered again"),
    ("attempts", "Registration attempts"),
];

const SERVICES: [(&str, &str); 4] = [
    ("voice", "voice"),
    ("data", "data"),
    ("sms", "text messages"),
    ("emergency", "emergency calls"),
];

/// The heading of an outcome.
pub(super) fn title(column: &Column) -> String {
    let name = column.name.as_str();
    let (class, own) = match name.strip_prefix("class.").map(split_class) {
        Some(Some((class, own))) => (Some(class), own),
        _ => (None, name),
    };
    let known = own
        .split_once('.')
        .and_then(|(head, part)| known(head, part));
    match (known, class) {
        (Some(text), Some(class)) => format!("{text}, class {class}"),
        (Some(text), None) => text,
        (None, _) => plain(&column.meaning),
    }
}

/// `iot.data.t90_s` as class and figure; a class may have dots in its name.
fn split_class(rest: &str) -> Option<(&str, &str)> {
    let (before, _) = rest.rsplit_once('.')?;
    let (class, _) = before.rsplit_once('.')?;
    Some((class, &rest[class.len() + 1..]))
}

fn known(head: &str, part: &str) -> Option<String> {
    let of = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(known, _)| *known == part);
        found.map(|(_, text)| *text)
    };
    if head == "registered" {
        return of(&OF_REGISTERED).map(str::to_owned);
    }
    let (_, service) = SERVICES.iter().find(|(known, _)| *known == head)?;
    Some(of(&OF_SERVICE)?.replace("{}", service))
}

/// A meaning without what stands in brackets.
fn plain(meaning: &str) -> String {
    let start = meaning.split(" (").next().unwrap_or(meaning);
    start.trim_end_matches([':', '.']).to_owned()
}

/// How the values of an outcome are written.
pub(super) fn unit_words(unit: &str) -> &str {
    match unit {
        "s" => "hours:minutes:seconds",
        "1" | "" => "a number",
        unit => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{ColumnKind, Holds};

    fn titled(name: &str, meaning: &str) -> String {
        title(&Column {
            name: name.to_owned(),
            unit: "devices".to_owned(),
            meaning: meaning.to_owned(),
            kind: ColumnKind::Outcome,
            holds: Holds::Number,
        })
    }

    #[test]
    fn names_become_words() {
        assert_eq!(
            titled("data.peak_devices", ""),
            "Devices without data at the peak"
        );
        assert_eq!(
            titled("class.public-safety.emergency.lost_device_min", ""),
            "Device-minutes without emergency calls, class public-safety"
        );
        assert_eq!(
            titled("class.a.b.registered.t95_s", ""),
            "Time until 95 % were registered again, class a.b"
        );
        assert_eq!(
            titled(
                "at_end.towers",
                "Towers that had been out by the end of the run"
            ),
            "Towers that had been out by the end of the run"
        );
        assert_eq!(titled("x.y", "Something odd (or not):"), "Something odd");
    }
}
