//! What a report tells, as plain data: it stands in the page itself, so that a page can be read back.
//!
//! Invariant: no type of another room; times are seconds since the start of the scenario, spans are seconds
//! since the reference instant, counts are at scale 1.

use serde::{Deserialize, Serialize};

/// Marks the data of a page as ours.
pub(crate) const FORMAT: &str = "cellfall-report-2";

/// One run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// [`FORMAT`].
    pub(crate) format: String,
    pub(crate) scenario: String,
    pub(crate) command: String,
    pub(crate) version: String,
    pub(crate) scenario_hash: String,
    pub(crate) seed: u64,
    pub(crate) scale: f64,
    pub(crate) clock: Clock,
    pub(crate) horizon_s: f64,
    pub(crate) reference_s: f64,
    pub(crate) devices: u64,
    /// Calls placed by customers that were blocked at the first attempt.
    pub(crate) first_blocked: u64,
    /// How bad it was, in sentences.
    pub(crate) headline: String,
    /// The word of the service that most devices lost.
    pub(crate) worst: String,
    /// Keys and values of `summary.json`.
    pub(crate) figures: Vec<(String, Option<f64>)>,
    pub(crate) groups: Vec<Group>,
    pub(crate) reportable: Vec<Clause>,
    pub(crate) published: Vec<Published>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) gates: Vec<Gate>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) rows: Vec<Row>,
    pub(crate) beliefs: Vec<Belief>,
    pub(crate) hops: Vec<Hop>,
    pub(crate) series: Series,
    pub(crate) map: Map,
    pub(crate) notes: Vec<String>,
}

/// The calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    /// Seconds since the Unix epoch at the start, moved to local time.
    pub(crate) local_s: i64,
    /// Seconds east of UTC.
    pub(crate) offset_s: i32,
}

/// A class, or all devices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) devices: u64,
    pub(crate) services: Vec<Lost>,
}

/// What a group lost of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lost {
    pub(crate) service: String,
    pub(crate) peak: u64,
    pub(crate) ever_out: u64,
    pub(crate) device_min: f64,
    pub(crate) t50_s: Option<f64>,
    pub(crate) t90_s: Option<f64>,
    pub(crate) t99_s: Option<f64>,
}

/// What a regulator's clause says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clause {
    pub(crate) rule: String,
    pub(crate) what: String,
    pub(crate) reportable: bool,
    pub(crate) crossed_s: Option<f64>,
    pub(crate) figure: f64,
    pub(crate) threshold: f64,
    pub(crate) unit: String,
    pub(crate) duty: String,
}

/// A published figure beside the simulated one, as text and as a ratio.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Published {
    pub(crate) label: String,
    pub(crate) told: String,
    pub(crate) simulated: String,
    /// Simulated over published, where both are above 0.
    pub(crate) ratio: Option<f64>,
    pub(crate) outcome: String,
    pub(crate) tag: String,
    pub(crate) source: String,
    pub(crate) note: String,
}

/// A stage of the rollout.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) started_s: f64,
    pub(crate) ended_s: Option<f64>,
    pub(crate) outcome: String,
    pub(crate) elements: usize,
    pub(crate) exposed: u64,
}

/// A verdict of a gate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gate {
    pub(crate) at_s: f64,
    pub(crate) stage: String,
    pub(crate) name: String,
    pub(crate) passed: bool,
    /// What it measured last before.
    pub(crate) measured: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The operator's change.
    Change,
    /// A fault, or an attack.
    Fault,
    /// Alarms and people.
    Detection,
    /// What people did.
    Action,
    /// How service went.
    #[default]
    Service,
}

/// A line of the story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Moment {
    pub(crate) at_s: f64,
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

/// A bar of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) group: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    /// Its stretches in the order of time; at least one.
    pub(crate) parts: Vec<Part>,
    /// Gates on it: when, and whether they let the rollout go on.
    pub(crate) dots: Vec<(f64, bool)>,
}

