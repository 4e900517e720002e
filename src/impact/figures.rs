//! The figures of a run: per service and class, calls, registrations, recovery.
//!
//! Invariant: every figure is computed from the series of counters and the towers' outcomes, and
//! nothing else. Counts are at scale 1; times are spans since the reference instant.

use crate::base::{SimTime, Span};
use crate::network::{SERVICES, Service};

use super::alert::AlertFact;
use super::curve::Curve;
use super::names::Names;
use super::rules::Verdict;
use super::series::Series;
use super::touched::{BlastRadius, TowerOutcome};

/// How long until most of the loss was made good, since the reference instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// After this, at most 50 % of the peak is out; none if nothing was lost or the run ended first.
    pub t50: Option<Span>,
    /// After this, at most 10 % of the peak is out.
    pub t90: Option<Span>,
    /// After this, at most 1 % of the peak is out.
    pub t99: Option<Span>,
}

impl Recovery {
    /// The recovery from the peak of devices out, since `reference`.
    pub fn of(out: &Curve, reference: SimTime) -> Self {
        let peak = out.peak().map_or(0.0, |p| p.1);
        let after = |share: f64| {
            let at = out.stays_at_or_below(share * peak)?;
            (peak > 0.0).then(|| at.since(reference))
        };
        Self {
            t50: after(0.5),
            t90: after(0.1),
            t99: after(0.01),
        }
    }
}

/// What one group of devices lost of one service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServiceImpact {
    /// The most devices without it at once.
    pub peak: u64,
    /// When that was.
    pub peak_at: SimTime,
    /// Devices that were without it at any time.
    pub ever_out: u64,
    /// Device-minutes without it.
    pub device_minutes: f64,
    /// When the devices out first exceeded 1 % of the peak, since the reference instant.
    pub onset: Option<Span>,
    /// How it came back.
    pub recovery: Recovery,
}

/// Calls of one group of devices, redials included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Attempted.
    pub attempted: u64,
    /// Of those, blocked.
    pub blocked: u64,
    /// Of those, originated and blocked at the first attempt: ordinary demand that was not carried.
    pub first_blocked: u64,
    /// Emergency calls attempted.
    pub emergency: u64,
    /// Of those, blocked.
    pub emergency_blocked: u64,
}

/// Registrations of one group of devices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Registered {
    /// Registered at the reference instant; all devices, if none was.
    pub before: u64,
    /// The fewest registered at once, at or after it.
    pub lowest: u64,
    /// When 90 % of the level before was registered again (zero if it never fell below).
    pub t90: Option<Span>,
    /// When 95 % was.
    pub t95: Option<Span>,
    /// Initial registration requests.
    pub attempts: u64,
    /// Of those, accepted.
    pub successes: u64,
}

/// What one group of devices (a class, or all) went through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupImpact {
    /// Name of the class, or `all`.
    pub name: String,
    /// Devices.
    pub devices: u64,
    /// By service, in the order of [`SERVICES`].
    pub services: [ServiceImpact; 4],
    /// Calls.
    pub calls: Calls,
    /// Registrations.
    pub registered: Registered,
    /// The most devices at once that could make emergency calls only, on another operator's radio.
    pub sos_peak: u64,
    /// How many times sooner than all devices this group was 90 % registered again.
    pub recovery_ratio: Option<f64>,
}

/// The score of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// Simulated devices per real device.
    pub scale: f64,
    /// The instant that spans are measured from.
    pub reference: SimTime,
    /// End of the run.
    pub horizon: SimTime,
    /// All devices.
    pub all: GroupImpact,
    /// Each class.
    pub classes: Vec<GroupImpact>,
    /// The service that lost most device-minutes.
    pub worst: Service,
    /// How far it had reached when it was first detected, if it was.
    pub at_detection: Option<BlastRadius>,
    /// How far it reached in the end.
    pub at_end: BlastRadius,
    /// What each regulator's rule says.
    pub reportable: Vec<Verdict>,
    /// Outcome of every tower, as simulated.
    pub towers: Vec<TowerOutcome>,
    /// What became of public warnings, in the order in which they were sent.
    pub alerts: Vec<AlertFact>,
    /// The counters behind the figures, as simulated.
    pub series: Series,
}

impl Impact {
    /// The figures of all devices for the service that lost most.
    pub fn worst_of_all(&self) -> &ServiceImpact {
        &self.all.services[self.worst as usize]
    }

    /// The class of this name, with its index.
    pub fn class(&self, name: &str) -> Option<(usize, &GroupImpact)> {
        let mut classes = self.classes.iter().enumerate();
        classes.find(|(_, group)| group.name == name)
    }

