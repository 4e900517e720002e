//! What became of nights on which something is wrong: when each candidate fired, who was out by then, and
//! what could still have been saved.
//!
//! Invariant: a night in which a candidate stayed silent counts as long as it lasted, and as lost.

use std::sync::Arc;

use crate::base::{SimTime, Span};
use crate::detect::{Alarm, Profile};
use crate::impact::Impact;
use crate::network::Service;
use crate::scenario::Scenario;
use crate::simulation::RunResult;

use super::super::statistics::{Duration, SurvivalCurve, quantile, sorted, survival};
use super::super::watch::{Overseer, Task, WatchError, run_all};
use super::trace::Trace;
use super::watchman::{LOOK, Watchman};
use super::{Calibrated, DetectPlan};

/// What became of one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct NightOutcome {
    /// Its name.
    pub scenario: String,
    /// Nights, with seeds one after the other.
    pub nights: usize,
    /// From the beginning of the trouble to the end of the run, in seconds.
    pub watched_s: f64,
    /// Until 99 % of those were out who ever were at once, in seconds; the middle one of the nights, none
    /// if nobody was out.
    pub full_blast_s: Option<f64>,
    /// The most devices out at once, the middle one of the nights.
    pub peak_devices: f64,
    /// Device-minutes without data, the middle one of the nights.
    pub lost_minutes: f64,
    /// Each candidate, in their order.
    pub candidates: Vec<CandidateOutcome>,
}

/// What a candidate did.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateOutcome {
    /// How long it stayed silent, from the beginning of the trouble, in seconds.
    pub silence: SurvivalCurve,
    /// Nights in which it fired before the trouble began.
    pub early: usize,
    /// Nights in which it fired before 99 % of those were out who ever were at once.
    pub before_full_blast: usize,
    /// Devices without data when it fired, the middle one of all nights; where it never did, the most
    /// that were out at once.
    pub out_at_detection: f64,
    /// Device-minutes lost after it fired, which an instant stop would have saved; the middle one of
    /// all nights, nothing where it never fired.
    pub preventable_minutes: f64,
}

/// The candidates: their rules, their limits, and what is normal for each.
pub(super) type Posts<'a> = (&'a [Alarm], &'a [Calibrated], &'a [Option<Arc<Profile>>]);

/// Run the nights of a scenario, and let every candidate watch.
pub(super) fn nights(
    scenario: &Scenario,
    plan: &DetectPlan,
    (alarms, calibrated, profiles): Posts<'_>,
    overseer: &Overseer<'_>,
) -> Result<NightOutcome, WatchError> {
    let first = scenario.file().seed;
    let tasks = (0..plan.nights as u64).map(|night| Task {
        scenario,
        seed: first + night,
        looker: Watchman::new(alarms, profiles),
    });
    let done = run_all(tasks.collect(), overseer)?;
    let nights: Vec<Night> = done
        .into_iter()
        .map(|(watchman, result)| Night::of(watchman.traces(), &result))
        .collect();
    let reference = scenario.reference();
    let horizon = SimTime::ZERO + scenario.file().horizon;
    let blasts: Vec<f64> = nights
        .iter()
        .filter_map(|night| night.full_blast_s)
        .collect();
    Ok(NightOutcome {
        scenario: scenario.file().name.clone(),
        nights: nights.len(),
        watched_s: horizon.since(reference).as_secs_f64(),
        full_blast_s: middle(blasts),
        peak_devices: middle(nights.iter().map(|night| night.peak)).unwrap_or(0.0),
        lost_minutes: middle(nights.iter().map(|night| night.lost)).unwrap_or(0.0),
        candidates: (0..calibrated.len())
            .map(|index| outcome(&nights, index, &calibrated[index]))
            .collect(),
    })
}

/// The middle one; none of none.
fn middle(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.into_iter().collect();
    quantile(&sorted(&values), 0.5)
}

/// One night: what candidates made of it, and what was true.
struct Night {
    traces: Vec<Trace>,
    reference: SimTime,
    horizon: SimTime,
    /// Times, devices out and device-minutes lost so far, at scale 1.
    course: Vec<(SimTime, f64, f64)>,
    full_blast_s: Option<f64>,
    peak: f64,
    lost: f64,
}

impl Night {
    fn of(traces: Vec<Trace>, result: &RunResult) -> Self {
        let impact = &result.impact;
        let course = course(impact);
        let peak = course.iter().map(|at| at.1).fold(0.0, f64::max);
        let full = course.iter().find(|at| peak > 0.0 && at.1 >= 0.99 * peak);
        Self {
            traces,
            reference: impact.reference,
            horizon: result.horizon,
            full_blast_s: full.map(|at| at.0.since(impact.reference).as_secs_f64()),
            peak,
            lost: course.last().map_or(0.0, |at| at.2),
            course,
        }
    }

    /// Devices out and device-minutes lost at an instant, as of the last sample before it.
    fn at(&self, at: SimTime) -> (f64, f64) {
        let after = self.course.partition_point(|sample| sample.0 <= at);
        let before = after.checked_sub(1).map(|index| self.course[index]);
        before.map_or((0.0, 0.0), |(_, out, lost)| (out, lost))
    }

    /// The instant at which a candidate fired, at or after the beginning of the trouble.
    fn fired(&self, index: usize, of: &Calibrated) -> Option<SimTime> {
        let trace = &self.traces[index];
        let look = trace.first_raised(of.limit, of.hold, looks_until(self.reference))?;
        Some(instant(look))
    }

    fn fired_early(&self, index: usize, of: &Calibrated) -> bool {
        let mut episodes = self.traces[index].episodes(of.limit, of.hold).into_iter();
        episodes.any(|episode| episode.raised < looks_until(self.reference))
    }
}

