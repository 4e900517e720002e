//! What a person reads in half a minute when a run is over.
//!
//! Invariant: no line is longer than the width; everything but the line on speed is the same on every
//! machine.

use crate::base::{Digest, Span};
use crate::impact::{BlastRadius, Evaluated, GroupImpact, Outcome, ServiceImpact, Unit, Verdict};
use crate::simulation::{RunResult, Timing};
use crate::study::RunSigns;

use super::files::Rates;
use super::gate_tables::gates_table;
use super::headline::{NOTABLE_SHARE, headline, start_word};
use super::json::tag_word;
use super::log_table::happened;
use super::number::{duration, percent, real, short};
use super::signature;
use super::tables::SERVICE_WORDS;
use super::text_table::{Align, TextTable, fit, wrapped};
use super::warnings::warnings_table;

const L: Align = Align::Left;
const R: Align = Align::Right;

/// The summary of a run, at most `width` columns wide.
pub fn summary_text(result: &RunResult, digest: &Digest, width: usize) -> String {
    let mut page = Page::new(width);
    page.headline(result);
    let start = start_word(result);
    let when = format!("WHAT HAPPENED WHEN (h:mm before and after {start})");
    page.section(&when, happened(result).as_ref());
    let out = format!("WHO WAS OUT (back: h:mm after {start})");
    page.section(&out, out_table(result).as_ref());
    page.section("WHAT IT COST", Some(&cost(result)));
    page.section("PUBLIC WARNINGS", warnings_table(result).as_ref());
    page.section("HOW FAR IT REACHED", reach(result).as_ref());
    page.section("WHAT EACH STAGE EXPOSED", exposed(result).as_ref());
    let gates = "GATES: THEIR DETECTION FLOORS, AND WHAT WAS EXPOSED WHEN THEY ACTED";
    page.section(gates, gates_table(result).as_ref());
    let signs = RunSigns::of(result);
    page.section(
        &signature::heading(&signs),
        signature::table(&signs).as_ref(),
    );
    page.section("WHAT MUST BE REPORTED", Some(&reportable(result)));
    page.section(
        "PUBLISHED BESIDE SIMULATED",
        published(&result.published).as_ref(),
    );
    page.section("EVENTS PER DEVICE", events(result).as_ref());
    if !result.notes.is_empty() {
        page.heading("NOTES");
        page.prose(&result.notes);
    }
    page.foot(result, digest);
    page.text
}

/// Lines being collected.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn new(width: usize) -> Self {
        Self {
            text: String::new(),
            width,
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(&fit(line, self.width));
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.text.push('\n');
        self.line(heading);
    }

    fn prose(&mut self, sentences: &[String]) {
        let width = self.width;
        for line in sentences.iter().flat_map(|s| wrapped(s, width)) {
            self.line(&line);
        }
    }

    fn section(&mut self, heading: &str, table: Option<&TextTable>) {
        if let Some(table) = table {
            self.heading(heading);
            for line in table.lines(self.width) {
                self.line(&line);
            }
        }
    }

    fn headline(&mut self, result: &RunResult) {
        let scale = match result.names.scale {
            whole if whole >= 1.0 => "every device".to_owned(),
            part => format!("scale {part}"),
        };
        let devices = short(real(result.impact.all.devices));
        self.line(&format!(
            "{} · seed {} · {scale} · {devices} devices · {}",
            result.scenario,
            result.seed,
            duration(result.horizon.as_secs_f64())
        ));
        self.text.push('\n');
        self.prose(&[headline(result)]);
    }

    fn foot(&mut self, result: &RunResult, digest: &Digest) {
        self.text.push('\n');
        let mut table = TextTable::new(&[L, L]);
        if let Some(timing) = &result.timing {
            table.row(["speed".to_owned(), speed(result, timing)]);
            table.row([
                "time".to_owned(),
                phases(timing, Rates::of(result, timing).serial_share),
            ]);
        }
        table.row(["again".to_owned(), result.command.clone()]);
        table.row(["digest".to_owned(), digest.to_string()]);
        for line in table.lines(self.width) {
            self.line(&line);
        }
    }
}

/// A row per class and service that was notably out.
fn out_table(result: &RunResult) -> Option<TextTable> {
    let mut table = TextTable::new(&[L, L, R, R, R, R, R, R]);
    table.row([
        "class",
        "service",
        "at once",
        "share",
        "device-min",
        "50 % back",
        "90 %",
        "99 %",
    ]);
    let impact = &result.impact;
    let mut any = false;
    for group in impact.classes.iter().chain(std::iter::once(&impact.all)) {
        let mut name = group.name.as_str();
        for (word, lost) in SERVICE_WORDS.iter().zip(&group.services) {
            if real(lost.peak) < NOTABLE_SHARE * real(group.devices) || lost.peak == 0 {
                continue;
            }
            table.row(out_row(group, lost, [name, word]));
            name = "";
            any = true;
        }
    }
    any.then_some(table)
}

