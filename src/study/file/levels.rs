//! The values that a factor takes: a list, a range, or a distribution.
//!
//! Invariant: a level is a pure function of an index, or of a number between 0 and 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Span, normal_quantile};

use super::super::record::ParameterValue;

/// A value as a scenario file writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Truth(bool),
    /// A number.
    Number(f64),
    /// Text, such as a duration or a word.
    Text(String),
}

/// A number, or a duration such as `30m`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Quantity {
    /// A number.
    Number(f64),
    /// A duration.
    Duration(Span),
}

/// The values that a factor takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Levels {
    /// These.
    List {
        /// The values: all numbers, all durations, or all words.
        #[schemars(length(min = 1, max = 10_000))]
        values: Vec<Scalar>,
    },
    /// Values at equal distances. A Sobol design takes any value between.
    Linear {
        /// The first.
        from: Quantity,
        /// The last.
        to: Quantity,
        /// How many.
        #[schemars(range(min = 2, max = 10_000))]
        count: u32,
        /// Whether they are rounded to whole numbers (durations: to whole seconds).
        #[serde(default)]
        whole: bool,
    },
    /// Values at equal ratios. A Sobol design takes any value between.
    Log {
        /// The first, above 0.
        from: Quantity,
        /// The last, above 0.
        to: Quantity,
        /// How many.
        #[schemars(range(min = 2, max = 10_000))]
        count: u32,
        /// Whether they are rounded to whole numbers (durations: to whole seconds).
        #[serde(default)]
        whole: bool,
    },
    /// Values drawn at random: no combination of its own in `grid` and `paired`.
    Drawn {
        /// From what.
        from: Distribution,
        /// Whether they are rounded to whole numbers (durations: to whole seconds).
        #[serde(default)]
        whole: bool,
    },
}

impl Default for Levels {
    fn default() -> Self {
        Self::List { values: Vec::new() }
    }
}

/// What is known of an uncertain value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Distribution {
    /// Every value between two bounds is equally likely.
    Uniform {
        /// The least.
        min: Quantity,
        /// The greatest.
        max: Quantity,
    },
    /// Every order of magnitude between two bounds is equally likely.
    LogUniform {
        /// The least, above 0.
        min: Quantity,
        /// The greatest.
        max: Quantity,
    },
    /// Most likely at `mode`, less so towards the bounds.
    Triangular {
        /// The least.
        min: Quantity,
        /// The likeliest.
        mode: Quantity,
        /// The greatest.
        max: Quantity,
    },
    /// The normal distribution.
    Normal {
        /// Its mean.
        mean: Quantity,
        /// Its standard deviation.
        deviation: Quantity,
    },
    /// The log-normal distribution: half lie below `median`, nine in ten below `p90`.
    LogNormal {
        /// Its median, above 0.
        median: Quantity,
        /// Its 90th percentile.
        p90: Quantity,
    },
}

/// One value of a factor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Level {
    /// As an override writes it.
    pub(crate) text: String,
    /// As the table holds it.
    pub(crate) value: ParameterValue,
}

impl Scalar {
    /// As an override writes it; text is quoted, so that `"2.0"` stays text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Truth(truth) => truth.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        }
    }

    fn seconds(&self) -> Option<f64> {
        match self {
            Self::Text(text) => Span::parse(text).ok().map(Span::as_secs_f64),
            _ => None,
        }
    }
}

impl Quantity {
    /// The number, or the duration in seconds.
    pub(crate) fn get(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Duration(span) => span.as_secs_f64(),
        }
    }

    pub(crate) fn is_duration(self) -> bool {
        matches!(self, Self::Duration(_))
    }

    /// The level with this value, of the kind of `self`.
    fn level(self, value: f64, whole: bool) -> Level {
        let value = if whole { value.round() } else { value };
        if !self.is_duration() {
            return Level {
                text: value.to_string(),
                value: ParameterValue::Number(value),
            };
        }
        // Below zero there is no duration: what a normal distribution says there is cut off.
        let span = Span::from_secs_f64(value.max(0.0));
        Level {
            text: format!("\"{span}\""),
            value: ParameterValue::Number(span.as_secs_f64()),
        }
    }
}

