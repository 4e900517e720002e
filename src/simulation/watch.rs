//! What the operator's tools showed, kept beside the truth so that a reader can see both.
//!
//! Invariant: reads the operator's view alone, and changes nothing.

use crate::base::SimTime;
use crate::telemetry::{Metric, OperatorView, Place};

/// The metrics that are kept, of the whole network.
pub const WATCHED: [Metric; 4] = [
    Metric::RegisteredSubNbrMean,
    Metric::Rsr,
    Metric::RegistrationAttemptRate,
    Metric::CallsBlocked,
];

/// The newest values that could be seen at each instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    /// When somebody would have looked.
    pub at: Vec<SimTime>,
    /// Each of [`WATCHED`], instant by instant; none while nothing has arrived lately. Counts per period are
    /// per minute.
    pub values: [Vec<Option<f64>>; WATCHED.len()],
}

impl Watch {
    /// Keep what the view shows now.
    pub(super) fn look(&mut self, view: &OperatorView, now: SimTime) {
        self.at.push(now);
        for (metric, values) in WATCHED.iter().zip(&mut self.values) {
            let seen = view.value(*metric, Place::Network, now);
            let minutes = match metric {
                Metric::CallsBlocked => {
                    view.settings(metric.counted_of()).period.as_secs_f64() / 60.0
                }
                _ => 1.0,
            };
            values.push(seen.map(|seen| seen.value / minutes));
        }
    }
}
