//! A bound on a metric, as it is written in a gate: `>= 0.995`.
//!
//! Invariant: a threshold that exists has a finite bound.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::base::ParseTextError;

/// A comparison with a bound: `>= 0.995`, `> 3`, `<= 98%`, `< 0.98`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    sign: Sign,
    bound: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    AtLeast,
    AtMost,
    Above,
    Below,
}

impl Sign {
    /// Two letters before one, or `>` would hide `>=`.
    const ALL: [(Self, &'static str); 4] = [
        (Self::AtLeast, ">="),
        (Self::AtMost, "<="),
        (Self::Above, ">"),
        (Self::Below, "<"),
    ];

    fn text(self) -> &'static str {
        let found = Self::ALL.iter().find(|(sign, _)| *sign == self);
        found.expect("all signs are listed").1
    }
}

impl Threshold {
    /// Parse `>= 0.995` or `< 98%`.
    ///
    /// # Errors
    /// If there is no sign of comparison, or no finite number after it.
    pub fn parse(text: &str) -> Result<Self, ParseTextError> {
        let wrong =
            || ParseTextError::new(text, "a bound such as \">= 0.995\", \"> 3\" or \"< 98%\"");
        let trimmed = text.trim();
        let (sign, rest) = Sign::ALL
            .iter()
            .find_map(|(sign, word)| Some((*sign, trimmed.strip_prefix(word)?)))
            .ok_or_else(wrong)?;
        let (number, unit) = rest
            .strip_suffix('%')
            .map_or((rest, 1.0), |number| (number, 0.01));
        let bound = number.trim().parse::<f64>().map_err(|_| wrong())? * unit;
        if bound.is_finite() {
            Ok(Self { sign, bound })
        } else {
            Err(wrong())
        }
    }

    /// Whether it is met by high values.
    pub fn is_upper(&self) -> bool {
        matches!(self.sign, Sign::AtLeast | Sign::Above)
    }

    /// The bound.
    pub const fn bound(&self) -> f64 {
        self.bound
    }

    /// Whether a value meets it; not-a-number never does.
    pub fn holds(&self, value: f64) -> bool {
        match self.sign {
            Sign::AtLeast => value >= self.bound,
            Sign::AtMost => value <= self.bound,
            Sign::Above => value > self.bound,
            Sign::Below => value < self.bound,
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sign.text(), self.bound)
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for Threshold {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Threshold".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^\\s*(>=|<=|>|<)\\s*[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?\\s*%?\\s*$",
            "examples": [">= 0.995", "< 98%"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_and_kept() {
        for (text, below, at, above) in [
            (">= 0.5", false, true, true),
            ("<=0.5", true, true, false),
            (" > 50% ", false, false, true),
            ("<  0.5", true, false, false),
        ] {
            let bound = Threshold::parse(text).expect(text);
            let held = [0.4, 0.5, 0.6].map(|value| bound.holds(value));
            assert_eq!(held, [below, at, above], "{text}");
            assert_eq!(Threshold::parse(&bound.to_string()), Ok(bound));
            assert!(!bound.holds(f64::NAN));
        }
    }

    #[test]
    fn anything_else_is_refused_and_shown() {
        for text in ["0.5", "= 1", ">=", "> high", "> inf", "=> 3"] {
            let error = Threshold::parse(text).expect_err(text).to_string();
            assert!(
                error.contains(text) && error.contains(">= 0.995"),
                "{error}"
            );
        }
    }
}
