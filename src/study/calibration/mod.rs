//! Detectors set to one false-alarm budget on days on which nothing is wrong, and only then compared on
//! nights on which something is.
//!
//! Three sets of days, each with seeds of its own: those that teach what is normal at each hour, those
//! that set the limits, and fresh ones that count the false alarms at these limits. Then the nights: when
//! does each detector fire, how many are out by then, what could still be saved? Runs in which a
//! detector stays silent count as long as they lasted (Kaplan and Meier), never as nothing.
//!
//! Invariant: detectors see the operator's view alone; the truth is used for the score.

mod bench;
mod outcome;
mod poisson;
mod trace;
mod watchman;
mod worlds;

use std::sync::Arc;

use crate::base::Span;
use crate::detect::{Alarm, Demand, Profile, detection_floor};
use crate::scenario::Scenario;
use crate::telemetry::{OperatorView, PipelineSettings, Preset};

use super::statistics::{Interval, number};
use super::watch::{Overseer, Task, WatchError, run_all};

pub use bench::{Candidate, candidates};
pub use outcome::{CandidateOutcome, NightOutcome};
pub use poisson::poisson_interval;
pub use trace::{Episode, Trace, calibrated_limit};
use watchman::{LOOK, Scholar, Watchman, alarms};
use worlds::Days;

/// How much is simulated, and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectPlan {
    /// Days that teach what is normal; detectors of the time of day need two.
    pub history_days: usize,
    /// Days that set the limits. They must be so many that the budget allows one false alarm on them,
    /// or no limit can be evaluated; ten hold every kind of day.
    pub calibration_days: usize,
    /// Fresh days that count false alarms.
    pub check_days: usize,
    /// Nights of each scenario.
    pub nights: usize,
    /// False alarms that are allowed in a week.
    pub budget_per_week: f64,
}

impl Default for DetectPlan {
    fn default() -> Self {
        Self {
            history_days: 3,
            calibration_days: 14,
            check_days: 14,
            nights: 5,
            budget_per_week: 1.0,
        }
    }
}

impl DetectPlan {
    /// Runs that it needs for so many scenarios.
    pub fn runs(&self, scenarios: usize) -> usize {
        self.history_days + self.calibration_days + self.check_days + scenarios * self.nights
    }

    fn check(&self) -> Result<(), WatchError> {
        let plan = |text: &str| Err(WatchError::Plan(text.to_owned()));
        if self.calibration_days == 0 || self.check_days == 0 || self.nights == 0 {
            return plan(
                "found no day to calibrate on, none to check on, or no night: each needs one",
            );
        }
        if !(self.budget_per_week.is_finite() && self.budget_per_week > 0.0) {
            return plan("found an impossible budget: it is a number above 0");
        }
        Ok(())
    }

    /// Days on which the budget allows one false alarm: fewer cannot tell whether a limit keeps to it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "above 0; a number that is too large becomes the largest"
    )]
    pub fn days_needed(&self) -> usize {
        libm::ceil(7.0 / self.budget_per_week - 1e-9) as usize
    }

    /// False alarms that the calibration days may bring.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number of at least 0"
    )]
    fn allowed(&self) -> usize {
        (self.budget_per_week * number(self.calibration_days) / 7.0 + 1e-9) as usize
    }
}

/// Everything that was found out.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectStudy {
    /// What was simulated.
    pub plan: DetectPlan,
    /// Simulated devices per real device.
    pub scale: f64,
    /// The first seed of the days and nights.
    pub seed: u64,
    /// Kinds of day on which nothing is wrong.
    pub kinds_of_day: Vec<&'static str>,
    /// Kinds of harmless day for which the days were too few.
    pub kinds_left_out: Vec<&'static str>,
    /// How the counters of the first scenario are collected.
    pub period: Span,
    /// The candidates, with their limits and false alarms.
    pub candidates: Vec<Calibrated>,
    /// What became of each scenario.
    pub nights: Vec<NightOutcome>,
}

/// A candidate after calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// Its name.
    pub name: String,
    /// The kind of detector.
    pub detector: &'static str,
    /// What it watches.
    pub metric: String,
    /// What its limit is counted in.
    pub unit: &'static str,
    /// Whether its limit was calibrated.
    pub is_calibrated: bool,
    /// Why it cannot be evaluated; none if it can.
    pub obstacle: Option<String>,
    /// The score from which on it fires.
    pub limit: f64,
    /// The same as a rule would say it.
    pub limit_text: String,
    /// Looks for which it must be met, more than one.
    pub hold: usize,
    /// False alarms on the days that set the limit.
    pub calibration_alarms: usize,
    /// False alarms on the fresh days.
    pub check_alarms: usize,
    /// Interval of false alarms a day, from the fresh days; each end wrong once in twenty.
    pub alarms_per_day: Interval,
    /// Its detection floor with the scenario's collection; none if it is blind.
    pub floor: Option<Span>,
    /// The same with files of a quarter of an hour.
    pub floor_15min: Option<Span>,
}

