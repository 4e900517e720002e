//! Collects the counters of a run, period by period, and turns them into the score at its end.
//!
//! Invariant: samples come in the order of time; the same samples give the same score.

use crate::base::{SimTime, Span};
use crate::network::{SERVICES, Service, Snapshot};

use super::alert::AlertFact;
use super::figures::{GroupImpact, Impact, group_impact};
use super::kpi::{Kpi, KpiBuilder};
use super::names::Names;
use super::rules::{Facts, RULES};
use super::series::Series;
use super::touched::{BlastRadius, TowerOutcome};

/// The recorder of one run.
#[derive(Clone, Debug)]
pub struct Recorder {
    names: Names,
    series: Series,
    /// None if nobody asks for the series of regions and functions.
    kpi: Option<KpiBuilder>,
}

/// What is known only when the run is over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ending {
    /// The instant that recovery times are measured from: when the change was made or the attack
    /// began. Levels "before the outage" are read here.
    pub reference: SimTime,
    /// When the operator first noticed, if at all.
    pub detected: Option<SimTime>,
    /// Outcome of every tower that has devices.
    pub towers: Vec<TowerOutcome>,
    /// The public warnings that were sent.
    pub alerts: Vec<AlertFact>,
}

impl Recorder {
    /// A recorder that has seen nothing yet.
    pub fn new(names: Names) -> Self {
        Self {
            series: Series::new(names.classes.len()),
            names,
            kpi: Some(KpiBuilder::default()),
        }
    }

    /// The same, without the series of regions, classes and functions.
    #[must_use]
    pub fn without_kpi(mut self) -> Self {
        self.kpi = None;
        self
    }

    /// Take in the counters at the end of a period (and at the start of the run).
    ///
    /// # Panics
    /// If the snapshot is older than the one before it, or has other regions or classes.
    pub fn observe(&mut self, snapshot: &Snapshot) {
        assert!(
            self.series
                .at
                .last()
                .is_none_or(|&last| last <= snapshot.at),
            "time never goes back"
        );
        assert_eq!(
            snapshot.classes.len(),
            self.names.regions.len(),
            "one row per region"
        );
        self.series.push(snapshot);
        if let Some(kpi) = &mut self.kpi {
            kpi.push(snapshot);
        }
    }

    /// When the latest sample was taken.
    pub fn last_at(&self) -> Option<SimTime> {
        self.series.at.last().copied()
    }

    /// Devices without data at the latest sample, at scale 1.
    pub fn devices_out(&self) -> u64 {
        let latest = self.series.all.last().copied().unwrap_or_default();
        self.names.at_scale_one(latest.out[Service::Data as usize])
    }

    /// The score, and the time series behind it.
    pub fn finish(self, ending: Ending) -> (Impact, Kpi) {
        let Self {
            names, series, kpi, ..
        } = self;
        let reference = ending.reference;
        let horizon = series.at.last().copied().unwrap_or_default();
        let all = group_impact(&names, &series, None, reference);
        let class = |i| with_ratio(group_impact(&names, &series, Some(i), reference), &all);
        let classes = (0..names.classes.len()).map(class).collect();
        let radius = |at| BlastRadius::at(at, &names, &series, &ending.towers);
        let facts = Facts::new(&names, &series, &ending.towers, reference);
        let impact = Impact {
            scale: names.scale,
            reference,
            horizon,
            worst: worst(&all),
            at_detection: ending.detected.map(radius),
            at_end: radius(horizon),
            reportable: RULES.iter().flat_map(|rule| (rule.judge)(&facts)).collect(),
            all,
            classes,
            towers: ending.towers,
            alerts: ending.alerts,
            series,
        };
        (impact, kpi.map(KpiBuilder::finish).unwrap_or_default())
    }
}

fn with_ratio(mut group: GroupImpact, all: &GroupImpact) -> GroupImpact {
    let minutes = |group: &GroupImpact| group.registered.t90.map(Span::as_secs_f64);
    if let (Some(own), Some(of_all)) = (minutes(&group), minutes(all)) {
        group.recovery_ratio = (own > 0.0).then_some(of_all / own);
    }
    group
}

