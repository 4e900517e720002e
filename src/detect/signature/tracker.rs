//! From the operator's view to evidence, look by look.
//!
//! The view forgets after its retention; what features need of the past (the baseline, when an element
//! first failed) is kept here. A report that comes after a newer one of its source is left out.
//!
//! Invariant: a look at an instant takes in nothing that arrived after it.

use std::collections::{BTreeMap, VecDeque};

use crate::base::{NodeId, RegionId, SimTime};
use crate::telemetry::{CAUSE_WORDS, Fact, OperatorView, Releases, Report, SensorKind, Source};
use crate::topology::{NodeKind, Topology};

use super::Sign;
use super::element::{Told, Watched};
use super::evidence::{Evidence, Pace, Session, Step, TowerLoad};
use super::features::FEATURES;

/// A kind of signal that the view is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Subscribers and calls, by region.
    Subscribers,
    /// Load and registrations, by core element.
    Functions,
    /// Connections, by tower.
    Towers,
    /// Change records.
    Ledger,
    /// Log-ins and sessions.
    ManagementLog,
    /// Hashes of software.
    Hashes,
}

impl Signal {
    const fn of(source: Source) -> Self {
        match source {
            Source::Region(_) => Self::Subscribers,
            Source::Function(_) => Self::Functions,
            Source::Towers(_) => Self::Towers,
        }
    }
}

/// Follows a run through the operator's eyes.
#[derive(Clone, Debug)]
pub struct Tracker {
    /// Signals that are left out.
    blind: Vec<Signal>,
    scale: f64,
    /// What every node does.
    functions: Vec<&'static str>,
    /// Edges between nodes that are no towers.
    neighbours: Vec<Vec<NodeId>>,
    elements: BTreeMap<NodeId, Watched>,
    regions: BTreeMap<Source, Region>,
    paces: BTreeMap<u64, Bucket>,
    complete: Complete,
    towers: BTreeMap<RegionId, Connections>,
    /// What they amount to; none since a new report.
    load: Option<TowerLoad>,
    first_victim: Option<NodeId>,
}

/// The subscribers of a region.
#[derive(Clone, Copy, Debug)]
struct Region {
    at: SimTime,
    /// Registered in its first report, and in its newest.
    registered: (f64, f64),
}

/// Signalling connections of the towers of a region.
#[derive(Clone, Debug)]
struct Connections {
    first: Vec<f64>,
    newest: Option<Vec<f64>>,
    at: SimTime,
}

/// What sources reported of one period.
#[derive(Clone, Debug, Default)]
struct Bucket {
    pace: Pace,
    elements: usize,
    regions: usize,
}

impl Bucket {
    /// The period, brought to all `sources` of each kind; none if fewer than half of the elements have told.
    fn whole(&self, (elements, regions): (usize, usize)) -> Option<Pace> {
        if self.elements * 2 < elements || self.elements == 0 {
            return None;
        }
        let mut pace = self.pace.clone();
        let part = share(elements, self.elements);
        pace.requests *= part;
        pace.accepted *= part;
        pace.rejected.iter_mut().for_each(|count| *count *= part);
        pace.detached.iter_mut().for_each(|count| *count *= part);
        let told = self.regions * 2 >= regions && self.regions > 0;
        let of_all = told.then(|| share(regions, self.regions));
        let calls = pace.calls.zip(of_all);
        pace.calls = calls.map(|(calls, of_all)| calls.map(|count| count * of_all));
        pace.registered = pace.registered.and_then(|count| Some(count * of_all?));
        pace.subscribers = pace.subscribers.and_then(|count| Some(count * of_all?));
        Some(pace)
    }
}

/// The periods of which enough is known, as the last look made them.
#[derive(Clone, Debug, Default)]
struct Complete {
    /// Sources of each kind that have told of one period, at most.
    sources: (usize, usize),
    /// The earliest period of which something was told since.
    touched: Option<u64>,
    places: Vec<u64>,
    paces: Vec<Pace>,
}

impl Complete {
    fn touch(&mut self, place: u64) {
        let touched = self.touched.unwrap_or(place);
        self.touched = Some(touched.min(place));
    }
}

impl Tracker {
    /// A tracker of a run on this network, of which this share of the devices is simulated.
    pub fn new(topology: &Topology, scale: f64) -> Self {
        Self {
            blind: Vec::new(),
            scale,
            functions: topology
                .nodes()
                .iter()
                .map(|node| node.kind.word())
                .collect(),
            neighbours: neighbours(topology),
            elements: BTreeMap::new(),
            regions: BTreeMap::new(),
            paces: BTreeMap::new(),
            complete: Complete::default(),
            towers: BTreeMap::new(),
            load: None,
            first_victim: None,
        }
    }

    /// The same, as if these signals did not exist.
    #[must_use]
    pub fn blind_to(mut self, signals: &[Signal]) -> Self {
        self.blind = signals.to_vec();
        self
    }

