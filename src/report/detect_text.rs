//! Detectors on equal terms, for a reader.
//!
//! Invariant: no line is longer than the width; a detector that stayed silent is said to have, never
//! left out.

use crate::study::{Calibrated, CandidateOutcome, DetectPlan, DetectStudy, NightOutcome};

use super::gate_tables::floor_word;
use super::number::{duration, short};
use super::text_table::{Align, TextTable, fit, wrapped};

const L: Align = Align::Left;
const R: Align = Align::Right;

/// A study at one scale, at most `width` columns wide.
pub fn detect_text(study: &DetectStudy, width: usize) -> String {
    let mut lines = vec![format!("DETECTORS ON EQUAL TERMS · scale {}", study.scale)];
    lines.extend(wrapped(&how(study), width));
    lines.push(String::new());
    lines.push("CALIBRATION (false alarms a day: counted; at most, at 95 %)".to_owned());
    lines.extend(calibration(study).lines(width));
    let mute = study
        .candidates
        .iter()
        .filter_map(|one| Some((one, one.obstacle.as_ref()?)));
    lines.extend(mute.flat_map(|(one, why)| wrapped(&format!("{}: {why}", one.name), width)));
    for night in &study.nights {
        lines.push(String::new());
        lines.push(format!("{} · {} nights", night.scenario, night.nights));
        lines.extend(wrapped(&blast(study, night), width));
        lines.extend(outcomes(study, night).lines(width));
    }
    lines.iter().map(|line| fit(line, width) + "\n").collect()
}

fn how(study: &DetectStudy) -> String {
    let plan = &study.plan;
    let missing = match study.kinds_left_out.as_slice() {
        [] => String::new(),
        some => format!(" So few days have no room for {}.", some.join(", ")),
    };
    format!(
        "One device in {} is simulated; counters every {}. Normal is learnt from {} days; limits \
         allow {} false alarms a week on {} weeks without trouble ({} days); false alarms are \
         counted on {} fresh weeks. All days are generated: {}.{missing}",
        short(libm::round(1.0 / study.scale)),
        study.period,
        plan.history_days,
        plan.budget_per_week,
        weeks(plan.calibration_days),
        plan.calibration_days,
        weeks(plan.check_days),
        study.kinds_of_day.join(", ")
    )
}

/// Days as weeks, to a tenth.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn weeks(days: usize) -> String {
    format!("{:.1}", days as f64 / 7.0)
}

fn calibration(study: &DetectStudy) -> TextTable {
    let mut table = TextTable::new(&[L, R, R, R, R, R]);
    table.row([
        "detector",
        "limit",
        "a day",
        "at most",
        "floor",
        "15-min files",
    ]);
    for one in study.candidates.iter().filter(|one| one.obstacle.is_none()) {
        table.row([
            candidate_name(one),
            one.limit_text.clone(),
            format!("{:.2}", per_day(study, one)),
            format!("{:.2}", one.alarms_per_day.high),
            floor_word(one.floor),
            floor_word(one.floor_15min),
        ]);
    }
    table
}

