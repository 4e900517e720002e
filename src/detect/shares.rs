//! Which metrics are shares of events, and which way round: what tests of counts need to know.
//!
//! Invariant: a share that nobody counted events for is no share.

use crate::telemetry::{Metric, Observed};

/// Events that went well or badly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// All of them.
    pub events: f64,
    /// Those that went badly.
    pub bad: f64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            bad: self.bad + other.bad,
        }
    }

    /// The share that went badly; none of nothing.
    pub fn bad_share(self) -> Option<f64> {
        (self.events > 0.0).then(|| self.bad / self.events)
    }
}

/// Whether a metric is a share of events, and if so whether they went well.
pub fn counts_successes(metric: Metric) -> Option<bool> {
    match metric {
        Metric::Rsr
        | Metric::ElementRsr
        | Metric::CallSuccessRate
        | Metric::EmergencyCallSuccessRate => Some(true),
        Metric::DropShare | Metric::RejectShare | Metric::WastedShare => Some(false),
        _ => None,
    }
}

/// The events behind a value, as many as were simulated: luck evens out over those alone. A value
/// outside 0 to 1 (successes of attempts made in the period before) is taken as the nearest share.
pub(super) fn tally(metric: Metric, observed: &Observed) -> Option<Tally> {
    let share = observed.value.clamp(0.0, 1.0);
    let bad = if counts_successes(metric)? {
        1.0 - share
    } else {
        share
    };
    Some(Tally {
        events: observed.samples,
        bad: bad * observed.samples,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;

    #[test]
    fn good_and_bad_shares_count_the_same_events() {
        let observed = |value| Observed {
            value,
            at: SimTime::ZERO,
            samples: 200.0,
        };
        let bad = |metric, value| tally(metric, &observed(value)).map(|t| t.bad.round());
        assert_eq!(bad(Metric::Rsr, 0.9), Some(20.0));
        assert_eq!(bad(Metric::DropShare, 0.1), Some(20.0));
        assert_eq!(
            bad(Metric::Rsr, 1.1),
            Some(0.0),
            "late answers are no negative failures"
        );
        assert_eq!(bad(Metric::QueueWait, 0.1), None);
        assert_eq!(Tally::default().bad_share(), None, "nothing of nothing");
    }
}
