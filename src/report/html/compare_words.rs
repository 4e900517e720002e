//! What differs between runs, in sentences.
//!
//! Gates and alarms are told apart: a gate may stop a rollout before any alarm is raised.
//!
//! Invariant: every difference is to the first run; a run in which nobody was out has no time of recovery.

use std::fmt::Write as _;

use crate::study::Paired;

use super::super::number::{duration, short};
use super::super::plot::escape;
use super::compare_page::{named, of};
use super::story::Story;

/// Which run leaves fewest devices without data, in a sentence.
pub(super) fn verdict(paired: &Paired) -> String {
    let peaks = of(paired, "data.peak_devices").map(|figure| figure.values.as_slice());
    let known = peaks
        .unwrap_or_default()
        .iter()
        .enumerate()
        .filter_map(|(n, v)| Some((n, (*v)?)));
    let known: Vec<(usize, f64)> = known.collect();
    let least = known
        .iter()
        .copied()
        .reduce(|a, b| if b.1 < a.1 { b } else { a });
    let most = known
        .iter()
        .copied()
        .reduce(|a, b| if b.1 > a.1 { b } else { a });
    match (least, most) {
        (Some(least), Some(most)) if most.1 > least.1 => format!(
            "{} leaves fewest devices without data at once: {}, against {} in {}.",
            named(paired, least.0),
            short(libm::round(least.1)),
            short(libm::round(most.1)),
            named(paired, most.0)
        ),
        _ => "As many devices are without data at once in every run.".to_owned(),
    }
}

/// The differences in words, run by run.
pub(super) fn differences(paired: &Paired, stories: &[Story]) -> String {
    let mut text = String::new();
    for run in 1..paired.names.len() {
        let items = sentences(paired, stories, run)
            .into_iter()
            .map(|s| format!("<li>{}</li>", escape(&s)))
            .collect::<Vec<_>>()
            .concat();
        write!(
            text,
            "<h3>{} instead of {}</h3><ul class=\"words\">{items}</ul>",
            escape(&named(paired, run)),
            escape(&named(paired, 0))
        )
        .expect("text takes everything");
    }
    text
}

fn sentences(paired: &Paired, stories: &[Story], run: usize) -> Vec<String> {
    let count = |key: &str, what: &str| counted(paired, run, key, what);
    let list = [
        count("data.peak_devices", "devices without data at once"),
        count("voice.peak_devices", "devices without voice at once"),
        recovery(paired, run),
        gates(stories, run),
        alarms(paired, run),
        count("calls.blocked", "blocked call attempts (redials counted)"),
        count("emergency_calls.blocked", "blocked emergency calls"),
        count("data.lost_device_min", "device-minutes without data"),
        count(
            "reportable.clauses",
            "clauses under which it must be reported",
        ),
    ];
    list.into_iter().flatten().collect()
}

/// `11,000 devices without data at once instead of 125 M, 125 M fewer`.
fn counted(paired: &Paired, run: usize, key: &str, what: &str) -> Option<String> {
    let figure = of(paired, key)?;
    let (own, first) = (figure.values[run]?, figure.values[0]?);
    let text = |v: f64, none: &str| match libm::round(v) {
        0.0 => none.to_owned(),
        whole => short(whole),
    };
    if (own - first).abs() < 0.5 {
        return Some(format!("As many {what}: {}.", text(own, "none")));
    }
    let word = if own < first { "fewer" } else { "more" };
    Some(format!(
        "{} {what} instead of {}: {} {word}.",
        text(own, "No"),
        text(first, "none"),
        short(libm::round((own - first).abs()))
    ))
}

/// The service whose recovery a figure tells of: `data` of `data.t90_s`.
fn service_of(key: &str) -> Option<&str> {
    let (service, part) = key.rsplit_once('.')?;
    matches!(part, "t50_s" | "t90_s" | "t99_s")
        .then_some(service)
        .filter(|service| !service.ends_with("registered"))
}

/// Whether a figure is a time of recovery in a run in which nobody was out since the change or the attack.
pub(super) fn is_never_out(paired: &Paired, key: &str, run: usize) -> bool {
    let Some(service) = service_of(key) else {
        return false;
    };
    let value = |key: &str| of(paired, key).and_then(|figure| figure.values[run]);
    let peak = value(&format!("{service}.peak_devices"));
    peak == Some(0.0) || value(key).is_some_and(|after| after <= 0.0)
}

