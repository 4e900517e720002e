//! The files of a run directory as bytes, and their digest.
//!
//! Invariant: opens no file; everything but `timing.json` is covered by the digest.

use serde_json::{Map, Value, json};

use crate::base::Digest;
use crate::simulation::{RunResult, Timing};

use super::{exports, gate_tables, html, json, signature, tables};

/// The one file that may differ between two runs.
pub const TIMING_FILE: &str = "timing.json";

/// The summary, which also marks a directory as one of ours.
pub(super) const SUMMARY_FILE: &str = "summary.json";

/// The page that people look at.
pub const REPORT_FILE: &str = "report.html";

/// Every file that a run directory may hold.
pub(super) const FILES: [&str; 10] = [
    SUMMARY_FILE,
    "impact.csv",
    "kpi.csv",
    "events.csv",
    "towers.csv",
    "gates.csv",
    "signature.csv",
    "scenario.resolved.yaml",
    REPORT_FILE,
    TIMING_FILE,
];

/// The deterministic files of a run, and the digest of their names and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Names and contents, `timing.json` not among them.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// Digest of all of them (of the summary and the report: before the digest was put into them), and of
    /// the exports.
    pub digest: Digest,
}

impl Rendered {
    /// The contents of `summary.json`.
    pub fn summary(&self) -> &[u8] {
        let summary = self.files.iter().find(|(name, _)| *name == SUMMARY_FILE);
        &summary.expect("every run has a summary").1
    }
}

/// The files of these results.
pub fn render(result: &RunResult) -> Rendered {
    let page = html::report(result);
    let contents = [
        json::summary(result, None),
        tables::impact(result),
        tables::kpi(result),
        tables::events(result),
        tables::towers(result),
        gate_tables::gates(result),
        signature::csv(result),
        result.resolved.clone().into_bytes(),
        page.clone().into_bytes(),
    ];
    let mut files: Vec<_> = FILES.into_iter().zip(contents).collect();
    let mut digest = Digest::new();
    for (name, bytes) in &files {
        digest.write_str(name);
        digest.write_u64(bytes.len() as u64);
        digest.write_bytes(bytes);
    }
    exports::digest(result, &mut digest);
    files[0].1 = json::summary(result, Some(digest));
    let last = files.len() - 1;
    files[last].1 = html::with_digest(&page, &digest.to_string()).into_bytes();
    Rendered { files, digest }
}

/// The contents of `timing.json`: everything that depends on the machine.
pub fn timing_json(result: &RunResult, timing: &Timing) -> Vec<u8> {
    let rates = Rates::of(result, timing);
    let phases: Map<String, Value> = timing
        .phases
        .iter()
        .map(|(name, seconds)| (name.clone(), json!(seconds)))
        .collect();
    let events: Map<String, Value> = result
        .events
        .iter()
        .map(|(kind, count)| {
            (
                kind.clone(),
                json!({"count": count, "per_device": rates.per_device(*count)}),
            )
        })
        .collect();
    json::pretty(&json!({
        "wall_s": timing.wall_seconds,
        "run_s": timing.run_seconds,
        "threads": timing.threads,
        "machine": timing.machine,
        "devices": result.simulated_devices,
        "events": result.event_count(),
        "events_per_device": rates.per_device(result.event_count()),
        "events_by_kind": events,
        "events_per_s": rates.events_per_second,
        "events_per_s_per_core": rates.events_per_second_and_core,
        "peak_memory_bytes": timing.peak_memory_bytes,
        "memory_bytes_per_device": rates.bytes_per_device,
        "phases_s": phases,
        "serial_share": rates.serial_share,
    }))
}

/// What is derived from a timing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rates {
    pub(super) events_per_second: f64,
    pub(super) events_per_second_and_core: f64,
    pub(super) bytes_per_device: Option<f64>,
    /// Share of the run in which one thread works whatever their number: orders and score.
    pub(super) serial_share: Option<f64>,
    devices: f64,
}

impl Rates {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(super) fn of(result: &RunResult, timing: &Timing) -> Self {
        let events = result.event_count() as f64 / timing.run_seconds.max(1e-9);
        let devices = result.simulated_devices.max(1) as f64;
        Self {
            events_per_second: events,
            events_per_second_and_core: events / timing.threads.max(1) as f64,
            bytes_per_device: timing.peak_memory_bytes.map(|bytes| bytes as f64 / devices),
            serial_share: serial_share(timing),
            devices,
        }
    }

    /// So many of something for each simulated device.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(super) fn per_device(&self, count: u64) -> f64 {
        count as f64 / self.devices
    }
}

fn serial_share(timing: &Timing) -> Option<f64> {
    let phases = timing.phases.iter();
    let serial = phases.filter(|(name, _)| ["run: orders", "run: score"].contains(&name.as_str()));
    let seconds: Vec<f64> = serial.map(|(_, seconds)| *seconds).collect();
    let share = seconds.iter().sum::<f64>() / timing.run_seconds.max(1e-9);
    (!seconds.is_empty()).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn the_same_results_give_the_same_bytes_whatever_the_timing() {
        let mut slow = sample();
        slow.timing = None;
        assert_eq!(render(&sample()), render(&slow));
    }

    #[test]
    fn the_digest_follows_the_results() {
        let mut other = sample();
        other.records[0].detail.push('!');
        assert_ne!(render(&sample()).digest, render(&other).digest);
        let rendered = render(&sample());
        let summary: Value = serde_json::from_slice(rendered.summary()).expect("JSON");
        assert_eq!(summary["digest"], rendered.digest.to_string());
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn rates_come_from_events_and_seconds() {
        let result = sample();
        let timing = result.timing.clone().expect("the sample was timed");
        let text: Value = serde_json::from_slice(&timing_json(&result, &timing)).expect("JSON");
        assert_eq!(text["events_per_s"], json!(50_000.0));
        assert_eq!(text["events_per_s_per_core"], json!(25_000.0));
        let devices = result.simulated_devices as f64;
        let calls = &text["events_by_kind"]["call"];
        assert_eq!(calls["count"], json!(25_000));
        assert_eq!(calls["per_device"], json!(25_000.0 / devices));
        assert_eq!(text["events_per_device"], json!(100_000.0 / devices));
        assert_eq!(
            text["memory_bytes_per_device"],
            json!(1_048_576.0 / devices)
        );
        assert_eq!(
            text["phases_s"],
            json!({"load": 0.5, "run": 2.0, "run: orders": 0.5})
        );
        assert_eq!(text["serial_share"], json!(0.25));
    }
}
