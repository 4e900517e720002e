//! Counting measurements to an outcome, as Argo Rollouts' analysis controller does
//! (argo-rollouts `docs/features/analysis.md`, `specification.md`).
//!
//! Invariant: a pure state machine; a gate that has come to an outcome never changes it.

use super::gate::{GateSpec, Measurement, OnNoData};

/// What a gate has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GateOutcome {
    /// Measures on.
    #[default]
    Running,
    /// The stage may go on.
    Passed,
    /// The stage has failed.
    Failed,
    /// Somebody must decide.
    Inconclusive,
}

/// The counters of one gate in one stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GateRun {
    measured: u32,
    failed: u32,
    inconclusive: u32,
    without_data_in_row: u32,
    good_in_row: u32,
    outcome: GateOutcome,
}

impl GateRun {
    /// What it has come to.
    pub const fn outcome(&self) -> GateOutcome {
        self.outcome
    }

    /// Counts a measurement.
    pub fn take(&mut self, gate: &GateSpec, measurement: Measurement) -> GateOutcome {
        if self.outcome == GateOutcome::Running {
            self.count(gate, measurement);
            self.outcome = self.assess(gate);
        }
        self.outcome
    }

    /// Ends the gate early: what has not failed by now has passed.
    pub fn terminate(&mut self) -> GateOutcome {
        if self.outcome == GateOutcome::Running {
            self.outcome = GateOutcome::Passed;
        }
        self.outcome
    }

    /// Somebody decided that the stage goes on whatever the gate says.
    pub const fn override_it(&mut self) {
        self.outcome = GateOutcome::Passed;
    }

    fn count(&mut self, gate: &GateSpec, measurement: Measurement) {
        let lenient = gate.on_no_data == OnNoData::Pass;
        match measurement {
            Measurement::NoData if !lenient => {
                self.without_data_in_row += 1;
                self.good_in_row = 0;
                return;
            }
            Measurement::Successful(_) | Measurement::NoData => self.good_in_row += 1,
            Measurement::Failed(_) => {
                self.failed += 1;
                self.good_in_row = 0;
            }
            Measurement::Inconclusive(_) => {
                self.inconclusive += 1;
                self.good_in_row = 0;
            }
        }
        self.without_data_in_row = 0;
        self.measured += 1;
    }

    /// Failure beats inconclusive, both beat success.
    fn assess(&self, gate: &GateSpec) -> GateOutcome {
        let counted = gate.count.is_some_and(|count| self.measured >= count);
        let enough = |limit| self.good_in_row >= limit;
        if gate.failure_limit.is_some_and(|limit| self.failed > limit) {
            GateOutcome::Failed
        } else if self.inconclusive > gate.inconclusive_limit {
            GateOutcome::Inconclusive
        } else if self.without_data_in_row > gate.error_limit {
            match gate.on_no_data {
                OnNoData::Fail => GateOutcome::Failed,
                OnNoData::Pause | OnNoData::Pass => GateOutcome::Inconclusive,
            }
        } else if gate.consecutive_success_limit.is_some_and(enough) {
            GateOutcome::Passed
        } else if counted && gate.consecutive_success_limit.is_some() {
            GateOutcome::Inconclusive
        } else if counted {
            GateOutcome::Passed
        } else {
            GateOutcome::Running
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use GateOutcome::{Failed, Inconclusive, Passed, Running};

    fn gate(count: u32) -> GateSpec {
        GateSpec {
            count: Some(count),
            ..GateSpec::new("RSR")
        }
    }

    /// Outcomes after each of a row of measurements: `s`uccess, `f`ailure, `i`nconclusive, `n`o data.
    fn run(gate: &GateSpec, row: &str) -> Vec<GateOutcome> {
        let mut run = GateRun::default();
        row.chars()
            .map(|c| {
                run.take(
                    gate,
                    match c {
                        's' => Measurement::Successful(1.0),
                        'f' => Measurement::Failed(0.0),
                        'i' => Measurement::Inconclusive(0.5),
                        _ => Measurement::NoData,
                    },
                )
            })
            .collect()
    }

    #[test]
    fn it_passes_at_its_count_and_stays_so() {
        assert_eq!(run(&gate(2), "ssf"), [Running, Passed, Passed]);
    }

    #[test]
    fn the_first_failure_fails_it_unless_tolerated() {
        assert_eq!(run(&gate(3), "sf"), [Running, Failed]);
        let tolerant = GateSpec {
            failure_limit: Some(1),
            ..gate(3)
        };
        assert_eq!(run(&tolerant, "fsf")[2], Failed);
        assert_eq!(run(&tolerant, "fss")[2], Passed);
        let blind = GateSpec {
            failure_limit: None,
            ..gate(3)
        };
        assert_eq!(run(&blind, "fff")[2], Passed);
    }

    #[test]
    fn doubt_beyond_its_limit_waits_for_a_person() {
        assert_eq!(run(&gate(3), "i"), [Inconclusive]);
        let patient = GateSpec {
            inconclusive_limit: 3,
            ..gate(5)
        };
        assert_eq!(run(&patient, "iiis")[3], Running);
        assert_eq!(run(&patient, "iiii")[3], Inconclusive);
    }

    #[test]
    fn silence_counts_in_a_row_only_and_never_towards_the_count() {
        assert_eq!(run(&gate(2), "nnnnsnnnns")[9], Passed);
        assert_eq!(run(&gate(2), "nnnnn")[3..], [Running, Inconclusive]);
        let strict = GateSpec {
            on_no_data: OnNoData::Fail,
            ..gate(2)
        };
        assert_eq!(run(&strict, "nnnnn")[4], Failed);
        let trusting = GateSpec {
            on_no_data: OnNoData::Pass,
            ..gate(2)
        };
        assert_eq!(run(&trusting, "nn")[1], Passed);
    }

    #[test]
    fn good_ones_in_a_row_pass_it_early_or_not_at_all() {
        let eager = GateSpec {
            consecutive_success_limit: Some(2),
            failure_limit: Some(9),
            ..gate(6)
        };
        assert_eq!(run(&eager, "sfss")[3], Passed);
        assert_eq!(run(&eager, "sfsfsf")[5], Inconclusive);
    }

    #[test]
    fn ending_it_early_passes_what_has_not_failed() {
        let mut fresh = GateRun::default();
        assert_eq!(fresh.terminate(), Passed);
        let mut failed = GateRun::default();
        failed.take(&gate(2), Measurement::Failed(0.0));
        assert_eq!(failed.terminate(), Failed);
    }
}
