//! Alarm rules: what a rule says, what it reads off the operator's view, and how long a reading must
//! hold before somebody is told.
//!
//! Invariant: an alarm's state is the fold of what it has read off the view and of nothing else.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Problem, SimTime, Span};
use crate::change::Threshold;
use crate::telemetry::{
    Metric, Names, Observed, OperatorView, Place, PlaceSpec, metric_name_schema,
};

use super::detectors::{Detector, Sensor, detector_name_schema, find_detector, seasonal};
use super::profile::Profile;
use super::tuning::Tuning;

/// An alarm rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmSpec {
    /// Its name, for the playbook and the event log.
    pub name: String,
    /// How it reads the view: `threshold` compares a value with the condition, `burn-rate` errors with
    /// what an objective allows, `cusum` and `ewma` the newest reports with the first, `seasonal` with
    /// the same time on other days, `sequential` gathers evidence of failures, `absence` watches for
    /// the value to be missing.
    #[serde(default = "default_detector")]
    #[schemars(schema_with = "detector_name_schema")]
    pub detector: String,
    /// What it watches.
    #[schemars(schema_with = "metric_name_schema")]
    pub metric: String,
    /// Where it watches.
    #[serde(default)]
    pub scope: PlaceSpec,
    /// When it is bad: `< 0.98`, `>= 5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Threshold>,
    /// The time that one value is taken over; the newest report of each source unless longer.
    #[serde(default)]
    pub over: Span,
    /// Compare not the value but its ratio to the value this long before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<Span>,
    /// A value that rests on fewer samples (attempts, calls, devices, each as simulated; else
    /// reports) is no value.
    #[serde(default)]
    pub min_samples: u64,
    /// The numbers of its detector; those of the literature unless given.
    #[serde(default, skip_serializing_if = "Tuning::is_default")]
    pub tuning: Tuning,
    /// How long the condition must hold before the alarm is raised.
    #[serde(default, rename = "for")]
    pub hold: Span,
    /// How long the condition must be gone before the alarm is cleared.
    #[serde(default)]
    pub keep: Span,
    /// How often the rule is evaluated.
    #[serde(default = "default_interval")]
    pub interval: Span,
}

fn default_detector() -> String {
    "threshold".to_owned()
}

fn default_interval() -> Span {
    Span::from_minutes(1)
}

impl AlarmSpec {
    /// A rule of a detector on the whole network, evaluated every minute, all else as it is by
    /// default.
    pub fn of(detector: &str, metric: Metric) -> Self {
        Self {
            name: detector.to_owned(),
            detector: detector.to_owned(),
            metric: metric.name().to_owned(),
            scope: PlaceSpec::default(),
            condition: None,
            over: Span::ZERO,
            compared_with: None,
            min_samples: 0,
            tuning: Tuning::default(),
            hold: Span::ZERO,
            keep: Span::ZERO,
            interval: default_interval(),
        }
    }

    /// A threshold rule on the whole network, evaluated every minute.
    pub fn threshold(name: &str, metric: Metric, condition: Threshold, hold: Span) -> Self {
        Self {
            name: name.to_owned(),
            condition: Some(condition),
            hold,
            ..Self::of(&default_detector(), metric)
        }
    }

    /// How far back its questions reach.
    pub fn reach(&self) -> Span {
        let own = self.over + self.compared_with.unwrap_or(Span::ZERO);
        if self.detector == "seasonal" {
            return own + seasonal::reach(self.tuning.days);
        }
        own
    }
}

/// What a rule watches, with every name resolved: all that a detector may know beside the view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    /// What it watches.
    pub metric: Metric,
    /// Where.
    pub place: Place,
    /// When it is bad; always there for detectors that need one.
    pub condition: Option<Threshold>,
    /// The time that one value is taken over.
    pub over: Span,
    /// How long before lies the value to compare with.
    pub compared_with: Option<Span>,
    /// The least samples a value must rest on.
    pub min_samples: u64,
    /// The numbers of the detector.
    pub tuning: Tuning,
    /// The score from which on it is bad.
    pub limit: f64,
}

