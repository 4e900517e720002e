//! `operator_metrics.om`: the counters that the operator was told, as `OpenMetrics` 1.0 text with timestamps,
//! fit for `promtool tsdb create-blocks-from openmetrics`.
//!
//! A counter begins at nothing, grows by what each delivered report says, and begins anew after a report
//! that says that the element's counters were lost; a report that never came leaves a gap.
//!
//! Invariant: the samples of a series stand together in the order of time, those of a family too.

use std::io::{self, Write};

use crate::base::SimTime;
use crate::scenario::ExportFormat;
use crate::simulation::RunResult;
use crate::telemetry::{FAMILIES, Family, FamilyKind, OperatorRecord, Report, Slot};

use super::exports::Export;
use super::operator_series::{LABELS, SeriesOf, sources};
use super::tables::decimal;

pub(super) const EXPORT: Export = Export {
    format: ExportFormat::Openmetrics,
    file: "operator_metrics.om",
    write,
};

fn write(result: &RunResult, record: &OperatorRecord, out: &mut dyn Write) -> io::Result<()> {
    for family in &FAMILIES {
        let mut has_begun = false;
        for series in sources(result, record) {
            for slot in slots(&series, family) {
                if !std::mem::replace(&mut has_begun, true) {
                    head(family, out)?;
                }
                write_series((result, &series), family, &slot, out)?;
            }
        }
    }
    out.write_all(b"# EOF\n")
}

fn head(family: &Family, out: &mut dyn Write) -> io::Result<()> {
    let kind = match family.kind {
        FamilyKind::Counter => "counter",
        FamilyKind::Gauge => "gauge",
    };
    let (name, help) = (family.name, escaped(family.help));
    writeln!(out, "# TYPE {name} {kind}\n# HELP {name} {help}")
}

/// The series of a family; causes that never occurred are left out.
fn slots(series: &SeriesOf<'_>, family: &Family) -> Vec<Slot> {
    let mut slots = series.slots(family);
    let occurs = |slot: &Slot| {
        let mut values = series
            .reports
            .iter()
            .filter_map(|report| slot.value(report));
        values.any(|value| value != 0.0)
    };
    slots.retain(|slot| slot.cause.is_none() || slot.tower.is_some() || occurs(slot));
    slots
}

/// Write one series: as many label sets as the source has named releases, one after the other.
fn write_series(
    (result, series): (&RunResult, &SeriesOf<'_>),
    family: &Family,
    slot: &Slot,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ending = match family.kind {
        FamilyKind::Counter => "_total",
        FamilyKind::Gauge => "",
    };
    let samples = samples(series, family, slot);
    // In the order in which they were named first.
    let mut releases = Vec::new();
    for (release, _, _) in &samples {
        if !releases.contains(release) {
            releases.push(*release);
        }
    }
    for release in releases {
        let labels = text(&series.labels(slot, release));
        for (_, report, value) in samples.iter().filter(|sample| sample.0 == release) {
            let at = unix_seconds(result, report.at);
            let value = decimal(*value);
            writeln!(out, "{}{ending}{{{labels}}} {value} {at}", family.name)?;
        }
    }
    Ok(())
}

/// What each report says, with the release that it is about.
fn samples<'a>(series: &SeriesOf<'a>, family: &Family, slot: &Slot) -> Vec<(u16, &'a Report, f64)> {
    let mut total = 0.0;
    let sample = |report| {
        let value = slot.value(report)?;
        total = match family.kind {
            FamilyKind::Gauge => value,
            FamilyKind::Counter if report.reset => 0.0,
            FamilyKind::Counter => total + value,
        };
        Some((series.release(slot, report), report, total))
    };
    series.reports.iter().filter_map(sample).collect()
}

/// An instant as monitoring systems write it: seconds since 1970, to the millisecond.
fn unix_seconds(result: &RunResult, at: SimTime) -> String {
    let start_ms = result.clock.start_unix_seconds() * 1_000;
    let since_ms = i64::try_from(at.as_us() / 1_000).expect("a run is short");
    let ms = start_ms + since_ms;
    format!("{}.{:03}", ms.div_euclid(1_000), ms.rem_euclid(1_000))
}

/// Labels that have a value, as text.
fn text(values: &[&str; LABELS.len()]) -> String {
    let labels = LABELS.iter().zip(values);
    let with_value = labels.filter(|(_, value)| !value.is_empty());
    let pairs = with_value.map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
    pairs.collect::<Vec<_>>().join(",")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_empty_ones_left_out() {
        let mut labels = [""; LABELS.len()];
        labels[1] = "x\"y\\z\n";
        assert_eq!(text(&labels), r#"name="x\"y\\z\n""#);
    }
}
