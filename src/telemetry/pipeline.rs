//! The collection pipelines: true counters in, reports out, each with the instant at which it can
//! be queried.
//!
//! Each region sends one report a period (the counters of its classes), and so does each core
//! element. A report covers one period: one that is lost leaves a gap, it is not made up by the
//! next. Over an in-band path a report leaves only while the management plane reaches its source;
//! otherwise it is lost, or held at the source and sent at the first collection at which the path
//! is back, oldest first.
//!
//! Invariant: nothing here judges; a report never arrives before its period has ended.

use crate::base::{NodeId, RegionId, Share, SimTime, Span, Stream};
use crate::fault::luck;
use crate::network::Snapshot;
use crate::topology::{NodeKind, Pool, Topology};

use super::columns::{
    CLASS_COLUMNS, TOWER_COLUMNS, class_totals, class_values, function_totals, function_values,
    lost_values, tower_totals, tower_values,
};
use super::release::Releases;
use super::spec::{OnDeadPath, Path, PipelineSettings, TelemetrySpec};

/// Who sends a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The element manager of a region: counters of its subscribers.
    Region(RegionId),
    /// A core element: its load.
    Function(NodeId),
    /// The element manager of a region: counters of its towers.
    Towers(RegionId),
}

/// What one source counted in one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Who sends it.
    pub source: Source,
    /// When its period ended.
    pub at: SimTime,
    /// How long the period was.
    pub period: Span,
    /// From when on it can be queried.
    pub deliver_at: SimTime,
    /// Whether the counters of the source were lost in this period, and begin at nothing after it.
    pub reset: bool,
    /// The release that an element says it runs, by its place in [`Releases`].
    pub release: u16,
    /// Its columns; at full scale.
    pub(super) values: Vec<f64>,
}

impl Report {
    /// Whether its source is among this share of all sources, always the same ones.
    pub fn is_of_share(&self, share: Share, seed: u64) -> bool {
        let [kind, source, _] = occasion(self);
        luck(seed, Stream::Telemetry, &[kind, source]).happens(share)
    }
}

/// What turns true counters into reports. Collects whenever a period ends.
#[derive(Clone, Debug)]
pub struct Pipeline {
    seed: u64,
    /// Full-scale devices per simulated device.
    per_device: f64,
    counters: Feed,
    functions: Feed,
    towers: Feed,
    /// The towers of each region; none if towers are not collected.
    towers_of: Vec<Vec<usize>>,
    /// Whether reports of towers say anything.
    counts_towers: bool,
    /// By node.
    is_tower: Vec<bool>,
    releases: Releases,
}

/// The sources of one pipeline.
#[derive(Clone, Debug)]
struct Feed {
    settings: PipelineSettings,
    /// When the last period ended.
    collected_at: SimTime,
    /// Totals of each source at the last collection; none before the first.
    totals: Vec<Option<Vec<u64>>>,
    /// Reports that wait at each source for the path to come back.
    held: Vec<Vec<Report>>,
}

impl Pipeline {
    /// The pipelines of a run. `scale` is the share of the devices that is simulated, above 0.
    pub fn new(spec: &TelemetrySpec, seed: u64, scale: f64) -> Self {
        Self {
            seed,
            per_device: 1.0 / scale,
            counters: Feed::new(spec.counters_settings()),
            functions: Feed::new(spec.functions_settings()),
            towers: Feed::new(spec.towers_settings()),
            towers_of: Vec::new(),
            counts_towers: true,
            is_tower: Vec::new(),
            releases: Releases::default(),
        }
    }

    /// The same, on this network: it collects from towers too, and knows what each element runs.
    #[must_use]
    pub fn on(mut self, topology: &Topology) -> Self {
        self.towers_of = towers_of(topology);
        let kinds = topology.nodes().iter().map(|node| node.kind);
        self.is_tower = kinds.map(|kind| kind == NodeKind::Tower).collect();
        self.releases = Releases::of(topology);
        self
    }

    /// The same, with nothing in the reports of towers: for a run in which nobody reads them.
    #[must_use]
    pub fn with_empty_towers(mut self) -> Self {
        self.counts_towers = false;
        self
    }

    /// An element says that it runs this version from now on.
    pub fn installed(&mut self, node: NodeId, version: &str) {
        if self.is_tower.get(node.index()) == Some(&true) {
            let collected = self.towers.collected_at;
            self.releases.install_on_tower(node, version, collected);
        } else {
            self.releases.install(node, version);
        }
    }