/// A rule of the scenario's own, which is not calibrated, is marked.
fn candidate_name(one: &Calibrated) -> String {
    if one.is_calibrated {
        return one.name.clone();
    }
    format!("rule {}", one.name)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn per_day(study: &DetectStudy, one: &Calibrated) -> f64 {
    one.check_alarms as f64 / study.plan.check_days as f64
}

/// How soon it was too late, and whether anybody could have known.
fn blast(study: &DetectStudy, night: &NightOutcome) -> String {
    let Some(full) = night.full_blast_s else {
        return "Nobody was without data.".to_owned();
    };
    let of_peak = format!(
        "99 % of those who were out at once ({}) were out {} after it began",
        short(night.peak_devices.round()),
        duration(full)
    );
    let candidates = || study.candidates.iter();
    let below = |floors: Vec<f64>| floors.iter().filter(|floor| **floor <= full).count();
    let floors = |part: fn(&Calibrated) -> Option<crate::base::Span>| -> Vec<f64> {
        candidates()
            .filter_map(|one| Some(part(one)?.as_secs_f64()))
            .collect()
    };
    let own = below(floors(|one| one.floor));
    let files = floors(|one| one.floor_15min);
    let lowest = files.iter().copied().fold(f64::INFINITY, f64::min);
    let with_files = match below(files) {
        0 if lowest.is_finite() => format!(
            "on files of a quarter of an hour, none: the lowest floor is {}",
            duration(lowest)
        ),
        0 => "on files of a quarter of an hour, none: all are blind".to_owned(),
        count => format!("on files of a quarter of an hour, {count}"),
    };
    format!(
        "{of_peak}. By its floor, {own} of {} could have acted by then; {with_files}.",
        candidates().count()
    )
}

fn outcomes(study: &DetectStudy, night: &NightOutcome) -> TextTable {
    let mut table = TextTable::new(&[L, R, R, R, R, R, R]);
    table.row([
        "detector",
        "fired",
        "early",
        "25 % by",
        "50 % by",
        "out then",
        "could save",
    ]);
    for (one, outcome) in study.candidates.iter().zip(&night.candidates) {
        if one.obstacle.is_none() {
            table.row(outcome_row(one, outcome, night));
        }
    }
    table
}

fn outcome_row(one: &Calibrated, outcome: &CandidateOutcome, night: &NightOutcome) -> [String; 7] {
    let by = |share: f64| {
        let time = outcome.silence.time_of(share);
        time.map_or_else(|| "never".to_owned(), clock)
    };
    let saved = outcome.preventable_minutes / night.lost_minutes.max(f64::MIN_POSITIVE);
    [
        candidate_name(one),
        format!("{}/{}", outcome.silence.happened, night.nights),
        outcome.early.to_string(),
        by(0.25),
        by(0.5),
        short(outcome.out_at_detection.round()),
        format!("{:.1} %", 100.0 * saved.min(1.0)),
    ]
}

/// How much of something a plan simulates.
type Amount = fn(&DetectPlan) -> usize;

/// How much was simulated, as the first rows of the table say: fewer days cost less where a day costs more.
const AMOUNTS: [(&str, Amount); 4] = [
    ("days of history", |plan| plan.history_days),
    ("days that set limits", |plan| plan.calibration_days),
    ("days that check them", |plan| plan.check_days),
    ("nights", |plan| plan.nights),
];

/// The delays at several scales side by side.
pub fn detect_scales_text(studies: &[DetectStudy], width: usize) -> String {
    let mut lines = vec![
        "TIME TO DETECTION BY SCALE (half of the nights by; counting noise does not scale)"
            .to_owned(),
    ];
    let Some(first) = studies.first() else {
        return String::new();
    };
    for (place, night) in first.nights.iter().enumerate() {
        let mut columns = vec![L];
        columns.extend(studies.iter().map(|_| R));
        let mut table = TextTable::new(&columns);
        let mut head = vec![night.scenario.clone()];
        head.extend(studies.iter().map(|study| study.scale.to_string()));
        table.row(head);
        for (name, count) in AMOUNTS {
            let mut row = vec![name.to_owned()];
            row.extend(studies.iter().map(|study| count(&study.plan).to_string()));
            table.row(row);
        }
        for (index, one) in first.candidates.iter().enumerate() {
            let mut row = vec![candidate_name(one)];
            row.extend(studies.iter().map(|study| delay(study, place, index)));
            table.row(row);
        }
        lines.push(String::new());
        lines.extend(table.lines(width));
    }
    lines.iter().map(|line| fit(line, width) + "\n").collect()
}

fn delay(study: &DetectStudy, night: usize, candidate: usize) -> String {
    if study.candidates[candidate].obstacle.is_some() {
        return "not evaluable".to_owned();
    }
    let outcome = &study.nights[night].candidates[candidate];
    outcome
        .silence
        .time_of(0.5)
        .map_or_else(|| "never".to_owned(), clock)
}

/// Seconds as `h:mm:ss`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times since the beginning are not negative"
)]
fn clock(seconds: f64) -> String {
    let whole = libm::round(seconds) as u64;
    format!("{}:{:02}:{:02}", whole / 3_600, whole / 60 % 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{bless, detect_study};
    use super::*;

    fn study() -> DetectStudy {
        detect_study(&["botched", "attack"], &DetectPlan::default())
    }

    #[test]
    fn the_study_is_as_blessed() {
        bless("detect-study.txt", &detect_text(&study(), 80));
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        for width in [60, 80, 100] {
            let mut text = detect_text(&study(), width);
            text.push_str(&detect_scales_text(&[study(), study()], width));
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} in\n{text}");
        }
    }

    #[test]
    fn a_detector_that_cannot_be_evaluated_is_named_with_its_reason() {
        let text = detect_text(&study(), 80);
        assert!(text.contains("it needs 2 days of history"), "{text}");
        let scales = detect_scales_text(&[study()], 80);
        assert!(scales.contains("not evaluable"), "{scales}");
    }
}