/// The service that lost most device-minutes; data, if none lost any.
fn worst(all: &GroupImpact) -> Service {
    let lost = |service: Service| all.services[service as usize].device_minutes;
    SERVICES.into_iter().fold(Service::Data, |worst, service| {
        if lost(service) > lost(worst) {
            service
        } else {
            worst
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::{PoolId, RegionId, TowerId};
    use crate::impact::{Recovery, TowerPlace};
    use crate::network::ClassCounts;

    /// Two regions with a pool and a tower each, two classes, at scale 0.1.
    pub(crate) fn names() -> Names {
        let place = |n: u16| TowerPlace {
            name: format!("tower-{n}"),
            region: RegionId(n),
            pool: PoolId(n),
        };
        Names {
            scale: 0.1,
            classes: vec!["smartphone".into(), "first-responder".into()],
            regions: vec!["east".into(), "west".into()],
            nodes: vec!["amf-1".into()],
            towers: vec![place(0), place(1)],
        }
    }

    fn counts(devices: u64, out: u64, lost_us: u128) -> ClassCounts {
        let struck = out > 0 || lost_us > 0;
        ClassCounts {
            devices,
            registered: devices - out,
            out: [out / 2, out, 0, 0],
            lost_device_us: [lost_us / 2, lost_us, 0, 0],
            ever_out: [0, if struck { devices } else { 0 }, 0, 0],
            calls: 10,
            calls_blocked: if struck { 4 } else { 0 },
            ..ClassCounts::default()
        }
    }

    /// Everybody is out from minute 10 to 20 and back, linearly, at minute 120; first responders at 60.
    pub(crate) fn outage() -> Recorder {
        let mut recorder = Recorder::new(names());
        let mut lost = [0_u128; 2];
        for minute in 0..=180_u64 {
            let out = |devices: u64, back: u64| match minute {
                0..10 => 0,
                10..=20 => devices,
                _ => devices * back.saturating_sub(minute) / (back - 20),
            };
            let out = [out(1_000, 120), out(40, 60)];
            let row: Vec<ClassCounts> = [1000, 40]
                .into_iter()
                .enumerate()
                .map(|(i, devices)| counts(devices, out[i], lost[i]))
                .collect();
            recorder.observe(&Snapshot {
                at: SimTime::ZERO + Span::from_minutes(minute),
                classes: vec![row.clone(), row],
                functions: vec![None],
                ..Snapshot::default()
            });
            lost = [0, 1].map(|i| lost[i] + u128::from(out[i]) * 60_000_000);
        }
        recorder
    }

    pub(crate) fn ending() -> Ending {
        let tower = |n: u32, minute| TowerOutcome {
            tower: TowerId(n),
            devices: 1040,
            first_out: Some(SimTime::ZERO + Span::from_minutes(minute)),
            last_back: Some(SimTime::ZERO + Span::from_minutes(70)),
            ..TowerOutcome::default()
        };
        Ending {
            reference: SimTime::from_secs(540.0),
            detected: Some(SimTime::from_secs(660.0)),
            towers: vec![tower(0, 10), tower(1, 12)],
            alerts: Vec::new(),
        }
    }

    #[test]
    fn a_known_outage_gives_its_known_figures() {
        let (impact, _) = outage().finish(ending());
        let phones = &impact.classes[0];
        assert_eq!(phones.devices, 20_000, "counts are at scale 1");
        let data = &phones.services[Service::Data as usize];
        assert_eq!(data.peak, 20_000);
        assert_eq!(data.peak_at, SimTime::from_secs(600.0));
        assert_eq!(data.onset, Some(Span::from_secs_f64(0.6)));
        let minutes = |m: u64| Some(Span::from_minutes(m));
        let expected = Recovery {
            t50: minutes(61),
            t90: minutes(101),
            t99: minutes(110),
        };
        assert_eq!(data.recovery, expected);
        // Eleven minutes of all, then a triangle of 100 minutes less half a step.
        assert!((data.device_minutes - 20_000.0 * (11.0 + 49.5)).abs() < 1e-6);
        assert_eq!(data.ever_out, 20_000);
        assert_eq!(impact.worst, Service::Data);
    }

    #[test]
    fn registrations_come_back_by_class() {
        let (impact, _) = outage().finish(ending());
        let minutes = |group: &GroupImpact| group.registered.t90.map(|t| t.as_secs_f64() / 60.0);
        assert_eq!(minutes(&impact.classes[0]), Some(101.0));
        assert_eq!(minutes(&impact.classes[1]), Some(47.0));
        assert_eq!(impact.classes[0].registered.lowest, 0);
        let ratio = impact.classes[1].recovery_ratio.expect("both came back");
        assert!((2.0..2.2).contains(&ratio), "{ratio}");
        assert_eq!(
            impact.registered_again(Some(0), 1.0),
            Some(Span::from_minutes(111))
        );
    }

    #[test]
    fn the_blast_radius_grows_after_detection() {
        let (impact, _) = outage().finish(ending());
        let first = impact.at_detection.expect("it was detected");
        assert_eq!((first.towers, first.pools, first.regions), (1, 1, 1));
        assert_eq!(first.out[Service::Data as usize], 20_800);
        assert_eq!((impact.at_end.towers, impact.at_end.regions), (2, 2));
        assert!(impact.at_end.device_minutes[1] > first.device_minutes[1]);
    }

    #[test]
    fn a_quiet_run_loses_nothing() {
        let mut recorder = Recorder::new(names());
        for minute in 0..5 {
            recorder.observe(&Snapshot {
                at: SimTime::ZERO + Span::from_minutes(minute),
                classes: vec![vec![counts(1000, 0, 0), counts(40, 0, 0)]; 2],
                functions: vec![None],
                ..Snapshot::default()
            });
        }
        let (impact, kpi) = recorder.finish(Ending::default());
        assert_eq!(impact.worst_of_all().recovery, Recovery::default());
        assert_eq!(impact.all.registered.t95, Some(Span::ZERO));
        assert!(impact.reportable.iter().all(|v| !v.reportable));
        assert_eq!(kpi.devices.len(), 5 * 5);
    }
}
