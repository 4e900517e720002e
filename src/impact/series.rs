//! The counters of the whole network and of each class, sample by sample.
//!
//! Invariant: one entry per sample in every column; counts are of simulated devices.

use crate::base::SimTime;
use crate::network::{ClassCounts, Service, Snapshot};

use super::curve::Curve;
use super::names::real;

/// Counters over time, summed over regions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// When each sample was taken.
    pub at: Vec<SimTime>,
    /// All devices, sample by sample.
    pub all: Vec<ClassCounts>,
    /// The devices of each class, sample by sample.
    pub classes: Vec<Vec<ClassCounts>>,
}

impl Series {
    /// No samples yet, of so many classes.
    pub(super) fn new(class_count: usize) -> Self {
        Self {
            classes: vec![Vec::new(); class_count],
            ..Self::default()
        }
    }

    /// One more sample.
    pub(super) fn push(&mut self, snapshot: &Snapshot) {
        self.at.push(snapshot.at);
        let mut all = ClassCounts::default();
        for (class, samples) in self.classes.iter_mut().enumerate() {
            let mut sum = ClassCounts::default();
            for region in &snapshot.classes {
                add(&mut sum, &region[class]);
            }
            add(&mut all, &sum);
            samples.push(sum);
        }
        self.all.push(all);
    }

    /// The samples of one class, or of all devices.
    pub fn group(&self, class: Option<usize>) -> &[ClassCounts] {
        class.map_or(&self.all, |class| &self.classes[class])
    }

    /// Devices of a group without a service, over time.
    pub fn out(&self, class: Option<usize>, service: Service) -> Curve {
        self.curve(class, |counts| counts.out[service as usize])
    }

    /// Registered devices of a group, over time.
    pub fn registered(&self, class: Option<usize>) -> Curve {
        self.curve(class, |counts| counts.registered)
    }

    /// Any counter of a group, over time.
    pub fn curve(&self, class: Option<usize>, counter: impl Fn(&ClassCounts) -> u64) -> Curve {
        let samples = self.at.iter().zip(self.group(class));
        Curve::new(samples.map(|(&at, c)| (at, real(counter(c)))).collect())
    }

    /// Share of calls that succeed, per sampling period, at the end of each; periods without calls
    /// are left out.
    pub fn call_success(&self, class: Option<usize>) -> Curve {
        let group = self.group(class);
        let pairs = group.windows(2).zip(self.at.iter().skip(1));
        let share = |(pair, &at): (&[ClassCounts], &SimTime)| {
            let calls = pair[1].calls - pair[0].calls;
            let blocked = pair[1].calls_blocked - pair[0].calls_blocked;
            (calls > 0).then(|| (at, 1.0 - real(blocked) / real(calls)))
        };
        Curve::new(pairs.filter_map(share).collect())
    }
}

/// Add the counters of one group to another's.
pub(super) fn add(sum: &mut ClassCounts, more: &ClassCounts) {
    for service in 0..4 {
        sum.out[service] += more.out[service];
        sum.lost_device_us[service] += more.lost_device_us[service];
        sum.ever_out[service] += more.ever_out[service];
    }
    let mut more = *more;
    for (total, part) in counters(sum).into_iter().zip(counters(&mut more)) {
        *total += *part;
    }
}

/// The plain counters, as one list.
pub(super) fn counters(counts: &mut ClassCounts) -> [&mut u64; 19] {
    [
        &mut counts.devices,
        &mut counts.registered,
        &mut counts.ims_registered,
        &mut counts.sos,
        &mut counts.registration_attempts,
        &mut counts.registration_successes,
        &mut counts.registration_rejects,
        &mut counts.periodic_updates,
        &mut counts.ims_attempts,
        &mut counts.ims_successes,
        &mut counts.calls,
        &mut counts.calls_blocked,
        &mut counts.calls_first_blocked,
        &mut counts.emergency_calls,
        &mut counts.emergency_blocked,
        &mut counts.emergency_redials,
        &mut counts.priority_calls,
        &mut counts.priority_blocked,
        &mut counts.priority_redials,
    ]
}
