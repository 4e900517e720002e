//! What a metric says, report by report, as deviations from normal.
//!
//! Invariant: each report counts once; nothing is said before normal is known.

use std::sync::Arc;

use crate::base::{SimTime, Span};
use crate::telemetry::{Observed, OperatorView};

use super::super::alarm::Watch;
use super::super::baseline::Baseline;
use super::super::profile::Profile;
use super::{Seen, newest};

/// What normal is learnt from where no days are known and the rule does not say.
const BASELINE: Span = Span::from_hours(1);

/// Follows a metric.
#[derive(Clone, Debug)]
pub(super) struct Deviations {
    baseline: Baseline,
    seen: Seen,
    is_told: bool,
}

impl Deviations {
    pub(super) fn new(watch: &Watch, days: Option<&Arc<Profile>>) -> Self {
        Self {
            baseline: Baseline::new(days, watch.tuning.baseline.unwrap_or(BASELINE)),
            seen: Seen::default(),
            is_told: false,
        }
    }

    /// The newest value; if it is new, its deviation goes to `take`. None while it is not known what is normal.
    pub(super) fn follow(
        &mut self,
        watch: &Watch,
        (view, now): (&OperatorView, SimTime),
        take: impl FnOnce(f64),
    ) -> Option<Observed> {
        let observed = newest(watch, view, now)?;
        if self.seen.is_new(&observed) {
            let deviation = self.baseline.deviation(watch.metric, &observed);
            self.is_told = deviation.is_some();
            deviation.map(take);
        }
        self.is_told.then_some(observed)
    }
}
