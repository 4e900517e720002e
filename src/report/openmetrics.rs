//! `operator_metrics.om`: the counters that the operator was told, as `OpenMetrics` 1.0 text with timestamps,
//! fit for `promtool tsdb create-blocks-from openmetrics`.
//!
//! A counter begins at nothing, grows by what each delivered report says, and begins anew after a report
//! that says that the element's counters were lost; a report that never came leaves a gap.
//!
//! Invariant: the samples of a series stand together in the order of time, those of a family too.

use std::io::{self, Write};

use crate::base::{NodeId, SimTime};
use crate::scenario::ExportFormat;
use crate::simulation::RunResult;
use crate::telemetry::{FAMILIES, Family, FamilyKind, OperatorRecord, Report, Slot, Source};
use crate::topology::Node;

use super::exports::Export;
use super::tables::decimal;

pub(super) const EXPORT: Export = Export {
    format: ExportFormat::Openmetrics,
    file: "operator_metrics.om",
    write,
};

fn write(result: &RunResult, record: &OperatorRecord, out: &mut dyn Write) -> io::Result<()> {
    for family in &FAMILIES {
        let mut has_begun = false;
        for (source, reports) in &record.reports {
            let series = SeriesOf {
                result,
                record,
                source: *source,
                reports,
            };
            for slot in series.slots(family) {
                if !std::mem::replace(&mut has_begun, true) {
                    head(family, out)?;
                }
                series.write(family, &slot, out)?;
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

/// The reports of one source.
struct SeriesOf<'a> {
    result: &'a RunResult,
    record: &'a OperatorRecord,
    source: Source,
    reports: &'a [Report],
}

impl SeriesOf<'_> {
    fn node(&self) -> Option<&Node> {
        match self.source {
            Source::Function(node) => self.record.nodes.get(node.index()),
            Source::Region(_) | Source::Towers(_) => None,
        }
    }

    /// The series of a family; causes that never occurred are left out.
    fn slots(&self, family: &Family) -> Vec<Slot> {
        let kind = self.node().map(|node| node.kind);
        let first = self.reports.first();
        let mut slots = first.map_or_else(Vec::new, |report| family.slots(report, kind));
        let occurs = |slot: &Slot| {
            let mut values = self.reports.iter().filter_map(|report| slot.value(report));
            values.any(|value| value != 0.0)
        };
        slots.retain(|slot| slot.cause.is_none() || slot.tower.is_some() || occurs(slot));
        slots
    }

    /// Write one series: as many label sets as the source has named releases, one after the other.
    fn write(&self, family: &Family, slot: &Slot, out: &mut dyn Write) -> io::Result<()> {
        let ending = match family.kind {
            FamilyKind::Counter => "_total",
            FamilyKind::Gauge => "",
        };
        let samples = self.samples(family, slot);
        for release in self.releases() {
            let labels = self.labels(slot, release);
            for (report, value) in samples
                .iter()
                .filter(|(report, _)| report.release == release)
            {
                let at = self.unix_seconds(report.at);
                let value = decimal(*value);
                writeln!(out, "{}{ending}{{{labels}}} {value} {at}", family.name)?;
            }
        }
        Ok(())
    }

    fn samples(&self, family: &Family, slot: &Slot) -> Vec<(&Report, f64)> {
        let mut total = 0.0;
        let sample = |report| {
            let value = slot.value(report)?;
            total = match family.kind {
                FamilyKind::Gauge => value,
                FamilyKind::Counter if report.reset => 0.0,
                FamilyKind::Counter => total + value,
            };
            Some((report, total))
        };
        self.reports.iter().filter_map(sample).collect()
    }

    /// The releases that the source has named, in the order in which it named them first.
    fn releases(&self) -> Vec<u16> {
        let mut releases = Vec::new();
        for report in self.reports {
            if !releases.contains(&report.release) {
                releases.push(report.release);
            }
        }
        releases
    }

    fn labels(&self, slot: &Slot, release: u16) -> String {
        let mut labels: Vec<(&str, &str)> = Vec::new();
        if let Some(node) = self.node() {
            labels.extend([("function", node.kind.word()), ("name", &node.name)]);
            labels.extend([("pool", node.labels.pool.as_str())]);
            labels.extend([("region", node.labels.region.as_str())]);
            labels.push(("vendor", &node.labels.vendor));
        }
        if let Source::Region(region) | Source::Towers(region) = self.source {
            labels.push(("region", &self.result.names.regions[region.index()]));
        }
        if let Some(tower) = self.tower(slot) {
            labels.extend([("tower", tower.name.as_str())]);
            labels.extend([("pool", tower.labels.pool.as_str())]);
            labels.push(("vendor", &tower.labels.vendor));
        }
        if let Some(class) = slot.class {
            labels.push(("class", &self.result.names.classes[class]));
        }
        if let Some(release) = self.record.releases.get(release) {
            labels.push(("sw_version", &release.sw_version));
            labels.push(("config_hash", &release.config_hash));
        }
        labels.extend(slot.cause.map(|cause| ("cause", cause)));
        labels.extend(slot.priority.map(|priority| ("priority", priority)));
        text(&labels)
    }

    fn tower(&self, slot: &Slot) -> Option<&Node> {
        let Source::Towers(region) = self.source else {
            return None;
        };
        let towers: &Vec<NodeId> = self.record.towers_of.get(region.index())?;
        let node = towers.get(slot.tower?)?;
        self.record.nodes.get(node.index())
    }

    /// An instant as monitoring systems write it: seconds since 1970, to the millisecond.
    fn unix_seconds(&self, at: SimTime) -> String {
        let start_ms = self.result.clock.start_unix_seconds() * 1_000;
        let since_ms = i64::try_from(at.as_us() / 1_000).expect("a run is short");
        let ms = start_ms + since_ms;
        format!("{}.{:03}", ms.div_euclid(1_000), ms.rem_euclid(1_000))
    }
}

/// Labels that have a value, as text.
fn text(labels: &[(&str, &str)]) -> String {
    let with_value = labels.iter().filter(|(_, value)| !value.is_empty());
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
        let labels = [("a", "x\"y\\z\n"), ("pool", "")];
        assert_eq!(text(&labels), r#"a="x\"y\\z\n""#);
    }
}