/// Calibrate every candidate on the network of the first scenario, and let it watch all of them.
///
/// # Errors
/// If the plan makes no sense, a scenario cannot do without its troubles, or a run came to no result.
pub fn detect_study(
    scenarios: &[Scenario],
    plan: &DetectPlan,
    overseer: &Overseer<'_>,
) -> Result<DetectStudy, WatchError> {
    plan.check()?;
    let Some(first) = scenarios.first() else {
        return Err(WatchError::Plan("found no scenario".to_owned()));
    };
    for other in &scenarios[1..] {
        check_same_days(first, other)?;
    }
    let found = candidates(first);
    let alarms = alarms(first, &found)?;
    let days = Days::of(first)?;
    let calendar = Calendar {
        days: &days,
        seed: first.file().seed,
        overseer,
    };
    let lessons = learn(&calendar, plan, &alarms)?;
    let until = plan.history_days + plan.calibration_days;
    let quiet = calendar.watch(plan.history_days..until, &alarms, &lessons.profiles)?;
    let fresh = calendar.watch(until..until + plan.check_days, &alarms, &lessons.profiles)?;
    let bench = Bench {
        plan,
        scenario: first,
        lessons: &lessons,
    };
    let calibrated: Vec<Calibrated> = (0..found.len())
        .map(|index| {
            let of = |days: &'_ [Vec<Trace>]| -> Vec<Trace> {
                days.iter().map(|day| day[index].clone()).collect()
            };
            bench.calibrate(
                index,
                (&found[index], &alarms[index]),
                (&of(&quiet), &of(&fresh)),
            )
        })
        .collect();
    let nights = scenarios.iter().map(|scenario| {
        outcome::nights(
            scenario,
            plan,
            (&alarms, &calibrated, &lessons.profiles),
            overseer,
        )
    });
    let nights = nights.collect::<Result<_, _>>()?;
    Ok(DetectStudy {
        plan: *plan,
        scale: first.file().scale,
        seed: first.file().seed,
        kinds_of_day: Days::names(plan.calibration_days.min(plan.check_days)),
        kinds_left_out: Days::left_out(plan.calibration_days.min(plan.check_days)),
        period: first.file().telemetry.counters_settings().period,
        candidates: calibrated,
        nights,
    })
}

/// What is normal for one network at one hour is not so for another.
fn check_same_days(first: &Scenario, other: &Scenario) -> Result<(), WatchError> {
    let (one, two) = (first.file(), other.file());
    let differs = [
        ("topology", one.topology != two.topology),
        ("population", one.population != two.population),
        ("start", one.start != two.start),
        ("scale", (one.scale - two.scale).abs() > 0.0),
        ("telemetry", one.telemetry != two.telemetry),
    ];
    let Some((key, _)) = differs.iter().find(|(_, differs)| *differs) else {
        return Ok(());
    };
    Err(WatchError::Plan(format!(
        "{}: found another {key} than in {}, whose days without trouble set the limits; compare \
         scenarios of one network, or give each its own command",
        two.name, one.name
    )))
}

/// The days, and who runs them.
struct Calendar<'a> {
    days: &'a Days,
    seed: u64,
    overseer: &'a Overseer<'a>,
}

/// Days have seeds far from those of the nights.
const DAY_SEEDS: u64 = 1_000_000;

impl Calendar<'_> {
    fn seed(&self, day: usize) -> u64 {
        self.seed.wrapping_add(DAY_SEEDS + day as u64)
    }

    /// What every candidate made of each of these days.
    fn watch(
        &self,
        days: std::ops::Range<usize>,
        alarms: &[Alarm],
        profiles: &[Option<Arc<Profile>>],
    ) -> Result<Vec<Vec<Trace>>, WatchError> {
        let first = days.start;
        let tasks = days.map(|day| Task {
            scenario: self.days.nth(day - first),
            seed: self.seed(day),
            looker: Watchman::new(alarms, profiles),
        });
        let done = run_all(tasks.collect(), self.overseer)?;
        Ok(done
            .into_iter()
            .map(|(watchman, _)| watchman.traces())
            .collect())
    }
}

/// What the days of history taught.
struct Lessons {
    /// What is normal for each candidate at each time of day, if two days or more were watched.
    profiles: Vec<Option<Arc<Profile>>>,
    /// What a value of each candidate usually rests on; none if none was seen.
    samples: Vec<Option<f64>>,
}

/// Fewer other days have no spread.
const HISTORY_MIN: usize = 2;

fn learn(
    calendar: &Calendar<'_>,
    plan: &DetectPlan,
    alarms: &[Alarm],
) -> Result<Lessons, WatchError> {
    let tasks = (0..plan.history_days).map(|day| Task {
        scenario: calendar.days.quiet(),
        seed: calendar.seed(day),
        looker: Scholar::new(alarms),
    });
    let scholars = run_all(tasks.collect(), calendar.overseer)?;
    let mut profiles = vec![Profile::new(); alarms.len()];
    let mut samples = vec![Vec::new(); alarms.len()];
    for (scholar, _) in &scholars {
        scholar.teach(&mut profiles);
        for (all, more) in samples.iter_mut().zip(scholar.samples()) {
            all.extend_from_slice(more);
        }
    }
    let is_enough = plan.history_days >= HISTORY_MIN;
    let profiles = profiles.into_iter().map(|p| is_enough.then(|| Arc::new(p)));
    let middle =
        |values: &Vec<f64>| super::statistics::quantile(&super::statistics::sorted(values), 0.5);
    Ok(Lessons {
        profiles: profiles.collect(),
        samples: samples.iter().map(middle).collect(),
    })
}

