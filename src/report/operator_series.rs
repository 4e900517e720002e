//! The series that the operator was told, and what they are labelled with: the same in every export.
//!
//! Invariant: a label that a series does not have is empty, never made up.

use crate::base::NodeId;
use crate::simulation::RunResult;
use crate::telemetry::{Family, OperatorRecord, Report, Slot, Source};
use crate::topology::Node;

/// The labels, in the order of exports.
pub(super) const LABELS: [&str; 11] = [
    "function",
    "name",
    "pool",
    "region",
    "tower",
    "vendor",
    "class",
    "sw_version",
    "config_hash",
    "cause",
    "priority",
];

/// The reports of one source.
#[derive(Debug)]
pub(super) struct SeriesOf<'a> {
    result: &'a RunResult,
    record: &'a OperatorRecord,
    source: Source,
    /// Oldest first.
    pub(super) reports: &'a [Report],
}

/// Every source that has told anything.
pub(super) fn sources<'a>(
    result: &'a RunResult,
    record: &'a OperatorRecord,
) -> impl Iterator<Item = SeriesOf<'a>> {
    record.reports.iter().map(|(source, reports)| SeriesOf {
        result,
        record,
        source: *source,
        reports,
    })
}

impl<'a> SeriesOf<'a> {
    /// The series of a family.
    pub(super) fn slots(&self, family: &Family) -> Vec<Slot> {
        let kind = self.element().map(|node| node.kind);
        let first = self.reports.first();
        first.map_or_else(Vec::new, |report| family.slots(report, kind))
    }

    /// The release that a report of this series is about.
    pub(super) fn release(&self, slot: &Slot, report: &Report) -> u16 {
        let tower = self.tower(slot);
        tower.map_or(report.release, |tower| {
            self.record.releases.of_tower(tower, report.at)
        })
    }

    /// Who counts: an element, a region for its subscribers, or a tower.
    pub(super) const fn scope(&self) -> &'static str {
        match self.source {
            Source::Function(_) => "element",
            Source::Region(_) => "region",
            Source::Towers(_) => "tower",
        }
    }

    /// The values of [`LABELS`] while it runs a release.
    pub(super) fn labels(&self, slot: &Slot, release: u16) -> [&'a str; LABELS.len()] {
        let tower = self.tower(slot).and_then(|node| self.node(node));
        let node = self.element().or(tower);
        let of_node = |part: fn(&Node) -> &str| node.map_or("", part);
        let region = match self.source {
            Source::Region(region) | Source::Towers(region) => {
                self.result.names.regions[region.index()].as_str()
            }
            Source::Function(_) => of_node(|node| &node.labels.region),
        };
        let class = slot
            .class
            .map(|class| self.result.names.classes[class].as_str());
        let release = self.record.releases.get(release);
        [
            of_node(|node| node.kind.word()),
            self.element().map_or("", |node| &node.name),
            of_node(|node| &node.labels.pool),
            region,
            tower.map_or("", |tower| &tower.name),
            of_node(|node| &node.labels.vendor),
            class.unwrap_or_default(),
            release.map_or("", |release| &release.sw_version),
            release.map_or("", |release| &release.config_hash),
            slot.cause.unwrap_or_default(),
            slot.priority.unwrap_or_default(),
        ]
    }

    fn element(&self) -> Option<&'a Node> {
        match self.source {
            Source::Function(node) => self.node(node),
            Source::Region(_) | Source::Towers(_) => None,
        }
    }

    fn tower(&self, slot: &Slot) -> Option<NodeId> {
        let Source::Towers(region) = self.source else {
            return None;
        };
        let towers = self.record.towers_of.get(region.index())?;
        towers.get(slot.tower?).copied()
    }

    fn node(&self, node: NodeId) -> Option<&'a Node> {
        self.record.nodes.get(node.index())
    }
}
