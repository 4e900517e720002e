//! Where devices are out, and when: the map behind the score.
//!
//! Towers near one another are one place, so that a nation is a few thousand of them. A frame says which
//! share of each place's devices is without a service; it is taken when enough has changed since the last
//! one, so that a quiet hour costs nothing and a fall of three minutes is seen.
//!
//! Invariant: the same samples give the same frames; never more than [`FRAMES_MAX`] of them.

use crate::base::{RegionId, SimTime};
use crate::network::{GroupCounts, Service, Snapshot};
use crate::topology::{Topology, Tower};

use super::names::real;

/// The services of a frame, in its order.
pub const MAP_SERVICES: [Service; 3] = [Service::Voice, Service::Data, Service::Emergency];

/// The share 1 in a frame; shares are whole numbers from 0 to this.
pub const WHOLE: u8 = 63;

/// Places, at most.
const PLACES_MAX: usize = 3_000;

/// Frames, at most; when there are more, every other one is dropped and the threshold doubled.
pub const FRAMES_MAX: usize = 160;

/// A frame is taken when this share of all devices has lost or regained a service since the last.
const CHANGE: f64 = 0.01;

/// Edges of the cells that towers are put together in, in degrees of latitude.
const CELLS: [f64; 12] = [
    0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.75, 1.0, 2.0, 4.0,
];

/// Some towers near one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The tower with most devices, and how many others.
    pub name: String,
    /// Degrees north, the middle of its devices.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The region of its first tower.
    pub region: RegionId,
    /// Towers.
    pub towers: u32,
    /// Devices that live there, at scale 1.
    pub devices: u64,
}

/// The share of each place's devices that is without a service, from an instant on.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceFrame {
    /// When.
    pub at: SimTime,
    /// By service ([`MAP_SERVICES`] order), then by place: 0 to [`WHOLE`].
    pub out: [Vec<u8>; 3],
}

/// All places and frames of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// The places.
    pub list: Vec<Place>,
    /// The frames, in the order of time; each holds until the next.
    pub frames: Vec<PlaceFrame>,
}

/// Collects the frames of one run.
#[derive(Clone, Debug)]
pub struct PlaceRecorder {
    places: Places,
    group_of: Vec<u32>,
    /// Devices out at the last frame, by region.
    last: Option<Vec<[u64; 3]>>,
    change: f64,
}

impl PlaceRecorder {
    /// The places of a network, with no frame yet.
    pub fn new(topology: &Topology) -> Self {
        let (group_of, count) = groups(topology);
        Self {
            places: Places {
                list: places(topology, &group_of, count),
                frames: Vec::new(),
            },
            group_of,
            last: None,
            change: CHANGE,
        }
    }

    /// The place of each tower, and how many places there are.
    pub fn groups(&self) -> (&[u32], usize) {
        (&self.group_of, self.places.list.len())
    }

    /// Whether enough has changed since the last frame for another.
    pub fn wants(&self, snapshot: &Snapshot) -> bool {
        let Some(last) = &self.last else {
            return true;
        };
        let devices: u64 = snapshot.classes.iter().flatten().map(|c| c.devices).sum();
        let now = out_by_region(snapshot);
        (0..MAP_SERVICES.len()).any(|s| {
            let changed: u64 = now.iter().zip(last).map(|(n, l)| n[s].abs_diff(l[s])).sum();
            real(changed) > self.change * real(devices)
        })
    }

    /// Take a frame.
    pub fn observe(&mut self, snapshot: &Snapshot, counts: &[GroupCounts]) {
        let share = |service: Service| {
            let of = |c: &GroupCounts| level(c.out[service as usize], c.devices);
            counts.iter().map(of).collect()
        };
        self.places.frames.push(PlaceFrame {
            at: snapshot.at,
            out: MAP_SERVICES.map(share),
        });
        self.last = Some(out_by_region(snapshot));
        if self.places.frames.len() > FRAMES_MAX {
            let mut place = 0;
            self.places.frames.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.change *= 2.0;
        }
    }

    /// All of it.
    pub fn finish(self) -> Places {
        self.places
    }
}

fn out_by_region(snapshot: &Snapshot) -> Vec<[u64; 3]> {
    let sum = |classes: &Vec<crate::network::ClassCounts>| {
        MAP_SERVICES.map(|s| classes.iter().map(|c| c.out[s as usize]).sum())
    };
    snapshot.classes.iter().map(sum).collect()
}

/// A share as a whole number; none and all are kept for none and all.
fn level(out: u32, devices: u32) -> u8 {
    if out == 0 || devices == 0 {
        return 0;
    }
    if out >= devices {
        return WHOLE;
    }
    let share = u64::from(out) * u64::from(WHOLE) / u64::from(devices);
    u8::try_from(share).unwrap_or(WHOLE).clamp(1, WHOLE - 1)
}