/// `90 % of those who lost data have it back after 2 h instead of 9 h, 7 h sooner`.
fn recovery(paired: &Paired, run: usize) -> Option<String> {
    const KEY: &str = "data.t90_s";
    let figure = of(paired, KEY)?;
    let never = |n: usize| is_never_out(paired, KEY, n);
    let (own, first) = (figure.values[run], figure.values[0]);
    let after = |t: Option<f64>| {
        t.map_or("not before the run ended".to_owned(), |t| {
            format!("after {}", duration(t))
        })
    };
    let peak = of(paired, "data.peak_devices").and_then(|figure| figure.values[run]);
    let nobody = match peak {
        Some(most) if most > 0.0 => format!(
            "Nobody was out since then (the {} were so before the change or the attack)",
            short(libm::round(most))
        ),
        _ => "Nobody was out".to_owned(),
    };
    Some(match (never(run), never(0)) {
        (true, true) => format!("{nobody}, nor in the first run."),
        (true, false) => format!(
            "{nobody}; in the first run 90 % of those who lost data had it back {}.",
            after(first)
        ),
        (false, true) => format!(
            "90 % of those who lost data have it back {}; in the first run nobody was out.",
            after(own)
        ),
        (false, false) => format!(
            "90 % of those who lost data have it back {}",
            against(own, first, &after)
        ),
    })
}

/// `after 3 min instead of 5 min: 2 min sooner.`
fn against(own: Option<f64>, first: Option<f64>, text: &dyn Fn(Option<f64>) -> String) -> String {
    match (own, first) {
        (Some(a), Some(b)) if (a - b).abs() < 1.0 => format!("{}, as in the first run.", text(own)),
        (Some(a), Some(b)) => {
            let word = if a < b { "sooner" } else { "later" };
            let apart = duration((a - b).abs());
            format!("{} instead of {}: {apart} {word}.", text(own), duration(b))
        }
        _ => format!("{}; in the first run {}.", text(own), text(first)),
    }
}

/// When the first alarm was raised.
fn alarms(paired: &Paired, run: usize) -> Option<String> {
    let figure = of(paired, "at_detection.after_s")?;
    let text = |t: Option<f64>| match t {
        Some(t) => format!("an alarm after {}", duration(t)),
        None => "no alarm at all".to_owned(),
    };
    let (own, first) = (figure.values[run], figure.values[0]);
    Some(match (own, first) {
        (None, None) => "No alarm is raised in either run.".to_owned(),
        _ => format!("Alarms: {}", against(own, first, &text)),
    })
}

/// The first gate that failed: its name, and how long after the change or the attack.
fn first_failed(story: &Story) -> Option<(&str, f64)> {
    let failed = story.gates.iter().filter(|gate| !gate.passed);
    let first = failed.min_by(|a, b| a.at_s.total_cmp(&b.at_s))?;
    Some((&first.name, first.at_s - story.reference_s))
}

/// What gates did: none if neither run has any.
fn gates(stories: &[Story], run: usize) -> Option<String> {
    let text = |story: &Story| match first_failed(story) {
        Some((name, after)) if after < 0.0 => {
            format!("gate {name} failed {} before it", duration(-after))
        }
        Some((name, after)) => format!("gate {name} failed after {}", duration(after)),
        None if story.gates.is_empty() => "no gate came to a verdict".to_owned(),
        None => "every gate that came to a verdict passed".to_owned(),
    };
    let (own, first) = (stories.get(run)?, stories.first()?);
    if own.gates.is_empty() && first.gates.is_empty() {
        return None;
    }
    Some(format!(
        "Gates: {}; in the first run {}.",
        text(own),
        text(first)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::sample;
    use super::*;
    use crate::study::{RunFigures, pair};

    fn paired(changes: &[(&str, Option<f64>)]) -> Paired {
        let first = RunFigures::of(&sample());
        let mut other = first.clone();
        for (key, value) in &mut other.values {
            if let Some((_, new)) = changes.iter().find(|(changed, _)| changed == key) {
                *value = *new;
            }
        }
        pair(&[first, other]).expect("one seed")
    }

    #[test]
    fn who_was_never_out_has_nothing_to_come_back_from() {
        for changes in [
            [("data.peak_devices", Some(0.0)), ("data.t90_s", None)],
            [("data.peak_devices", Some(10.0)), ("data.t90_s", Some(0.0))],
        ] {
            let paired = paired(&changes);
            let text = recovery(&paired, 1).expect("a sentence");
            assert!(text.starts_with("Nobody was out"), "{text}");
            assert!(text.contains("; in the first run 90 %"), "{text}");
            assert!(is_never_out(&paired, "data.t90_s", 1));
            assert!(!is_never_out(&paired, "data.t90_s", 0));
            assert!(!is_never_out(&paired, "registered.t90_s", 1));
        }
    }

    #[test]
    fn gates_and_alarms_are_told_apart() {
        let none = paired(&[("at_detection.after_s", None)]);
        let text = alarms(&none, 1).expect("a sentence");
        assert_eq!(
            text,
            "Alarms: no alarm at all; in the first run an alarm after 6 min."
        );
        let stories = [Story::of(&sample()), Story::of(&sample())];
        let text = gates(&stories, 1).expect("a sentence");
        assert_eq!(
            text,
            "Gates: gate registrations failed after 7 min; in the first run gate registrations failed after 7 min."
        );
    }

    #[test]
    fn nothing_is_called_nothing() {
        let none = paired(&[("calls.blocked", Some(0.0))]);
        let text = counted(&none, 1, "calls.blocked", "calls blocked").expect("a sentence");
        assert!(text.starts_with("No calls blocked instead of "), "{text}");
    }
}
