//! The time series of a report: the truth, and beside it what the operator saw.
//!
//! Invariant: no more instants than a picture has room for; levels are as at the instant, rates are means
//! since the instant before.

use std::collections::BTreeMap;

use crate::base::SimTime;
use crate::impact::{DeviceKpi, Scope};
use crate::simulation::{RunResult, WATCHED};
use crate::topology::NodeKind;

use super::super::super::number::real;
use super::super::super::tables::SERVICE_WORDS;
use super::super::story::{Column, Series};

/// Instants, at most.
const INSTANTS_MAX: usize = 1_500;

/// Keys of what the operator saw, in the order of [`WATCHED`].
const SEEN: [&str; WATCHED.len()] = [
    "seen.registered",
    "seen.success",
    "seen.attempts",
    "seen.blocked",
];

/// The kinds of core elements whose queues are shown.
const QUEUES: [NodeKind; 4] = [NodeKind::Amf, NodeKind::Mme, NodeKind::Udm, NodeKind::Ims];

pub(super) fn series(result: &RunResult) -> Series {
    let samples = &result.impact.series.at;
    let step = samples.len().div_ceil(INSTANTS_MAX).max(1);
    // The last sample is always there: it is how the run ends.
    let kept: Vec<usize> = (0..samples.len()).rev().step_by(step).collect();
    let kept: Vec<usize> = kept.into_iter().rev().collect();
    let table = Table {
        result,
        at: kept.iter().map(|&i| samples[i]).collect(),
        kept,
    };
    let mut columns = table.of_devices();
    columns.extend(table.queues());
    columns.extend(table.seen());
    Series {
        at_s: table.at.iter().map(|at| at.as_secs_f64()).collect(),
        columns,
    }
}

/// What columns are made of.
struct Table<'a> {
    result: &'a RunResult,
    at: Vec<SimTime>,
    /// Which samples are kept.
    kept: Vec<usize>,
}

/// A level at an instant.
type Level = fn(&DeviceKpi) -> u64;