/// What a calibration needs beside the traces.
struct Bench<'a> {
    plan: &'a DetectPlan,
    scenario: &'a Scenario,
    lessons: &'a Lessons,
}

impl Bench<'_> {
    fn calibrate(
        &self,
        index: usize,
        (candidate, alarm): (&Candidate, &Alarm),
        (quiet, fresh): (&[Trace], &[Trace]),
    ) -> Calibrated {
        let hold = looks(candidate.rule.hold);
        let all: Vec<&Trace> = quiet.iter().collect();
        let found = calibrated_limit(&all, hold, self.plan.allowed());
        let told: usize = quiet.iter().map(Trace::told).sum();
        let obstacle = self.obstacle(candidate, alarm, told);
        let limit = match (&obstacle, candidate.is_calibrated) {
            (Some(_), _) => f64::INFINITY,
            (None, true) => found.unwrap_or(f64::INFINITY),
            (None, false) => own_limit(candidate, alarm),
        };
        let count = |days: &[Trace]| days.iter().map(|day| day.false_alarms(limit, hold)).sum();
        let check_alarms = count(fresh);
        let days = number(self.plan.check_days);
        let interval = poisson_interval(check_alarms, 0.95);
        let (floor, floor_15min) = match told {
            0 => (None, None),
            _ => self.floors(index, candidate, alarm),
        };
        Calibrated {
            name: candidate.rule.name.clone(),
            detector: alarm.detector().name,
            metric: alarm.watch().metric.to_string(),
            unit: alarm.detector().unit,
            is_calibrated: candidate.is_calibrated,
            obstacle,
            limit,
            limit_text: limit_text(candidate, limit),
            hold,
            calibration_alarms: count(quiet),
            check_alarms,
            alarms_per_day: Interval {
                low: interval.low / days,
                high: interval.high / days,
            },
            floor,
            floor_15min,
        }
    }

    /// Why a candidate says nothing.
    fn obstacle(&self, candidate: &Candidate, alarm: &Alarm, told: usize) -> Option<String> {
        let needed = self.plan.days_needed();
        if told == 0 {
            let is_new =
                alarm.detector().name == "seasonal" && self.plan.history_days < HISTORY_MIN;
            return Some(if is_new {
                format!("not evaluable: it needs {HISTORY_MIN} days of history")
            } else {
                "not evaluable: it never had enough data".to_owned()
            });
        }
        let is_short = candidate.is_calibrated && self.plan.calibration_days < needed;
        is_short.then(|| {
            format!(
                "not evaluable: a limit for {} false alarms a week needs {needed} days without trouble",
                self.plan.budget_per_week
            )
        })
    }

    fn floors(
        &self,
        index: usize,
        candidate: &Candidate,
        alarm: &Alarm,
    ) -> (Option<Span>, Option<Span>) {
        let telemetry = &self.scenario.file().telemetry;
        let view = OperatorView::new(telemetry, self.scenario.topology());
        let own = view.settings(alarm.watch().metric.counted_of());
        let samples = self.lessons.samples[index].unwrap_or(f64::INFINITY);
        let rate = samples / own.period.as_secs_f64();
        let demand = Demand::of_alarm(&candidate.rule, rate);
        let files: PipelineSettings = Preset::Pm15min.settings();
        (
            detection_floor(own, &demand),
            detection_floor(&files, &demand),
        )
    }
}

/// The limit of a rule as it is written, in its detector's score.
fn own_limit(candidate: &Candidate, alarm: &Alarm) -> f64 {
    match candidate.rule.condition {
        Some(condition) if condition.is_upper() => condition.bound(),
        Some(condition) => -condition.bound(),
        None => alarm.watch().limit,
    }
}

/// A limit as a rule would say it: a threshold's score is the value, or its negative where low is bad.
fn limit_text(candidate: &Candidate, limit: f64) -> String {
    let written = |value: f64| {
        if value > 0.0 && value < f64::MIN_POSITIVE {
            "above 0".to_owned()
        } else if value != 0.0 && value.abs() < 1e-3 {
            format!("{value:.1e}")
        } else {
            format!("{value:.4}")
        }
    };
    match candidate.rule.condition {
        Some(condition) if condition.is_upper() => format!("> {}", written(limit)),
        Some(_) => format!("< {}", written(-limit)),
        None if candidate.rule.detector == "absence" && !candidate.is_calibrated => {
            "no value".to_owned()
        }
        None => written(limit),
    }
}

/// A holding time in looks.
fn looks(hold: Span) -> usize {
    let looks = hold.as_us().div_ceil(LOOK.as_us());
    usize::try_from(looks).unwrap_or(usize::MAX)
}
