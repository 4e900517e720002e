//! The calendar: at what local time does a simulated instant fall.
//!
//! Invariant: never reads the machine's clock or time zone; the zone database is compiled in.

use std::fmt;

use jiff::{Timestamp, fmt::strtime, tz::Offset, tz::TimeZone};

use super::time::SimTime;

/// When the scenario starts on the calendar, with the offset in which its times are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WallClock {
    start: Timestamp,
    offset: Offset,
}

/// A calendar text or zone name that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneError {
    /// Not a date and time with an offset.
    Start(String),
    /// Not a name of the IANA time zone database.
    Zone(String),
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(text) => {
                write!(
                    f,
                    "found \"{text}\", expected a date and time with offset such as 2024-02-22T02:42:00-06:00"
                )
            }
            Self::Zone(text) => {
                write!(
                    f,
                    "found \"{text}\", expected a time zone such as America/Chicago"
                )
            }
        }
    }
}

impl std::error::Error for ZoneError {}

impl WallClock {
    /// The clock of a scenario that starts at `text` (RFC 3339 with an offset).
    ///
    /// # Errors
    /// If the text is not a date and time with an offset.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        let wrong = || ZoneError::Start(text.to_owned());
        let broken = strtime::parse("%Y-%m-%dT%H:%M:%S%:z", text)
            .or_else(|_| strtime::parse("%Y-%m-%dT%H:%M%:z", text))
            .map_err(|_| wrong())?;
        let start = broken.to_timestamp().map_err(|_| wrong())?;
        let offset = broken.offset().ok_or_else(wrong)?;
        Ok(Self { start, offset })
    }

    /// Seconds since local midnight of the day the scenario starts on, at `offset_s` east of UTC.
    pub fn start_second_of_day(&self, offset_s: i32) -> u32 {
        let second = (self.start.as_second() + i64::from(offset_s)).rem_euclid(86_400);
        u32::try_from(second).expect("a remainder of 86,400")
    }

    /// The local time of an instant in the scenario's own offset: `Thu 02:45:00`.
    pub fn label(&self, at: SimTime) -> String {
        self.format(at, "%a %H:%M:%S")
    }

    /// The date and time of an instant in the scenario's own offset, RFC 3339.
    pub fn rfc3339(&self, at: SimTime) -> String {
        self.format(at, "%Y-%m-%dT%H:%M:%S%:z")
    }

    /// The offset in which the scenario's times are printed, in seconds east of UTC.
    pub fn offset_seconds(&self) -> i32 {
        self.offset.seconds()
    }

    /// Seconds since the Unix epoch at the start of the scenario.
    pub fn start_unix_seconds(&self) -> i64 {
        self.start.as_second()
    }

    fn format(&self, at: SimTime, format: &str) -> String {
        let micros = i64::try_from(at.as_us()).expect("a run lasts less than 292,000 years");
        let instant = self.start + jiff::SignedDuration::from_micros(micros);
        let zoned = instant.to_zoned(TimeZone::fixed(self.offset));
        zoned.strftime(format).to_string()
    }
}

/// Seconds east of UTC of the named zone at the start of the scenario.
///
/// # Errors
/// If the compiled-in IANA database has no such zone.
pub fn zone_offset_seconds(zone: &str, clock: &WallClock) -> Result<i32, ZoneError> {
    let zone = TimeZone::get(zone).map_err(|_| ZoneError::Zone(zone.to_owned()))?;
    Ok(zone.to_offset(clock.start).seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_knows_its_offset_on_the_day() {
        let clock = WallClock::parse("2024-02-22T02:42:00-06:00").expect("a date");
        assert_eq!(
            zone_offset_seconds("America/New_York", &clock),
            Ok(-5 * 3600)
        );
        assert_eq!(clock.start_second_of_day(-6 * 3600), 2 * 3600 + 42 * 60);
        assert_eq!(clock.label(SimTime::from_secs(180.0)), "Thu 02:45:00");
        assert_eq!(clock.rfc3339(SimTime::ZERO), "2024-02-22T02:42:00-06:00");
        assert!(zone_offset_seconds("America/Atlantis", &clock).is_err());
        assert!(WallClock::parse("yesterday").is_err());
    }
}
