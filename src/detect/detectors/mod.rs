//! The ways in which an alarm rule can read the operator's view. A new one is one file here and one
//! line in the registry.
//!
//! A detector turns what has been delivered into a score that grows with the trouble. The rule is met
//! while the score is at its limit or above; where that limit lies is what a calibration finds out.
//!
//! Invariant: a score is a pure function of what is watched and of the views so far, and never
//! not-a-number.

use std::fmt;
use std::sync::Arc;

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::base::{Problem, SimTime};
use crate::telemetry::{Metric, Observed, OperatorView, Window};

use super::alarm::{AlarmSpec, Watch};
use super::profile::Profile;
use super::shares::counts_successes;

mod absence;
mod burn_rate;
mod cusum;
mod deviations;
mod ewma;
pub(super) mod seasonal;
mod sequential;
mod threshold;

/// A way to read the view.
#[derive(Debug)]
pub struct Detector {
    /// The word for it in rules.
    pub name: &'static str,
    /// What its score is counted in.
    pub unit: &'static str,
    /// The keys of `tuning` that it understands.
    pub keys: &'static [&'static str],
    /// Its limit, where a rule gives none.
    pub limit: f64,
    /// What is wrong with a rule for this detector in particular.
    pub check: fn(&AlarmSpec) -> Vec<Problem>,
    /// A sensor at the beginning of its watch; with what is normal at each time of day, if known.
    pub start: fn(&Watch, Option<&Arc<Profile>>) -> Box<dyn Sensor>,
    /// Whether a score meets the rule as it is written.
    pub is_met: fn(&Watch, &Score) -> bool,
}

/// A detector at work.
pub trait Sensor: fmt::Debug + Send + Sync {
    /// What it makes of the view now; none if the view cannot tell. Instants come in their order.
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score>;

    /// Another one in the same state.
    fn duplicate(&self) -> Box<dyn Sensor>;
}

impl Clone for Box<dyn Sensor> {
    fn clone(&self) -> Self {
        self.duplicate()
    }
}

/// How strongly the view speaks for trouble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// In the unit of the detector; never not-a-number.
    pub value: f64,
    /// The newest value of the metric; none where its being missing is the trouble.
    pub observed: Option<Observed>,
}

/// Every detector.
static DETECTORS: [Detector; 7] = [
    threshold::DETECTOR,
    burn_rate::DETECTOR,
    cusum::DETECTOR,
    ewma::DETECTOR,
    seasonal::DETECTOR,
    sequential::DETECTOR,
    absence::DETECTOR,
];

/// The detector with this name.
///
/// # Errors
/// If there is none: a problem with an empty path, and the nearest name.
pub fn find_detector(name: &str) -> Result<&'static Detector, Problem> {
    let names = DETECTORS.each_ref().map(|detector| detector.name);
    DETECTORS
        .iter()
        .find(|detector| detector.name == name)
        .ok_or_else(|| Problem::unknown_name("", name, "detector", &names))
}

/// The JSON Schema of a key that holds the name of a detector.
pub fn detector_name_schema(_: &mut SchemaGenerator) -> Schema {
    let names = DETECTORS.each_ref().map(|detector| detector.name);
    json_schema!({ "type": "string", "enum": names })
}

/// Met at the limit and above.
fn at_limit(watch: &Watch, score: &Score) -> bool {
    score.value >= watch.limit
}

/// The value over the rule's time, if it rests on enough samples.
fn newest(watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Observed> {
    enough(watch, view, Window::last(watch.over, now))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^53"
)]
fn enough(watch: &Watch, view: &OperatorView, window: Window) -> Option<Observed> {
    view.over(watch.metric, watch.place, window)
        .filter(|observed| observed.samples >= watch.min_samples as f64)
}

/// A rule of this detector has no use for a condition.
fn no_condition(spec: &AlarmSpec) -> Vec<Problem> {
    let text = spec.condition.map(|condition| condition.to_string());
    let allowed = format!(
        "nothing, as detector {} has a limit of its own",
        spec.detector
    );
    text.map(|text| Problem::new("condition", text, allowed))
        .into_iter()
        .chain(no_comparison(spec))
        .collect()
}

/// A test of counts needs a metric that counts events.
fn needs_events(spec: &AlarmSpec) -> Option<Problem> {
    let metric = Metric::parse(&spec.metric).ok()?;
    let allowed = "a share of events, such as RSR, call-success-rate or drop-share";
    let problem = || Problem::new("metric", metric.name(), allowed);
    counts_successes(metric).is_none().then(problem)
}

/// Only a threshold compares with an earlier value.
fn no_comparison(spec: &AlarmSpec) -> Option<Problem> {
    let span = spec.compared_with?;
    let allowed = format!(
        "nothing, as detector {} compares in its own way",
        spec.detector
    );
    Some(Problem::new("compared_with", span.to_string(), allowed))
}