    fn sees(&self, signal: Signal) -> bool {
        !self.blind.contains(&signal)
    }

    /// What every feature says at `now`, in the order of the registry.
    pub fn look(&mut self, view: &OperatorView, releases: &Releases, now: SimTime) -> Vec<Sign> {
        let sources = view.sources();
        let sources: Vec<Source> = sources.filter(|s| self.sees(Signal::of(*s))).collect();
        for source in sources {
            let seen_to = self.seen_to(source);
            let newer = view.reports(source, now).rev();
            let newer = newer.take_while(|report| seen_to.is_none_or(|seen| report.at > seen));
            let newer: Vec<&Report> = newer.collect();
            for report in newer.into_iter().rev() {
                self.take(report, releases);
            }
        }
        let evidence = self.evidence(view, now);
        let signs = FEATURES.iter().map(|feature| (feature.read)(&evidence));
        let signs = signs.collect();
        self.complete.paces = evidence.paces;
        signs
    }

    fn seen_to(&self, source: Source) -> Option<SimTime> {
        match source {
            Source::Function(node) => self.elements.get(&node)?.seen_to,
            Source::Region(_) => Some(self.regions.get(&source)?.at),
            Source::Towers(region) => Some(self.towers.get(&region)?.at),
        }
    }

    fn take(&mut self, report: &Report, releases: &Releases) {
        match report.source {
            Source::Function(node) => self.take_element(node, report, releases),
            Source::Region(_) => self.take_region(report),
            Source::Towers(region) => self.take_towers(region, report),
        }
    }

    fn take_element(&mut self, node: NodeId, report: &Report, releases: &Releases) {
        let reading = report.element().expect("an element reports as one");
        let told = Told {
            scale: self.scale,
            is_changed: report.release != releases.first(node),
        };
        let watched = self
            .elements
            .entry(node)
            .or_insert_with(|| Watched::new(node, self.functions[node.index()]));
        watched.take(report.at, &reading, told);
        self.complete.touch(place(report));
        let bucket = self.paces.entry(place(report)).or_default();
        bucket.elements += 1;
        let pace = &mut bucket.pace;
        pace.at_s = report.at.as_secs_f64();
        pace.requests += reading.requested;
        pace.accepted += reading.accepted;
        pace.rejected.resize(CAUSE_WORDS.len(), 0.0);
        for (total, of_one) in pace.detached.iter_mut().zip(reading.detached) {
            *total += of_one;
        }
        for (total, of_one) in pace.rejected.iter_mut().zip(reading.rejected) {
            *total += of_one;
        }
    }

    fn take_region(&mut self, report: &Report) {
        let Some((devices, registered)) = report.subscribers() else {
            return;
        };
        let calls = report
            .calls()
            .expect("who reports subscribers reports calls");
        let region = self.regions.entry(report.source).or_insert(Region {
            at: report.at,
            registered: (registered, registered),
        });
        (region.at, region.registered.1) = (report.at, registered);
        self.complete.touch(place(report));
        let bucket = self.paces.entry(place(report)).or_default();
        bucket.regions += 1;
        let pace = &mut bucket.pace;
        pace.at_s = report.at.as_secs_f64();
        *pace.subscribers.get_or_insert(0.0) += devices;
        *pace.registered.get_or_insert(0.0) += registered;
        let total = pace.calls.get_or_insert([0.0; 4]);
        (0..4).for_each(|place| total[place] += calls[place]);
    }

    fn take_towers(&mut self, region: RegionId, report: &Report) {
        let Some(values) = report.tower_signalling() else {
            return;
        };
        let values: Vec<f64> = values.collect();
        self.load = None;
        if let Some(known) = self.towers.get_mut(&region) {
            known.newest = Some(values);
            known.at = report.at;
        } else {
            let first = Connections {
                first: values,
                newest: None,
                at: report.at,
            };
            self.towers.insert(region, first);
        }
    }

    fn evidence(&mut self, view: &OperatorView, now: SimTime) -> Evidence {
        self.see_first_victim();
        let mut evidence = Evidence {
            now_s: now.as_secs_f64(),
            scale: self.scale,
            paces: self.complete_paces(),
            elements: self
                .elements
                .values()
                .map(|watched| watched.element)
                .collect(),
            towers: self.tower_load(),
            regions: self
                .regions
                .values()
                .map(|region| region.registered)
                .collect(),
            sources: self.reporting(view, now),
            ..Evidence::default()
        };
        let is_told = |kind, signal| view.has_sensor(kind) && self.sees(signal);
        evidence.ledger = is_told(SensorKind::Ledger, Signal::Ledger).then(Vec::new);
        evidence.sessions =
            is_told(SensorKind::ManagementLog, Signal::ManagementLog).then(Vec::new);
        evidence.hashes = is_told(SensorKind::Hashes, Signal::Hashes).then(Vec::new);
        note_what_is_told(&mut evidence, view, now);
        evidence
    }

