//! What elements say they run: version and hash of the configuration, as performance files carry it
//! (`swVersion` of a managed element, TS 32.435 §4.1).
//!
//! Invariant: an element's own word. A compromised one lies here; the hashes of
//! [`super::Fact::Hash`] are read by somebody else.

use std::collections::BTreeMap;

use crate::base::{NodeId, SimTime};
use crate::fault::text_key;
use crate::topology::Topology;

use super::pipeline::Source;

/// A release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Version of the software.
    pub sw_version: String,
    /// Hash of the configuration.
    pub config_hash: String,
}

/// All releases that elements have named, and which of them each names now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Releases {
    all: Vec<Release>,
    /// By node; what it ran at the start, and what it runs now.
    of_node: Vec<(u16, u16)>,
    /// By tower: the collections of its region after which it named another release, and which.
    of_tower: BTreeMap<NodeId, Vec<(SimTime, u16)>>,
}

impl Releases {
    /// The release of a source that names none.
    pub const NONE: u16 = u16::MAX;

    pub(super) fn of(topology: &Topology) -> Self {
        let mut releases = Self::default();
        for node in topology.nodes() {
            let release = Release {
                sw_version: node.labels.sw_version.clone(),
                config_hash: node.labels.config_hash.clone(),
            };
            let place = releases.place(release);
            releases.of_node.push((place, place));
        }
        releases
    }

    /// The release at this place; none for [`Releases::NONE`].
    pub fn get(&self, place: u16) -> Option<&Release> {
        self.all.get(place as usize)
    }

    /// What an element ran at the start.
    pub fn first(&self, node: NodeId) -> u16 {
        self.of_node.get(node.index()).map_or(Self::NONE, |o| o.0)
    }

    pub(super) fn current(&self, source: Source) -> u16 {
        match source {
            Source::Function(node) => self.of_node.get(node.index()).map_or(Self::NONE, |of| of.1),
            Source::Region(_) | Source::Towers(_) => Self::NONE,
        }
    }

    /// What a tower ran in the period that ended at this instant: its region reports for many, and names none.
    pub fn of_tower(&self, tower: NodeId, at: SimTime) -> u16 {
        let changes = self.of_tower.get(&tower).map_or(&[][..], Vec::as_slice);
        let latest = changes.iter().rev().find(|(collected, _)| *collected < at);
        latest.map_or_else(|| self.first(tower), |(_, place)| *place)
    }

    /// A tower's region reports it with the first collection after `collected`.
    pub(super) fn install_on_tower(&mut self, tower: NodeId, version: &str, collected: SimTime) {
        self.install(tower, version);
        if let Some(&(_, place)) = self.of_node.get(tower.index()) {
            let changes = self.of_tower.entry(tower).or_default();
            changes.push((collected, place));
        }
    }

    /// A configuration that the element had at the start has the hash that it had then.
    pub(super) fn install(&mut self, node: NodeId, version: &str) {
        let Some(&(first, _)) = self.of_node.get(node.index()) else {
            return;
        };
        let old = &self.all[first as usize];
        let place = if old.sw_version == version {
            first
        } else {
            let key = text_key(&old.config_hash) ^ text_key(version);
            let config_hash = format!("{:08x}", key >> 32);
            let sw_version = version.to_owned();
            self.place(Release {
                sw_version,
                config_hash,
            })
        };
        self.of_node[node.index()].1 = place;
    }

    fn place(&mut self, release: Release) -> u16 {
        let place = self.all.iter().position(|known| *known == release);
        let place = place.unwrap_or_else(|| {
            self.all.push(release);
            self.all.len() - 1
        });
        u16::try_from(place).expect("a network runs fewer than 65,535 releases")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::fixture;

    #[test]
    fn a_release_that_was_put_back_is_the_one_of_the_start() {
        let mut releases = Releases::of(&fixture::topology());
        let (node, source) = (NodeId(0), Source::Function(NodeId(0)));
        let first = releases.current(source);
        assert_eq!(first, releases.first(node));
        releases.install(node, "2.0");
        let second = releases.current(source);
        assert_ne!(first, second);
        let release = releases.get(second).expect("it is known");
        assert_eq!(release.sw_version, "2.0");
        assert_eq!(release.config_hash.len(), 8);
        releases.install(node, "");
        assert_eq!(
            releases.current(source),
            first,
            "the fixture has no versions"
        );
        assert_eq!(releases.get(Releases::NONE), None);
    }

    #[test]
    fn a_tower_names_its_release_from_the_next_collection_on() {
        let mut releases = Releases::of(&fixture::topology());
        let (tower, minute) = (NodeId(7), |minute| SimTime::from_secs(60.0 * minute));
        let first = releases.first(tower);
        releases.install_on_tower(tower, "2.0", minute(15.0));
        releases.install_on_tower(tower, "", minute(45.0));
        let second = releases.of_tower(tower, minute(30.0));
        assert_eq!(releases.get(second).expect("known").sw_version, "2.0");
        for (at, expected) in [(0.0, first), (15.0, first), (45.0, second), (60.0, first)] {
            assert_eq!(releases.of_tower(tower, minute(at)), expected, "{at}");
        }
        assert_eq!(releases.of_tower(NodeId(8), minute(60.0)), first);
    }
}
