//! What the operator knows: the reports that have arrived, and what follows from them.
//!
//! Invariant: an answer for an instant depends on nothing that was delivered after it. Gates,
//! alarms and people read this and nothing else.

use std::collections::{BTreeMap, VecDeque};

use crate::base::{RegionId, SimTime, Span};
use crate::topology::Topology;

use super::columns::{CLASS_COLUMNS, FUNCTION_COLUMNS};
use super::metric::{Column, CountedOf, Formula, Metric, Reduce};
use super::pipeline::{Report, Source};
use super::place::Place;
use super::spec::{PipelineSettings, TelemetrySpec};

/// A value that the operator can see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// The value, in the unit of its metric; always a finite number.
    pub value: f64,
    /// When the newest period that it is made of ended.
    pub at: SimTime,
    /// What it rests on: the denominator of a ratio (attempts, calls, devices), else reports.
    pub samples: f64,
}

/// Which reports a question is about: the periods that ended in the last `length`, as seen at
/// `now`, looking back from `ago` before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When the question is asked: reports that had not arrived by then do not exist.
    pub now: SimTime,
    /// How long before `now` the window ends.
    pub ago: Span,
    /// How long it is. Each source's window ends with its own newest report, so that a late source
    /// is not mistaken for a quiet one, and holds that report however short it is.
    pub length: Span,
}

impl Window {
    /// The newest report of each source.
    pub fn newest(now: SimTime) -> Self {
        Self::last(Span::ZERO, now)
    }

    /// The last `length` of each source.
    pub fn last(length: Span, now: SimTime) -> Self {
        Self {
            now,
            ago: Span::ZERO,
            length,
        }
    }

    /// The same window, `ago` earlier.
    #[must_use]
    pub fn before(mut self, ago: Span) -> Self {
        self.ago = ago;
        self
    }

    /// When the window ends; none if before the start of the scenario.
    fn end(&self) -> Option<SimTime> {
        let end_us = self.now.as_us().checked_sub(self.ago.as_us())?;
        Some(SimTime::from_us(end_us))
    }
}

/// The reports that have arrived, by source.
#[derive(Clone, Debug)]
pub struct OperatorView {
    retention: Span,
    counters: PipelineSettings,
    functions: PipelineSettings,
    /// The region of each node, by the node's label.
    region_of: Vec<Option<RegionId>>,
    series: BTreeMap<Source, VecDeque<Report>>,
    first_delivery: Option<SimTime>,
}

impl OperatorView {
    /// A view of a network of which nothing is known yet.
    pub fn new(spec: &TelemetrySpec, topology: &Topology) -> Self {
        let regions = topology.regions();
        let region_of = topology.nodes().iter().map(|node| {
            let index = regions
                .iter()
                .position(|region| region.name == node.labels.region)?;
            Some(RegionId::from_index(index))
        });
        Self {
            retention: spec.retention,
            counters: spec.counters.settings(),
            functions: spec.functions.settings(),
            region_of: region_of.collect(),
            series: BTreeMap::new(),
            first_delivery: None,
        }
    }

    /// Take in a report, at its [`Report::deliver_at`]. Reports may overtake one another.
    pub fn deliver(&mut self, report: Report) {
        let horizon = report
            .deliver_at
            .as_us()
            .saturating_sub(self.retention.as_us());
        let first = self.first_delivery.unwrap_or(SimTime::NEVER);
        self.first_delivery = Some(first.min(report.deliver_at));
        let series = self.series.entry(report.source).or_default();
        let place = series.partition_point(|earlier| earlier.at <= report.at);
        series.insert(place, report);
        while series
            .front()
            .is_some_and(|oldest| oldest.at.as_us() < horizon)
        {
            series.pop_front();
        }
    }

    /// The newest value of a metric at a place; none if no source has reported lately, or if it is
    /// a ratio of nothing to nothing.
    pub fn value(&self, metric: Metric, place: Place, now: SimTime) -> Option<Observed> {
        self.over(metric, place, Window::newest(now))
    }

