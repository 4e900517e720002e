//! `burn-rate`: errors use up the error budget several times too fast, over a long window and still
//! over a short one (Google, "The Site Reliability Workbook", 2018, chapter 5: 14.4 times over an
//! hour and five minutes for an objective of 99.9 %).
//!
//! From one step of the error share to `e`, after a clean hour, it fires after `W b (1 - s) / e`: the
//! time in which the errors fill the long window `W` up to `b` times the budget `1 - s`. Below
//! `e = b (1 - s)` it never fires.
//!
//! Invariant: a window without events burns nothing and says nothing.

use crate::base::{Problem, Share, SimTime, Span};
use crate::telemetry::{Metric, Observed, OperatorView, Window};

use super::super::alarm::{AlarmSpec, Watch};
use super::super::shares::tally;
use super::{Detector, Score, Sensor, at_limit, enough, no_condition};

pub(super) const DETECTOR: Detector = Detector {
    name: "burn-rate",
    unit: "times the error budget",
    keys: &["limit", "objective", "short"],
    limit: 14.4,
    check,
    start: |_, _| Box::new(BurnRate),
    is_met: at_limit,
};

const OBJECTIVE: f64 = 0.999;
const SHORT: Span = Span::from_minutes(5);
/// Where a rule does not say over which time.
const LONG: Span = Span::from_hours(1);

fn check(spec: &AlarmSpec) -> Vec<Problem> {
    let mut problems = no_condition(spec);
    problems.extend(super::needs_events(spec));
    let (long, short) = (long(spec.over), spec.tuning.short.unwrap_or(SHORT));
    if short > long {
        let allowed = format!("at most the long window, over: {long}");
        problems.push(Problem::new("tuning.short", short.to_string(), allowed));
    }
    problems
}

fn long(over: Span) -> Span {
    if over.is_zero() { LONG } else { over }
}

#[derive(Clone, Copy, Debug)]
struct BurnRate;

impl Sensor for BurnRate {
    fn score(&mut self, watch: &Watch, view: &OperatorView, now: SimTime) -> Option<Score> {
        let window = |length| Window::last(length, now);
        let observed = enough(watch, view, window(long(watch.over)))?;
        let short = watch.tuning.short.unwrap_or(SHORT);
        // Few events in the short window are no reason to wait: the long one has enough.
        let recent = view.over(watch.metric, watch.place, window(short))?;
        let burn = |seen| budget_used(watch.metric, watch.tuning.objective, &seen);
        Some(Score {
            value: burn(observed)?.min(burn(recent)?),
            observed: Some(observed),
        })
    }

    fn duplicate(&self) -> Box<dyn Sensor> {
        Box::new(*self)
    }
}

/// The share of errors, in budgets.
fn budget_used(metric: Metric, objective: Option<Share>, observed: &Observed) -> Option<f64> {
    let budget = 1.0 - objective.map_or(OBJECTIVE, Share::get);
    let errors = tally(metric, observed)?.bad_share()?;
    Some(errors / budget)
}

#[cfg(test)]
mod tests {
    use super::super::super::alarm::{Alarm, AlarmSpec};
    use super::*;
    use crate::network::ClassCounts;
    use crate::telemetry::fixture::{Minute, World, classes, names};

    fn minute(failures: u64) -> Minute {
        Minute::of(ClassCounts {
            devices: 100,
            registered: 100,
            registration_attempts: 10_000,
            registration_successes: 10_000 - failures,
            ..ClassCounts::default()
        })
    }

    /// The minutes from the step until the alarm, which is given two hours.
    fn fires_after(failures: u64) -> Option<u64> {
        let mut world = World::ideal();
        let spec = AlarmSpec::of("burn-rate", Metric::Rsr);
        let mut alarm = Alarm::new(&spec, &names(&world.topology, &classes())).expect("sound");
        for _ in 0..60 {
            world.pass(&minute(0));
            assert_eq!(alarm.evaluate(&world.view, world.now()), None);
        }
        (1..=120).find(|_| {
            world.pass(&minute(failures));
            alarm.evaluate(&world.view, world.now()).is_some()
        })
    }

    #[test]
    fn it_fires_when_the_window_has_filled() {
        // W b (1 - s) / e: 51.84 s, 8 min 38 s and 43 min 12 s, each up to the next whole report.
        assert_eq!(fires_after(10_000), Some(1));
        assert_eq!(fires_after(1_000), Some(9));
        assert_eq!(fires_after(200), Some(44));
    }

    #[test]
    fn it_never_fires_below_its_rate() {
        assert_eq!(fires_after(143), None, "14.3 budgets are fewer than 14.4");
        assert_eq!(
            fires_after(145),
            Some(60),
            "the window is all errors by then"
        );
    }

    #[test]
    fn nothing_attempted_is_no_error_and_no_success() {
        let mut world = World::ideal();
        let spec = AlarmSpec::of("burn-rate", Metric::Rsr);
        let mut alarm = Alarm::new(&spec, &names(&world.topology, &classes())).expect("sound");
        for _ in 0..30 {
            world.pass(&Minute::of(ClassCounts::default()));
            assert_eq!(
                alarm.read(&world.view, world.now()),
                super::super::super::alarm::Reading::NoData
            );
        }
    }
}
