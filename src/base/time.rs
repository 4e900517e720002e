//! Simulated time: integer microseconds since the start of the scenario.
//!
//! Invariant: no wall clock and no floating point. Device timers lie on a grid of [`TICK_US`]
//! microseconds so that one fits in 32 bits; everything else is exact to the microsecond.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use super::units::ParseTextError;

/// The grid of device timers, in microseconds (64 µs; 32 bits of it last 76 hours).
pub const TICK_US: u64 = 64;

/// A device timer: a count of [`TICK_US`] since the start of the scenario.
pub type Tick = u32;

/// An instant: microseconds since the start of the scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

/// A length of time in microseconds. In scenario files: `24h`, `15m`, `1h30m`, `500ms`, `0s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl SimTime {
    /// The start of the scenario.
    pub const ZERO: Self = Self(0);
    /// Later than any event.
    pub const NEVER: Self = Self(u64::MAX);

    /// An instant from microseconds.
    pub const fn from_us(us: u64) -> Self {
        Self(us)
    }

    /// An instant from seconds (rounded to the microsecond).
    pub fn from_secs(seconds: f64) -> Self {
        Self(Span::from_secs_f64(seconds).0)
    }

    /// An instant from a device timer.
    pub const fn from_tick(tick: Tick) -> Self {
        Self(tick as u64 * TICK_US)
    }

    /// Microseconds since the start.
    pub const fn as_us(self) -> u64 {
        self.0
    }

    /// Seconds since the start.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a run is far shorter than 2^53 microseconds"
    )]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Minutes since the start.
    pub fn as_minutes_f64(self) -> f64 {
        self.as_secs_f64() / 60.0
    }

    /// The first grid point at or after this instant.
    ///
    /// # Panics
    /// If the instant lies past the 76 hours that a device timer can express.
    pub fn ceil_tick(self) -> Tick {
        Tick::try_from(self.0.div_ceil(TICK_US))
            .expect("scenario checks keep the horizon within 76 h")
    }

    /// The span from `earlier` to here; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span from microseconds.
    pub const fn from_us(us: u64) -> Self {
        Self(us)
    }

    /// A span from milliseconds.
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms * 1_000)
    }

    /// A span from whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1_000_000)
    }

    /// A span from whole minutes.
    pub const fn from_minutes(minutes: u64) -> Self {
        Self::from_secs(minutes * 60)
    }

    /// A span from whole hours.
    pub const fn from_hours(hours: u64) -> Self {
        Self::from_secs(hours * 3_600)
    }

    /// A span from seconds, rounded to the microsecond; negative and not-a-number become zero.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range first"
    )]
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self(libm::round(seconds.max(0.0) * 1e6) as u64)
    }

    /// Microseconds.
    pub const fn as_us(self) -> u64 {
        self.0
    }

    /// Seconds.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a run is far shorter than 2^53 microseconds"
    )]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// This span on the grid of device timers, rounded to the nearest tick.
    ///
    /// # Panics
    /// If it is longer than 76 hours.
    pub fn as_ticks(self) -> Tick {
        Tick::try_from((self.0 + TICK_US / 2) / TICK_US)
            .expect("device timers are shorter than 76 h")
    }

    /// This span times a factor, rounded to the microsecond.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self::from_secs_f64(self.as_secs_f64() * factor)
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Parse `24h`, `15m`, `1h30m`, `2.5s`, `500ms`, `64us` or `1d`.
    ///
    /// # Errors
    /// If the text is anything else, or longer than 10,000 years.
    pub fn parse(text: &str) -> Result<Self, ParseTextError> {
        let wrong =
            || ParseTextError::new(text, "a duration such as 24h, 15m, 1h30m, 2.5s or 500ms");
        let mut rest = text.trim();
        let mut total_us = 0.0;
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .ok_or_else(wrong)?;
            let number: f64 = rest[..digits].parse().map_err(|_| wrong())?;
            rest = &rest[digits..];
            let letters = rest
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(rest.len());
            total_us += number * unit_us(&rest[..letters]).ok_or_else(wrong)?;
            rest = rest[letters..].trim_start();
        }
        if total_us > 3.2e17 {
            return Err(wrong());
        }
        Ok(Self::from_secs_f64(total_us / 1e6))
    }
}

fn unit_us(unit: &str) -> Option<f64> {
    Some(match unit {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" | "min" => 60e6,
        "h" => 3_600e6,
        "d" => 86_400e6,
        _ => return None,
    })
}

impl fmt::Display for Span {
    /// The shortest text that parses back to the same span: `1h30m`, `500ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, size) in [
            ("h", 3_600_000_000),
            ("m", 60_000_000),
            ("s", 1_000_000),
            ("ms", 1_000),
            ("us", 1),
        ] {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

impl fmt::Display for SimTime {
    /// `+hh:mm:ss` since the start of the scenario.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1_000_000;
        write!(
            f,
            "+{:02}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

impl Add<Span> for SimTime {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for SimTime {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for SimTime {
    type Output = Span;
    /// # Panics
    /// If `earlier` is later: time never goes back.
    fn sub(self, earlier: Self) -> Span {
        Span(self.0.checked_sub(earlier.0).expect("time never goes back"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_parse_and_print_back() {
        for (text, us) in [
            ("24h", 86_400_000_000),
            ("1h30m", 5_400_000_000),
            ("2.5s", 2_500_000),
            ("500ms", 500_000),
            ("0s", 0),
            ("1d", 86_400_000_000),
        ] {
            let span = Span::parse(text).expect(text);
            assert_eq!(span.as_us(), us, "{text}");
            assert_eq!(Span::parse(&span.to_string()), Ok(span), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in [
            "",
            "15",
            "m",
            "-3s",
            "3 parsecs",
            "1.2.3s",
            "99999999999999d",
        ] {
            assert!(Span::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ticks_round_up_so_that_time_never_goes_back() {
        assert_eq!(SimTime::from_us(65).ceil_tick(), 2);
        assert_eq!(SimTime::from_us(64).ceil_tick(), 1);
        assert!(SimTime::from_tick(2) >= SimTime::from_us(65));
    }
}
