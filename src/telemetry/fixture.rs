//! A small network for tests: two regions, two classes, four core elements, its management plane,
//! and a pipeline that feeds a view minute by minute.
//!
//! Invariant: tests only.

use crate::base::{NodeId, RegionId, Share, SimTime, Span};
use crate::network::{ClassCounts, FunctionCounts, Snapshot};
use crate::topology::{EdgeKind, NewNode, NodeKind, Topology, TopologyBuilder, TowerSite};

use super::pipeline::{Pipeline, Report, Source};
use super::place::Names;
use super::spec::{PipelineSpec, TelemetrySpec};
use super::view::OperatorView;

/// `amf-n` (0) and `mme-n` (1) in the north, `amf-s` (2) in the south, `udm` (3), `oss` (4),
/// `amf-fn` (5), dedicated to class `firstnet`, and a router (6) with a tower in each region (7, 8).
pub(crate) fn topology() -> Topology {
    let mut builder = TopologyBuilder::default();
    let core = [
        ("amf-n", NodeKind::Amf, "north", "north-1"),
        ("mme-n", NodeKind::Mme, "north", "north-1"),
        ("amf-s", NodeKind::Amf, "south", "south-1"),
        ("udm", NodeKind::Udm, "", ""),
        ("oss", NodeKind::Oss, "", ""),
        ("amf-fn", NodeKind::Amf, "", "firstnet"),
    ];
    let mut hung: Vec<NodeId> = core
        .map(|(name, kind, region, pool)| builder.node(node(name, kind, region, pool)))
        .to_vec();
    builder.dedicate("firstnet", "firstnet");
    let router = builder.node(NewNode::new(NodeKind::Router, "router"));
    for (name, region, pool) in [("t-n", "north", "north-1"), ("t-s", "south", "south-1")] {
        let site = TowerSite {
            devices: 200,
            zone: "America/Chicago".to_owned(),
            neighbours: None,
        };
        hung.push(builder.tower(node(name, NodeKind::Tower, region, pool), site));
    }
    for node in hung {
        builder.edge(node, router, EdgeKind::IpTransport, None);
    }
    builder.freeze().expect("a sound network")
}

fn node(name: &str, kind: NodeKind, region: &str, pool: &str) -> NewNode {
    NewNode::new(kind, name).in_region(region).in_pool(pool)
}

/// The device classes of the fixture.
pub(crate) fn classes() -> Vec<String> {
    vec!["smartphone".to_owned(), "firstnet".to_owned()]
}

/// The names of the fixture's topology and classes.
pub(crate) fn names<'a>(topology: &'a Topology, classes: &'a [String]) -> Names<'a> {
    Names { topology, classes }
}

/// What happens in a minute: gauges as they are at its end, counters as they grow in it.
#[derive(Clone, Debug)]
pub(crate) struct Minute {
    pub(crate) classes: Vec<Vec<ClassCounts>>,
    pub(crate) functions: Vec<Option<FunctionCounts>>,
}

impl Minute {
    /// The same for every class of every region; elements idle and down.
    #[expect(
        clippy::large_types_passed_by_value,
        reason = "made where it is passed, and once for a minute"
    )]
    pub(crate) fn of(counts: ClassCounts) -> Self {
        let idle = Some(FunctionCounts::default());
        Self {
            classes: vec![vec![counts; 2]; 2],
            functions: vec![idle, idle, idle, idle, None, None],
        }
    }

    /// A minute in which all is well, or in which this share of a hundred is registered and half
    /// of the others' attempts succeed.
    pub(crate) fn registered(registered: u64) -> Self {
        Self::of(ClassCounts {
            devices: 100,
            registered,
            registration_attempts: 200 - registered,
            registration_successes: 100,
            ..ClassCounts::default()
        })
    }
}

/// A world that passes minute by minute, and the view of it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) topology: Topology,
    pub(crate) view: OperatorView,
    pipeline: Pipeline,
    totals: Snapshot,
    undelivered: Vec<Report>,
}

impl World {
    /// A streaming pipeline that loses nothing and is five seconds late.
    pub(crate) fn ideal() -> Self {
        let lossless = PipelineSpec {
            loss: Some(Share::NONE),
            ..PipelineSpec::default()
        };
        Self::with(&TelemetrySpec {
            counters: lossless.clone(),
            functions: lossless,
            ..TelemetrySpec::default()
        })
    }

    /// With these pipelines.
    pub(crate) fn with(spec: &TelemetrySpec) -> Self {
        let topology = topology();
        Self {
            view: OperatorView::new(spec, &topology),
            topology,
            pipeline: Pipeline::new(spec, 1, 1.0),
            totals: Snapshot::default(),
            undelivered: Vec::new(),
        }
    }

    /// Let a minute pass and deliver what it reports.
    pub(crate) fn pass(&mut self, minute: &Minute) {
        self.pass_reachable(minute, |_| true);
    }

    /// Let a minute pass in which the management plane reaches some sources.
    pub(crate) fn pass_reachable(&mut self, minute: &Minute, reachable: impl Fn(Source) -> bool) {
        for report in self.collect(minute, reachable) {
            self.view.deliver(report);
        }
    }

    /// Deliver what the towers of north and south report of the last minute: connections for signalling, for
    /// anything else, and refused.
    pub(crate) fn pass_towers(&mut self, counts: [[f64; 3]; 2]) {
        for (region, values) in counts.into_iter().enumerate() {
            self.view.deliver(Report {
                source: Source::Towers(RegionId::from_index(region)),
                at: self.totals.at,
                period: Span::from_minutes(1),
                deliver_at: self.totals.at + Span::from_secs(5),
                reset: false,
                release: super::Releases::NONE,
                values: values.to_vec(),
            });
        }
    }

    /// Let a minute pass and keep its reports back.
    pub(crate) fn pass_undelivered(&mut self, minute: &Minute) {
        let reports = self.collect(minute, |_| true);
        self.undelivered.extend(reports);
    }

    /// The reports kept back.
    pub(crate) fn take_undelivered(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.undelivered)
    }

    /// Five seconds after the last minute: its reports have arrived.
    pub(crate) fn now(&self) -> SimTime {
        self.totals.at + Span::from_secs(5)
    }

    fn collect(&mut self, minute: &Minute, reachable: impl Fn(Source) -> bool) -> Vec<Report> {
        self.totals.at += Span::from_minutes(1);
        self.totals.classes.resize(minute.classes.len(), Vec::new());
        for (totals, counts) in self.totals.classes.iter_mut().zip(&minute.classes) {
            totals.resize(counts.len(), ClassCounts::default());
            for (total, count) in totals.iter_mut().zip(counts) {
                *total = grown(total, count);
            }
        }
        // Elements' counters start anew each minute, as after a restart.
        self.totals.functions.clone_from(&minute.functions);
        let reports = self.pipeline.collect(&self.totals, reachable);
        reports.into_iter().map(|(_, report)| report).collect()
    }
}

fn grown(total: &ClassCounts, count: &ClassCounts) -> ClassCounts {
    ClassCounts {
        registration_attempts: total.registration_attempts + count.registration_attempts,
        registration_successes: total.registration_successes + count.registration_successes,
        registration_rejects: total.registration_rejects + count.registration_rejects,
        calls: total.calls + count.calls,
        calls_blocked: total.calls_blocked + count.calls_blocked,
        ..*count
    }
}
