//! The new version crashes some time after it started, again and again: it passes a short soak.
//!
//! Real cases: AT&T, 15 January 1990 (new code ran for a month before a timing coincidence crashed the
//! 4ESS switches again and again, 9 h); KDDI, April 2013 (MME resets on small fragments).
//!
//! Invariant: it never crashes before its dwell time has passed since the last start.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Mean, Share, Span};

use super::{local, restarts};
use crate::fault::{Defect, Effect, FaultSpec, Finding, Removal, Trigger};

/// The new version crashes some time after each start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CrashAfterDwell {
    /// Time from a start to the crash.
    pub dwell: Delay,
    /// Time from the crash until the element serves again.
    pub restart_time: Delay,
    /// Share of its contexts that it loses in a crash.
    pub contexts_lost: Share,
}

impl Default for CrashAfterDwell {
    fn default() -> Self {
        Self {
            dwell: Delay::Exponential {
                exponential: Mean {
                    mean: Span::from_hours(6),
                },
            },
            restart_time: Delay::Fixed(Span::from_minutes(5)),
            contexts_lost: Share::ALL,
        }
    }
}

impl Defect for CrashAfterDwell {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::Crash, Effect::DropContexts(self.contexts_lost)];
        let base = local("crash-after-dwell", Trigger::Dwell(self.dwell), effects);
        FaultSpec {
            removal: Removal {
                by_itself: Some(restarts(self.restart_time, None)),
                ..base.removal
            },
            ..base
        }
    }

    fn findings(&self) -> Vec<Finding> {
        // A loop that takes no time would never let the clock move on.
        if self.restart_time.mean().is_zero() {
            let allowed = "a delay above 0s";
            return vec![("restart_time".into(), "0s".into(), allowed.into())];
        }
        Vec::new()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"dwell": "20m", "restart_time": "3m"}}"#,
            r#"{"of": {"dwell": {"exponential": {"mean": "20m"}}}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::{Command, ElementStatus};

    #[test]
    fn it_crashes_on_its_beat_until_it_is_rolled_back() {
        let mut bench = Bench::new(small_network(), 1);
        let amf = bench.node("amf-a1");
        let defect = CrashAfterDwell {
            dwell: Delay::Fixed(Span::from_minutes(55)),
            ..CrashAfterDwell::default()
        };
        bench.inject(defect.fault(), &[amf], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(4.0 * 3600.0));
        let down = Command::SetStatus {
            node: amf,
            status: ElementStatus::Down,
        };
        let minutes: Vec<f64> = bench
            .when(&down)
            .iter()
            .map(|at| at.as_minutes_f64())
            .collect();
        assert_eq!(minutes, [55.0, 115.0, 175.0, 235.0]);
        bench.remove_origin(amf);
        bench.run_until(SimTime::from_secs(86_400.0));
        assert_eq!(bench.status(amf), ElementStatus::Up);
        assert_eq!(bench.when(&down).len(), 4);
    }

    #[test]
    fn dwell_times_differ_between_elements_and_have_the_mean() {
        let crash = CrashAfterDwell::default();
        let mut first = Vec::new();
        for seed in 0..200 {
            let mut bench = Bench::new(small_network(), seed);
            let nodes = [bench.node("amf-a1"), bench.node("amf-b1")];
            bench.inject(crash.fault(), &nodes, SimTime::ZERO);
            bench.run_until(SimTime::from_secs(1e7));
            for node in nodes {
                let status = ElementStatus::Down;
                first.push(bench.when(&Command::SetStatus { node, status })[0]);
            }
        }
        assert!(first.chunks(2).all(|pair| pair[0] != pair[1]));
        let mean = first.iter().map(|at| at.as_secs_f64()).sum::<f64>() / 400.0;
        // Standard deviation of the mean of 400 exponentials: 5 %.
        assert!((0.8..1.2).contains(&(mean / 21_600.0)), "{mean}");
    }

    #[test]
    fn a_loop_without_time_is_refused() {
        let restart_time = Delay::ZERO;
        let defect = CrashAfterDwell {
            restart_time,
            ..CrashAfterDwell::default()
        };
        assert_eq!(defect.findings()[0].0, "restart_time");
    }
}