    /// The releases that elements have named so far.
    pub fn releases(&self) -> &Releases {
        &self.releases
    }

    /// Whether a snapshot of this instant must hold the counters of towers.
    pub fn wants_towers(&self, now: SimTime) -> bool {
        self.counts_towers && self.are_towers_due(now)
    }

    fn are_towers_due(&self, now: SimTime) -> bool {
        !self.towers_of.is_empty() && self.towers.due() <= now
    }

    /// When the next period ends: the world must hand a snapshot of that instant to
    /// [`Pipeline::collect`].
    pub fn next_due(&self) -> SimTime {
        let due = self.counters.due().min(self.functions.due());
        if self.towers_of.is_empty() {
            due
        } else {
            due.min(self.towers.due())
        }
    }

    /// End the periods that are due at the snapshot and send their reports.
    ///
    /// `reachable` says whether the management plane reaches a source now; it is asked for in-band
    /// sources only. Returned is each report with the instant at which the world must hand it to
    /// [`super::OperatorView::deliver`].
    pub fn collect(
        &mut self,
        snapshot: &Snapshot,
        reachable: impl Fn(Source) -> bool,
    ) -> Vec<(SimTime, Report)> {
        let mut sent = Vec::new();
        if self.counters.due() <= snapshot.at {
            let readings = region_readings(snapshot, &self.counters, self.per_device);
            sent.extend(self.counters.send(snapshot.at, readings, &reachable));
        }
        if self.functions.due() <= snapshot.at {
            let mut readings = function_readings(snapshot, &self.functions, self.per_device);
            for reading in &mut readings {
                reading.release = self.releases.current(reading.source);
            }
            sent.extend(self.functions.send(snapshot.at, readings, &reachable));
        }
        if self.are_towers_due(snapshot.at) {
            let readings = self.tower_readings(snapshot);
            sent.extend(self.towers.send(snapshot.at, readings, &reachable));
        }
        sent.into_iter()
            .filter_map(|report| self.transfer(report, snapshot.at))
            .collect()
    }

    /// Lose a report or delay it. Drawn from a stream of its own, so that no report's luck depends
    /// on how many others there are.
    fn transfer(&self, mut report: Report, now: SimTime) -> Option<(SimTime, Report)> {
        let settings = match report.source {
            Source::Region(_) => &self.counters.settings,
            Source::Function(_) => &self.functions.settings,
            Source::Towers(_) => &self.towers.settings,
        };
        let luck = luck(self.seed, Stream::Telemetry, &occasion(&report));
        if luck.happens(settings.loss) {
            return None;
        }
        report.deliver_at = now + luck.delay(&settings.delay);
        report.at = self.stamp(&report, settings.clock_skew);
        Some((report.deliver_at, report))
    }

    /// The end of the period by the source's own clock, whose error does not change.
    fn stamp(&self, report: &Report, most: Span) -> SimTime {
        if most.is_zero() {
            return report.at;
        }
        let [kind, index, _] = occasion(report);
        let unit = luck(self.seed, Stream::Telemetry, &[kind, index, u64::MAX]).rank();
        let ahead = most.scaled(2.0 * unit);
        SimTime::from_us((report.at + ahead).as_us().saturating_sub(most.as_us()))
    }

    fn tower_readings(&self, snapshot: &Snapshot) -> Vec<Reading> {
        let regions = self.towers_of.iter().enumerate();
        let read = |(index, towers): (usize, &Vec<usize>)| {
            // Tens of thousands: room for all of them at once.
            let mut totals = Vec::with_capacity(towers.len() * TOWER_COLUMNS);
            for counts in towers.iter().filter_map(|&at| snapshot.towers.get(at)) {
                totals.extend(tower_totals(counts));
            }
            let values = tower_values(&totals, self.towers.before(index), self.per_device);
            let source = Source::Towers(RegionId::from_index(index));
            Reading::new(source, totals, values)
        };
        regions.map(read).collect()
    }
}

/// The towers of each region, in the order of the table.
pub(super) fn towers_of(topology: &Topology) -> Vec<Vec<usize>> {
    let mut towers_of = vec![Vec::new(); topology.regions().len()];
    for (index, tower) in topology.towers().iter().enumerate() {
        towers_of[tower.region.index()].push(index);
    }
    towers_of
}