fn out_row(group: &GroupImpact, lost: &ServiceImpact, [name, word]: [&str; 2]) -> [String; 8] {
    let back = |time: Option<Span>| time.map_or_else(|| "not yet".into(), clock_span);
    [
        name.to_owned(),
        word.to_owned(),
        short(real(lost.peak)),
        percent(real(lost.peak) / real(group.devices.max(1))),
        short(lost.device_minutes.round()),
        back(lost.recovery.t50),
        back(lost.recovery.t90),
        back(lost.recovery.t99),
    ]
}

fn cost(result: &RunResult) -> TextTable {
    let all = &result.impact.all;
    let mut table = TextTable::new(&[L, R, L]);
    let part = |part: u64, whole: u64| match whole {
        0 => String::new(),
        _ => format!(
            "{} of {}",
            percent(real(part) / real(whole)),
            short(real(whole))
        ),
    };
    let calls = &all.calls;
    for (what, count, of) in [
        (
            "calls blocked",
            calls.blocked,
            part(calls.blocked, calls.attempted),
        ),
        (
            "emergency calls blocked",
            calls.emergency_blocked,
            part(calls.emergency_blocked, calls.emergency),
        ),
        (
            "most devices on SOS only",
            all.sos_peak,
            part(all.sos_peak, all.devices),
        ),
        (
            "registration attempts",
            all.registered.attempts,
            per_device(all),
        ),
    ] {
        table.row([what.to_owned(), short(real(count)), of]);
    }
    table
}

fn per_device(all: &GroupImpact) -> String {
    let attempts = real(all.registered.attempts) / real(all.devices.max(1));
    format!("{attempts:.2} per device")
}

fn reach(result: &RunResult) -> Option<TextTable> {
    let impact = &result.impact;
    if impact.at_detection.is_none() && impact.at_end.towers == 0 {
        return None;
    }
    let word = SERVICE_WORDS[impact.worst as usize];
    let mut table = TextTable::new(&[L, R, R, R, R, R]);
    let affected = format!("{word} lost by");
    table.row(["", "at", &affected, "towers", "pools", "regions"]);
    let mut row = |name: &str, radius: &BlastRadius| {
        table.row([
            name.to_owned(),
            result.clock.label(radius.at),
            short(real(radius.ever_out[impact.worst as usize])),
            short(real(radius.towers as u64)),
            short(real(radius.pools as u64)),
            short(real(radius.regions as u64)),
        ]);
    };
    if let Some(first) = &impact.at_detection {
        row("when first detected", first);
    }
    row("in the end", &impact.at_end);
    Some(table)
}

/// How many devices each stage of a rollout put at risk.
fn exposed(result: &RunResult) -> Option<TextTable> {
    let mut table = TextTable::new(&[L, R, R, L, R, R]);
    table.row(["stage", "from", "until", "", "elements", "devices exposed"]);
    for stage in &result.stages {
        table.row([
            stage.name.clone(),
            result.clock.label(stage.started),
            stage
                .ended
                .map_or_else(|| "the end".into(), |at| result.clock.label(at)),
            stage.outcome.clone(),
            short(real(stage.elements as u64)),
            short(real(stage.exposed_devices)),
        ]);
    }
    (!result.stages.is_empty()).then_some(table)
}

/// Each rule with the first clause that makes the outage reportable, or a no.
fn reportable(result: &RunResult) -> TextTable {
    let verdicts = &result.impact.reportable;
    let mut table = TextTable::new(&[L, L, L, L]);
    let mut rules: Vec<&str> = verdicts.iter().map(|v| v.rule).collect();
    rules.dedup();
    for rule in rules {
        let of_rule = || verdicts.iter().filter(|v| v.rule == rule);
        let met: Vec<&Verdict> = of_rule().filter(|v| v.reportable).collect();
        match met.iter().min_by_key(|v| v.crossed) {
            None => table.row([rule, "no", "", ""]),
            Some(first) => table.row(verdict_row(result, first, met.len())),
        }
    }
    table
}

