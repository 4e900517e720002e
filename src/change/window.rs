//! Maintenance windows and freezes: when work on a site may start.
//!
//! Invariant: arithmetic on local time with a fixed offset per site; the offset is that of the day the
//! scenario starts on, so a change of clocks during a run is not followed.

use std::borrow::Cow;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::base::{ParseTextError, SimTime, WallClock, ZoneError, zone_offset_seconds};
use crate::fault::Finding;

const DAY_US: i128 = 86_400_000_000;

/// When work may start; work outside waits for the next opening.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowSpec {
    /// Time of day at which it opens.
    pub start: TimeOfDay,
    /// Time of day at which it closes; at or before `start`: on the next day.
    pub end: TimeOfDay,
    /// Whose time of day: `site-local`, a zone such as `America/Chicago`, or an offset such as
    /// `-06:00`.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["timezone", "zone"]))]
    pub tz: Zone,
    /// Days on which it opens; none: every day.
    #[serde(default)]
    pub days: Vec<Weekday>,
    /// Dates on which nothing starts: `2024-11-25/2024-12-02` (both included) or one date.
    #[serde(default)]
    #[schemars(extend("x-aliases" = ["moratorium"]))]
    pub freeze: Vec<DateRange>,
}

/// A time of day: `00:00` to `24:00`, in seconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u32);

/// Whose time of day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// That of the site at which work is done.
    #[default]
    SiteLocal,
    /// That of an IANA time zone.
    Named(String),
    /// That of an offset in seconds east of UTC.
    Offset(i32),
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// Dates from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    first: Date,
    last: Date,
}

impl WindowSpec {
    /// The first instant at or after `at` at which work may start, at a site whose local time is
    /// `offset_s` seconds east of UTC; none within 400 days.
    pub fn next_open(&self, at: SimTime, clock: &WallClock, offset_s: i32) -> Option<SimTime> {
        let zero = i128::from(clock.start_unix_seconds() + i64::from(offset_s)) * 1_000_000;
        let local = zero + i128::from(at.as_us());
        let today = local.div_euclid(DAY_US);
        (today - 1..today + 400)
            .filter(|&day| self.opens_on(day))
            .flat_map(|day| self.pieces(day))
            .find(|&(_, end)| local < end)
            .map(|(start, _)| {
                let us = u64::try_from(start.max(local) - zero).expect("not before the start");
                SimTime::from_us(us)
            })
    }

    /// Seconds east of UTC of its own zone; none if each site's counts.
    ///
    /// # Errors
    /// If the zone is not in the IANA database.
    pub fn offset_seconds(&self, clock: &WallClock) -> Result<Option<i32>, ZoneError> {
        match &self.tz {
            Zone::SiteLocal => Ok(None),
            Zone::Offset(seconds) => Ok(Some(*seconds)),
            Zone::Named(name) => zone_offset_seconds(name, clock).map(Some),
        }
    }

    /// What no type can check; paths are relative to the window.
    pub fn findings(&self, clock: &WallClock) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Err(error) = self.offset_seconds(clock) {
            let found = error.to_string();
            let allowed = "site-local, a time zone such as America/Chicago or an offset";
            findings.push(("tz".to_owned(), found, allowed.to_owned()));
        }
        if self.next_open(SimTime::ZERO, clock, 0).is_none() {
            let allowed = "dates that leave the window open at some time within 400 days";
            findings.push((
                "freeze".to_owned(),
                "every day".to_owned(),
                allowed.to_owned(),
            ));
        }
        findings
    }

    fn opens_on(&self, day: i128) -> bool {
        // 1 January 1970 was a Thursday.
        let index = usize::try_from((day + 3).rem_euclid(7)).expect("a remainder of 7");
        self.days.is_empty() || self.days.contains(&WEEK[index])
    }

    /// What is open of the window that opens on `day`, in microseconds of local time, date by date.
    fn pieces(&self, day: i128) -> impl Iterator<Item = (i128, i128)> + '_ {
        let [start, end] = [self.start, self.end].map(|time| i128::from(time.0) * 1_000_000);
        let next_day = if end <= start { end } else { 0 };
        let today = if end <= start { DAY_US } else { end };
        [(day, start, today), (day + 1, 0, next_day)]
            .into_iter()
            .filter(move |&(date, from, to)| from < to && !self.is_frozen(date))
            .map(|(date, from, to)| (date * DAY_US + from, date * DAY_US + to))
    }

    fn is_frozen(&self, day: i128) -> bool {
        let inside =
            |range: &DateRange| (day_number(range.first)..=day_number(range.last)).contains(&day);
        self.freeze.iter().any(inside)
    }
}

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// Days since 1 January 1970.
fn day_number(date: Date) -> i128 {
    let epoch = Date::constant(1970, 1, 1);
    i128::from(date.duration_since(epoch).as_hours() / 24)
}

impl TimeOfDay {
    /// Parse `06:00` or `24:00`.
    ///
    /// # Errors
    /// If the text is anything else.
    pub fn parse(text: &str) -> Result<Self, ParseTextError> {
        let wrong = || ParseTextError::new(text, "a time of day from 00:00 to 24:00");
        hours_and_minutes(text)
            .filter(|&seconds| seconds <= 86_400)
            .map(Self)
            .ok_or_else(wrong)
    }
}

/// Seconds of `hh:mm`.
fn hours_and_minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let number = |digits: &str| {
        let plain = digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60).then_some(hours * 3600 + minutes * 60)
}