/// What a stretch of a bar stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// All that the bar stands for.
    #[default]
    Whole,
    /// Elements of a stage are changed.
    Install,
    /// The stage is watched.
    Soak,
    /// Gates after the soak, and approval.
    Verify,
}

/// A stretch of a bar: what it is, from when, until when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part(pub(crate) Phase, pub(crate) f64, pub(crate) f64);

/// A piece of news that the operator had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Belief {
    pub(crate) at_s: f64,
    /// Until when it held; none if it held to the end of the run.
    pub(crate) until_s: Option<f64>,
    pub(crate) news: String,
    /// What was seen, in the operator's own figures.
    pub(crate) seen: String,
}

/// Elements of a kind that the fault reached after so many steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hop {
    pub(crate) step: usize,
    pub(crate) kind: String,
    pub(crate) reached: usize,
    pub(crate) struck: usize,
    /// All elements of the kind in the network.
    pub(crate) of: usize,
    pub(crate) first_s: f64,
    pub(crate) last_s: f64,
    /// From which kind, one step before, along which kind of edge, how often.
    pub(crate) from: Vec<(String, String, usize)>,
    /// The first by name.
    pub(crate) first: String,
}

/// Time series: one instant per value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    #[serde(serialize_with = "whole")]
    pub(crate) at_s: Vec<f64>,
    pub(crate) columns: Vec<Column>,
}

/// One series. Keys: `registered`, `out.data`, `out.data/region/texas`, `seen.registered` …
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) key: String,
    #[serde(serialize_with = "whole_if_there")]
    pub(crate) values: Vec<Option<f64>>,
}

/// The map, in units of which the width has [`Map::WIDTH`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Map {
    pub(crate) height: i32,
    /// Outlines, as the data of an SVG path.
    pub(crate) outlines: String,
    pub(crate) regions: Vec<String>,
    /// Devices of each region.
    pub(crate) devices: Vec<u64>,
    pub(crate) places: Vec<MapPlace>,
    pub(crate) frames: Vec<MapFrame>,
    /// Elements of the core that the fault reached: place, when, whether it was taken out.
    pub(crate) marks: Vec<Mark>,
}

/// A place: name, right, down, devices, region, towers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct MapPlace(
    pub(crate) String,
    pub(crate) i32,
    pub(crate) i32,
    pub(crate) u64,
    pub(crate) usize,
    pub(crate) u32,
);

/// The shares out from an instant on: a letter per place, a word per service (voice, data, emergency).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct MapFrame(pub(crate) f64, pub(crate) [String; 3]);

/// An element that the fault reached: name, right, down, when reached, when taken out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark(
    pub(crate) String,
    pub(crate) i32,
    pub(crate) i32,
    pub(crate) f64,
    pub(crate) Option<f64>,
);

/// A number of a series: `12`, not `12.0`, which would make a page a third longer.
#[derive(Serialize)]
#[serde(untagged)]
enum Short {
    Whole(i64),
    Broken(f64),
}

impl Short {
    fn of(value: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
        if (value - libm::round(value)).abs() < 1e-9 && value.abs() < 9e15 {
            Self::Whole(libm::round(value) as i64)
        } else {
            Self::Broken(value)
        }
    }
}

fn whole<S: serde::Serializer>(values: &[f64], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(values.iter().map(|&v| Short::of(v)))
}

fn whole_if_there<S: serde::Serializer>(values: &[Option<f64>], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(values.iter().map(|v| v.map(Short::of)))
}

impl Row {
    /// When it begins.
    pub(crate) fn begins_s(&self) -> f64 {
        self.parts.first().map_or(0.0, |part| part.1)
    }

    /// When it ends.
    pub(crate) fn ends_s(&self) -> f64 {
        self.parts.last().map_or(0.0, |part| part.2)
    }
}

impl Map {
    /// Units from left to right.
    pub(crate) const WIDTH: i32 = 4_000;
}

