//! How much memory runs need, and how many may run at a time.
//!
//! Invariant: decides when a run starts, never what comes of it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::scenario::Scenario;

/// What a run needs whatever its size, in bytes.
const RUN_BYTES: u64 = 12 << 20;
/// What it needs for each tower: shards, counters, telemetry.
const TOWER_BYTES: u64 = 500;
/// What it needs for each simulated device: its columns, timers and share of half-filled blocks.
const DEVICE_BYTES: u64 = 120;
/// What it needs for each sample of the time series and region.
const SAMPLE_REGION_BYTES: u64 = 2_400;
/// The program with nothing running, in bytes.
pub(super) const PROGRAM_BYTES: u64 = 24 << 20;
/// A network that is shared, for each of its towers.
const NETWORK_TOWER_BYTES: u64 = 1_400;

/// An estimate of memory, on the safe side of what was measured on networks of 12 to 73,000 towers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Bytes for the network, which runs share.
    pub network: u64,
    /// Bytes for one run.
    pub run: u64,
}

impl Need {
    /// What the runs of a scenario need.
    pub fn of(scenario: &Scenario) -> Self {
        let (file, topology) = (scenario.file(), scenario.topology());
        let towers = topology.towers().len() as u64;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate"
        )]
        let devices = (topology.devices() as f64 * file.scale) as u64;
        let samples = file.horizon.as_us() / file.outputs.kpi_period.as_us().max(1);
        let regions = topology.regions().len() as u64 + 1;
        Self {
            network: towers * NETWORK_TOWER_BYTES,
            run: RUN_BYTES
                + towers * TOWER_BYTES
                + devices * DEVICE_BYTES
                + samples * regions * SAMPLE_REGION_BYTES,
        }
    }

    /// The greater of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            network: self.network.max(other.network),
            run: self.run.max(other.run),
        }
    }
}

/// Memory that runs may take, and have taken.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    taken: Mutex<u64>,
    returned: Condvar,
}

/// A share of the budget; dropped, it is returned.
pub(super) struct Taken<'b>(&'b Budget, u64);

impl Budget {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            taken: Mutex::new(0),
            returned: Condvar::new(),
        }
    }

    /// Wait until so many bytes are free. What is larger than the whole budget waits to be alone.
    pub(super) fn take(&self, bytes: u64) -> Taken<'_> {
        let mut taken = self.lock();
        while *taken > 0 && *taken + bytes > self.limit {
            taken = self
                .returned
                .wait(taken)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *taken += bytes;
        Taken(self, bytes)
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        // Whoever panics holds no half-made sum.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.0.lock() -= self.1;
        self.0.returned.notify_all();
    }
}
