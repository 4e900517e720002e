//! How bad it was, in two or three sentences.
//!
//! Invariant: says nothing that the tables below it do not.

use std::fmt::Write as _;

use crate::base::Span;
use crate::impact::ServiceImpact;
use crate::network::Service;
use crate::simulation::RunResult;

use super::log_table::widest;
use super::number::{duration, percent, real, short};
use super::tables::SERVICE_WORDS;
use super::text_table::NO_BREAK;

/// What never hit more than this share of the devices at once is left out.
pub(super) const NOTABLE_SHARE: f64 = 0.001;

/// One sentence that says how bad it was, or that it was not.
pub(super) fn headline(result: &RunResult) -> String {
    let impact = &result.impact;
    let (service, worst) = widest(result);
    let word = SERVICE_WORDS[service];
    let share = real(worst.peak) / real(impact.all.devices.max(1));
    if share < NOTABLE_SHARE {
        if worst.peak == 0 {
            return "A quiet run: at no sample was a device without service.".to_owned();
        }
        let peak = short(real(worst.peak));
        return format!(
            "A quiet run: never more than {peak} devices ({}) without {word} at once.",
            percent(share)
        );
    }
    let from = worst.onset.map_or_else(String::new, |onset| {
        format!("From {} on, ", time_word(result, onset))
    });
    let of_them = if share > 0.9999 {
        format!("all {} devices", short(real(impact.all.devices)))
    } else {
        format!(
            "{} of {} devices ({})",
            short(real(worst.peak)),
            short(real(impact.all.devices)),
            percent(share)
        )
    };
    let hit = format!("{from}{of_them} were without {word} at once.");
    let hit = hit.replacen("all", if from.is_empty() { "All" } else { "all" }, 1);
    let voice = voice_later(result, worst);
    format!(
        "{hit} {}{voice}{}",
        back(result, worst),
        calls_blocked(result)
    )
}

/// When calls worked again, if later than what most devices had lost.
fn voice_later(result: &RunResult, widest: &ServiceImpact) -> String {
    let voice = &result.impact.all.services[Service::Voice as usize];
    match (voice.recovery.t90, widest.recovery.t90) {
        (Some(voice), Some(widest)) if voice > widest => {
            format!(
                " Voice took until {} for 90\u{a0}%.",
                time_word(result, voice)
            )
        }
        _ => String::new(),
    }
}

/// When they had it back.
fn back(result: &RunResult, worst: &ServiceImpact) -> String {
    let at = |after| time_word(result, after);
    match (worst.recovery.t50, worst.recovery.t90) {
        (Some(t50), Some(t90)) => format!(
            "Half had it back at {}, 90\u{a0}% at {}, {} after {}.",
            at(t50),
            at(t90),
            span(t90),
            start_word(result)
        ),
        (Some(t50), None) => format!(
            "Half had it back at {}, {} after {}; 90\u{a0}% not before the run ended.",
            at(t50),
            span(t50),
            start_word(result)
        ),
        (None, _) => "Not even half had it back when the run ended.".to_owned(),
    }
}

/// What that meant for callers, if any call was blocked. A redial is an attempt again, so that attempts are no
/// people: how many calls that people placed failed at first is said beside them.
fn calls_blocked(result: &RunResult) -> String {
    let calls = &result.impact.all.calls;
    let mut text = String::new();
    if calls.blocked > 0 {
        let blocked = short(real(calls.blocked));
        let first = short(real(calls.first_blocked));
        write!(
            text,
            " {blocked} call attempts were blocked, redials and incoming calls counted; of calls that people placed, \
             {first} failed at the first try."
        )
        .expect("text takes everything");
    }
    if calls.emergency_blocked > 0 {
        let blocked = short(real(calls.emergency_blocked));
        write!(text, " {blocked} emergency calls were blocked.").expect("text takes everything");
    }
    text
}

/// The clock so long after the reference instant.
fn time_word(result: &RunResult, after: Span) -> String {
    clock_word(&result.clock.label(result.impact.reference + after))
}

/// `02:44` of `Thu 02:44:00`.
fn clock_word(label: &str) -> String {
    let time = label.rsplit(' ').next().unwrap_or_default();
    time.get(..5).unwrap_or(time).to_owned()
}

/// What spans are measured from.
pub(super) fn start_word(result: &RunResult) -> String {
    clock_word(&result.clock.label(result.impact.reference))
}

/// A span in a sentence: not broken at the end of a line.
fn span(span: Span) -> String {
    duration(span.as_secs_f64()).replace(' ', NO_BREAK)
}
