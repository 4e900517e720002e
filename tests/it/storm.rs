//! The bare registration storm as a scenario text, and an independent simulation of it.
//!
//! Invariant: the two share no code; only the numbers of the storm are the same.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use cellfall::scenario::Scenario;

use super::support::scenario;

/// N devices, detached at the start, and one server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storm {
    /// Devices.
    pub(crate) devices: u64,
    /// All try first within so many seconds.
    pub(crate) onset_s: u64,
    /// How many seconds of work may wait.
    pub(crate) queue_s: u64,
    /// In how many seconds the server could serve everybody once.
    pub(crate) capacity_s: f64,
    /// How long it is watched.
    pub(crate) hours: u64,
}

impl Storm {
    /// The yardstick: 10 s, 5 s of queue, 600 s of work.
    pub(crate) fn w2(devices: u64) -> Self {
        Self {
            devices,
            onset_s: 10,
            queue_s: 5,
            capacity_s: 600.0,
            hours: 3,
        }
    }

    /// Onset spread over one retry cycle, a tenth of the capacity.
    pub(crate) fn spread(devices: u64, queue_s: u64) -> Self {
        Self {
            devices,
            onset_s: 835,
            queue_s,
            capacity_s: 6_000.0,
            hours: 6,
        }
    }

    /// The scenario: the same code path as any night, what the storm does not have switched off by
    /// ordinary keys. `more` is appended.
    pub(crate) fn scenario(self, more: &str) -> Scenario {
        scenario(&(self.text() + more))
    }

    /// The text of the scenario.
    pub(crate) fn text(self) -> String {
        let Self {
            devices,
            onset_s,
            queue_s,
            capacity_s,
            hours,
        } = self;
        // An attach is 14 messages; that the unit is a message matters to rejects, which cost two.
        let rate = 14.0 * 1e6 / capacity_s;
        format!(
            "
scale: 1.0
horizon: {hours}h
start: 2024-02-22T00:00:00+00:00
topology:
  source: generated
  towers: 1
  devices: {devices}
  states: [TX]
  core: {{amf_per_pool: 1, mme_per_pool: 1}}
population:
  registered_at_start: false
  first_attempt: {{uniform: {{min: 0s, max: {onset_s}s}}}}
  classes:
    - {{name: phone, five_g: 0.0, restarts_per_day: 0.0, restarts_per_day_without_service: 0.0}}
network:
  registration: {{timer_jitter: 0.0, procedure_time: 0s, periodic_updates: false}}
  ims: {{enabled: false}}
  calls: {{enabled: false}}
  access: {{setups_per_second: 1000000000.0}}
  core:
    background: {{messages_in_busy_hour: 0.0, messages_in_quiet_hour: 0.0}}
    functions: {{mme: {{rate_per_million: {rate}, least_rate: 0.0, queue: {queue_s}s}}}}
    procedures: {{initial_registration: [{{at: mobility, work: 14.0}}]}}
"
        )
    }

    /// Share registered at each whole second, from a heap that takes one event at a time.
    pub(crate) fn by_heap(self) -> Vec<f64> {
        let second = 1_000_000_u64;
        let (guard, retry, long_retry) = (15 * second, 10 * second, 720 * second);
        let service = self.capacity_s * 1e6 / self.devices as f64;
        let mut heap = BinaryHeap::new();
        for device in 0..self.devices {
            // Evenly spread: the storm has no other luck.
            let at = self.onset_s * second * device / self.devices;
            heap.push(Reverse((at, device, 0_u8)));
        }
        let (mut free_at, mut registered) = (0.0_f64, 0_u64);
        let mut curve = Vec::new();
        let mut replies = BinaryHeap::new();
        for end in 1..=self.hours * 3_600 {
            while let Some(&Reverse((at, device, failures))) = heap.peek()
                && at < end * second
            {
                heap.pop();
                let now = at as f64;
                let backlog = (free_at - now).max(0.0);
                let mut reply = f64::INFINITY;
                if backlog <= (self.queue_s * second) as f64 {
                    free_at = now + backlog + service;
                    reply = free_at;
                }
                if reply <= now + guard as f64 {
                    replies.push(Reverse(reply as u64));
                    continue;
                }
                let failed = at + guard;
                let again = if failures == 4 {
                    (failed + long_retry, device, 0)
                } else {
                    (failed + retry, device, failures + 1)
                };
                heap.push(Reverse(again));
            }
            while replies.peek().is_some_and(|at| at.0 <= end * second) {
                replies.pop();
                registered += 1;
            }
            curve.push(registered as f64 / self.devices as f64);
        }
        curve
    }
}