fn verdict_row(result: &RunResult, first: &Verdict, met: usize) -> [String; 4] {
    let crossed = first.crossed.unwrap_or_default();
    let more = match met {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    [
        first.rule.to_owned(),
        "yes, from".to_owned(),
        result.clock.label(crossed),
        format!("{}{more}", first.clause),
    ]
}

fn published(rows: &[Evaluated]) -> Option<TextTable> {
    let mut table = TextTable::new(&[L, R, R, L, L]);
    table.row(["", "published", "simulated", "", ""]);
    let (shown, hidden): (Vec<_>, Vec<_>) = rows
        .iter()
        .partition(|row| row.outcome != Outcome::NotExpressible);
    for row in shown {
        let value = |v: f64| figure(row.unit, v);
        let simulated = row.simulated.map_or_else(|| "never".into(), value);
        let published = value(row.published);
        let outcome = match row.outcome {
            Outcome::Hit => "hit",
            Outcome::Miss | Outcome::NotReached => "MISS",
            Outcome::NotExpressible => "n/a",
        };
        let cells = [row.label.clone(), published, simulated];
        table.row(
            cells
                .into_iter()
                .chain([outcome.to_owned(), tag_word(row.tag).to_owned()]),
        );
    }
    if !hidden.is_empty() {
        let others = format!("not simulated: {} more", hidden.len());
        table.row([&others, "", "", "", ""]);
    }
    (!rows.is_empty()).then_some(table)
}

pub(super) fn figure(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Time => duration(value),
        Unit::Count | Unit::Number => short(value),
        Unit::Share => percent(value),
    }
}

/// Kinds side by side, two a line.
fn events(result: &RunResult) -> Option<TextTable> {
    let devices = real(result.simulated_devices.max(1));
    let per_device = |count: u64| format!("{:.2}", real(count) / devices);
    let mut cells: Vec<[String; 2]> = result
        .events
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| [kind.clone(), per_device(*count)])
        .collect();
    cells.push(["all kinds".to_owned(), per_device(result.event_count())]);
    let mut table = TextTable::new(&[L, R, L, R]);
    for pair in cells.chunks(2) {
        let second = pair.get(1).cloned().unwrap_or_default();
        let gap = if second[0].is_empty() { "" } else { "   " };
        let [kind, count] = pair[0].clone();
        table.row([
            kind,
            count,
            format!("{gap}{}", second[0]),
            second[1].clone(),
        ]);
    }
    (result.event_count() > 0).then_some(table)
}

fn speed(result: &RunResult, timing: &Timing) -> String {
    let rates = Rates::of(result, timing);
    let memory = rates.bytes_per_device.zip(timing.peak_memory_bytes);
    let memory = memory.map_or_else(String::new, |(bytes, peak)| {
        let (peak, each) = (short(real(peak / 1_000_000)), short(bytes.round()));
        format!("; {peak} MB, {each} B per device")
    });
    format!(
        "{} events/s, {} per core, in {}{memory}",
        short(rates.events_per_second.round()),
        short(rates.events_per_second_and_core.round()),
        duration(timing.run_seconds),
    )
}

/// Where the time went.
fn phases(timing: &Timing, serial: Option<f64>) -> String {
    let phases = timing.phases.iter();
    let parts = phases.filter_map(|(name, seconds)| Some((name.strip_prefix("run: ")?, seconds)));
    let each = parts.map(|(name, seconds)| format!("{name} {}", duration(*seconds)));
    let mut text = each.collect::<Vec<_>>().join(", ");
    if let Some(share) = serial {
        text += "; ";
        text += &percent(share);
        text += " serial";
    }
    text
}

/// A span as `+hh:mm`, for columns.
fn clock_span(span: Span) -> String {
    let minutes = (span.as_us() + 30_000_000) / 60_000_000;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::super::files::render;
    use super::super::sample::{bless, sample};
    use super::*;

    #[test]
    fn the_summary_is_as_blessed() {
        let result = sample();
        let text = summary_text(&result, &render(&result).digest, 80);
        bless("summary.txt", &text);
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let result = sample();
        for width in [60, 80, 100] {
            let text = summary_text(&result, &Digest::new(), width);
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} in\n{text}");
        }
    }

    #[test]
    fn only_the_speed_depends_on_the_machine() {
        let mut result = sample();
        let timed = summary_text(&result, &Digest::new(), 80);
        result.timing = None;
        let untimed = summary_text(&result, &Digest::new(), 80);
        let kept: Vec<_> = timed
            .lines()
            .filter(|line| !line.starts_with("  speed") && !line.starts_with("  time"))
            .collect();
        assert_eq!(kept, untimed.lines().collect::<Vec<_>>());
    }
}