    /// The value of a metric at a place over a window. Sources that were silent for longer than
    /// their pipeline's `stale_after` when the window ended are left out.
    pub fn over(&self, metric: Metric, place: Place, window: Window) -> Option<Observed> {
        self.over_places(metric, &[place], window)
    }

    /// The same for several places taken together; what lies in two of them counts once.
    pub fn over_places(
        &self,
        metric: Metric,
        places: &[Place],
        window: Window,
    ) -> Option<Observed> {
        let formula = metric.formula();
        let stale_after = self.settings(metric.counted_of()).stale_after;
        let mut sum = Sum::default();
        for (source, series) in &self.series {
            let columns = self.columns(*source, places, metric.counted_of(), series);
            if columns.groups.is_empty() {
                continue;
            }
            if let Some(reports) = in_window(series, window, stale_after) {
                sum.add_source(&formula, &reports, &columns);
            }
        }
        sum.observed(&formula)
    }

    /// How long a source of this metric is silent before it is left out, and how it is collected.
    pub fn settings(&self, counted_of: CountedOf) -> &PipelineSettings {
        match counted_of {
            CountedOf::Subscribers => &self.counters,
            CountedOf::Elements => &self.functions,
        }
    }

    /// Reports kept now.
    pub fn report_count(&self) -> usize {
        self.series.values().map(VecDeque::len).sum()
    }

    /// When the first report arrived; none before it.
    pub fn first_delivery(&self) -> Option<SimTime> {
        self.first_delivery
    }

    /// Which groups of columns of a source belong to any of the places.
    fn columns(
        &self,
        source: Source,
        places: &[Place],
        counted_of: CountedOf,
        series: &VecDeque<Report>,
    ) -> Columns {
        let width = group_width(counted_of);
        let count = series
            .back()
            .map_or(0, |report| report.values.len() / width);
        let groups = (0..count).filter(|&group| {
            let is_in = |place: &Place| self.is_in(source, group, *place, counted_of);
            places.iter().any(is_in)
        });
        Columns {
            groups: groups.collect(),
            width,
        }
    }

    /// Whether a group of columns (a class, or the one group of an element) belongs to a place.
    fn is_in(&self, source: Source, group: usize, place: Place, counted_of: CountedOf) -> bool {
        let region = match (source, counted_of) {
            (Source::Region(region), CountedOf::Subscribers) => Some(region),
            (Source::Function(node), CountedOf::Elements) => self.region_of[node.index()],
            _ => return false,
        };
        match place {
            Place::Network => true,
            Place::Region(wanted) => region == Some(wanted),
            Place::Class(class) => counted_of == CountedOf::Subscribers && group == class.index(),
            Place::Function(node) => source == Source::Function(node),
        }
    }
}

/// Which columns of a report a question is about: some groups (classes) of equal width.
#[derive(Clone, Debug)]
struct Columns {
    groups: Vec<usize>,
    width: usize,
}

impl Columns {
    /// The sum of a column over the groups.
    fn sum(&self, report: &Report, column: Column) -> f64 {
        let offset = match column {
            Column::Class(column) => column as usize,
            Column::Function(column) => column as usize,
        };
        let groups = self.groups.iter();
        groups
            .map(|group| report.values[group * self.width + offset])
            .sum()
    }
}

fn group_width(counted_of: CountedOf) -> usize {
    match counted_of {
        CountedOf::Subscribers => CLASS_COLUMNS,
        CountedOf::Elements => FUNCTION_COLUMNS,
    }
}

/// The reports of one source that a window holds, newest first; none if the source was silent.
fn in_window(series: &VecDeque<Report>, window: Window, stale_after: Span) -> Option<Vec<&Report>> {
    let end = window.end()?;
    let mut known = series
        .iter()
        .rev()
        .filter(|report| report.at <= end && report.deliver_at <= window.now);
    let newest = known.next()?;
    if end - newest.at > stale_after {
        return None;
    }
    let older = known.take_while(|report| newest.at - report.at < window.length);
    Some(std::iter::once(newest).chain(older).collect())
}