impl Levels {
    /// Whether values are drawn rather than tried one by one.
    pub(crate) fn is_drawn(&self) -> bool {
        matches!(self, Self::Drawn { .. })
    }

    /// How many values a grid tries.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::List { values } => values.len() as u64,
            Self::Linear { count, .. } | Self::Log { count, .. } => u64::from(*count),
            Self::Drawn { .. } => 1,
        }
    }

    /// Whether the values are durations.
    pub(crate) fn are_durations(&self) -> bool {
        match self {
            Self::List { values } => values.iter().all(|value| value.seconds().is_some()),
            Self::Linear { from, .. } | Self::Log { from, .. } => from.is_duration(),
            Self::Drawn { from, .. } => from.quantities()[0].is_duration(),
        }
    }

    /// Whether the values are numbers or durations, so that the table can hold them as numbers.
    pub(crate) fn are_numbers(&self) -> bool {
        match self {
            Self::List { values } => {
                self.are_durations() || values.iter().all(|v| matches!(v, Scalar::Number(_)))
            }
            _ => true,
        }
    }

    /// The value with this index, in a grid.
    ///
    /// # Panics
    /// If the index is not below [`Levels::count`], or values are drawn.
    pub(crate) fn nth(&self, index: u64) -> Level {
        match self {
            Self::List { values } => {
                let index = usize::try_from(index).expect("a list is in memory");
                self.listed(&values[index])
            }
            Self::Linear { count, .. } | Self::Log { count, .. } => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "there are at most 10,000 levels"
                )]
                let share = index as f64 / f64::from(count - 1);
                self.between(share)
            }
            Self::Drawn { .. } => panic!("values that are drawn have no index"),
        }
    }

    /// The value for a number strictly between 0 and 1.
    pub(crate) fn at(&self, unit: f64) -> Level {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "there are at most 10,000 values, and the number is below 1"
            )]
            Self::List { values } => self.listed(&values[(unit * values.len() as f64) as usize]),
            Self::Linear { .. } | Self::Log { .. } => self.between(unit),
            Self::Drawn { from, whole } => from.quantities()[0].level(from.quantile(unit), *whole),
        }
    }

    fn listed(&self, scalar: &Scalar) -> Level {
        let number = match scalar {
            Scalar::Number(number) => Some(*number),
            other => other.seconds(),
        };
        let value = match number.filter(|_| self.are_numbers()) {
            Some(number) => ParameterValue::Number(number),
            None => ParameterValue::Text(match scalar {
                Scalar::Text(text) => text.clone(),
                other => other.text(),
            }),
        };
        Level {
            text: scalar.text(),
            value,
        }
    }

    /// The value at a share of the way from the first to the last.
    fn between(&self, share: f64) -> Level {
        match self {
            Self::Linear {
                from, to, whole, ..
            } => from.level(mix(from.get(), to.get(), share), *whole),
            Self::Log {
                from, to, whole, ..
            } => from.level(mix_log(from.get(), to.get(), share), *whole),
            _ => panic!("only a range has values between"),
        }
    }
}

/// A share of the way from one number to another; both ends are met exactly.
fn mix(from: f64, to: f64, share: f64) -> f64 {
    from * (1.0 - share) + to * share
}

/// The same on a scale of ratios; both ends are met exactly.
fn mix_log(from: f64, to: f64, share: f64) -> f64 {
    if share <= 0.0 {
        from
    } else if share >= 1.0 {
        to
    } else {
        libm::exp(mix(libm::log(from), libm::log(to), share))
    }
}

impl Distribution {
    /// What it is made of.
    pub(crate) fn quantities(&self) -> Vec<Quantity> {
        match *self {
            Self::Uniform { min, max } | Self::LogUniform { min, max } => vec![min, max],
            Self::Triangular { min, mode, max } => vec![min, mode, max],
            Self::Normal { mean, deviation } => vec![mean, deviation],
            Self::LogNormal { median, p90 } => vec![median, p90],
        }
    }

