//! What a scenario says of the collection pipelines: how often, how late, how lossy, by which path.
//!
//! Invariant: every default is a published practice or says that it is assumed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Problem, Share, Span};

/// How counters reach the people and tools that watch the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySpec {
    /// Registration, call and subscriber counters, one report per region.
    pub counters: PipelineSpec,
    /// Load and queue counters, one report per core element.
    pub functions: PipelineSpec,
    /// How long reports are kept for queries; longer than any window that a gate or an alarm asks
    /// for.
    pub retention: Span,
}

impl Default for TelemetrySpec {
    fn default() -> Self {
        Self {
            counters: PipelineSpec::default(),
            functions: PipelineSpec::default(),
            retention: Span::from_hours(6),
        }
    }
}

/// One collection pipeline: a preset, and what differs from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineSpec {
    /// Where the other keys take their defaults from.
    pub preset: Preset,
    /// Granularity period: the time that one report covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
    /// From the end of the period until the report can be queried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// Share of the reports that never arrive although the path is up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<Share>,
    /// Whether reports travel through the network they describe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// What becomes of a report whose path is dead when it should be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_dead_path: Option<OnDeadPath>,
    /// After how long without a report a source counts as silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_after: Option<Span>,
}

/// A collection practice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Preset {
    /// Scraped or streamed every minute, seconds late; lost where the path is dead. Delay and loss
    /// are assumed.
    #[default]
    #[serde(rename = "streaming-60s")]
    Streaming60s,
    /// Performance files of a quarter of an hour, the classic granularity period (TS 28.550,
    /// TS 32.401), minutes late; kept on the element until the path is back. Delay and loss are
    /// assumed.
    #[serde(rename = "pm-15min")]
    Pm15min,
}

/// How reports travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Path {
    /// Through the network itself: they die with it (Rogers 2022, `CenturyLink` 2018).
    InBand,
    /// Over a management network of its own.
    OutOfBand,
}

/// What becomes of a report that cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnDeadPath {
    /// It is gone, as a scrape that fails is.
    Lose,
    /// The element keeps it and sends it once the path is back, as performance files are.
    Hold,
}

/// A pipeline with every value settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PipelineSettings {
    /// Granularity period.
    pub period: Span,
    /// From the end of the period until the report can be queried.
    pub delay: Delay,
    /// Share of the reports that never arrive.
    pub loss: Share,
    /// How reports travel.
    pub path: Path,
    /// What becomes of a report that cannot be sent.
    pub on_dead_path: OnDeadPath,
    /// After how long without a report a source counts as silent.
    pub stale_after: Span,
}

impl Preset {
    /// The values that the preset stands for.
    pub fn settings(self) -> PipelineSettings {
        let assumed_loss = Share::of(0.001);
        match self {
            Self::Streaming60s => PipelineSettings {
                period: Span::from_secs(60),
                delay: Delay::Fixed(Span::from_secs(5)),
                loss: assumed_loss,
                path: Path::OutOfBand,
                on_dead_path: OnDeadPath::Lose,
                stale_after: Span::from_minutes(5),
            },
            Self::Pm15min => PipelineSettings {
                period: Span::from_minutes(15),
                delay: Delay::Fixed(Span::from_minutes(5)),
                loss: assumed_loss,
                path: Path::OutOfBand,
                on_dead_path: OnDeadPath::Hold,
                stale_after: Span::from_minutes(45),
            },
        }
    }
}

impl PipelineSpec {
    /// A preset as it is.
    pub fn preset(preset: Preset) -> Self {
        Self {
            preset,
            ..Self::default()
        }
    }

    /// The preset with what the scenario changes.
    ///
    /// A changed `period` or `delay` moves the default of `stale_after` with it: a source is silent
    /// after three missed reports, counted from when the first was due (the preset's own value if
    /// that is longer).
    pub fn settings(&self) -> PipelineSettings {
        let preset = self.preset.settings();
        let period = self.period.unwrap_or(preset.period);
        let delay = self.delay.unwrap_or(preset.delay);
        let three_missed = period.scaled(3.0) + delay.mean();
        PipelineSettings {
            period,
            delay,
            loss: self.loss.unwrap_or(preset.loss),
            path: self.path.unwrap_or(preset.path),
            on_dead_path: self.on_dead_path.unwrap_or(preset.on_dead_path),
            stale_after: self
                .stale_after
                .unwrap_or(three_missed.max(preset.stale_after)),
        }
    }

    fn problems(&self, path: &str, retention: Span) -> Vec<Problem> {
        let settings = self.settings();
        let mut problems = Vec::new();
        if settings.period < SHORTEST_PERIOD {
            problems.push(Problem::new(
                format!("{path}.period"),
                settings.period.to_string(),
                format!("{SHORTEST_PERIOD} or longer"),
            ));
        }
        if settings.stale_after < settings.period + settings.delay.shortest() {
            problems.push(Problem::new(
                format!("{path}.stale_after"),
                settings.stale_after.to_string(),
                "at least the period plus the delay, or every source is always silent",
            ));
        }
        if retention < settings.stale_after {
            problems.push(Problem::new(
                "retention",
                retention.to_string(),
                format!("at least {path}.stale_after, {}", settings.stale_after),
            ));
        }
        problems
    }
}

/// No element reports more often than once a second.
const SHORTEST_PERIOD: Span = Span::from_secs(1);

impl TelemetrySpec {
    /// All that is wrong with it.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.counters.problems("counters", self.retention);
        problems.extend(self.functions.problems("functions", self.retention));
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_gives_what_the_scenario_leaves_out() {
        let spec: PipelineSpec =
            serde_json::from_str(r#"{"preset": "pm-15min", "path": "in-band"}"#).expect("a spec");
        let settings = spec.settings();
        assert_eq!(settings.period, Span::from_minutes(15));
        assert_eq!(settings.path, Path::InBand);
        assert_eq!(settings.on_dead_path, OnDeadPath::Hold);
        assert_eq!(
            PipelineSpec::default().settings(),
            Preset::Streaming60s.settings()
        );
    }

    #[test]
    fn staleness_follows_a_longer_period() {
        let spec: PipelineSpec = serde_json::from_str(r#"{"period": "10m"}"#).expect("a spec");
        assert_eq!(
            spec.settings().stale_after,
            Span::from_minutes(30) + Span::from_secs(5)
        );
    }

    #[test]
    fn impossible_pipelines_are_named() {
        let spec = TelemetrySpec {
            counters: PipelineSpec {
                period: Some(Span::ZERO),
                ..PipelineSpec::default()
            },
            retention: Span::from_secs(1),
            ..TelemetrySpec::default()
        };
        let paths: Vec<String> = spec.problems().into_iter().map(|p| p.path).collect();
        assert_eq!(paths, ["counters.period", "retention", "retention"]);
        assert_eq!(TelemetrySpec::default().problems(), []);
    }
}