/// What a value is made of, source by source.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    total: f64,
    weight: f64,
    reports: f64,
    at: SimTime,
}

impl Sum {
    fn add_source(&mut self, formula: &Formula, reports: &[&Report], columns: &Columns) {
        let plus: f64 = reports.iter().map(|r| columns.sum(r, formula.plus)).sum();
        let minus: f64 = formula.minus.map_or(0.0, |column| {
            reports.iter().map(|r| columns.sum(r, column)).sum()
        });
        let seconds: f64 = reports.iter().map(|r| r.period.as_secs_f64()).sum();
        let count = reports.iter().map(|_| 1.0).sum::<f64>();
        let amount = (plus - minus) * formula.unit;
        self.total += match formula.reduce {
            Reduce::Rate => amount / seconds,
            Reduce::Level => amount / count,
            Reduce::Count | Reduce::Mean | Reduce::Occupancy | Reduce::Ratio(_) => amount,
        };
        self.weight += match formula.reduce {
            Reduce::Ratio(column) => reports.iter().map(|r| columns.sum(r, column)).sum(),
            Reduce::Occupancy => seconds,
            _ => count,
        };
        self.reports += count;
        self.at = reports.iter().map(|r| r.at).fold(self.at, SimTime::max);
    }

    fn observed(self, formula: &Formula) -> Option<Observed> {
        // Also turns away a ratio of nothing to nothing, and no source at all.
        if self.weight <= 0.0 {
            return None;
        }
        let (value, samples) = match formula.reduce {
            Reduce::Count | Reduce::Rate | Reduce::Level => (self.total, self.reports),
            Reduce::Mean | Reduce::Occupancy => (self.total / self.weight, self.reports),
            Reduce::Ratio(_) => (self.total / self.weight, self.weight),
        };
        value.is_finite().then_some(Observed {
            value,
            at: self.at,
            samples,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ClassId, NodeId};
    use crate::network::{ClassCounts, FunctionCounts};
    use crate::telemetry::fixture::{Minute, World};

    fn minute(registered: u64) -> Minute {
        Minute::of(ClassCounts {
            devices: 100,
            registered,
            registration_attempts: 100 - registered,
            registration_successes: (100 - registered) / 2,
            ..ClassCounts::default()
        })
    }

    fn close(observed: Option<Observed>, value: f64) -> bool {
        observed.is_some_and(|observed| (observed.value - value).abs() < 1e-9)
    }

    #[test]
    fn nothing_is_known_before_it_is_delivered() {
        let mut world = World::ideal();
        world.pass(&minute(40));
        let period_end = SimTime::from_secs(60.0);
        let (metric, place) = (Metric::RegisteredShare, Place::Network);
        assert_eq!(world.view.value(metric, place, period_end), None);
        let delivered = SimTime::from_secs(65.0);
        let observed = world.view.value(metric, place, delivered).expect("a value");
        assert!((observed.value - 0.4).abs() < 1e-9);
        assert_eq!(observed.at, period_end);
        assert!(
            (observed.samples - 400.0).abs() < 1e-9,
            "two regions, two classes"
        );
    }

    #[test]
    fn nothing_over_nothing_is_no_value() {
        let mut world = World::ideal();
        world.pass(&minute(100));
        let now = world.now();
        assert_eq!(world.view.value(Metric::Rsr, Place::Network, now), None);
        assert!(close(
            world.view.value(Metric::RegInitReq, Place::Network, now),
            0.0
        ));
        assert_eq!(
            world.view.value(Metric::DropShare, Place::Network, now),
            None
        );
    }

    #[test]
    fn places_see_their_own_part() {
        let mut world = World::ideal();
        let mut state = minute(100);
        state.classes[1][1].registered = 0;
        world.pass(&state);
        let share = |place| {
            world
                .view
                .value(Metric::RegisteredShare, place, world.now())
        };
        assert!(close(share(Place::Network), 0.75));
        assert!(close(share(Place::Region(RegionId(0))), 1.0));
        assert!(close(share(Place::Region(RegionId(1))), 0.5));
        assert!(close(share(Place::Class(ClassId(1))), 0.5));
        assert_eq!(share(Place::Class(ClassId(9))), None);
    }

    #[test]
    fn windows_pool_ratios_and_average_levels() {
        let mut world = World::ideal();
        for registered in [100, 80, 60] {
            world.pass(&minute(registered));
        }
        let over = |metric, minutes| {
            let window = Window::last(Span::from_minutes(minutes), world.now());
            world.view.over(metric, Place::Network, window)
        };
        assert!(close(over(Metric::RegInitReq, 2), 240.0), "4 x (20 + 40)");
        assert!(close(over(Metric::Rsr, 3), 0.5));
        assert!(close(over(Metric::RegisteredSubNbrMean, 2), 280.0));
        assert!(close(over(Metric::RegisteredSubNbrMean, 1), 240.0));
        assert!(close(over(Metric::RegistrationAttemptRate, 2), 2.0));
    }

    #[test]
    fn earlier_windows_are_answered_from_what_is_known_now() {
        let mut world = World::ideal();
        for registered in [100, 80, 60] {
            world.pass(&minute(registered));
        }
        let window = Window::newest(world.now());
        let share = |window| {
            world
                .view
                .over(Metric::RegisteredShare, Place::Network, window)
        };
        assert!(close(share(window), 0.6));
        assert!(close(share(window.before(Span::from_minutes(2))), 1.0));
        assert_eq!(share(window.before(Span::from_hours(1))), None);
    }

    #[test]
    fn a_silent_network_has_no_value_rather_than_an_old_one() {
        let mut world = World::ideal();
        world.pass(&minute(100));
        let share = |seconds| {
            let now = SimTime::from_secs(seconds);
            world
                .view
                .value(Metric::RegisteredShare, Place::Network, now)
        };
        assert!(share(360.0).is_some());
        assert_eq!(share(361.0), None);
    }

    #[test]
    fn elements_are_seen_one_by_one_and_together() {
        let mut world = World::ideal();
        let mut state = minute(100);
        state.functions[0] = Some(FunctionCounts {
            arrived: 120,
            served: 60,
            dropped: 30,
            busy_us: 30_000_000,
            backlog_us: 5_000_000,
            up: true,
            ..FunctionCounts::default()
        });
        world.pass(&state);
        let now = world.now();
        let at = |metric, place| world.view.value(metric, place, now);
        let element = Place::Function(NodeId(0));
        assert!(close(at(Metric::Utilisation, element), 0.5));
        assert!(close(at(Metric::QueueWait, element), 5.0));
        assert!(close(at(Metric::RequestRate, element), 2.0));
        assert!(close(at(Metric::DropShare, Place::Network), 0.25));
        // North has two elements that count, of which this one serves.
        assert!(close(
            at(Metric::ElementsUp, Place::Region(RegionId(0))),
            0.5
        ));
        assert_eq!(at(Metric::Utilisation, Place::Class(ClassId(0))), None);
    }

    #[test]
    fn what_is_older_than_the_retention_is_forgotten() {
        let mut world = World::ideal();
        for _ in 0..600 {
            world.pass(&minute(100));
        }
        // Two regions and four elements, six hours, and the delay's minute.
        let kept = world.view.report_count();
        assert!((6 * 360..=6 * 361).contains(&kept), "{kept}");
    }

    #[test]
    fn reports_that_overtake_one_another_end_in_order() {
        let mut world = World::ideal();
        world.pass_undelivered(&minute(100));
        world.pass_undelivered(&minute(50));
        let mut reports = world.take_undelivered();
        reports.reverse();
        for report in reports {
            world.view.deliver(report);
        }
        let now = world.now();
        let share = world
            .view
            .value(Metric::RegisteredShare, Place::Network, now);
        assert!(close(share, 0.5));
    }
}