/// What names a report among all of a run: its source and the end of its period.
fn occasion(report: &Report) -> [u64; 3] {
    let kind = match report.source {
        Source::Region(_) => 0,
        Source::Function(_) => 1,
        Source::Towers(_) => 9,
    };
    [kind, report.source.index() as u64, report.at.as_us()]
}

/// A source's totals now, and the values of its report.
struct Reading {
    source: Source,
    totals: Vec<u64>,
    values: Vec<f64>,
    reset: bool,
    release: u16,
}

impl Reading {
    fn new(source: Source, totals: Vec<u64>, values: Vec<f64>) -> Self {
        Self {
            source,
            totals,
            values,
            reset: false,
            release: Releases::NONE,
        }
    }
}

fn region_readings(snapshot: &Snapshot, feed: &Feed, per_device: f64) -> Vec<Reading> {
    let regions = snapshot.classes.iter().enumerate();
    regions
        .map(|(index, classes)| {
            let totals: Vec<u64> = classes.iter().flat_map(class_totals).collect();
            let before = feed.before(index);
            let values = totals
                .chunks(CLASS_COLUMNS)
                .enumerate()
                .flat_map(|(class, now)| {
                    let before = before.and_then(|all| all.chunks(CLASS_COLUMNS).nth(class));
                    class_values(now, before, per_device)
                })
                .collect();
            Reading::new(Source::Region(RegionId::from_index(index)), totals, values)
        })
        .collect()
}

fn function_readings(snapshot: &Snapshot, feed: &Feed, per_device: f64) -> Vec<Reading> {
    let functions = snapshot.functions.iter().enumerate();
    functions
        .filter_map(|(index, counts)| {
            let counts = counts.as_ref()?;
            let registrations = snapshot.registrations.get(index).and_then(Option::as_ref);
            let totals = function_totals(counts, registrations);
            let lost = feed.settings.resets && !counts.up;
            let values = if lost {
                lost_values(&totals)
            } else {
                let period = snapshot.at - feed.collected_at;
                let change = (totals.as_slice(), feed.before(index));
                function_values(counts, change, period, per_device)
            };
            let source = Source::Function(NodeId::from_index(index));
            let mut reading = Reading::new(source, totals, values);
            reading.reset = lost;
            Some(reading)
        })
        .collect()
}

impl Source {
    /// Whether its reports have a path, given what the management plane reaches: an element by
    /// itself; a region by any member of its pools, or by any pool member at all if it has no pool
    /// of its own.
    pub fn has_path(self, topology: &Topology, reaches: impl Fn(NodeId) -> bool) -> bool {
        let region = match self {
            Self::Function(node) => return reaches(node),
            Self::Region(region) | Self::Towers(region) => region,
        };
        let mut own = topology
            .pools()
            .iter()
            .filter(|pool| pool.region == Some(region))
            .peekable();
        let is_in_reach = |pool: &Pool| pool.members.iter().any(|&node| reaches(node));
        if own.peek().is_some() {
            own.any(is_in_reach)
        } else {
            topology.pools().iter().any(is_in_reach)
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Region(region) | Self::Towers(region) => region.index(),
            Self::Function(node) => node.index(),
        }
    }
}

impl Feed {
    fn new(settings: PipelineSettings) -> Self {
        Self {
            settings,
            collected_at: SimTime::ZERO,
            totals: Vec::new(),
            held: Vec::new(),
        }
    }

    fn due(&self) -> SimTime {
        self.collected_at + self.settings.period
    }

    fn before(&self, index: usize) -> Option<&[u64]> {
        self.totals.get(index)?.as_deref()
    }

    /// End the period: remember the totals and let every report go whose path is up.
    fn send(
        &mut self,
        now: SimTime,
        readings: Vec<Reading>,
        reachable: &impl Fn(Source) -> bool,
    ) -> Vec<Report> {
        let period = now - self.collected_at;
        self.collected_at = now;
        let mut sent = Vec::new();
        for reading in readings {
            let index = reading.source.index();
            self.make_room(index);
            self.totals[index] = Some(reading.totals);
            let report = Report {
                source: reading.source,
                at: now,
                period,
                deliver_at: SimTime::NEVER,
                reset: reading.reset,
                release: reading.release,
                values: reading.values,
            };
            if self.settings.path == Path::OutOfBand || reachable(report.source) {
                sent.append(&mut self.held[index]);
                sent.push(report);
            } else if self.settings.on_dead_path == OnDeadPath::Hold {
                self.held[index].push(report);
            }
        }
        sent
    }

