//! One core element as its reports show it.
//!
//! Invariant: a state is the fold of the element's delivered reports, in their order.

use crate::base::{NodeId, SimTime};
use crate::telemetry::ElementReading;

/// One core element, at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Element {
    /// Which.
    pub node: NodeId,
    /// What it does, by its word in topologies.
    pub function: &'static str,
    /// When it was first seen to fail after it had been well, in seconds.
    pub failed_s: Option<f64>,
    /// Whether it runs (or, if it has failed, ran when it failed) another release than at the start.
    pub is_changed: bool,
    /// Edges of the graph between it and the element that failed first; none before one has failed.
    pub hops: Option<u32>,
}

/// An element that is watched.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// As far as here its reports are taken in.
    pub(super) seen_to: Option<SimTime>,
    pub(super) element: Element,
    was_well: bool,
}

/// An element fails if it serves no more, or accepts less than half of at least so many requests
/// (as simulated; assumed).
const ENOUGH: f64 = 20.0;

impl Watched {
    pub(super) fn new(node: NodeId, function: &'static str) -> Self {
        Self {
            element: Element {
                node,
                function,
                ..Element::default()
            },
            ..Self::default()
        }
    }

    /// Take in what it reports of a period that ended at `at`.
    pub(super) fn take(&mut self, at: SimTime, reading: &ElementReading, told: Told) {
        self.seen_to = Some(at);
        let asked = reading.requested * told.scale;
        let refuses = asked >= ENOUGH && reading.accepted < 0.5 * reading.requested;
        let fails = !reading.is_up || refuses;
        if told.is_changed && !self.element.is_changed {
            // It was out of service to be changed: that was no failure.
            self.element.failed_s = None;
            self.element.is_changed = true;
            self.was_well = false;
        }
        if self.element.failed_s.is_some() {
            return;
        }
        self.element.is_changed = told.is_changed;
        if fails && self.was_well {
            self.element.failed_s = Some(at.as_secs_f64());
        }
        self.was_well |= !fails;
    }
}

/// What is known of an element beside its counters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// Simulated devices per device.
    pub(super) scale: f64,
    /// Whether it names another release than at the start.
    pub(super) is_changed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: ElementReading = ElementReading {
        is_up: true,
        arrived: 0.0,
        dropped: 0.0,
        requested: 100.0,
        accepted: 99.0,
        detached: [0.0; 3],
        rejected: [0.0; crate::telemetry::CAUSE_WORDS.len()],
    };

    #[test]
    fn being_changed_is_no_failure() {
        let down = ElementReading {
            is_up: false,
            ..WELL
        };
        let mut watched = Watched::new(NodeId(1), "amf");
        let mut minute = 0.0;
        let mut pass = |reading, is_changed| {
            minute += 1.0;
            let told = Told {
                scale: 1.0,
                is_changed,
            };
            watched.take(SimTime::from_secs(60.0 * minute), reading, told);
            watched.element.failed_s
        };
        pass(&WELL, false);
        assert_eq!(pass(&down, false), Some(120.0), "nobody has said why yet");
        assert_eq!(pass(&WELL, true), None);
        assert_eq!(pass(&down, true), Some(240.0), "the new release fails");
        assert_eq!(pass(&WELL, false), Some(240.0), "and was taken back");
    }

    fn failed_s(readings: &[ElementReading], scale: f64) -> Option<f64> {
        let mut watched = Watched::new(NodeId(1), "amf");
        let told = Told {
            scale,
            is_changed: false,
        };
        for (reading, minute) in readings.iter().zip(1_u32..) {
            watched.take(SimTime::from_secs(60.0 * f64::from(minute)), reading, told);
        }
        watched.element.failed_s
    }

    #[test]
    fn it_fails_when_it_is_down_or_refuses_and_once() {
        let down = ElementReading {
            is_up: false,
            ..WELL
        };
        let refuses = ElementReading {
            accepted: 10.0,
            ..WELL
        };
        assert_eq!(failed_s(&[WELL, WELL], 1.0), None);
        assert_eq!(failed_s(&[WELL, down, WELL, down], 1.0), Some(120.0));
        assert_eq!(failed_s(&[WELL, WELL, refuses], 1.0), Some(180.0));
        assert_eq!(failed_s(&[WELL, refuses], 0.1), None, "ten were simulated");
        assert_eq!(failed_s(&[down, down], 1.0), None, "it never was well");
        assert_eq!(failed_s(&[], 1.0), None);
    }
}
