//! What one report carries: the counters an operator's systems keep, and no more of the truth.
//!
//! Who is without service, and for how long, is not among them: no operator counts that.
//!
//! Invariant: the only file beside the pipeline that reads the world's counters.

use crate::base::Span;
use crate::network::{
    COUNTED_CAUSES, ClassCounts, FunctionCounts, INITIATORS, RegistrationCounts, TowerCounts,
};

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
    RegRequested,
    RegRequestedPriority,
    RegAccepted,
    RegAcceptedPriority,
    RegRejected,
    DetachedByDevice,
    DetachedByDevicePriority,
    DetachedBySubscriberData,
    DetachedBySubscriberDataPriority,
    DetachedImplicitly,
    DetachedImplicitlyPriority,
    /// The first of the rejects by cause: those of ordinary devices, then those of priority devices.
    RegRejectedCauses,
}

/// Causes that are counted: one by one, and the rest.
pub(super) const CAUSES: usize = COUNTED_CAUSES.len() + 1;
/// Columns of a core element; only AMF and MME count registrations.
pub(super) const FUNCTION_COLUMNS: usize = FunctionColumn::RegRejectedCauses as usize + 2 * CAUSES;
/// Columns of a tower: connections for signalling, for anything else, and refused.
pub(super) const TOWER_COLUMNS: usize = 3;
/// The first columns of an element are gauges, the others counters.
const FUNCTION_GAUGES: usize = 2;
/// The first column that counts simulated requests; all but [`FunctionColumn::BusyUs`] from here on do.
const FIRST_REQUESTS: usize = FunctionColumn::Arrived as usize;

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
pub(super) fn function_totals(
    counts: &FunctionCounts,
    registrations: Option<&RegistrationCounts>,
) -> Vec<u64> {
    let mut totals = vec![
        counts.backlog_us,
        u64::from(counts.up),
        counts.arrived,
        counts.served,
        counts.dropped,
        counts.rejected,
        counts.wasted,
        counts.busy_us,
    ];
    let none = RegistrationCounts::default();
    let registrations = registrations.unwrap_or(&none);
    totals.extend(with_sum(registrations.requested));
    totals.extend(with_sum(registrations.accepted));
    totals.push(registrations.rejected.iter().flatten().sum());
    let [ordinary, priority] = registrations.detached;
    for by in 0..INITIATORS {
        totals.extend(with_sum([ordinary[by], priority[by]]));
    }
    totals.extend(registrations.rejected.iter().flatten());
    totals
}

/// Both priorities together, and priority alone.
fn with_sum([ordinary, priority]: [u64; 2]) -> [u64; 2] {
    [ordinary + priority, priority]
}

/// The totals of a tower, column by column.
pub(super) fn tower_totals(counts: &TowerCounts) -> [u64; TOWER_COLUMNS] {
    [counts.signalling, counts.other, counts.refused].map(u64::from)
}

/// The report of some towers: counters since `before`, at full scale.
pub(super) fn tower_values(now: &[u64], before: Option<&[u64]>, per_device: f64) -> Vec<f64> {
    let values = values(now, before, 0).into_iter();
    values.map(|value| value * per_device).collect()
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
    (now, before): (&[u64], Option<&[u64]>),
    period: Span,
    per_device: f64,
) -> Vec<f64> {
    let mut values = values(now, before, FUNCTION_GAUGES);
    let busy = FunctionColumn::BusyUs as usize;
    for (column, value) in values.iter_mut().enumerate().skip(FIRST_REQUESTS) {
        if column != busy {
            *value *= per_device;
        }
    }
    values[busy] += counts.background * as_number(period.as_us());
    values
}

/// The report of an element that is out of service: its counters are lost.
pub(super) fn lost_values(now: &[u64]) -> Vec<f64> {
    let gauges = now
        .iter()
        .take(FUNCTION_GAUGES)
        .map(|&total| as_number(total));
    let lost = std::iter::repeat_n(0.0, now.len() - FUNCTION_GAUGES);
    gauges.chain(lost).collect()
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
        let totals = function_totals(&counts, None);
        let values = function_values(&counts, (&totals, None), Span::from_us(1_000), 100.0);
        assert_eq!(values.len(), FUNCTION_COLUMNS);
        assert!((values[FunctionColumn::Arrived as usize] - 500.0).abs() < 1e-9);
        assert!((values[FunctionColumn::BusyUs as usize] - 950.0).abs() < 1e-9);
        assert!((values[FunctionColumn::Up as usize] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn registrations_are_summed_and_kept_by_cause() {
        let mut registrations = RegistrationCounts {
            requested: [10, 3],
            accepted: [7, 2],
            ..RegistrationCounts::default()
        };
        registrations.detached = [[5, 40, 0], [1, 2, 3]];
        registrations.rejected[0][1] = 4;
        registrations.rejected[1][CAUSES - 1] = 5;
        let totals = function_totals(&FunctionCounts::default(), Some(&registrations));
        let at = |column: FunctionColumn| totals[column as usize];
        assert_eq!(at(FunctionColumn::RegRequested), 13);
        assert_eq!(at(FunctionColumn::RegAcceptedPriority), 2);
        assert_eq!(at(FunctionColumn::RegRejected), 9);
        assert_eq!(at(FunctionColumn::DetachedByDevice), 6);
        assert_eq!(at(FunctionColumn::DetachedBySubscriberData), 42);
        assert_eq!(at(FunctionColumn::DetachedBySubscriberDataPriority), 2);
        assert_eq!(at(FunctionColumn::DetachedImplicitly), 3);
        assert_eq!(totals[FunctionColumn::RegRejectedCauses as usize + 1], 4);
        assert_eq!(totals[FUNCTION_COLUMNS - 1], 5);
    }
}