/// The first look is one interval after the start.
fn instant(look: usize) -> SimTime {
    SimTime::from_us((look as u64 + 1) * LOOK.as_us())
}

/// The first look that is not before an instant.
fn looks_until(at: SimTime) -> usize {
    let whole = at.as_us().div_ceil(LOOK.as_us());
    usize::try_from(whole.saturating_sub(1)).unwrap_or(usize::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn course(impact: &Impact) -> Vec<(SimTime, f64, f64)> {
    let data = Service::Data as usize;
    let minute_us = Span::from_minutes(1).as_us() as f64;
    let samples = impact.series.at.iter().zip(impact.series.group(None));
    let rows = samples.map(|(at, counts)| {
        let out = counts.out[data] as f64 / impact.scale;
        let lost = counts.lost_device_us[data] as f64 / impact.scale / minute_us;
        (*at, out, lost)
    });
    rows.collect()
}

fn outcome(nights: &[Night], index: usize, of: &Calibrated) -> CandidateOutcome {
    let fired: Vec<Option<SimTime>> = nights.iter().map(|night| night.fired(index, of)).collect();
    let pairs = || nights.iter().zip(&fired);
    let silences: Vec<Duration> = pairs()
        .map(|(night, fired)| Duration {
            time: fired
                .unwrap_or(night.horizon)
                .since(night.reference)
                .as_secs_f64(),
            happened: fired.is_some(),
        })
        .collect();
    let is_before = |(night, fired): &(&Night, &Option<SimTime>)| {
        let after = fired.map(|at| at.since(night.reference).as_secs_f64());
        after.is_some_and(|after| night.full_blast_s.is_some_and(|blast| after < blast))
    };
    let out = pairs().map(|(night, fired)| fired.map_or(night.peak, |at| night.at(at).0));
    let saved = pairs().map(|(night, fired)| fired.map_or(0.0, |at| night.lost - night.at(at).1));
    CandidateOutcome {
        silence: survival(&silences, 0.95),
        early: nights
            .iter()
            .filter(|night| night.fired_early(index, of))
            .count(),
        before_full_blast: pairs().filter(is_before).count(),
        out_at_detection: middle(out).unwrap_or(0.0),
        preventable_minutes: middle(saved).unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::statistics::Interval;
    use super::*;

    /// A night of two hours that goes wrong after one: a hundred more devices are out with every minute, for ten
    /// minutes, and stay so. The score of the one candidate is at its limit at these looks.
    fn night(met: &[usize]) -> Night {
        let mut scores = vec![Some(0.0); 120];
        for &look in met {
            scores[look] = Some(1.0);
        }
        let at = |minute: u32| SimTime::ZERO + Span::from_minutes(u64::from(minute));
        let out = |minute: u32| 100.0 * f64::from(minute.saturating_sub(60).min(10));
        let mut lost = 0.0;
        let course = (0..=120).map(|minute| {
            lost += out(minute);
            (at(minute), out(minute), lost)
        });
        let course: Vec<(SimTime, f64, f64)> = course.collect();
        Night {
            traces: vec![Trace { scores }],
            reference: at(60),
            horizon: at(120),
            full_blast_s: Some(600.0),
            peak: 1_000.0,
            lost,
            course,
        }
    }

    fn candidate() -> Calibrated {
        Calibrated {
            name: "one".to_owned(),
            detector: "threshold",
            metric: "RSR".to_owned(),
            unit: "value",
            is_calibrated: true,
            obstacle: None,
            limit: 1.0,
            limit_text: "1".to_owned(),
            hold: 0,
            calibration_alarms: 0,
            check_alarms: 0,
            alarms_per_day: Interval {
                low: 0.0,
                high: 1.0,
            },
            floor: None,
            floor_15min: None,
        }
    }

    #[test]
    fn silent_nights_count_as_long_as_they_lasted_and_never_drop_out() {
        // Looks are at the end of each minute: the 64th minute ends at look 63. One night is silent, one has an
        // alarm before the trouble and none after it.
        let nights = [night(&[63]), night(&[69]), night(&[]), night(&[10])];
        let found = outcome(&nights, 0, &candidate());
        assert_eq!((found.silence.watched, found.silence.happened), (4, 2));
        let steps: Vec<(f64, f64)> = found
            .silence
            .steps
            .iter()
            .map(|s| (s.time, s.survival))
            .collect();
        assert_eq!(steps, [(240.0, 0.75), (600.0, 0.5)]);
        // A mean over the two that fired would say seven minutes; the middle one of all is ten, three in four never.
        assert_eq!(found.silence.time_of(0.5), Some(600.0));
        assert_eq!(found.silence.time_of(0.75), None);
        assert_eq!((found.early, found.before_full_blast), (1, 1));
        // 400, 1,000 and twice the peak, as nobody was told.
        assert!((found.out_at_detection - 1_000.0).abs() < 1e-9);
        // Nothing could be saved in the two silent nights; in the others what was lost afterwards.
        let saved = nights[1].lost - nights[1].at(SimTime::ZERO + Span::from_minutes(70)).1;
        assert!((saved - 50_000.0).abs() < 1e-6, "{saved}");
        assert!(
            (found.preventable_minutes - saved / 2.0).abs() < 1e-6,
            "{found:?}"
        );
    }

    #[test]
    fn where_nobody_was_ever_told_everything_is_lost() {
        let found = outcome(&[night(&[]), night(&[])], 0, &candidate());
        assert_eq!((found.silence.happened, found.before_full_blast), (0, 0));
        assert_eq!(found.silence.time_of(0.01), None);
        assert!((found.out_at_detection - 1_000.0).abs() < 1e-9);
        assert!(found.preventable_minutes.abs() < 1e-9);
    }
}