/// The place of each tower: the finest cells that are few enough.
fn groups(topology: &Topology) -> (Vec<u32>, usize) {
    let towers = topology.towers();
    if towers.len() <= PLACES_MAX / 2 {
        let each = (0..towers.len()).map(|i| u32::try_from(i).expect("few towers"));
        return (each.collect(), towers.len());
    }
    for size in CELLS {
        let cells: Vec<(i32, i32)> = towers.iter().map(|t| cell(topology, t, size)).collect();
        let mut kinds = cells.clone();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.len() <= PLACES_MAX {
            let number = |c: &(i32, i32)| kinds.binary_search(c).expect("each is among them");
            let of = |c: &(i32, i32)| u32::try_from(number(c)).expect("few places");
            return (cells.iter().map(of).collect(), kinds.len());
        }
    }
    (vec![0; towers.len()], 1)
}

/// The cell of a tower: rows of equal latitude, columns about as wide as rows are high.
#[expect(clippy::cast_possible_truncation, reason = "degrees are few")]
fn cell(topology: &Topology, tower: &Tower, size: f64) -> (i32, i32) {
    let node = topology.node(tower.node);
    let row = libm::floor(node.latitude / size);
    let width = size / libm::cos((row + 0.5) * size * std::f64::consts::PI / 180.0).max(0.05);
    (row as i32, libm::floor(node.longitude / width) as i32)
}

fn places(topology: &Topology, group_of: &[u32], count: usize) -> Vec<Place> {
    let mut members: Vec<Vec<&Tower>> = vec![Vec::new(); count];
    for (tower, &group) in topology.towers().iter().zip(group_of) {
        members[group as usize].push(tower);
    }
    members.iter().map(|m| place(topology, m)).collect()
}

fn place(topology: &Topology, members: &[&Tower]) -> Place {
    let weight = |tower: &Tower| real(tower.devices) + 1e-3;
    let total: f64 = members.iter().map(|t| weight(t)).sum();
    let mean = |of: fn(&crate::topology::Node) -> f64| {
        let parts = members
            .iter()
            .map(|t| of(topology.node(t.node)) * weight(t));
        parts.sum::<f64>() / total
    };
    let largest = members
        .iter()
        .rev()
        .max_by_key(|tower| tower.devices)
        .expect("a place has towers");
    let name = topology.node(largest.node).name.clone();
    Place {
        name: match members.len() {
            1 => name,
            more => format!("{name} and {} towers near it", more - 1),
        },
        latitude: mean(|node| node.latitude),
        longitude: mean(|node| node.longitude),
        region: members[0].region,
        towers: u32::try_from(members.len()).expect("few towers"),
        devices: members.iter().map(|tower| tower.devices).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::ClassCounts;

    #[test]
    fn none_and_all_are_never_rounded_to() {
        assert_eq!(level(0, 1_000), 0);
        assert_eq!(level(1, 1_000), 1);
        assert_eq!(level(999, 1_000), 62);
        assert_eq!(level(1_000, 1_000), WHOLE);
        assert_eq!(level(0, 0), 0);
    }

    fn snapshot(second: f64, out: u64) -> Snapshot {
        let counts = ClassCounts {
            devices: 1_000,
            out: [0, out, 0, 0],
            ..ClassCounts::default()
        };
        Snapshot {
            at: SimTime::from_secs(second),
            classes: vec![vec![counts]],
            functions: Vec::new(),
            ..Snapshot::default()
        }
    }

    fn recorder() -> PlaceRecorder {
        PlaceRecorder {
            places: Places::default(),
            group_of: Vec::new(),
            last: None,
            change: CHANGE,
        }
    }

    #[test]
    fn a_frame_is_wanted_when_enough_has_changed() {
        let mut recorder = recorder();
        assert!(recorder.wants(&snapshot(0.0, 0)), "the first always");
        recorder.observe(&snapshot(0.0, 0), &[]);
        assert!(!recorder.wants(&snapshot(60.0, 10)));
        assert!(recorder.wants(&snapshot(60.0, 11)));
    }

    #[test]
    fn frames_are_thinned_and_the_first_is_kept() {
        let mut recorder = recorder();
        for n in 0..=10 * FRAMES_MAX as u64 {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            recorder.observe(&snapshot(n as f64, n), &[]);
            assert!(recorder.places.frames.len() <= FRAMES_MAX);
        }
        assert!(recorder.change > 4.0 * CHANGE);
        assert_eq!(recorder.finish().frames[0].at, SimTime::ZERO);
    }
}
