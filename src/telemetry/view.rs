//! What the operator knows: the reports that have arrived, and what follows from them.
//!
//! Invariant: an answer for an instant depends on nothing that was delivered after it. Gates,
//! alarms and people read this and nothing else.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::base::{ClassId, NodeId, RegionId, SimTime, Span};
use crate::topology::{Node, Topology};

use super::columns::{CLASS_COLUMNS, FUNCTION_COLUMNS, TOWER_COLUMNS};
use super::metric::{Column, CountedOf, Formula, Metric, Reduce};
use super::pipeline::{Report, Source, towers_of};
use super::place::Place;
use super::release::Releases;
use super::sensor::{Note, SensorKind, sensors};
use super::spec::{Contract, PipelineSettings, TelemetrySpec};

/// A value that the operator can see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// The value, in the unit of its metric; always a finite number.
    pub value: f64,
    /// When the newest period that it is made of ended.
    pub at: SimTime,
    /// What it rests on: the denominator of a ratio (attempts, calls, devices; as many as were
    /// simulated, because luck evens out over those alone), else reports.
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
    towers: PipelineSettings,
    /// The region of each node, by the node's label.
    region_of: Vec<Option<RegionId>>,
    /// The towers of each region, in the order of its reports.
    towers_of: Vec<Vec<NodeId>>,
    series: BTreeMap<Source, VecDeque<Report>>,
    first_delivery: Option<SimTime>,
    /// The share of the devices that is simulated.
    scale: f64,
    contract: Contract,
    /// Whether there is a sensor of each kind.
    has_sensor: [bool; 3],
    /// In the order in which they arrived.
    notes: Vec<Note>,
}

