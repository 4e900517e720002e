//! How long something takes: a length of time, or a distribution of them.
//!
//! Invariant: a delay is a pure function of two uniform numbers, so that it can be drawn from any
//! source, and is the same on every platform (logarithms come from `libm`, not from the system).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::time::Span;

/// A delay: `5m`, or `{uniform: {min: 1s, max: 5s}}`, `{exponential: {mean: 20m}}`,
/// `{lognormal: {median: 10m, p90: 25m}}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Delay {
    /// Always the same.
    Fixed(Span),
    /// Any time between two bounds is equally likely.
    Uniform {
        /// The bounds.
        uniform: Bounds,
    },
    /// Memoryless, with a mean.
    Exponential {
        /// The mean.
        exponential: Mean,
    },
    /// People: most are quick, some are very slow.
    Lognormal {
        /// Half take less than `median`, nine in ten less than `p90`.
        lognormal: MedianP90,
    },
}

/// Bounds of a uniform delay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The shortest.
    pub min: Span,
    /// The longest.
    pub max: Span,
}

/// Mean of an exponential delay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mean {
    /// The mean.
    pub mean: Span,
}

/// Two quantiles of a lognormal delay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MedianP90 {
    /// Half take less.
    pub median: Span,
    /// Nine in ten take less.
    pub p90: Span,
}

impl Delay {
    /// No delay at all.
    pub const ZERO: Self = Self::Fixed(Span::ZERO);

    /// The delay for two independent numbers strictly between 0 and 1.
    pub fn draw(&self, first: f64, second: f64) -> Span {
        match self {
            Self::Fixed(span) => *span,
            Self::Uniform {
                uniform: Bounds { min, max },
            } => {
                let width = max.as_secs_f64() - min.as_secs_f64();
                Span::from_secs_f64(min.as_secs_f64() + width * first)
            }
            Self::Exponential { exponential } => exponential.mean.scaled(-libm::log(first)),
            Self::Lognormal {
                lognormal: MedianP90 { median, p90 },
            } => median.scaled(libm::exp(log_spread(*median, *p90) * normal(first, second))),
        }
    }

    /// The mean delay.
    pub fn mean(&self) -> Span {
        match self {
            Self::Fixed(span) => *span,
            Self::Uniform {
                uniform: Bounds { min, max },
            } => Span::from_us(u64::midpoint(min.as_us(), max.as_us())),
            Self::Exponential { exponential } => exponential.mean,
            Self::Lognormal {
                lognormal: MedianP90 { median, p90 },
            } => {
                let spread = log_spread(*median, *p90);
                median.scaled(libm::exp(spread * spread / 2.0))
            }
        }
    }

    /// The shortest delay that can be drawn.
    pub fn shortest(&self) -> Span {
        match self {
            Self::Fixed(span) => *span,
            Self::Uniform { uniform } => uniform.min.min(uniform.max),
            Self::Exponential { .. } | Self::Lognormal { .. } => Span::ZERO,
        }
    }
}

/// The standard deviation of the logarithm: the 90 % quantile of a normal lies at 1.2816 of them.
fn log_spread(median: Span, p90: Span) -> f64 {
    let ratio = p90.as_secs_f64() / median.as_secs_f64().max(1e-6);
    libm::log(ratio.max(1.0)) / 1.281_551_565_544_6
}

/// A standard normal number (Box and Muller 1958).
fn normal(first: f64, second: f64) -> f64 {
    libm::sqrt(-2.0 * libm::log(first)) * libm::cos(core::f64::consts::TAU * second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose, unit_interval};

    fn mean_of(delay: &Delay) -> f64 {
        let draws = Draws::new(3);
        let sum: f64 = (0..40_000)
            .map(|n| {
                let words = draws.words(Purpose::Onset, 0, n);
                delay
                    .draw(unit_interval(words[0]), unit_interval(words[1]))
                    .as_secs_f64()
            })
            .sum();
        sum / 40_000.0
    }

    #[test]
    fn means_are_what_they_say() {
        for text in [
            "\"90s\"",
            "{\"uniform\":{\"min\":\"1m\",\"max\":\"3m\"}}",
            "{\"exponential\":{\"mean\":\"2m\"}}",
            "{\"lognormal\":{\"median\":\"2m\",\"p90\":\"5m\"}}",
        ] {
            let delay: Delay = serde_json::from_str(text).expect(text);
            let expected = delay.mean().as_secs_f64();
            let ratio = mean_of(&delay) / expected;
            assert!((0.97..1.03).contains(&ratio), "{text}: {ratio}");
        }
    }
}