    /// When the share `share` of the level before the outage was registered again, since the
    /// reference instant; zero if it never fell below, none if the run ended first.
    pub fn registered_again(&self, class: Option<usize>, share: f64) -> Option<Span> {
        registered_again(&self.series, class, self.reference, share)
    }

    /// Registered devices at an instant, as a share of the level before the outage.
    pub fn registered_share(&self, class: Option<usize>, at: SimTime) -> Option<f64> {
        let registered = self.series.registered(class);
        let before = level_before(&self.series, class, self.reference);
        (before > 0.0).then(|| registered.value_at(at).unwrap_or(0.0) / before)
    }
}

/// Registered devices at the reference instant; all of them, if none was.
fn level_before(series: &Series, class: Option<usize>, reference: SimTime) -> f64 {
    let level = series.registered(class).value_at(reference).unwrap_or(0.0);
    if level > 0.0 {
        return level;
    }
    let devices = series.curve(class, |c| c.devices);
    devices.value_at(reference).unwrap_or(0.0)
}

fn registered_again(
    series: &Series,
    class: Option<usize>,
    reference: SimTime,
    share: f64,
) -> Option<Span> {
    let registered = series.registered(class);
    let target = share * level_before(series, class, reference);
    let (at, lowest) = registered.last_trough(reference)?;
    if lowest >= target {
        return Some(Span::ZERO);
    }
    let again = registered.reaches(target, at)?;
    Some(again.since(reference))
}

/// The figures of one group of devices.
pub(super) fn group_impact(
    names: &Names,
    series: &Series,
    class: Option<usize>,
    reference: SimTime,
) -> GroupImpact {
    let last = series.group(class).last().copied().unwrap_or_default();
    let scaled = |count| names.at_scale_one(count);
    GroupImpact {
        name: class.map_or_else(|| "all".to_owned(), |i| names.classes[i].clone()),
        devices: scaled(last.devices),
        services: SERVICES
            .map(|service| service_impact(names, series, (class, service), reference)),
        calls: Calls {
            attempted: scaled(last.calls),
            blocked: scaled(last.calls_blocked),
            first_blocked: scaled(last.calls_first_blocked),
            emergency: scaled(last.emergency_calls),
            emergency_blocked: scaled(last.emergency_blocked),
        },
        registered: registered_impact(names, series, class, reference),
        sos_peak: scaled(highest(series, class, |c| c.sos)),
        recovery_ratio: None,
    }
}

fn service_impact(
    names: &Names,
    series: &Series,
    (class, service): (Option<usize>, Service),
    reference: SimTime,
) -> ServiceImpact {
    let out = series.out(class, service);
    let (peak_at, peak) = out.peak().unwrap_or_default();
    let last = series.group(class).last().copied().unwrap_or_default();
    let start = out.points().first().map_or(SimTime::ZERO, |p| p.0);
    let onset = out.reaches(0.01 * peak, start).filter(|_| peak > 0.0);
    ServiceImpact {
        peak: names.at_scale_one(highest(series, class, |c| c.out[service as usize])),
        peak_at,
        ever_out: names.at_scale_one(last.ever_out[service as usize]),
        device_minutes: names.device_minutes(last.lost_device_us[service as usize]),
        onset: onset.map(|at| at.since(reference)),
        recovery: Recovery::of(&out, reference),
    }
}

fn registered_impact(
    names: &Names,
    series: &Series,
    class: Option<usize>,
    reference: SimTime,
) -> Registered {
    let group = series.group(class);
    let last = group.last().copied().unwrap_or_default();
    let since = series.at.partition_point(|&at| at < reference);
    let lowest = group.iter().skip(since).map(|c| c.registered).min();
    let at_reference = group.get(since).map_or(0, |c| c.registered);
    let before = if at_reference > 0 {
        at_reference
    } else {
        last.devices
    };
    Registered {
        before: names.at_scale_one(before),
        lowest: names.at_scale_one(lowest.unwrap_or(0)),
        t90: registered_again(series, class, reference, 0.90),
        t95: registered_again(series, class, reference, 0.95),
        attempts: names.at_scale_one(last.registration_attempts),
        successes: names.at_scale_one(last.registration_successes),
    }
}

fn highest(
    series: &Series,
    class: Option<usize>,
    counter: impl Fn(&crate::network::ClassCounts) -> u64,
) -> u64 {
    series.group(class).iter().map(counter).max().unwrap_or(0)
}
