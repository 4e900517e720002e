//! What a scenario says of the collection pipelines: how often, how late, how lossy, by which path.
//!
//! Invariant: every default is a published practice or says that it is assumed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Problem, Share, Span};

use super::sensor::{SensorSettings, SensorSpec};

/// The telemetry contract: which signals reach the people and tools that watch the network, how often,
/// how late and how reliably.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySpec {
    /// Where the other keys take their defaults from.
    pub contract: Contract,
    /// Registration, call and subscriber counters, one report per region.
    pub counters: PipelineSpec,
    /// Load, queue and registration counters, one report per core element.
    pub functions: PipelineSpec,
    /// Radio connections by tower, one report per region; always in performance files unless given.
    pub towers: PipelineSpec,
    /// What change records say: which version was installed where, when.
    pub ledger: SensorSpec,
    /// Log-ins and configuration sessions on elements.
    pub management_log: SensorSpec,
    /// Hashes of the software that elements run, beside those that the vendor signed.
    pub hashes: SensorSpec,
    /// How long reports are kept for queries; longer than any window that a gate or an alarm asks
    /// for.
    pub retention: Span,
}

impl Default for TelemetrySpec {
    fn default() -> Self {
        Self {
            contract: Contract::default(),
            counters: PipelineSpec::default(),
            functions: PipelineSpec::default(),
            towers: PipelineSpec::default(),
            ledger: SensorSpec::default(),
            management_log: SensorSpec::default(),
            hashes: SensorSpec::default(),
            retention: Span::from_hours(6),
        }
    }
}

/// A ready telemetry contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Contract {
    /// Performance files of a quarter of an hour, and nothing else.
    #[serde(rename = "pm-15min")]
    Pm15min,
    /// Core counters streamed every minute, towers in performance files.
    #[default]
    #[serde(rename = "streaming-60s")]
    Streaming60s,
    /// As `streaming-60s`, with change records, the management log and hashes of software.
    #[serde(rename = "full")]
    Full,
}

impl Contract {
    /// The word in files and outputs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pm15min => "pm-15min",
            Self::Streaming60s => "streaming-60s",
            Self::Full => "full",
        }
    }

    const fn preset(self) -> Preset {
        match self {
            Self::Pm15min => Preset::Pm15min,
            Self::Streaming60s | Self::Full => Preset::Streaming60s,
        }
    }
}

/// One collection pipeline: a preset, and what differs from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineSpec {
    /// Where the other keys take their defaults from; as the contract says unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
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
    /// How far a source's clock may be off, either way; each has its own error, which does not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<Span>,
    /// Whether the counters of an element that is out of service are lost, and begin at nothing when it
    /// is back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets: Option<bool>,
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
    /// How far a source's clock may be off, either way.
    pub clock_skew: Span,
    /// Whether the counters of an element that is out of service are lost.
    pub resets: bool,
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
                clock_skew: Span::ZERO,
                resets: true,
            },
            Self::Pm15min => PipelineSettings {
                period: Span::from_minutes(15),
                delay: Delay::Fixed(Span::from_minutes(5)),
                loss: assumed_loss,
                path: Path::OutOfBand,
                on_dead_path: OnDeadPath::Hold,
                stale_after: Span::from_minutes(45),
                clock_skew: Span::ZERO,
                resets: true,
            },
        }
    }
}

impl PipelineSpec {
    /// A preset as it is.
    pub fn preset(preset: Preset) -> Self {
        Self {
            preset: Some(preset),
            ..Self::default()
        }
    }

    /// The preset with what the scenario changes; `contract` is the preset unless one is given.
    ///
    /// A changed `period` or `delay` moves the default of `stale_after` with it: a source is silent
    /// after three missed reports, counted from when the first was due (the preset's own value if
    /// that is longer).
    pub fn settings_under(&self, contract: Preset) -> PipelineSettings {
        let preset = self.preset.unwrap_or(contract).settings();
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
            clock_skew: self.clock_skew.unwrap_or(preset.clock_skew),
            resets: self.resets.unwrap_or(preset.resets),
        }
    }
}

impl PipelineSettings {
    fn problems(&self, path: &str, retention: Span) -> Vec<Problem> {
        let settings = self;
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
        if settings.clock_skew > settings.stale_after {
            problems.push(Problem::new(
                format!("{path}.clock_skew"),
                settings.clock_skew.to_string(),
                format!("at most stale_after, {}", settings.stale_after),
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
    /// How the counters of regions are collected.
    pub fn counters_settings(&self) -> PipelineSettings {
        self.counters.settings_under(self.contract.preset())
    }

    /// How the counters of core elements are collected.
    pub fn functions_settings(&self) -> PipelineSettings {
        self.functions.settings_under(self.contract.preset())
    }

    /// How the counters of towers are collected.
    pub fn towers_settings(&self) -> PipelineSettings {
        self.towers.settings_under(Preset::Pm15min)
    }

    /// How software is hashed; none if it is not.
    pub fn hashes_settings(&self) -> Option<SensorSettings> {
        self.hashes.settings(self.contract, Span::from_minutes(15))
    }

    /// All that is wrong with it.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (path, settings) in [
            ("counters", self.counters_settings()),
            ("functions", self.functions_settings()),
            ("towers", self.towers_settings()),
        ] {
            problems.extend(settings.problems(path, self.retention));
        }
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
        let settings = spec.settings_under(Preset::Streaming60s);
        assert_eq!(settings.period, Span::from_minutes(15));
        assert_eq!(settings.path, Path::InBand);
        assert_eq!(settings.on_dead_path, OnDeadPath::Hold);
        assert_eq!(
            TelemetrySpec::default().counters_settings(),
            Preset::Streaming60s.settings()
        );
    }

    #[test]
    fn staleness_follows_a_longer_period() {
        let spec: PipelineSpec = serde_json::from_str(r#"{"period": "10m"}"#).expect("a spec");
        assert_eq!(
            spec.settings_under(Preset::Streaming60s).stale_after,
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
            towers: serde_json::from_str(r#"{"clock_skew": "2h"}"#).expect("a spec"),
            ..TelemetrySpec::default()
        };
        let paths: Vec<String> = spec.problems().into_iter().map(|p| p.path).collect();
        let expected = [
            "counters.period",
            "retention",
            "retention",
            "towers.clock_skew",
            "retention",
        ];
        assert_eq!(paths, expected);
        assert_eq!(TelemetrySpec::default().problems(), []);
    }

    #[test]
    fn a_contract_says_which_sensors_there_are() {
        let of = |text: &str| -> TelemetrySpec { serde_json::from_str(text).expect("a contract") };
        let files = of(r#"{"contract": "pm-15min"}"#);
        assert_eq!(files.counters_settings().period, Span::from_minutes(15));
        assert_eq!(files.ledger.settings(files.contract, Span::ZERO), None);
        let full = of(r#"{"contract": "full", "hashes": {"present": false}}"#);
        assert_eq!(full.functions_settings(), Preset::Streaming60s.settings());
        assert_eq!(full.towers_settings().period, Span::from_minutes(15));
        assert!(full.ledger.settings(full.contract, Span::ZERO).is_some());
        assert_eq!(full.hashes_settings(), None);
        let bought = of(r#"{"contract": "pm-15min", "ledger": {"present": true}}"#);
        let ledger = bought.ledger.settings(bought.contract, Span::ZERO);
        assert!(ledger.is_some());
    }
}
