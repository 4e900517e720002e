//! The worlds in which nothing is wrong: quiet days, and days on which something harmless happens.
//!
//! Every other day is quiet. On the others there is a crowd at a few towers, a holiday with its peak of
//! calls, a power cut over one site in a hundred, planned maintenance of a core element, or a collector of
//! reports that is dead for half an hour; each at an hour that its day gives it. How strong they are is
//! assumed.
//!
//! Invariant: no change and no attack in any of them.

use crate::attack::DisturbanceSpec;
use crate::base::Span;
use crate::scenario::{Problem, Scenario};

use super::super::watch::WatchError;

/// The harmless days, with what happens: in the words of a scenario.
const DISTURBANCES: [(&str, &str); 5] = [
    (
        "flash-crowd",
        r#"{"kind": "flash-crowd", "start": "18h", "duration": "3h", "factor": 8}"#,
    ),
    (
        "holiday",
        r#"{"kind": "holiday", "factor": 1.5, "peak_after": "12h", "peak_factor": 4}"#,
    ),
    (
        "power-cut",
        r#"{"kind": "power-cut", "start": "9h", "duration": "6h", "select": {"kinds": ["tower"], "percent": 1}}"#,
    ),
    (
        "planned-maintenance",
        r#"{"kind": "planned-maintenance", "start": "1h", "duration": "2h", "select": {"kinds": ["amf"], "count": 1}}"#,
    ),
    (
        "collector-outage",
        r#"{"kind": "collector-outage", "start": "15h", "duration": "30m"}"#,
    ),
];

/// The days of a calibration.
#[derive(Clone, Debug)]
pub(super) struct Days {
    /// A day without anything.
    quiet: Scenario,
    /// A day of each other kind.
    disturbed: Vec<Scenario>,
}

impl Days {
    /// The days of the network of a scenario.
    ///
    /// # Errors
    /// If the scenario cannot do without its change and attacks.
    pub(super) fn of(scenario: &Scenario) -> Result<Self, WatchError> {
        let quiet = without_trouble(scenario, None)?;
        let disturbed = DISTURBANCES.iter().map(|(_, text)| {
            let disturbance = serde_json::from_str(text).expect("a disturbance of this program");
            without_trouble(scenario, Some(disturbance))
        });
        Ok(Self {
            disturbed: disturbed.collect::<Result<_, _>>()?,
            quiet,
        })
    }

    /// A day on which nothing happens.
    pub(super) fn quiet(&self) -> &Scenario {
        &self.quiet
    }

    /// The scenario of the n-th day of a set: every other one is quiet.
    pub(super) fn nth(&self, day: usize) -> &Scenario {
        if day.is_multiple_of(2) {
            return &self.quiet;
        }
        &self.disturbed[day / 2 % self.disturbed.len()]
    }

    /// The names of the kinds that so many days hold.
    pub(super) fn names(days: usize) -> Vec<&'static str> {
        let disturbed = DISTURBANCES.iter().map(|kind| kind.0).take(days / 2);
        std::iter::once("quiet").chain(disturbed).collect()
    }

    /// The names of the kinds for which so many days have no room.
    pub(super) fn left_out(days: usize) -> Vec<&'static str> {
        let names = DISTURBANCES.iter().map(|kind| kind.0);
        names.skip(days / 2).collect()
    }
}

fn without_trouble(
    scenario: &Scenario,
    disturbance: Option<DisturbanceSpec>,
) -> Result<Scenario, WatchError> {
    let altered = scenario.altered(|file| {
        file.change = None;
        file.concurrent.clear();
        file.attacks.clear();
        file.disturbances = disturbance.into_iter().collect();
        file.response.playbook.clear();
        file.published.figures.clear();
        file.outputs.reference = None;
        file.horizon = Span::from_hours(24);
    });
    let lines = |problems: Vec<Problem>| {
        WatchError::Scenario(problems.iter().map(ToString::to_string).collect())
    };
    altered.map_err(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_harmless_day_is_a_sound_scenario_and_has_its_turn() {
        let text = "topology: {source: generated, towers: 12, devices: 20000, states: [TX]}";
        let scenario = Scenario::from_text("test", text, &[]).expect("sound");
        let days = Days::of(&scenario).expect("it has no trouble to do without");
        let kinds = (0..10).map(|day| days.nth(day).file().disturbances.len());
        assert_eq!(kinds.sum::<usize>(), 5, "every other day");
        assert!(days.quiet().file().disturbances.is_empty());
        let digests: std::collections::BTreeSet<String> = (0..10)
            .map(|day| days.nth(day).digest().to_string())
            .collect();
        assert_eq!(digests.len(), 6);
        assert_eq!(Days::names(3), ["quiet", "flash-crowd"]);
        assert_eq!(Days::names(10).len(), 6);
        assert_eq!(
            Days::left_out(7),
            ["planned-maintenance", "collector-outage"]
        );
        assert!(Days::left_out(10).is_empty());
    }
}
