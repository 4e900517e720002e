//! A bound on a value, as scenarios write it: `< 0.98`, `>= 0.995`.
//!
//! Invariant: a condition knows neither what its value is of nor where it came from.

use std::fmt;

use crate::base::Problem;

/// A comparison with a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    comparison: Comparison,
    bound: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// Longer signs first: `<=` begins as `<` does.
const SIGNS: [(&str, Comparison); 4] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Below),
    (">", Comparison::Above),
];

impl Condition {
    /// Parse `< 0.98`, `<= 5`, `> 1e3`, `>= 99.5%`.
    ///
    /// # Errors
    /// If the text is anything else: a problem with an empty path.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let wrong = || Problem::new("", text, "a comparison such as \"< 0.98\" or \">= 99.5%\"");
        let trimmed = text.trim();
        let (comparison, rest) = SIGNS
            .iter()
            .find_map(|(sign, comparison)| Some((*comparison, trimmed.strip_prefix(sign)?.trim())))
            .ok_or_else(wrong)?;
        let (number, unit) = match rest.strip_suffix('%') {
            Some(number) => (number.trim(), 0.01),
            None => (rest, 1.0),
        };
        let bound = number.parse::<f64>().map_err(|_| wrong())? * unit;
        if !bound.is_finite() {
            return Err(wrong());
        }
        Ok(Self { comparison, bound })
    }

    /// Whether a value meets it.
    pub fn holds(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Below => value < self.bound,
            Comparison::AtMost => value <= self.bound,
            Comparison::Above => value > self.bound,
            Comparison::AtLeast => value >= self.bound,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIGNS.iter().find(|(_, known)| *known == self.comparison);
        let (sign, _) = sign.expect("every comparison has its sign");
        write!(f, "{sign} {}", self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_exclusive_or_not_as_written() {
        for (text, below, at, above) in [
            ("< 0.5", true, false, false),
            ("<=50%", true, true, false),
            (" > 0.5 ", false, false, true),
            (">= 5e-1", false, true, true),
        ] {
            let condition = Condition::parse(text).expect(text);
            assert_eq!(condition.holds(0.4), below, "{text}");
            assert_eq!(condition.holds(0.5), at, "{text}");
            assert_eq!(condition.holds(0.6), above, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "0.98", "== 1", "< ", "< nan", "> inf", "< 1 2"] {
            assert!(Condition::parse(text).is_err(), "{text}");
        }
    }
}