    /// The value below which a share of the draws lies.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        match *self {
            Self::Uniform { min, max } => mix(min.get(), max.get(), share),
            Self::LogUniform { min, max } => mix_log(min.get(), max.get(), share),
            Self::Triangular { min, mode, max } => {
                triangular([min.get(), mode.get(), max.get()], share)
            }
            Self::Normal { mean, deviation } => {
                mean.get() + deviation.get() * normal_quantile(share)
            }
            Self::LogNormal { median, p90 } => {
                let spread = libm::log(p90.get() / median.get()) / NORMAL_P90;
                median.get() * libm::exp(spread * normal_quantile(share))
            }
        }
    }
}

fn triangular([min, mode, max]: [f64; 3], share: f64) -> f64 {
    let width = max - min;
    if width <= 0.0 {
        min
    } else if share < (mode - min) / width {
        min + libm::sqrt(share * width * (mode - min))
    } else {
        max - libm::sqrt((1.0 - share) * width * (max - mode))
    }
}

/// The 90 % quantile of the standard normal distribution.
const NORMAL_P90: f64 = 1.281_551_565_544_600_4;

#[cfg(test)]
mod tests {
    use super::*;

    fn number(level: &Level) -> f64 {
        match level.value {
            ParameterValue::Number(number) => number,
            ParameterValue::Text(_) => panic!("not a number: {level:?}"),
        }
    }

    fn levels(yaml: &str) -> Levels {
        serde_saphyr::from_str(yaml).expect(yaml)
    }

    #[test]
    fn ranges_meet_both_ends() {
        let linear = levels("{kind: linear, from: 0.1, to: 0.7, count: 4}");
        let found: Vec<f64> = (0..4).map(|n| number(&linear.nth(n))).collect();
        assert!(
            (found[1] - 0.3).abs() < 1e-12 && (found[2] - 0.5).abs() < 1e-12,
            "{found:?}"
        );
        assert_eq!([linear.nth(0).text, linear.nth(3).text], ["0.1", "0.7"]);
        let log = levels("{kind: log, from: 1, to: 1000, count: 4, whole: true}");
        let texts: Vec<String> = (0..4).map(|n| log.nth(n).text).collect();
        assert_eq!(texts, ["1", "10", "100", "1000"]);
    }

    #[test]
    fn durations_stay_durations_and_are_seconds_in_the_table() {
        let linear = levels("{kind: linear, from: 10m, to: 1h, count: 6}");
        assert_eq!(linear.nth(1).text, "\"20m\"");
        assert_eq!(linear.nth(1).value, ParameterValue::Number(1_200.0));
        let list = levels("{kind: list, values: [0s, 90m]}");
        assert_eq!(list.nth(1).value, ParameterValue::Number(5_400.0));
        assert!(list.are_durations() && list.are_numbers());
    }

    #[test]
    fn a_list_with_a_word_is_words() {
        let list = levels("{kind: list, values: [1, \"2.0\", true]}");
        assert!(!list.are_numbers());
        let texts: Vec<String> = (0..3).map(|n| list.nth(n).text).collect();
        assert_eq!(texts, ["1", "\"2.0\"", "true"]);
        assert_eq!(list.nth(1).value, ParameterValue::Text("2.0".to_owned()));
        assert_eq!(list.at(0.99), list.nth(2));
    }

    #[test]
    fn distributions_have_their_quantiles() {
        let at = |yaml: &str, share| number(&levels(yaml).at(share));
        let log_normal = "{kind: drawn, from: {kind: log-normal, median: 10m, p90: 25m}}";
        assert!((at(log_normal, 0.5) - 600.0).abs() < 1e-6);
        assert!((at(log_normal, 0.9) - 1_500.0).abs() < 1e-5);
        let triangular = "{kind: drawn, from: {kind: triangular, min: 0, mode: 1, max: 4}}";
        // The distribution function at the mode is (1 - 0) / (4 - 0).
        assert!((at(triangular, 0.25) - 1.0).abs() < 1e-12);
        assert!((at(triangular, 1.0 - 1e-15) - 4.0).abs() < 1e-6);
        let log_uniform = "{kind: drawn, from: {kind: log-uniform, min: 1, max: 100}}";
        assert!((at(log_uniform, 0.5) - 10.0).abs() < 1e-12);
        let normal = "{kind: drawn, from: {kind: normal, mean: 5m, deviation: 10m}}";
        assert!(at(normal, 0.001).abs() < 1e-12, "no duration is below zero");
    }
}
