//! The time series behind `kpi.csv`: what each region, class and core function did per period.
//!
//! Invariant: levels (devices registered, out, backlog) are as at the end of the period; all other
//! counters are what was added during it. Counts are of simulated devices.

use crate::base::SimTime;
use crate::network::{ClassCounts, FunctionCounts, Snapshot};

use super::series::add;

/// Whose devices a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Network,
    /// Those of one class (index).
    Class(usize),
    /// Those who live in one region (index).
    Region(usize),
}

/// Devices of one scope during one period.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceKpi {
    /// End of the period.
    pub at: SimTime,
    /// Whose devices.
    pub scope: Scope,
    /// Levels at the end, additions during the period.
    pub counts: ClassCounts,
}

/// One core function element during one period.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionKpi {
    /// End of the period.
    pub at: SimTime,
    /// Length of the period in microseconds.
    pub period_us: u64,
    /// Its node (index).
    pub node: usize,
    /// Levels at the end, additions during the period.
    pub counts: FunctionCounts,
}

/// All rows, in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kpi {
    /// Rows that count devices.
    pub devices: Vec<DeviceKpi>,
    /// Rows that count requests to core functions.
    pub functions: Vec<FunctionKpi>,
}

/// Collects the rows, and keeps of the last period only what differences need: a snapshot has a
/// place for every tower, of which this room needs none.
#[derive(Clone, Debug, Default)]
pub(super) struct KpiBuilder {
    kpi: Kpi,
    at: SimTime,
    devices: Vec<(Scope, ClassCounts)>,
    functions: Vec<(usize, FunctionCounts)>,
}

impl KpiBuilder {
    /// The rows of the period that ends with `now`; the first period starts with all counters at 0.
    pub(super) fn push(&mut self, now: &Snapshot) {
        let devices = sums(now);
        for (i, (scope, counts)) in devices.iter().enumerate() {
            let earlier = self.devices.get(i).map(|row| row.1).unwrap_or_default();
            self.kpi.devices.push(DeviceKpi {
                at: now.at,
                scope: *scope,
                counts: device_delta(&earlier, counts),
            });
        }
        let present = now.functions.iter().enumerate();
        let functions: Vec<_> = present.filter_map(|(i, f)| Some((i, (*f)?))).collect();
        for (i, (node, counts)) in functions.iter().enumerate() {
            let earlier = self.functions.get(i).filter(|row| row.0 == *node);
            let earlier = earlier.map(|row| row.1).unwrap_or_default();
            self.kpi.functions.push(FunctionKpi {
                at: now.at,
                period_us: now.at.since(self.at).as_us(),
                node: *node,
                counts: function_delta(&earlier, counts),
            });
        }
        (self.at, self.devices, self.functions) = (now.at, devices, functions);
    }

    /// All rows so far.
    pub(super) fn finish(self) -> Kpi {
        self.kpi
    }
}

/// The network, then each class, then each region.
fn sums(snapshot: &Snapshot) -> Vec<(Scope, ClassCounts)> {
    let class_count = snapshot.classes.first().map_or(0, Vec::len);
    let mut all = ClassCounts::default();
    let mut classes = vec![ClassCounts::default(); class_count];
    let mut regions = vec![ClassCounts::default(); snapshot.classes.len()];
    for (region, row) in snapshot.classes.iter().enumerate() {
        for (class, counts) in row.iter().enumerate() {
            add(&mut all, counts);
            add(&mut classes[class], counts);
            add(&mut regions[region], counts);
        }
    }
    let classes = classes.into_iter().enumerate();
    let regions = regions.into_iter().enumerate();
    std::iter::once((Scope::Network, all))
        .chain(classes.map(|(i, c)| (Scope::Class(i), c)))
        .chain(regions.map(|(i, c)| (Scope::Region(i), c)))
        .collect()
}

fn device_delta(before: &ClassCounts, now: &ClassCounts) -> ClassCounts {
    let mut delta = *now;
    for service in 0..4 {
        delta.lost_device_us[service] -= before.lost_device_us[service];
        delta.ever_out[service] -= before.ever_out[service];
    }
    delta.registration_attempts -= before.registration_attempts;
    delta.registration_successes -= before.registration_successes;
    delta.registration_rejects -= before.registration_rejects;
    delta.periodic_updates -= before.periodic_updates;
    delta.ims_attempts -= before.ims_attempts;
    delta.ims_successes -= before.ims_successes;
    delta.calls -= before.calls;
    delta.calls_blocked -= before.calls_blocked;
    delta.calls_first_blocked -= before.calls_first_blocked;
    delta.emergency_calls -= before.emergency_calls;
    delta.emergency_blocked -= before.emergency_blocked;
    delta.emergency_redials -= before.emergency_redials;
    delta.priority_calls -= before.priority_calls;
    delta.priority_blocked -= before.priority_blocked;
    delta.priority_redials -= before.priority_redials;
    delta
}

fn function_delta(before: &FunctionCounts, now: &FunctionCounts) -> FunctionCounts {
    FunctionCounts {
        arrived: now.arrived - before.arrived,
        served: now.served - before.served,
        dropped: now.dropped - before.dropped,
        rejected: now.rejected - before.rejected,
        wasted: now.wasted - before.wasted,
        busy_us: now.busy_us - before.busy_us,
        ..*now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(seconds: f64, calls: u64, registered: u64) -> Snapshot {
        let counts = ClassCounts {
            devices: 10,
            registered,
            calls,
            ..ClassCounts::default()
        };
        let function = FunctionCounts {
            arrived: calls,
            busy_us: calls * 1_000,
            up: true,
            ..FunctionCounts::default()
        };
        Snapshot {
            at: SimTime::from_secs(seconds),
            classes: vec![vec![counts, counts], vec![counts, counts]],
            functions: vec![None, Some(function)],
            ..Snapshot::default()
        }
    }

    #[test]
    fn totals_become_additions_and_levels_stay() {
        let (first, second) = (snapshot(60.0, 5, 9), snapshot(120.0, 12, 3));
        let mut builder = KpiBuilder::default();
        builder.push(&first);
        builder.push(&second);
        let kpi = builder.finish();
        assert_eq!(kpi.devices.len(), 2 * (1 + 2 + 2));
        let network = &kpi.devices[5];
        assert_eq!(network.scope, Scope::Network);
        assert_eq!(network.counts.calls, 4 * 7);
        assert_eq!(network.counts.registered, 4 * 3);
        assert_eq!(kpi.devices[9].scope, Scope::Region(1));
        assert_eq!(kpi.devices[9].counts.calls, 14);
        assert_eq!(kpi.functions[1].node, 1);
        assert_eq!(kpi.functions[1].counts.arrived, 7);
        assert_eq!(kpi.functions[1].period_us, 60_000_000);
    }
}
