//! `absence`: nobody reports a value any more. Its score is the time since the newest period that
//! anybody reported, in seconds.
//!
//! Invariant: a value that rests on too few samples counts as absent.

use crate::base::{Problem, SimTime};
use crate::telemetry::OperatorView;

use super::super::alarm::{AlarmSpec, Watch};
use super::{Detector, Score, Sensor, newest, no_comparison};

pub(super) const DETECTOR: Detector = Detector {
    name: "absence",
    unit: "s",
    keys: &[],
    limit: 300.0,
    check,
    start: |_, _| Box::new(Absence { newest: None }),
    is_met: |_, score| score.observed.is_none(),
};

fn check(spec: &AlarmSpec) -> Vec<Problem> {
    let condition = spec.condition.map(|text| {
        Problem::new(
            "condition",
            text.to_string(),
            "nothing, as detector absence asks for no value",
        )
    });
    condition.into_iter().chain(no_comparison(spec)).collect()
}

/// When the newest period ended that anybody reported.
#[derive(Clone, Copy, Debug)]
struct Absence {
    newest: Option<SimTime>,
}

impl Sensor for Absence {
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score> {
        // A network that has never reported is starting up, not silent.
        let first = view.first_delivery().filter(|&first| first <= now)?;
        let observed = newest(watch, view, now);
        let seen = observed.map_or(first, |observed| observed.at);
        let newest = self.newest.map_or(seen, |newest| newest.max(seen));
        self.newest = Some(newest);
        Some(Score {
            value: now.since(newest).as_secs_f64(),
            observed,
        })
    }

    fn duplicate(&self) -> Box<dyn Sensor> {
        Box::new(*self)
    }
}