    /// Sources that have ever reported, and those of them that are not silent.
    fn reporting(&self, view: &OperatorView, now: SimTime) -> (usize, usize) {
        let (mut known, mut heard) = (0, 0);
        for source in view
            .sources()
            .filter(|source| self.sees(Signal::of(*source)))
        {
            let stale_after = view.stale_after(source);
            known += 1;
            let newest = view.reports(source, now).next_back();
            heard += usize::from(newest.is_some_and(|newest| now.since(newest.at) <= stale_after));
        }
        (known, heard)
    }

    /// The periods of which at least half of the sources of a kind have told, brought to all of them: those
    /// that may have changed since the last look are made anew.
    fn complete_paces(&mut self) -> Vec<Pace> {
        let most = |of: fn(&Bucket) -> usize| self.paces.values().map(of).max().unwrap_or(0);
        let sources = (most(|b| b.elements), most(|b| b.regions));
        let complete = &mut self.complete;
        if complete.sources != sources {
            complete.sources = sources;
            complete.touched = Some(0);
        }
        let mut paces = std::mem::take(&mut complete.paces);
        let Some(touched) = complete.touched.take() else {
            return paces;
        };
        let kept = complete.places.partition_point(|&place| place < touched);
        complete.places.truncate(kept);
        paces.truncate(kept);
        for (&place, bucket) in self.paces.range(touched..) {
            if let Some(pace) = bucket.whole(sources) {
                complete.places.push(place);
                paces.push(pace);
            }
        }
        paces
    }

    /// The load of the towers whose regions have reported twice.
    fn tower_load(&mut self) -> Option<TowerLoad> {
        if self.load.is_none() {
            let told = self.towers.values().filter_map(|region| {
                let newest = region.newest.as_ref()?;
                Some((&region.first, newest))
            });
            let towers: Vec<_> = told.collect();
            let count = towers.iter().map(|(first, _)| first.len()).sum();
            let pairs = towers
                .iter()
                .flat_map(|(first, newest)| first.iter().copied().zip(newest.iter().copied()));
            self.load = (count > 0).then(|| TowerLoad::of(count, self.scale, pairs));
        }
        self.load
    }

    /// From the first failure on, distances are counted from the element that failed first.
    fn see_first_victim(&mut self) {
        if self.first_victim.is_some() {
            return;
        }
        let failed = self.elements.values().filter_map(|watched| {
            let element = &watched.element;
            Some((element.failed_s?, element.node))
        });
        let Some((_, first)) = failed.min_by(|a, b| a.0.total_cmp(&b.0)) else {
            return;
        };
        self.first_victim = Some(first);
        let hops = self.hops_from(first);
        for (node, watched) in &mut self.elements {
            watched.element.hops = hops[node.index()];
        }
    }

    fn hops_from(&self, first: NodeId) -> Vec<Option<u32>> {
        let mut hops = vec![None; self.neighbours.len()];
        hops[first.index()] = Some(0);
        let mut waiting = VecDeque::from([(first, 0)]);
        while let Some((node, so_far)) = waiting.pop_front() {
            for &next in &self.neighbours[node.index()] {
                if hops[next.index()].is_none() {
                    hops[next.index()] = Some(so_far + 1);
                    waiting.push_back((next, so_far + 1));
                }
            }
        }
        hops
    }
}

/// The instant of a report on a grid of ten seconds: clocks that are a little off name the same one.
fn place(report: &Report) -> u64 {
    let grid_us = 10_000_000;
    (report.at.as_us() + grid_us / 2) / grid_us
}

fn share(all: usize, told: usize) -> f64 {
    super::statistics::count(all) / super::statistics::count(told.max(1))
}

/// Change records, sessions and hashes, as far as there are sensors for them.
fn note_what_is_told(evidence: &mut Evidence, view: &OperatorView, now: SimTime) {
    for note in view.notes(now) {
        let at_s = note.at.as_secs_f64();
        match &note.fact {
            Fact::Change { step, node, .. } => {
                let (step, node) = (*step, *node);
                evidence
                    .ledger
                    .as_mut()
                    .map(|all| all.push(Step { at_s, step, node }))
            }
            Fact::Session { ticket, .. } => {
                let has_ticket = ticket.is_some();
                evidence
                    .sessions
                    .as_mut()
                    .map(|all| all.push(Session { at_s, has_ticket }))
            }
            Fact::Hash { matches, .. } => evidence.hashes.as_mut().map(|all| all.push(*matches)),
        };
    }
}

fn neighbours(topology: &Topology) -> Vec<Vec<NodeId>> {
    let mut neighbours = vec![Vec::new(); topology.nodes().len()];
    let is_core = |node: NodeId| topology.node(node).kind != NodeKind::Tower;
    for edge in topology
        .edges()
        .iter()
        .filter(|e| is_core(e.a) && is_core(e.b))
    {
        neighbours[edge.a.index()].push(edge.b);
        neighbours[edge.b.index()].push(edge.a);
    }
    neighbours
}
