//! What one report carries: the counters an operator's systems keep, and no more of the truth.
//!
//! Who is without service, and for how long, is not among them: no operator counts that.
//!
//! Invariant: the only file beside the pipeline that reads the world's counters.

use crate::base::Span;
use crate::network::{ClassCounts, FunctionCounts};

/// A counter (grows for ever, reported as the increase over the period) or a gauge (reported as it
/// is at the end of the period) of the devices of one class in one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum ClassColumn {
    Devices,
    Registered,
    ImsRegistered,
    RegistrationAttempts,
    RegistrationSuccesses,
    RegistrationRejects,
    PeriodicUpdates,
    ImsAttempts,
    ImsSuccesses,
    Calls,
    CallsBlocked,
    EmergencyCalls,
    EmergencyBlocked,
}

/// Columns of a class.
pub(super) const CLASS_COLUMNS: usize = 13;
/// The first columns of a class are gauges, the others counters.
const CLASS_GAUGES: usize = 3;

/// A counter or gauge of one core element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum FunctionColumn {
    BacklogUs,
    Up,
    Arrived,
    Served,
    Dropped,
    Rejected,
    Wasted,
    BusyUs,
}

/// Columns of a core element.
pub(super) const FUNCTION_COLUMNS: usize = 8;
/// The first columns of an element are gauges, the others counters.
const FUNCTION_GAUGES: usize = 2;
/// The columns that count simulated requests.
const REQUEST_COLUMNS: [FunctionColumn; 5] = [
    FunctionColumn::Arrived,
    FunctionColumn::Served,
    FunctionColumn::Dropped,
    FunctionColumn::Rejected,
    FunctionColumn::Wasted,
];

/// The totals of a class, column by column.
pub(super) fn class_totals(counts: &ClassCounts) -> [u64; CLASS_COLUMNS] {
    [
        counts.devices,
        counts.registered,
        counts.ims_registered,
        counts.registration_attempts,
        counts.registration_successes,
        counts.registration_rejects,
        counts.periodic_updates,
        counts.ims_attempts,
        counts.ims_successes,
        counts.calls,
        counts.calls_blocked,
        counts.emergency_calls,
        counts.emergency_blocked,
    ]
}

/// The totals of an element, column by column.
pub(super) fn function_totals(counts: &FunctionCounts) -> [u64; FUNCTION_COLUMNS] {
    [
        counts.backlog_us,
        u64::from(counts.up),
        counts.arrived,
        counts.served,
        counts.dropped,
        counts.rejected,
        counts.wasted,
        counts.busy_us,
    ]
}

/// The report of one class: gauges as they are, counters since `before`; at full scale.
pub(super) fn class_values(now: &[u64], before: Option<&[u64]>, per_device: f64) -> Vec<f64> {
    values(now, before, CLASS_GAUGES)
        .into_iter()
        .map(|value| value * per_device)
        .collect()
}

/// The report of one element over a period. Requests are brought to full scale; time spent is full
/// time already, because a scaled request occupies its server longer. The background load of the
/// period is taken to be what it is at its end.
pub(super) fn function_values(
    counts: &FunctionCounts,
    before: Option<&[u64]>,
    period: Span,
    per_device: f64,
) -> Vec<f64> {
    let mut values = values(&function_totals(counts), before, FUNCTION_GAUGES);
    for column in REQUEST_COLUMNS {
        values[column as usize] *= per_device;
    }
    values[FunctionColumn::BusyUs as usize] += counts.background * as_number(period.as_us());
    values
}

fn values(now: &[u64], before: Option<&[u64]>, gauges: usize) -> Vec<f64> {
    now.iter()
        .enumerate()
        .map(|(column, &total)| {
            let earlier = before.and_then(|totals| totals.get(column)).copied();
            as_number(match earlier {
                Some(earlier) if column >= gauges => increase(earlier, total),
                _ => total,
            })
        })
        .collect()
}

/// How much a counter grew. One that is smaller than before has been reset, and has counted from
/// nothing since.
fn increase(before: u64, now: u64) -> u64 {
    now.checked_sub(before).unwrap_or(now)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counters of one period are far below 2^53"
)]
fn as_number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_differences_and_gauges_are_not() {
        let before = class_totals(&ClassCounts {
            devices: 10,
            registered: 9,
            calls: 100,
            ..ClassCounts::default()
        });
        let now = class_totals(&ClassCounts {
            devices: 10,
            registered: 4,
            calls: 130,
            ..ClassCounts::default()
        });
        let values = class_values(&now, Some(&before), 100.0);
        assert_eq!(values.len(), CLASS_COLUMNS);
        assert!((values[ClassColumn::Registered as usize] - 400.0).abs() < 1e-9);
        assert!((values[ClassColumn::Calls as usize] - 3_000.0).abs() < 1e-9);
    }

    #[test]
    fn a_counter_that_was_reset_counts_from_nothing() {
        assert_eq!(increase(1_000, 7), 7);
        assert_eq!(increase(7, 1_000), 993);
    }

    #[test]
    fn time_spent_is_not_scaled() {
        let counts = FunctionCounts {
            arrived: 5,
            busy_us: 700,
            background: 0.25,
            up: true,
            ..FunctionCounts::default()
        };
        let values = function_values(&counts, None, Span::from_us(1_000), 100.0);
        assert!((values[FunctionColumn::Arrived as usize] - 500.0).abs() < 1e-9);
        assert!((values[FunctionColumn::BusyUs as usize] - 950.0).abs() < 1e-9);
        assert!((values[FunctionColumn::Up as usize] - 1.0).abs() < 1e-9);
    }
}
