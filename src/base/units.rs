//! Quantities as they are written in scenario files, each with its range.
//!
//! Invariant: a value of one of these types is within its range; nothing checks twice.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::time::Span;

/// A text that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseTextError {
    found: String,
    allowed: &'static str,
}

impl ParseTextError {
    /// `found` stands where `allowed` should.
    pub fn new(found: &str, allowed: &'static str) -> Self {
        Self {
            found: found.to_owned(),
            allowed,
        }
    }
}

impl fmt::Display for ParseTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found \"{}\", expected {}", self.found, self.allowed)
    }
}

impl std::error::Error for ParseTextError {}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for Span {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "cellfall-duration",
            "pattern": "^\\s*([0-9]+(\\.[0-9]+)?(us|ms|s|m|min|h|d)\\s*)+$",
            "examples": ["24h", "15m", "500ms"],
        })
    }
}

/// Define a number with a unit and a range, as serde and the schema see it.
macro_rules! ranged_number {
    ($(#[$doc:meta])* $name:ident, $unit:literal, $min:expr, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
        pub struct $name(f64);

        impl $name {
            /// The value, if it is within the range.
            ///
            /// # Errors
            /// If it is not a finite number within the range of the type.
            pub fn new(value: f64) -> Result<Self, ParseTextError> {
                if value.is_finite() && ($min..=$max).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(ParseTextError::new(&value.to_string(), $unit))
                }
            }

            /// A constant known to be within the range.
            ///
            /// # Panics
            /// At compile time, if it is not.
            pub const fn of(value: f64) -> Self {
                assert!(value >= $min && value <= $max, "constant out of range");
                Self(value)
            }

            /// The bare number.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(f64::deserialize(deserializer)?).map_err(de::Error::custom)
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
                json_schema!({ "type": "number", "minimum": $min, "maximum": $max })
            }
        }
    };
}

ranged_number!(
    /// A share of a whole, from 0 to 1.
    Share, "a share from 0 to 1", 0.0, 1.0
);
ranged_number!(
    /// A rate in events per second, 0 or more.
    PerSecond, "a rate per second of 0 or more", 0.0, 1e12
);
ranged_number!(
    /// A rate in events per device and day, 0 or more.
    PerDay, "a rate per day from 0 to 100,000", 0.0, 1e5
);

impl Share {
    /// The whole.
    pub const ALL: Self = Self(1.0);
    /// Nothing.
    pub const NONE: Self = Self(0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stay_within_zero_and_one() {
        assert!(Share::new(1.01).is_err());
        assert!(Share::new(f64::NAN).is_err());
        assert_eq!(
            serde_json::from_str::<Share>("0.25").map(Share::get).ok(),
            Some(0.25)
        );
    }

    #[test]
    fn spans_travel_as_text() {
        let span: Span = serde_json::from_str("\"1h30m\"").expect("a duration");
        assert_eq!(serde_json::to_string(&span).expect("text"), "\"1h30m\"");
    }
}