impl Story {
    /// A figure of `summary.json`.
    pub(crate) fn figure(&self, key: &str) -> Option<f64> {
        let mut figures = self.figures.iter();
        figures
            .find(|(k, _)| k == key)
            .and_then(|(_, value)| *value)
    }

    /// A time series, if there is one of this key.
    pub(crate) fn column(&self, key: &str) -> Option<&[Option<f64>]> {
        let mut columns = self.series.columns.iter();
        columns.find(|c| c.key == key).map(|c| c.values.as_slice())
    }

    /// The points of a time series.
    pub(crate) fn points(&self, key: &str) -> Vec<(f64, Option<f64>)> {
        let values = self.column(key).unwrap_or_default();
        self.series
            .at_s
            .iter()
            .copied()
            .zip(values.iter().copied())
            .collect()
    }

    /// The newest value of a series at an instant.
    pub(crate) fn value_at(&self, key: &str, at_s: f64) -> Option<f64> {
        let after = self.series.at_s.partition_point(|&t| t <= at_s);
        *self.column(key)?.get(after.saturating_sub(1))?
    }
}

impl Clock {
    /// `Thu 02:44` of an instant; `Thu 02:44:10` where seconds matter.
    pub(crate) fn label(self, at_s: f64, with_seconds: bool) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a calendar")]
        let local = self.local_s + libm::floor(at_s + 1e-6) as i64;
        let day = usize::try_from(local.div_euclid(86_400).rem_euclid(7)).expect("below seven");
        let second = local.rem_euclid(86_400);
        let (h, m, s) = (second / 3_600, second / 60 % 60, second % 60);
        let time = format!("{} {h:02}:{m:02}", DAYS[day]);
        if with_seconds {
            format!("{time}:{s:02}")
        } else {
            time
        }
    }
}

impl Clock {
    /// What is written along an axis: `03:00`, and at midnight the day too.
    pub(crate) fn tick(self, at_s: f64) -> String {
        let label = self.label(at_s, false);
        match label.split_once(' ') {
            Some((_, time)) if time != "00:00" => time.to_owned(),
            _ => label,
        }
    }

    /// The day of an instant: `22 February 2024`.
    ///
    /// Days become dates as E. G. Richards has it ("Calendars", in S. Urban and P. K. Seidelmann: Explanatory
    /// Supplement to the Astronomical Almanac, 3rd edition 2012, §15.11.3), from the Julian day.
    pub(crate) fn date(self, at_s: f64) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a calendar")]
        let local = self.local_s + libm::floor(at_s + 1e-6) as i64;
        let julian = local.div_euclid(86_400) + 2_440_588;
        let f = julian + 1_401 + (4 * julian + 274_277) / 146_097 * 3 / 4 - 38;
        let e = 4 * f + 3;
        let h = 5 * (e % 1_461 / 4) + 2;
        let day = h % 153 / 5 + 1;
        let month = (h / 153 + 2) % 12;
        let year = e / 1_461 - 4_716 + (13 - month) / 12;
        let word = usize::try_from(month).ok().and_then(|m| MONTHS.get(m));
        format!("{day} {} {year}", word.copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_agrees_with_that_of_the_run() {
        use crate::base::{SimTime, WallClock};
        let own = WallClock::parse("2024-02-22T02:30:00-06:00").expect("a date");
        let clock = Clock {
            local_s: own.start_unix_seconds() + i64::from(own.offset_seconds()),
            offset_s: own.offset_seconds(),
        };
        for second in [0.0, 720.0, 77_401.0, 200_000.0] {
            assert_eq!(
                clock.label(second, true),
                own.label(SimTime::from_secs(second))
            );
        }
        assert_eq!(clock.date(0.0), "22 February 2024");
        assert_eq!(clock.date(8.0 * 86_400.0), "1 March 2024");
        assert_eq!(clock.date(314.0 * 86_400.0), "1 January 2025");
        assert_eq!(clock.tick(1_800.0), "03:00");
        assert_eq!(clock.tick(77_400.0), "Fri 00:00");
    }
}