/// A report is looked at once: what a sensor has seen already.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    at: Option<SimTime>,
}

impl Seen {
    /// Whether this value is made of anything newer than the one before.
    fn is_new(&mut self, observed: &Observed) -> bool {
        let is_new = self.at.is_none_or(|at| observed.at > at);
        if is_new {
            self.at = Some(observed.at);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::super::alarm::{Alarm, Reading};
    use super::*;
    use crate::base::Span;
    use crate::change::Threshold;
    use crate::network::ClassCounts;
    use crate::telemetry::fixture::{Minute, World, classes, names};

    /// Every detector as a rule on the success of registrations, all else as it is by default.
    fn alarms(world: &World) -> Vec<Alarm> {
        let classes = classes();
        let names = names(&world.topology, &classes);
        let alarm = |detector: &Detector| {
            let spec = match Threshold::parse("< 0.9") {
                Ok(bound) if detector.name == "threshold" => {
                    AlarmSpec::threshold("threshold", Metric::Rsr, bound, Span::ZERO)
                }
                _ => AlarmSpec::of(detector.name, Metric::Rsr),
            };
            Alarm::new(&spec, &names).expect("a sound rule")
        };
        DETECTORS.iter().map(alarm).collect()
    }

    /// Which detectors are met after these minutes, and which cannot tell.
    fn read(minutes: &[Minute], are_delivered: bool) -> (Vec<&'static str>, Vec<&'static str>) {
        let mut world = World::ideal();
        world.pass(&Minute::registered(100));
        let mut alarms = alarms(&world);
        let mut last = vec![Reading::NoData; alarms.len()];
        for minute in minutes {
            if are_delivered {
                world.pass(minute);
            } else {
                world.pass_undelivered(minute);
            }
            let readings = alarms.iter_mut().map(|a| a.read(&world.view, world.now()));
            last = readings.collect();
        }
        let with = |wanted: fn(&Reading) -> bool| {
            let pairs = DETECTORS.iter().zip(&last);
            pairs
                .filter(|(_, reading)| wanted(reading))
                .map(|(detector, _)| detector.name)
                .collect()
        };
        (
            with(|reading| matches!(reading, Reading::Met(_))),
            with(|reading| matches!(reading, Reading::NoData)),
        )
    }

    const BUT_ABSENCE: [&str; 6] = [
        "threshold",
        "burn-rate",
        "cusum",
        "ewma",
        "seasonal",
        "sequential",
    ];

    #[test]
    fn where_every_report_is_lost_no_detector_speaks_but_absence() {
        let (met, mute) = read(&vec![Minute::registered(0); 90], false);
        assert_eq!((met, mute), (vec!["absence"], BUT_ABSENCE.to_vec()));
    }

    #[test]
    fn nothing_of_nothing_is_no_reading_for_any_detector_but_absence() {
        let idle = Minute::of(ClassCounts::default());
        let (met, mute) = read(&vec![idle; 90], true);
        assert_eq!((met, mute), (vec!["absence"], BUT_ABSENCE.to_vec()));
    }

    #[test]
    fn a_constant_series_raises_nothing_and_a_step_from_it_everything_that_can_tell() {
        let quiet = vec![Minute::registered(100); 180];
        let (met, mute) = read(&quiet, true);
        assert_eq!(
            (met, mute),
            (Vec::new(), vec!["seasonal"]),
            "it has seen one day"
        );
        let step = [quiet, vec![Minute::registered(0); 10]].concat();
        let (met, mute) = read(&step, true);
        let told = ["threshold", "burn-rate", "cusum", "ewma", "sequential"];
        assert_eq!((met, mute), (told.to_vec(), vec!["seasonal"]));
    }

    #[test]
    fn no_score_is_ever_not_a_number() {
        let mut world = World::ideal();
        let alarms = alarms(&world);
        let started = alarms.iter().map(|alarm| alarm.unlimited(None));
        let mut started: Vec<(Watch, Box<dyn Sensor>)> = started.collect();
        // Constant, nothing at all, everything failed, more successes than attempts, and constant again.
        let more = Minute::of(ClassCounts {
            devices: 100,
            registration_attempts: 1,
            registration_successes: 50,
            ..ClassCounts::default()
        });
        let kinds = [
            Minute::registered(100),
            Minute::of(ClassCounts::default()),
            Minute::registered(0),
            more,
            Minute::registered(100),
        ];
        for minute in kinds.iter().flat_map(|kind| std::iter::repeat_n(kind, 70)) {
            world.pass(minute);
            for (detector, (watch, sensor)) in DETECTORS.iter().zip(&mut started) {
                let score = sensor.score(watch, &world.view, world.now());
                let is_sound = score.is_none_or(|score| !score.value.is_nan());
                assert!(is_sound, "{}: {score:?}", detector.name);
            }
        }
    }
}
