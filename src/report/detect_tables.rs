//! Detectors on equal terms, for programs: JSON, and survival curves as CSV.
//!
//! Invariant: whatever the text shows is here, with full precision.

use serde_json::{Value, json};

use crate::base::Span;
use crate::study::{Calibrated, CandidateOutcome, DetectStudy, NightOutcome};

use super::tables::{Table, decimal};

/// A study at one scale.
pub fn detect_json(study: &DetectStudy) -> Value {
    let plan = &study.plan;
    json!({
        "scale": study.scale,
        "seed": study.seed,
        "period_s": study.period.as_secs_f64(),
        "history_days": plan.history_days,
        "calibration_days": plan.calibration_days,
        "check_days": plan.check_days,
        "kinds_of_day": study.kinds_of_day,
        "kinds_left_out": study.kinds_left_out,
        "false_alarms_allowed_per_week": plan.budget_per_week,
        "detectors": study.candidates.iter().map(candidate).collect::<Value>(),
        "scenarios": study.nights.iter().map(|one| night(study, one)).collect::<Value>(),
    })
}

fn candidate(one: &Calibrated) -> Value {
    json!({
        "name": one.name,
        "detector": one.detector,
        "metric": one.metric,
        "calibrated": one.is_calibrated,
        "obstacle": one.obstacle,
        "limit": one.limit.is_finite().then_some(one.limit),
        "unit": one.unit,
        "calibration_false_alarms": one.calibration_alarms,
        "check_false_alarms": one.check_alarms,
        "false_alarms_per_day_low": one.alarms_per_day.low,
        "false_alarms_per_day_high": one.alarms_per_day.high,
        "floor_s": one.floor.map(Span::as_secs_f64),
        "floor_15min_files_s": one.floor_15min.map(Span::as_secs_f64),
    })
}

fn night(study: &DetectStudy, night: &NightOutcome) -> Value {
    let pairs = study.candidates.iter().zip(&night.candidates);
    let each = pairs.map(|(one, outcome)| fired(one, outcome));
    json!({
        "scenario": night.scenario,
        "nights": night.nights,
        "watched_s": night.watched_s,
        "full_blast_s": night.full_blast_s,
        "peak_data_devices": night.peak_devices,
        "lost_data_device_min": night.lost_minutes,
        "detectors": each.collect::<Value>(),
    })
}

fn fired(one: &Calibrated, outcome: &CandidateOutcome) -> Value {
    let curve = &outcome.silence;
    let (low, high) = curve.interval_of(0.5);
    json!({
        "name": one.name,
        "fired": curve.happened,
        "fired_early": outcome.early,
        "fired_before_full_blast": outcome.before_full_blast,
        "half_by_s": curve.time_of(0.5),
        "half_by_low_s": low,
        "half_by_high_s": high,
        "out_at_detection_devices": outcome.out_at_detection,
        "preventable_data_device_min": outcome.preventable_minutes,
    })
}

/// The survival curves: for each scale, scenario and detector, the share that was still silent.
pub fn detect_curves_csv(studies: &[DetectStudy]) -> Vec<u8> {
    let mut table = Table::new(&[
        "scale",
        "scenario",
        "detector",
        "time_s",
        "at_risk",
        "fired",
        "silent_share",
        "silent_low",
        "silent_high",
    ]);
    for study in studies {
        for night in &study.nights {
            let pairs = study.candidates.iter().zip(&night.candidates);
            for (one, outcome) in pairs.filter(|(one, _)| one.obstacle.is_none()) {
                for row in curve_rows(outcome, night) {
                    let named = [
                        decimal(study.scale),
                        night.scenario.clone(),
                        one.name.clone(),
                    ];
                    table.row(named.into_iter().chain(row).collect());
                }
            }
        }
    }
    table.bytes()
}

/// The beginning, each step, and the end of the watch.
fn curve_rows(outcome: &CandidateOutcome, night: &NightOutcome) -> Vec<[String; 6]> {
    let curve = &outcome.silence;
    let row = |time: f64, at_risk: usize, fired: usize, silent: f64| {
        let [time, silent] = [time, silent].map(decimal);
        [
            time,
            at_risk.to_string(),
            fired.to_string(),
            silent,
            String::new(),
            String::new(),
        ]
    };
    let mut rows = vec![row(0.0, curve.watched, 0, 1.0)];
    for step in &curve.steps {
        let mut cells = row(step.time, step.at_risk, step.events, step.survival);
        if let Some(interval) = step.interval {
            (cells[4], cells[5]) = (decimal(interval.low), decimal(interval.high));
        }
        rows.push(cells);
    }
    let last = curve.steps.last().map_or(1.0, |step| step.survival);
    if last > 0.0 {
        rows.push(row(
            night.watched_s,
            curve.watched - curve.happened,
            0,
            last,
        ));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::sample::detect_study;
    use super::*;
    use crate::study::DetectPlan;

    #[test]
    fn curves_end_where_the_watch_ended() {
        let study = detect_study(&["botched"], &DetectPlan::default());
        let text = String::from_utf8(detect_curves_csv(&[study])).expect("text");
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(rows.len(), 4, "beginning, two steps, end: {text}");
        assert!(
            rows[0].starts_with("0.1,botched,burn-rate RSR,0,3,0,1,"),
            "{text}"
        );
        assert!(rows[1].contains(",60,3,1,0.666667,"), "{text}");
        assert!(rows[3].contains(",3600,1,0,0.333333,"), "{text}");
    }

    #[test]
    fn what_has_no_limit_has_none_in_json() {
        let root = detect_json(&detect_study(&["botched"], &DetectPlan::default()));
        assert_eq!(root["detectors"][1]["limit"], Value::Null);
        assert_eq!(root["detectors"][0]["floor_15min_files_s"], 1_200.0);
        assert_eq!(root["scenarios"][0]["detectors"][0]["half_by_s"], 240.0);
        assert_eq!(
            root["scenarios"][0]["detectors"][1]["half_by_s"],
            Value::Null
        );
    }
}