/// What a detector makes of the view at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// The condition is met; with the value, where one was needed.
    Met(Option<Observed>),
    /// The condition is not met.
    Unmet(Option<Observed>),
    /// The view cannot tell.
    NoData,
}

/// What becomes of an alarm at an evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AlarmChange {
    /// It is raised.
    Raised(Option<Observed>),
    /// It is cleared.
    Cleared(Option<Observed>),
}

/// A rule at work.
#[derive(Clone, Debug)]
pub struct Alarm {
    name: String,
    interval: Span,
    hold: Span,
    keep: Span,
    watch: Watch,
    detector: &'static Detector,
    sensor: Box<dyn Sensor>,
    /// Since when the readings have spoken against the present state.
    since: Option<SimTime>,
    is_raised: bool,
}

impl Alarm {
    /// The rule with its names resolved.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn new(spec: &AlarmSpec, names: &Names<'_>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let metric = note(Metric::parse(&spec.metric), "metric", &mut problems);
        let place = note(spec.scope.resolve(names), "scope", &mut problems);
        let detector = note(find_detector(&spec.detector), "detector", &mut problems);
        if let (Some(metric), Some(place)) = (metric, place) {
            note(place.check(metric), "scope", &mut problems);
        }
        if let Some(detector) = detector {
            problems.extend((detector.check)(spec));
            let tuning = spec.tuning.problems(detector.name, detector.keys);
            problems.extend(tuning.into_iter().map(|problem| problem.under("tuning")));
        }
        if spec.interval.is_zero() {
            problems.push(Problem::new("interval", "0s", "more than 0s"));
        }
        match (metric, place, detector) {
            (Some(metric), Some(place), Some(detector)) if problems.is_empty() => {
                let watch = Watch {
                    metric,
                    place,
                    condition: spec.condition,
                    over: spec.over,
                    compared_with: spec.compared_with,
                    min_samples: spec.min_samples,
                    tuning: spec.tuning,
                    limit: spec.tuning.limit.unwrap_or(detector.limit),
                };
                Ok(Self {
                    name: spec.name.clone(),
                    interval: spec.interval,
                    hold: spec.hold,
                    keep: spec.keep,
                    watch,
                    detector,
                    sensor: (detector.start)(&watch, None),
                    since: None,
                    is_raised: false,
                })
            }
            _ => Err(problems),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often it is to be evaluated.
    pub fn interval(&self) -> Span {
        self.interval
    }

    /// Whether it is raised now.
    pub fn is_raised(&self) -> bool {
        self.is_raised
    }

    /// What it watches.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Read the view and, if the reading has spoken against the present state for long enough,
    /// change it. A view that cannot tell neither raises nor clears, and what was pending starts
    /// over: silence is not good news, nor is it the news that the rule is about.
    pub fn evaluate(&mut self, view: &OperatorView, now: SimTime) -> Option<AlarmChange> {
        let (against, observed, wanted) = match self.read(view, now) {
            Reading::Met(observed) => (!self.is_raised, observed, self.hold),
            Reading::Unmet(observed) => (self.is_raised, observed, self.keep),
            Reading::NoData => (false, None, Span::ZERO),
        };
        if !against {
            self.since = None;
            return None;
        }
        let since = *self.since.get_or_insert(now);
        if now - since < wanted {
            return None;
        }
        self.since = None;
        self.is_raised = !self.is_raised;
        Some(if self.is_raised {
            AlarmChange::Raised(observed)
        } else {
            AlarmChange::Cleared(observed)
        })
    }

    /// What the detector makes of the view, and of those it was shown before.
    pub fn read(&mut self, view: &OperatorView, now: SimTime) -> Reading {
        match self.sensor.score(&self.watch, view, now) {
            None => Reading::NoData,
            Some(score) if (self.detector.is_met)(&self.watch, &score) => {
                Reading::Met(score.observed)
            }
            Some(score) => Reading::Unmet(score.observed),
        }
    }

    /// A sensor of its detector for somebody who sets the limit afterwards: its sums are not bounded.
    /// `days` is what is normal at each time of day, if known.
    pub fn unlimited(&self, days: Option<&Arc<Profile>>) -> (Watch, Box<dyn Sensor>) {
        let watch = Watch {
            limit: f64::INFINITY,
            ..self.watch
        };
        (watch, (self.detector.start)(&watch, days))
    }

    /// The detector that it uses.
    pub fn detector(&self) -> &'static Detector {
        self.detector
    }
}

