//! What became of each gate of each stage: when it began, what it saw, when it acted.
//!
//! Invariant: tells what happened; nothing is decided by it.

use crate::base::{SimTime, Span};

use super::gate::Measurement;
use super::gate_run::GateOutcome;

/// One gate of one stage, from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateEntry {
    /// The stage, by its place.
    pub stage: usize,
    /// The gate, by its place in the stage.
    pub gate: usize,
    /// When it began.
    pub started: SimTime,
    /// How long after the beginning of a trouble that shows fully and at once it can act at the
    /// earliest; none if it never can.
    pub floor: Option<Span>,
    /// Measurements with a value.
    pub measured: u32,
    /// Measurements without data.
    pub without_data: u32,
    /// When a measurement first failed.
    pub first_failed: Option<SimTime>,
    /// When it came to its outcome.
    pub acted: Option<SimTime>,
    /// What it came to.
    pub outcome: GateOutcome,
}

/// The gates that were started, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GateLog {
    entries: Vec<GateEntry>,
}

impl GateLog {
    pub(super) fn entries(&self) -> &[GateEntry] {
        &self.entries
    }

    pub(super) fn start(
        &mut self,
        (stage, gate): (usize, usize),
        started: SimTime,
        floor: Option<Span>,
    ) {
        self.entries.push(GateEntry {
            stage,
            gate,
            started,
            floor,
            measured: 0,
            without_data: 0,
            first_failed: None,
            acted: None,
            outcome: GateOutcome::Running,
        });
    }

    pub(super) fn measured(&mut self, which: (usize, usize), at: SimTime, what: Measurement) {
        let Some(entry) = self.find(which) else {
            return;
        };
        match what {
            Measurement::NoData => entry.without_data += 1,
            Measurement::Successful(_) | Measurement::Inconclusive(_) => entry.measured += 1,
            Measurement::Failed(_) => {
                entry.measured += 1;
                entry.first_failed.get_or_insert(at);
            }
        }
    }

    pub(super) fn concluded(&mut self, which: (usize, usize), at: SimTime, outcome: GateOutcome) {
        if let Some(entry) = self.find(which) {
            entry.acted = Some(at);
            entry.outcome = outcome;
        }
    }

    fn find(&mut self, (stage, gate): (usize, usize)) -> Option<&mut GateEntry> {
        let mut latest = self.entries.iter_mut().rev();
        latest.find(|entry| entry.stage == stage && entry.gate == gate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_what_each_gate_saw() {
        let mut log = GateLog::default();
        let at = SimTime::from_secs;
        log.start((0, 0), at(1.0), Some(Span::from_secs(65)));
        log.start((0, 1), at(1.0), None);
        log.measured((0, 0), at(2.0), Measurement::NoData);
        log.measured((0, 0), at(3.0), Measurement::Failed(0.0));
        log.measured((0, 0), at(4.0), Measurement::Failed(0.0));
        log.concluded((0, 0), at(4.0), GateOutcome::Failed);
        log.measured((7, 7), at(5.0), Measurement::NoData);
        let [first, second] = log.entries() else {
            panic!("two were started");
        };
        assert_eq!((first.measured, first.without_data), (2, 1));
        assert_eq!(
            (first.first_failed, first.acted),
            (Some(at(3.0)), Some(at(4.0)))
        );
        assert_eq!(second.outcome, GateOutcome::Running);
    }
}
