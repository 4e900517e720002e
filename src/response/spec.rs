//! What a scenario says of the people and the automation that act on alarms.
//!
//! Invariant: the defaults notice and decide, but do nothing: what is done is the scenario's
//! choice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, MedianP90, Span};
use crate::detect::{AlarmSpec, default_alarms};
use crate::telemetry::Path;

use super::action::ActionSpec;

/// The response to an outage: alarm, then detect → triage → decide, then the playbook.
///
/// The first alarm starts the chain, once in a run. Delays of people are assumed: no source
/// publishes their distribution; medians are of the size that operators' reports tell (a page
/// reaches a person within ten minutes; AT&T 2024 took close to two hours from change to rollback,
/// of which most was the rollback itself).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResponseSpec {
    /// The alarm rules; the operator's usual ones unless given.
    pub alarms: Vec<AlarmSpec>,
    /// The alarms that start the chain, by name; any unless given.
    pub triggers: Vec<String>,
    /// From the alarm until a person looks at it.
    pub detect: Delay,
    /// From then until it is known what is wrong; needs the tools.
    pub triage: Delay,
    /// From then until it is decided what to do.
    pub decide: Delay,
    /// Whether people's tools work through the network itself and die with it.
    pub tools: Path,
    /// How often people see whether dead tools work again.
    pub retry: Span,
    /// What is done, in order.
    pub playbook: Vec<StepSpec>,
}

impl Default for ResponseSpec {
    fn default() -> Self {
        Self {
            alarms: default_alarms(),
            triggers: Vec::new(),
            detect: lognormal(5, 15),
            triage: lognormal(15, 45),
            decide: lognormal(10, 30),
            tools: Path::OutOfBand,
            retry: Span::from_minutes(1),
            playbook: Vec::new(),
        }
    }
}

fn lognormal(median_minutes: u64, p90_minutes: u64) -> Delay {
    Delay::Lognormal {
        lognormal: MedianP90 {
            median: Span::from_minutes(median_minutes),
            p90: Span::from_minutes(p90_minutes),
        },
    }
}

/// A step of the playbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepSpec {
    /// Its name, for steps that wait for it and for the event log.
    pub name: String,
    /// What is done.
    pub action: ActionSpec,
    /// What it waits for.
    #[serde(default)]
    pub after: After,
    /// How long after that it begins.
    #[serde(default = "no_delay")]
    pub delay: Delay,
    /// How long it is prepared before it takes effect, or before the first element is worked on.
    #[serde(default = "no_delay")]
    pub takes: Delay,
    /// Whether the tools for it die with the network; as the others unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Path>,
}

fn no_delay() -> Delay {
    Delay::ZERO
}

/// What a step waits for: `decision`, `{step: back-out}`, `{at: 138m}`, `{raised: low-rsr}`,
/// `{cleared: low-rsr}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum After {
    /// The decision at the end of the chain.
    #[default]
    Decision,
    /// The end of an earlier step of the playbook.
    Step(String),
    /// This long after the start of the scenario, whatever anybody noticed.
    At(Span),
    /// An alarm is raised, for the first time.
    Raised(String),
    /// An alarm is cleared, for the first time.
    Cleared(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_of_22_february_2024_can_be_written_down() {
        let text = r"
detect: 5m
triage: {lognormal: {median: 15m, p90: 40m}}
decide: 10m
playbook:
  - {name: back-out, action: {kind: roll-back}}
  - name: firstnet
    after: {at: 138m}
    action: {kind: restore, select: {pools: [firstnet]}, per_element: 1m, parallel: 2}
  - name: commercial
    after: {step: firstnet}
    action: {kind: restore, select: {kinds: [amf, mme]}, per_element: {exponential: {mean: 2m}}}
  - name: let-in
    after: {step: commercial}
    action: {kind: re-admit, scope: {all: true}, pace: {rate: 4500, order: priority}}
  - name: reboots
    after: {step: let-in}
    delay: 30m
    action: {kind: reboot, select: {kinds: [amf]}, per_element: 10m, lose_contexts: 0.5}
  - name: all-is-well
    after: {cleared: registration-success-critical}
    action: {kind: announce, share: 0.2}
";
        let spec: ResponseSpec = serde_saphyr::from_str(text).expect("a response");
        assert_eq!(spec.playbook.len(), 6);
        assert_eq!(spec.playbook[0].after, After::Decision);
        assert_eq!(spec.playbook[1].after, After::At(Span::from_minutes(138)));
        assert_eq!(spec.alarms, default_alarms());
        let again = serde_json::to_string(&spec).expect("text");
        assert_eq!(
            serde_json::from_str::<ResponseSpec>(&again).ok(),
            Some(spec)
        );
    }

    #[test]
    fn unknown_keys_of_actions_are_refused() {
        let text = r#"{"name": "a", "action": {"kind": "announce", "share": 0.1, "volume": 11}}"#;
        let error = serde_json::from_str::<StepSpec>(text).expect_err("no such key");
        assert!(error.to_string().contains("volume"), "{error}");
    }

    #[test]
    fn the_schema_knows_every_action_and_every_metric() {
        let schema = serde_json::to_value(schemars::schema_for!(ResponseSpec)).expect("a schema");
        let actions = &schema["$defs"]["ActionSpec"]["oneOf"];
        assert_eq!(actions.as_array().map(Vec::len), Some(10));
        let metrics = &schema["$defs"]["AlarmSpec"]["properties"]["metric"]["enum"];
        assert!(
            metrics
                .as_array()
                .is_some_and(|names| names.contains(&"RSR".into()))
        );
    }
}