/// Everything that the operator was ever told, in the order of sources and of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OperatorRecord {
    /// Reports by source, oldest first.
    pub reports: Vec<(Source, Vec<Report>)>,
    /// Notes in the order in which they arrived.
    pub notes: Vec<Note>,
    /// The releases that reports refer to.
    pub releases: Releases,
    /// The elements and towers, in the order of the table.
    pub nodes: Vec<Node>,
    /// The towers of each region, in the order of its reports.
    pub towers_of: Vec<Vec<NodeId>>,
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
            counters: spec.counters_settings(),
            functions: spec.functions_settings(),
            towers: spec.towers_settings(),
            region_of: region_of.collect(),
            towers_of: tower_nodes(topology),
            series: BTreeMap::new(),
            first_delivery: None,
            scale: 1.0,
            contract: spec.contract,
            has_sensor: sensors(spec).map(|sensor| sensor.is_some()),
            notes: Vec::new(),
        }
    }

    /// The same, forgetting nothing: for a record of the whole run.
    #[must_use]
    pub fn keeping_everything(mut self) -> Self {
        self.retention = SimTime::NEVER.since(SimTime::ZERO);
        self
    }

    /// The same, of a network of which only this share of the devices is simulated.
    #[must_use]
    pub fn at_scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
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
        // Most reports are the newest of their source.
        let later = series.iter().rev();
        let later = later.take_while(|other| other.at > report.at).count();
        series.insert(series.len() - later, report);
        while series
            .front()
            .is_some_and(|oldest| oldest.at.as_us() < horizon)
        {
            series.pop_front();
        }
    }

    /// Take in a note, at its [`Note::deliver_at`].
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// The notes that had arrived by `now`, in the order of their arrival.
    pub fn notes(&self, now: SimTime) -> impl Iterator<Item = &Note> {
        let arrived = move |note: &&Note| note.deliver_at <= now;
        self.notes.iter().filter(arrived)
    }

    /// Whether the contract has a sensor of this kind: without one, silence says nothing.
    pub fn has_sensor(&self, kind: SensorKind) -> bool {
        self.has_sensor[kind as usize]
    }

    /// The contract under which the operator sees.
    pub fn contract(&self) -> Contract {
        self.contract
    }

    /// The sources that have ever reported and are remembered.
    pub fn sources(&self) -> impl Iterator<Item = Source> + '_ {
        self.series.keys().copied()
    }

    /// The remembered reports of a source that had arrived by `now`, oldest first.
    pub fn reports(
        &self,
        source: Source,
        now: SimTime,
    ) -> impl DoubleEndedIterator<Item = &Report> {
        let reports = self.series.get(&source).into_iter().flatten();
        reports.filter(move |report| report.deliver_at <= now)
    }

    /// Everything that it was told and remembers.
    pub fn into_record(self, releases: Releases, topology: &Topology) -> OperatorRecord {
        let reports = self.series.into_iter();
        OperatorRecord {
            nodes: topology.nodes().to_vec(),
            towers_of: tower_nodes(topology),
            reports: reports
                .map(|(source, reports)| (source, reports.into_iter().collect()))
                .collect(),
            notes: self.notes,
            releases,
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
        let at = Places::of(places);
        for (source, series) in &self.series {
            let columns = self.columns(*source, &at, metric.counted_of(), series);
            if columns.groups.is_empty() {
                continue;
            }
            if let Some(reports) = in_window(series, window, stale_after) {
                sum.add_source(&formula, &reports, &columns);
            }
        }
        sum.observed(&formula, self.scale)
    }

    /// How long a source of this metric is silent before it is left out, and how it is collected.
    pub fn settings(&self, counted_of: CountedOf) -> &PipelineSettings {
        match counted_of {
            CountedOf::Subscribers => &self.counters,
            CountedOf::Elements => &self.functions,
            CountedOf::Towers => &self.towers,
        }
    }

    /// After how long without a report a source counts as silent.
    pub fn stale_after(&self, source: Source) -> Span {
        match source {
            Source::Region(_) => self.counters.stale_after,
            Source::Function(_) => self.functions.stale_after,
            Source::Towers(_) => self.towers.stale_after,
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
        places: &Places,
        counted_of: CountedOf,
        series: &VecDeque<Report>,
    ) -> Columns {
        let width = group_width(counted_of);
        let counts = match source {
            Source::Region(_) => counted_of == CountedOf::Subscribers,
            Source::Function(_) => counted_of == CountedOf::Elements,
            Source::Towers(_) => counted_of == CountedOf::Towers,
        };
        let newest = series.back().filter(|_| counts);
        let count = newest.map_or(0, |report| report.values.len() / width);
        let groups = (0..count).filter(|&group| self.is_in(source, group, places));
        Columns {
            groups: groups.collect(),
            width,
        }
    }

    /// Whether a group of columns (a class, a tower, or the one group of an element) belongs to a place.
    fn is_in(&self, source: Source, group: usize, places: &Places) -> bool {
        let (region, node) = match source {
            Source::Region(region) => (Some(region), None),
            Source::Function(node) => (self.region_of[node.index()], Some(node)),
            Source::Towers(region) => (Some(region), Some(self.towers_of[region.index()][group])),
        };
        let is_class = matches!(source, Source::Region(_))
            && places
                .others
                .contains(&Place::Class(ClassId::from_index(group)));
        is_class
            || places.others.contains(&Place::Network)
            || region.is_some_and(|region| places.others.contains(&Place::Region(region)))
            || node.is_some_and(|node| places.nodes.contains(&node))
    }
}

/// Several places, of which elements and towers may be many.
struct Places {
    nodes: BTreeSet<NodeId>,
    others: Vec<Place>,
}

impl Places {
    fn of(places: &[Place]) -> Self {
        let node = |place: &Place| match place {
            Place::Function(node) => Some(*node),
            _ => None,
        };
        let others = places.iter().filter(|place| node(place).is_none());
        Self {
            nodes: places.iter().filter_map(node).collect(),
            others: others.copied().collect(),
        }
    }
}

/// The towers of each region, in the order of its reports.
fn tower_nodes(topology: &Topology) -> Vec<Vec<NodeId>> {
    let node_of = |tower: usize| topology.towers()[tower].node;
    let regions = towers_of(topology).into_iter();
    regions
        .map(|towers| towers.into_iter().map(node_of).collect())
        .collect()
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
        let offsets = match column {
            Column::Class(column) => &[column as usize][..],
            Column::Function(column) => &[column as usize],
            Column::Towers(columns) => columns,
        };
        let groups = self.groups.iter();
        groups
            .map(|group| group * self.width)
            .flat_map(|first| {
                offsets
                    .iter()
                    .map(move |offset| report.values[first + offset])
            })
            .sum()
    }
}

fn group_width(counted_of: CountedOf) -> usize {
    match counted_of {
        CountedOf::Subscribers => CLASS_COLUMNS,
        CountedOf::Elements => FUNCTION_COLUMNS,
        CountedOf::Towers => TOWER_COLUMNS,
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

    fn observed(self, formula: &Formula, scale: f64) -> Option<Observed> {
        // Also turns away a ratio of nothing to nothing, and no source at all.
        if self.weight <= 0.0 {
            return None;
        }
        let (value, samples) = match formula.reduce {
            Reduce::Count | Reduce::Rate | Reduce::Level => (self.total, self.reports),
            Reduce::Mean | Reduce::Occupancy => (self.total / self.weight, self.reports),
            Reduce::Ratio(_) => (self.total / self.weight, self.weight * scale),
        };
        value.is_finite().then_some(Observed {
            value,
            at: self.at,
            samples,
        })
    }
}

#[cfg(test)]
mod tests;