/// Keep what went well, note what did not under a key.
fn note<T>(result: Result<T, Problem>, key: &str, problems: &mut Vec<Problem>) -> Option<T> {
    result
        .map_err(|problem| problems.push(problem.under(key)))
        .ok()
}

impl fmt::Display for Watch {
    /// `RSR < 0.98`, for the event log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.metric)?;
        if let Some(condition) = &self.condition {
            write!(f, " {condition}")?;
        }
        if let Some(ago) = self.compared_with {
            write!(f, " times that of {ago} before")?;
        }
        Ok(())
    }
}

fn below(bound: f64) -> Threshold {
    Threshold::parse(&format!("< {bound}")).expect("a finite bound")
}

/// The rules of an operator who has none of their own.
///
/// | rule | source of its bound |
/// |---|---|
/// | `registration-success-critical`: RSR below 98 % | field guide: critical below 98 % |
/// | `registration-success-degraded`: RSR below 99.5 % for 15 min | field guide: investigate below 99.5 % |
/// | `registered-drop`: a tenth fewer subscribers registered than 15 min ago | assumed |
/// | `call-success`: one call in twenty fails, for 5 min | assumed |
/// | `emergency-call-success`: one emergency call in twenty fails, for 5 min | assumed |
/// | `telemetry-silence`: no subscriber counters at all | assumed |
///
/// The times that conditions must hold, and the least samples, are assumed.
pub fn default_alarms() -> Vec<AlarmSpec> {
    let minutes = Span::from_minutes;
    let with_samples = |min_samples, spec| AlarmSpec {
        min_samples,
        ..spec
    };
    let threshold = AlarmSpec::threshold;
    vec![
        with_samples(
            1_000,
            threshold(
                "registration-success-critical",
                Metric::Rsr,
                below(0.98),
                minutes(1),
            ),
        ),
        with_samples(
            1_000,
            threshold(
                "registration-success-degraded",
                Metric::Rsr,
                below(0.995),
                minutes(15),
            ),
        ),
        AlarmSpec {
            compared_with: Some(minutes(15)),
            ..threshold(
                "registered-drop",
                Metric::RegisteredSubNbrMean,
                below(0.9),
                minutes(1),
            )
        },
        with_samples(
            1_000,
            threshold(
                "call-success",
                Metric::CallSuccessRate,
                below(0.95),
                minutes(5),
            ),
        ),
        AlarmSpec {
            over: minutes(5),
            ..with_samples(
                100,
                threshold(
                    "emergency-call-success",
                    Metric::EmergencyCallSuccessRate,
                    below(0.95),
                    minutes(5),
                ),
            )
        },
        AlarmSpec {
            detector: "absence".to_owned(),
            condition: None,
            ..threshold(
                "telemetry-silence",
                Metric::RegisteredSubNbrMean,
                below(0.0),
                minutes(1),
            )
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::fixture::{Minute, World, classes, names};

    fn alarm(spec: &AlarmSpec, world: &World) -> Alarm {
        Alarm::new(spec, &names(&world.topology, &classes())).expect("a good rule")
    }

    /// The minutes after which the alarm changed, with whether it was raised.
    fn changes(spec: &AlarmSpec, registered: &[u64]) -> Vec<(usize, bool)> {
        let mut world = World::ideal();
        let mut alarm = alarm(spec, &world);
        let mut changes = Vec::new();
        for (minute, &registered) in registered.iter().enumerate() {
            world.pass(&Minute::registered(registered));
            if alarm.evaluate(&world.view, world.now()).is_some() {
                changes.push((minute, alarm.is_raised()));
            }
        }
        changes
    }

    fn low_rsr(hold: Span) -> AlarmSpec {
        AlarmSpec::threshold("low", Metric::Rsr, below(0.98), hold)
    }

    #[test]
    fn an_alarm_waits_for_its_condition_to_hold() {
        let history = [100, 50, 50, 100, 50, 50, 50, 50, 100, 100];
        assert_eq!(
            changes(&low_rsr(Span::from_minutes(3)), &history),
            [(7, true), (8, false)],
            "two bad minutes are too few, four are enough"
        );
        assert_eq!(
            changes(&low_rsr(Span::ZERO), &history),
            [(1, true), (3, false), (4, true), (8, false)]
        );
    }

    #[test]
    fn an_alarm_is_kept_as_long_as_it_says() {
        let spec = AlarmSpec {
            keep: Span::from_minutes(2),
            ..low_rsr(Span::ZERO)
        };
        let history = [50, 100, 50, 100, 100, 100, 100];
        assert_eq!(changes(&spec, &history), [(0, true), (5, false)]);
    }

    #[test]
    fn a_drop_is_seen_whatever_the_level() {
        let spec = AlarmSpec {
            compared_with: Some(Span::from_minutes(3)),
            ..AlarmSpec::threshold("drop", Metric::RegisteredSubNbrMean, below(0.9), Span::ZERO)
        };
        assert_eq!(changes(&spec, &[80; 9]), []);
        assert_eq!(
            changes(&spec, &[80, 80, 80, 80, 40, 40, 40, 40, 40]),
            [(4, true), (7, false)]
        );
    }

    #[test]
    fn too_few_samples_say_nothing() {
        let spec = AlarmSpec {
            min_samples: 601,
            ..low_rsr(Span::ZERO)
        };
        // A minute in which half are out has 4 x 150 attempts.
        assert_eq!(changes(&spec, &[50, 50]), []);
        let spec = AlarmSpec {
            min_samples: 600,
            ..low_rsr(Span::ZERO)
        };
        assert_eq!(changes(&spec, &[50, 50]), [(0, true)]);
    }

    #[test]
    fn silence_neither_raises_nor_clears_a_threshold_but_raises_absence() {
        let mut world = World::ideal();
        let mut low = alarm(&low_rsr(Span::ZERO), &world);
        let absence = AlarmSpec {
            detector: "absence".to_owned(),
            condition: None,
            ..low_rsr(Span::from_minutes(1))
        };
        let mut absence = alarm(&absence, &world);
        world.pass(&Minute::registered(50));
        assert!(low.evaluate(&world.view, world.now()).is_some());
        assert_eq!(absence.evaluate(&world.view, world.now()), None);
        let later = |minutes| world.now() + Span::from_minutes(minutes);
        for minutes in [10, 11] {
            assert_eq!(low.evaluate(&world.view, later(minutes)), None);
        }
        assert!(low.is_raised());
        assert_eq!(absence.evaluate(&world.view, later(10)), None);
        assert_eq!(
            absence.evaluate(&world.view, later(11)),
            Some(AlarmChange::Raised(None))
        );
    }

    #[test]
    fn every_problem_of_a_rule_is_named() {
        let world = World::ideal();
        let classes = classes();
        let spec = AlarmSpec {
            metric: "RSSR".to_owned(),
            scope: PlaceSpec::Region("nort".to_owned()),
            interval: Span::ZERO,
            detector: "treshold".to_owned(),
            ..low_rsr(Span::ZERO)
        };
        let problems =
            Alarm::new(&spec, &names(&world.topology, &classes)).expect_err("four mistakes");
        let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["metric", "scope.region", "detector", "interval"]);
        assert!(problems[1].allowed.contains("perhaps \"north\""));
        let spec = AlarmSpec {
            condition: None,
            scope: PlaceSpec::Function("udm".to_owned()),
            ..low_rsr(Span::ZERO)
        };
        let problems = Alarm::new(&spec, &names(&world.topology, &classes)).expect_err("two");
        let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["scope", "condition"]);
    }

    #[test]
    fn the_default_rules_stand_and_stay_quiet_when_all_is_well() {
        let mut world = World::ideal();
        let mut alarms: Vec<Alarm> = default_alarms()
            .iter()
            .map(|spec| alarm(spec, &world))
            .collect();
        for _ in 0..60 {
            world.pass(&Minute::registered(100));
            for alarm in &mut alarms {
                assert_eq!(alarm.evaluate(&world.view, world.now()), None);
            }
        }
    }
}