impl Zone {
    /// Parse `site-local`, `America/Chicago` or `-06:00`. Whether a named zone exists is checked
    /// when it is used.
    ///
    /// # Errors
    /// If the text begins like an offset and is none, or is empty.
    pub fn parse(text: &str) -> Result<Self, ParseTextError> {
        let wrong = || {
            ParseTextError::new(
                text,
                "site-local, a zone such as America/Chicago, or -06:00",
            )
        };
        let sign = match text.chars().next().ok_or_else(wrong)? {
            '+' => 1,
            '-' => -1,
            _ if text == "site-local" => return Ok(Self::SiteLocal),
            _ => return Ok(Self::Named(text.to_owned())),
        };
        hours_and_minutes(&text[1..])
            .filter(|&seconds| seconds <= 18 * 3600)
            .and_then(|seconds| i32::try_from(seconds).ok())
            .map(|seconds| Self::Offset(sign * seconds))
            .ok_or_else(wrong)
    }
}

impl DateRange {
    /// Parse `2024-11-25/2024-12-02` or `2024-11-25`.
    ///
    /// # Errors
    /// If the text is anything else, or the last date comes before the first.
    pub fn parse(text: &str) -> Result<Self, ParseTextError> {
        let wrong = || ParseTextError::new(text, "dates such as 2024-11-25/2024-12-02");
        let (first, last) = text.split_once('/').unwrap_or((text, text));
        let date = |part: &str| part.trim().parse::<Date>().map_err(|_| wrong());
        let (first, last) = (date(first)?, date(last)?);
        if last < first {
            return Err(wrong());
        }
        Ok(Self { first, last })
    }
}

/// Lets a type travel as text through serde and the schema.
macro_rules! travels_as_text {
    ($name:ident, $print:expr, $example:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let print: fn(&Self) -> String = $print;
                serializer.serialize_str(&print(self))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "examples": [$example] })
            }
        }
    };
}

travels_as_text!(TimeOfDay, |time| hh_mm(time.0), "06:00");
travels_as_text!(Zone, zone_text, "site-local");
travels_as_text!(
    DateRange,
    |range| format!("{}/{}", range.first, range.last),
    "2024-11-25/2024-12-02"
);

fn zone_text(zone: &Zone) -> String {
    match zone {
        Zone::SiteLocal => "site-local".to_owned(),
        Zone::Named(name) => name.clone(),
        Zone::Offset(seconds) => {
            let sign = if *seconds < 0 { '-' } else { '+' };
            format!("{sign}{}", hh_mm(seconds.unsigned_abs()))
        }
    }
}

fn hh_mm(seconds: u32) -> String {
    format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3600.0;

    /// Thursday, 22 February 2024, 02:42 in Chicago.
    fn clock() -> WallClock {
        WallClock::parse("2024-02-22T02:42:00-06:00").expect("a date")
    }

    fn window(json: serde_json::Value) -> WindowSpec {
        serde_json::from_value(json).expect("a window")
    }

    fn opens(window: &WindowSpec, after_h: f64, offset_h: i32) -> Option<f64> {
        let at = SimTime::from_secs(after_h * HOUR);
        let open = window.next_open(at, &clock(), offset_h * 3600);
        open.map(|at| libm::round(at.as_minutes_f64()) / 60.0)
    }

    #[test]
    fn work_waits_for_the_local_window() {
        let night = window(serde_json::json!({"start": "00:00", "end": "06:00"}));
        assert_eq!(opens(&night, 0.0, -6), Some(0.0));
        // 12:42 in Chicago: until midnight, 11 h 18 min on.
        assert_eq!(opens(&night, 10.0, -6), Some(21.3));
        // The same instant is 10:42 in Los Angeles: two hours longer.
        assert_eq!(opens(&night, 10.0, -8), Some(23.3));
        // At the closing minute it is closed.
        assert_eq!(opens(&night, 3.3, -6), Some(21.3));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_it_opens_on() {
        let late = window(serde_json::json!({"start": "22:00", "end": "04:00", "days": ["wed"]}));
        assert_eq!(opens(&late, 0.0, -6), Some(0.0));
        // After Thursday 04:00 the next one opens on Wednesday at 22:00.
        assert_eq!(opens(&late, 1.5, -6), Some(6.0 * 24.0 + 19.3));
    }

    #[test]
    fn frozen_dates_are_skipped_even_in_the_middle_of_a_window() {
        let late = window(serde_json::json!({
            "start": "22:00", "end": "04:00", "freeze": ["2024-02-22/2024-02-23"]
        }));
        // From Thursday 02:42 to Saturday 00:00, in the window that opened on Friday at 22:00.
        assert_eq!(opens(&late, 0.0, -6), Some(45.3));
        let never = window(serde_json::json!({
            "start": "00:00", "end": "24:00", "freeze": ["2020-01-01/2030-01-01"]
        }));
        assert_eq!(opens(&never, 0.0, -6), None);
        assert_eq!(never.findings(&clock()).len(), 1);
    }

    #[test]
    fn texts_survive_and_nonsense_is_refused() {
        let text = serde_json::json!({
            "start": "23:30", "end": "24:00", "tz": "-06:00", "days": ["mon"],
            "freeze": ["2024-11-25/2024-12-02"]
        });
        let spec = window(text.clone());
        assert_eq!(serde_json::to_value(&spec).expect("text"), text);
        assert_eq!(spec.offset_seconds(&clock()), Ok(Some(-21_600)));
        for wrong in ["24:01", "7", "12:60", "1200", "-1:00", "+1:00"] {
            assert!(TimeOfDay::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Zone::parse("+25:00").is_err());
        assert!(DateRange::parse("2024-12-02/2024-11-25").is_err());
        let lost = WindowSpec {
            tz: Zone::Named("Mars/Olympus".into()),
            ..spec
        };
        assert_eq!(lost.findings(&clock())[0].0, "tz");
    }
}