impl Table<'_> {
    fn column(&self, key: String, value: impl FnMut(usize) -> Option<f64>) -> Column {
        let values = (0..self.kept.len()).map(value).map(|v| v.map(rounded));
        Column {
            key,
            values: values.collect(),
        }
    }

    /// A level of the devices of a scope.
    fn level(&self, key: String, rows: &[&DeviceKpi], level: impl Fn(&DeviceKpi) -> u64) -> Column {
        let names = &self.result.names;
        self.column(key, |n| {
            let row = rows.get(self.kept[n])?;
            Some(real(names.at_scale_one(level(row))))
        })
    }

    /// What was counted since the instant before, and how many seconds that is.
    fn since(&self, n: usize, rows: &[&DeviceKpi], count: Level) -> Option<(f64, f64)> {
        let last = self.kept[n];
        let before = if n == 0 { None } else { Some(self.kept[n - 1]) };
        let from = before.map_or(0, |b| b + 1);
        let counted: u64 = rows.get(from..=last)?.iter().map(|row| count(row)).sum();
        let start = before.map_or(SimTime::ZERO, |b| self.result.impact.series.at[b]);
        let seconds = self.at[n].since(start).as_secs_f64();
        Some((real(self.result.names.at_scale_one(counted)), seconds))
    }

    fn of_devices(&self) -> Vec<Column> {
        let mut scopes: BTreeMap<(u8, usize), Vec<&DeviceKpi>> = BTreeMap::new();
        for row in &self.result.kpi.devices {
            let key = match row.scope {
                Scope::Network => (0, 0),
                Scope::Class(i) => (1, i),
                Scope::Region(i) => (2, i),
            };
            scopes.entry(key).or_default().push(row);
        }
        let names = &self.result.names;
        let mut columns = Vec::new();
        for (scope, rows) in &scopes {
            match *scope {
                (0, _) => columns.extend(self.network(rows)),
                (1, i) => {
                    let key = format!("share.data/class/{}", names.classes[i]);
                    columns.push(self.column(key, |n| {
                        let counts = rows.get(self.kept[n])?.counts;
                        (counts.devices > 0).then(|| real(counts.out[1]) / real(counts.devices))
                    }));
                }
                (_, i) => columns.extend([0, 1, 3].map(|service| {
                    let key = format!("out.{}/region/{}", SERVICE_WORDS[service], names.regions[i]);
                    self.level(key, rows, |row| row.counts.out[service])
                })),
            }
        }
        columns
    }

    fn network(&self, rows: &[&DeviceKpi]) -> Vec<Column> {
        let per = |key: &str, count: Level, unit_s: f64| {
            self.column(key.to_owned(), |n| {
                let (counted, seconds) = self.since(n, rows, count)?;
                (seconds > 0.0).then(|| counted / seconds * unit_s)
            })
        };
        let success = |n: usize| {
            let (attempts, _) = self.since(n, rows, |row| row.counts.registration_attempts)?;
            let (successes, _) = self.since(n, rows, |row| row.counts.registration_successes)?;
            (attempts > 0.0).then(|| (successes / attempts).min(1.0))
        };
        let registered = self.level("registered".to_owned(), rows, |row| row.counts.registered);
        let mut columns = vec![registered, self.column("success".to_owned(), success)];
        for (service, word) in SERVICE_WORDS.iter().enumerate() {
            let key = format!("out.{word}");
            columns.push(self.level(key, rows, |row| row.counts.out[service]));
        }
        columns.push(per("attempts", |row| row.counts.registration_attempts, 1.0));
        columns.push(per("blocked", |row| row.counts.calls_blocked, 60.0));
        columns
    }

    /// The longest queue among the elements of each kind.
    fn queues(&self) -> Vec<Column> {
        let mut longest: BTreeMap<(NodeKind, SimTime), u64> = BTreeMap::new();
        let kinds: BTreeMap<usize, NodeKind> = self
            .result
            .elements
            .iter()
            .map(|e| (e.node, e.kind))
            .collect();
        for row in &self.result.kpi.functions {
            if let Some(&kind) = kinds.get(&row.node) {
                let entry = longest.entry((kind, row.at)).or_default();
                *entry = (*entry).max(row.counts.backlog_us);
            }
        }
        let there = QUEUES
            .iter()
            .filter(|&&kind| longest.keys().any(|(k, _)| *k == kind));
        there
            .map(|&kind| {
                self.column(format!("queue.{kind}"), |n| {
                    Some(real(*longest.get(&(kind, self.at[n]))?) / 1e6)
                })
            })
            .collect()
    }

    fn seen(&self) -> Vec<Column> {
        let watch = &self.result.watch;
        let columns = SEEN.iter().zip(&watch.values);
        columns
            .map(|(key, values)| {
                self.column((*key).to_owned(), |n| {
                    let newest = watch.at.partition_point(|&at| at <= self.at[n]);
                    *values.get(newest.checked_sub(1)?)?
                })
            })
            .collect()
    }
}

/// Five digits are more than a picture shows.
fn rounded(value: f64) -> f64 {
    if value.abs() < 1e-9 {
        return 0.0;
    }
    if (value - libm::round(value)).abs() < 1e-9 {
        return libm::round(value);
    }
    let unit = libm::pow(10.0, 4.0 - libm::floor(libm::log10(value.abs())));
    libm::round(value * unit) / unit
}

#[cfg(test)]
mod tests {
    use super::super::super::super::sample::sample;
    use super::*;

    #[test]
    fn levels_and_rates_are_those_of_the_tables() {
        let series = series(&sample());
        let column = |key: &str| {
            let found = series.columns.iter().find(|c| c.key == key);
            &found.expect("there is such a series").values
        };
        assert_eq!(series.at_s.get(3), Some(&180.0));
        // 1,000 + 40 simulated devices in each of two regions, at scale 0.1.
        assert_eq!(column("out.data")[3], Some(20_800.0));
        assert_eq!(column("registered")[0], Some(20_800.0));
        assert_eq!(column("share.data/class/first-responder")[3], Some(1.0));
        // 30 attempts a minute of each of two classes in two regions.
        assert_eq!(column("attempts")[5], Some(20.0));
        assert_eq!(column("success")[5], Some(0.2));
        assert_eq!(column("queue.amf")[5], Some(0.0));
        assert_eq!(column("seen.registered")[45], None);
    }

    #[test]
    fn five_digits_are_kept() {
        let text = |value: f64| rounded(value).to_string();
        assert_eq!(text(0.123_456_78), "0.12346");
        assert_eq!(text(123_456.7), "123460");
        assert_eq!(text(124_998_431.0), "124998431");
    }
}
