//! Looks at the operator's view minute by minute, and notes what each candidate makes of it.
//!
//! Invariant: sees what has been delivered, and nothing of the truth.

use std::sync::Arc;

use crate::base::{SimTime, Span};
use crate::detect::{Alarm, Profile, Sensor, Watch};
use crate::scenario::Scenario;
use crate::telemetry::{Names, OperatorView, Window};

use super::super::watch::{Looker, WatchError};
use super::bench::Candidate;
use super::trace::Trace;

/// Between two looks.
pub(super) const LOOK: Span = Span::from_secs(60);

/// One candidate at work.
#[derive(Debug)]
struct Post {
    watch: Watch,
    sensor: Box<dyn Sensor>,
    trace: Trace,
}

/// Every candidate at work in one run.
#[derive(Debug)]
pub(super) struct Watchman {
    posts: Vec<Post>,
}

impl Watchman {
    /// All candidates at the beginning of a run; with what other days were like for each, if known.
    pub(super) fn new(alarms: &[Alarm], days: &[Option<Arc<Profile>>]) -> Self {
        let posts = alarms.iter().zip(days).map(|(alarm, days)| {
            let (watch, sensor) = alarm.unlimited(days.as_ref());
            Post {
                watch,
                sensor,
                trace: Trace::default(),
            }
        });
        Self {
            posts: posts.collect(),
        }
    }

    /// What each candidate made of the run.
    pub(super) fn traces(self) -> Vec<Trace> {
        self.posts.into_iter().map(|post| post.trace).collect()
    }
}

impl Looker for Watchman {
    fn looks_every(&self) -> Option<Span> {
        Some(LOOK)
    }

    fn look(&mut self, now: SimTime, view: &OperatorView) {
        for post in &mut self.posts {
            let score = post.sensor.score(&post.watch, view, now);
            post.trace.scores.push(score.map(|score| score.value));
        }
    }
}

/// Learns what is normal for each candidate at each time of day.
#[derive(Debug)]
pub(super) struct Scholar {
    lessons: Vec<Lesson>,
}

/// What is learnt for one candidate.
#[derive(Debug)]
struct Lesson {
    watch: Watch,
    newest: Option<SimTime>,
    values: Vec<(SimTime, f64)>,
    /// Events, or reports, behind each value.
    samples: Vec<f64>,
}

impl Scholar {
    pub(super) fn new(alarms: &[Alarm]) -> Self {
        let lessons = alarms.iter().map(|alarm| Lesson {
            watch: *alarm.watch(),
            newest: None,
            values: Vec::new(),
            samples: Vec::new(),
        });
        Self {
            lessons: lessons.collect(),
        }
    }

    /// Put what was learnt into a profile for each candidate.
    pub(super) fn teach(&self, profiles: &mut [Profile]) {
        for (lesson, profile) in self.lessons.iter().zip(profiles) {
            for &(at, value) in &lesson.values {
                profile.add(at, value);
            }
        }
    }

    /// What each candidate's values rest on, one list each.
    pub(super) fn samples(&self) -> Vec<&[f64]> {
        self.lessons
            .iter()
            .map(|lesson| &lesson.samples[..])
            .collect()
    }
}

impl Looker for Scholar {
    fn looks_every(&self) -> Option<Span> {
        Some(LOOK)
    }

    fn look(&mut self, now: SimTime, view: &OperatorView) {
        for lesson in &mut self.lessons {
            let window = Window::newest(now);
            let seen = view.over(lesson.watch.metric, lesson.watch.place, window);
            let Some(seen) = seen.filter(|seen| lesson.newest.is_none_or(|at| seen.at > at)) else {
                continue;
            };
            lesson.newest = Some(seen.at);
            lesson.values.push((seen.at, seen.value));
            lesson.samples.push(seen.samples);
        }
    }
}

/// The candidates with their names resolved.
pub(super) fn alarms(
    scenario: &Scenario,
    candidates: &[Candidate],
) -> Result<Vec<Alarm>, WatchError> {
    let classes = scenario.class_names();
    let names = Names {
        topology: scenario.topology(),
        classes: &classes,
    };
    let resolved = candidates
        .iter()
        .map(|candidate| Alarm::new(&candidate.rule, &names));
    let lines = |problems: Vec<crate::base::Problem>| {
        WatchError::Scenario(problems.iter().map(ToString::to_string).collect())
    };
    resolved.collect::<Result<_, _>>().map_err(lines)
}