    fn make_room(&mut self, index: usize) {
        let length = self.totals.len().max(index + 1);
        self.totals.resize(length, None);
        self.held.resize(length, Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Share;
    use crate::network::{ClassCounts, FunctionCounts};
    use crate::telemetry::PipelineSpec;

    fn spec(path: Path, on_dead_path: OnDeadPath) -> TelemetrySpec {
        let pipeline = PipelineSpec {
            loss: Some(Share::NONE),
            path: Some(path),
            on_dead_path: Some(on_dead_path),
            ..PipelineSpec::default()
        };
        TelemetrySpec {
            counters: pipeline.clone(),
            functions: pipeline,
            ..TelemetrySpec::default()
        }
    }

    fn snapshot(minute: u64, calls: u64) -> Snapshot {
        Snapshot {
            at: SimTime::ZERO + Span::from_minutes(minute),
            classes: vec![vec![ClassCounts {
                devices: 10,
                calls,
                ..ClassCounts::default()
            }]],
            functions: vec![None, Some(FunctionCounts::default())],
            ..Snapshot::default()
        }
    }

    fn calls(report: &Report) -> f64 {
        report.values[super::super::columns::ClassColumn::Calls as usize]
    }

    #[test]
    fn reports_are_late_and_cover_one_period() {
        let mut pipeline = Pipeline::new(&spec(Path::OutOfBand, OnDeadPath::Lose), 1, 0.01);
        assert_eq!(pipeline.next_due(), SimTime::from_secs(60.0));
        let _ = pipeline.collect(&snapshot(1, 40), |_| false);
        let reports = pipeline.collect(&snapshot(2, 100), |_| false);
        assert_eq!(reports.len(), 2, "a region and an element");
        let (deliver_at, report) = &reports[0];
        assert_eq!(*deliver_at, SimTime::from_secs(125.0));
        assert_eq!(report.period, Span::from_secs(60));
        assert!(
            (calls(report) - 6_000.0).abs() < 1e-9,
            "60 calls at scale 0.01"
        );
        assert_eq!(reports[1].1.source, Source::Function(NodeId(1)));
    }

    #[test]
    fn a_dead_path_loses_reports_and_leaves_a_gap() {
        let mut pipeline = Pipeline::new(&spec(Path::InBand, OnDeadPath::Lose), 1, 1.0);
        assert_eq!(pipeline.collect(&snapshot(1, 10), |_| false), []);
        let reports = pipeline.collect(&snapshot(2, 15), |_| true);
        assert_eq!(reports.len(), 2);
        assert!(
            (calls(&reports[0].1) - 5.0).abs() < 1e-9,
            "the first ten are gone"
        );
    }

    #[test]
    fn a_dead_path_holds_reports_until_it_is_back() {
        let mut pipeline = Pipeline::new(&spec(Path::InBand, OnDeadPath::Hold), 1, 1.0);
        assert_eq!(pipeline.collect(&snapshot(1, 10), |_| false), []);
        let reports = pipeline.collect(&snapshot(2, 15), |_| true);
        let regions: Vec<_> = reports
            .iter()
            .filter(|(_, report)| report.source == Source::Region(RegionId(0)))
            .collect();
        assert_eq!(regions.len(), 2);
        assert_eq!(regions[0].1.at, SimTime::from_secs(60.0));
        assert_eq!(regions[0].0, SimTime::from_secs(125.0), "sent late");
        assert!((calls(&regions[0].1) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn only_the_unreachable_sources_fall_silent() {
        let mut pipeline = Pipeline::new(&spec(Path::InBand, OnDeadPath::Lose), 1, 1.0);
        let reports = pipeline.collect(&snapshot(1, 10), |source| {
            source == Source::Region(RegionId(0))
        });
        assert_eq!(reports.len(), 1);
    }

    #[test]
    fn a_region_reports_as_long_as_one_member_of_its_pools_is_reached() {
        let topology = crate::telemetry::fixture::topology();
        let has_path = |source: Source, reached: u32| {
            source.has_path(&topology, |node| node == NodeId(reached))
        };
        let north = Source::Region(RegionId(0));
        assert!(has_path(north, 1));
        assert!(!has_path(north, 2));
        assert!(has_path(Source::Function(NodeId(3)), 3));
        assert!(!has_path(Source::Function(NodeId(3)), 0));
    }

    #[test]
    fn the_share_that_is_lost_is_the_share_that_was_asked_for() {
        let mut lossy = spec(Path::OutOfBand, OnDeadPath::Lose);
        lossy.counters.loss = Some(Share::of(0.2));
        let mut pipeline = Pipeline::new(&lossy, 7, 1.0);
        let arrived: usize = (1..=5_000)
            .flat_map(|minute| pipeline.collect(&snapshot(minute, 0), |_| true))
            .filter(|(_, report)| report.source == Source::Region(RegionId(0)))
            .count();
        // Binomial: four standard deviations are 113.
        assert!((3_887..=4_113).contains(&arrived), "{arrived}");
    }

    #[test]
    fn another_source_moves_no_draw() {
        let delayed = || {
            let mut spec = spec(Path::OutOfBand, OnDeadPath::Lose);
            spec.counters.delay = serde_json::from_str(r#"{"exponential": {"mean": "30s"}}"#).ok();
            spec
        };
        let mut alone = Pipeline::new(&delayed(), 3, 1.0);
        let mut accompanied = Pipeline::new(&delayed(), 3, 1.0);
        let mut larger = snapshot(1, 0);
        larger.functions.push(Some(FunctionCounts::default()));
        let first = alone.collect(&snapshot(1, 0), |_| true);
        let second = accompanied.collect(&larger, |_| true);
        assert_eq!(first[0].0, second[0].0);
        assert_ne!(first[0].0, SimTime::from_secs(60.0));
    }

    #[test]
    fn a_clock_is_off_by_its_own_error_and_never_by_more_than_is_said() {
        let mut skewed = spec(Path::OutOfBand, OnDeadPath::Lose);
        skewed.functions.clock_skew = Some(Span::from_secs(40));
        let mut pipeline = Pipeline::new(&skewed, 3, 1.0);
        let mut errors = [const { Vec::new() }; 40];
        for minute in 1..=5 {
            let mut now = snapshot(minute, 0);
            now.functions = vec![Some(FunctionCounts::default()); 40];
            for (deliver_at, report) in pipeline.collect(&now, |_| true) {
                let Source::Function(node) = report.source else {
                    assert_eq!(report.at, now.at, "regions have a right clock");
                    continue;
                };
                errors[node.index()].push(report.at.as_secs_f64() - now.at.as_secs_f64());
                assert_eq!(deliver_at, now.at + Span::from_secs(5), "no clock delays");
            }
        }
        for error in &errors {
            assert_eq!(error.len(), 5);
            assert!(
                error
                    .iter()
                    .all(|e| (e - error[0]).abs() < 1e-6 && e.abs() <= 40.0)
            );
        }
        // Both ways, and far apart: forty draws of a uniform number.
        assert!(errors.iter().any(|e| e[0] > 25.0) && errors.iter().any(|e| e[0] < -25.0));
    }

    #[test]
    fn an_element_out_of_service_loses_its_counters_and_begins_at_nothing() {
        let minutes = |resets: bool| -> Vec<(bool, f64)> {
            let mut spec = spec(Path::OutOfBand, OnDeadPath::Lose);
            spec.functions.resets = Some(resets);
            let mut pipeline = Pipeline::new(&spec, 1, 1.0);
            let mut told = Vec::new();
            for (minute, up, arrived) in [(1, true, 30), (2, false, 50), (3, true, 57)] {
                let mut now = snapshot(minute, 0);
                let counts = FunctionCounts {
                    arrived,
                    up,
                    ..FunctionCounts::default()
                };
                now.functions = vec![Some(counts)];
                let reports = pipeline.collect(&now, |_| true);
                let (_, report) = reports.last().expect("the element reports");
                let column = super::super::columns::FunctionColumn::Arrived as usize;
                told.push((report.reset, report.values[column]));
            }
            told
        };
        assert_eq!(minutes(true), [(false, 30.0), (true, 0.0), (false, 7.0)]);
        assert_eq!(minutes(false), [(false, 30.0), (false, 20.0), (false, 7.0)]);
    }
}
