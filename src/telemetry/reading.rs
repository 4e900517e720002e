//! Reports read for what they say: an element's registrations, a region's subscribers, its towers.
//!
//! Invariant: a report of another kind says nothing of it.

use super::columns::{
    CAUSES, CLASS_COLUMNS, ClassColumn, FUNCTION_COLUMNS, FunctionColumn, TOWER_COLUMNS,
};
use super::pipeline::{Report, Source};

/// The words for the causes that are counted one by one (TS 24.501 §9.11.3.2), in their order.
pub const CAUSE_WORDS: [&str; CAUSES] =
    ["3", "7", "9", "10", "11", "17", "22", "27", "111", "other"];

/// What an element reports of one period; counts at full scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ElementReading {
    /// Whether it serves.
    pub is_up: bool,
    /// Requests of any kind that arrived.
    pub arrived: f64,
    /// Requests of any kind that came to nothing at a full queue.
    pub dropped: f64,
    /// Initial registrations asked of it.
    pub requested: f64,
    /// Initial registrations that it accepted.
    pub accepted: f64,
    /// Contexts that ended: by their devices, by the subscriber database, by the element itself.
    pub detached: [f64; 3],
    /// Initial registrations that it rejected, by cause ([`CAUSE_WORDS`]).
    pub rejected: [f64; CAUSES],
}

impl Report {
    /// What an element reports; none if no element sent this.
    pub fn element(&self) -> Option<ElementReading> {
        let is_element = matches!(self.source, Source::Function(_));
        if !is_element || self.values.len() < FUNCTION_COLUMNS {
            return None;
        }
        let value = |column: FunctionColumn| self.values[column as usize];
        let first = FunctionColumn::RegRejectedCauses as usize;
        let cause = |place| self.values[first + place] + self.values[first + CAUSES + place];
        Some(ElementReading {
            is_up: value(FunctionColumn::Up) > 0.5,
            arrived: value(FunctionColumn::Arrived),
            dropped: value(FunctionColumn::Dropped),
            requested: value(FunctionColumn::RegRequested),
            accepted: value(FunctionColumn::RegAccepted),
            detached: [
                FunctionColumn::DetachedByDevice,
                FunctionColumn::DetachedBySubscriberData,
                FunctionColumn::DetachedImplicitly,
            ]
            .map(value),
            rejected: std::array::from_fn(cause),
        })
    }

    /// Subscribers known and registered in a region; none if no region sent this.
    pub fn subscribers(&self) -> Option<(f64, f64)> {
        if !matches!(self.source, Source::Region(_)) {
            return None;
        }
        let sum = |column: ClassColumn| {
            let classes = self.values.chunks(CLASS_COLUMNS);
            classes.map(|class| class[column as usize]).sum()
        };
        Some((sum(ClassColumn::Devices), sum(ClassColumn::Registered)))
    }

    /// Calls attempted and blocked, emergency calls attempted and blocked, in a region; none if no region sent
    /// this.
    pub fn calls(&self) -> Option<[f64; 4]> {
        if !matches!(self.source, Source::Region(_)) {
            return None;
        }
        let sum = |column: ClassColumn| {
            let classes = self.values.chunks(CLASS_COLUMNS);
            classes.map(|class| class[column as usize]).sum()
        };
        let columns = [
            ClassColumn::Calls,
            ClassColumn::CallsBlocked,
            ClassColumn::EmergencyCalls,
            ClassColumn::EmergencyBlocked,
        ];
        Some(columns.map(sum))
    }

    /// Connections for signalling asked of each tower of a region; none if this is no report of towers.
    pub fn tower_signalling(&self) -> Option<impl Iterator<Item = f64> + '_> {
        let is_towers = matches!(self.source, Source::Towers(_));
        is_towers.then(|| self.values.chunks(TOWER_COLUMNS).map(|tower| tower[0]))
    }
}
