//! The map of a run: places, frames, outlines, and the core elements that a fault reached.
//!
//! Invariant: everything lies within the width and height of the map.

use std::fmt::Write as _;

use std::collections::BTreeMap;

use crate::impact::{PlaceFrame, Scope};
use crate::simulation::RunResult;

use super::super::super::plot::{Degrees, Flat, Projection};
use super::super::story::{Map, MapFrame, MapPlace, Mark};

/// The letters of a frame, from share 0 to share 1.
pub(crate) const LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Height over width, at least and at most.
const SHAPE: (f64, f64) = (0.4, 0.9);

/// Room around the places, as a share of the width.
const MARGIN: f64 = 0.03;

pub(super) fn map(result: &RunResult) -> Map {
    let places = &result.places.list;
    let degrees: Vec<Degrees> = places.iter().map(|p| (p.longitude, p.latitude)).collect();
    let projection = Projection::of(&degrees);
    let flat: Vec<Flat> = degrees.iter().map(|&at| projection.flat(at)).collect();
    let sheet = Sheet::around(&flat);
    let list = places.iter().zip(&flat).map(|(place, &at)| {
        let (x, y) = sheet.place(at);
        MapPlace(
            place.name.clone(),
            x,
            y,
            place.devices,
            place.region.index(),
            place.towers,
        )
    });
    Map {
        height: sheet.height,
        outlines: outlines(projection, &sheet),
        regions: result.names.regions.clone(),
        devices: devices(result),
        places: list.collect(),
        frames: frames(&result.places.frames),
        marks: marks(result, projection, &sheet),
    }
}

/// Devices of each region as they are counted over time: at a small scale a region may have more or fewer than
/// its places are said to have.
fn devices(result: &RunResult) -> Vec<u64> {
    let mut devices = vec![0; result.names.regions.len()];
    for row in &result.kpi.devices {
        if let Scope::Region(region) = row.scope {
            devices[region] = result.names.at_scale_one(row.counts.devices);
        }
    }
    devices
}

/// The sheet that the map is drawn on.
struct Sheet {
    left: f64,
    top: f64,
    /// Units of the sheet in one unit of the projection.
    scale: f64,
    height: i32,
}

impl Sheet {
    /// The sheet that holds these places with some room around them.
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand")]
    fn around(places: &[Flat]) -> Self {
        let least = |of: fn(&Flat) -> f64| places.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&Flat) -> f64| places.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (left, right) = (least(|p| p.0), most(|p| p.0));
        let (top, bottom) = (least(|p| p.1), most(|p| p.1));
        if !(right - left + bottom - top).is_finite() {
            return Self {
                left: 0.0,
                top: 0.0,
                scale: 1.0,
                height: Map::WIDTH / 2,
            };
        }
        let (wide, high) = ((right - left).max(1e-6), (bottom - top).max(1e-6));
        let shape = (high / wide).clamp(SHAPE.0, SHAPE.1);
        // As wide as it must be for all of it to be seen in that shape.
        let width = wide.max(high / shape) * (1.0 + 2.0 * MARGIN);
        let height = width * shape;
        Self {
            left: f64::midpoint(left, right) - width / 2.0,
            top: f64::midpoint(top, bottom) - height / 2.0,
            scale: f64::from(Map::WIDTH) / width,
            height: libm::round(f64::from(Map::WIDTH) * shape) as i32,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a few thousand")]
    fn place(&self, at: Flat) -> (i32, i32) {
        let unit = |value: f64| libm::round(value * self.scale) as i32;
        (unit(at.0 - self.left), unit(at.1 - self.top))
    }

    fn shows(&self, ring: &[(i32, i32)]) -> bool {
        let any = |inside: &dyn Fn(i32, i32) -> bool| ring.iter().any(|&(x, y)| inside(x, y));
        any(&|x, _| x >= 0)
            && any(&|x, _| x <= Map::WIDTH)
            && any(&|_, y| y >= 0)
            && any(&|_, y| y <= self.height)
    }
}

/// The rings that can be seen, as the data of an SVG path.
fn outlines(projection: Projection, sheet: &Sheet) -> String {
    let mut path = String::new();
    for ring in projection.outlines() {
        let ring: Vec<(i32, i32)> = ring.iter().map(|&at| sheet.place(at)).collect();
        if !sheet.shows(&ring) {
            continue;
        }
        let mut last = ring[0];
        write!(path, "M{} {}l", last.0, last.1).expect("text takes everything");
        for &(x, y) in &ring[1..] {
            write!(path, "{} {} ", x - last.0, y - last.1).expect("text takes everything");
            last = (x, y);
        }
        path.truncate(path.trim_end().len());
        path.push('z');
    }
    path
}

/// The frames as letters; a service that has not changed since the frame before is left out.
fn frames(frames: &[PlaceFrame]) -> Vec<MapFrame> {
    let mut last: [&[u8]; 3] = [&[]; 3];
    let mut letters = Vec::new();
    for frame in frames {
        let words = [0, 1, 2].map(|service| {
            let shares = frame.out[service].as_slice();
            if shares == last[service] {
                return String::new();
            }
            last[service] = shares;
            let letter = |&share: &u8| char::from(LETTERS[usize::from(share)]);
            shares.iter().map(letter).collect()
        });
        letters.push(MapFrame(frame.at.as_secs_f64(), words));
    }
    letters
}

/// The elements that a fault reached, where they stand.
fn marks(result: &RunResult, projection: Projection, sheet: &Sheet) -> Vec<Mark> {
    let mut reached: BTreeMap<&str, (f64, Option<f64>)> = BTreeMap::new();
    for record in result.records.iter().filter(|r| r.source == "fault") {
        let at_s = record.at.as_secs_f64();
        match record.kind {
            "element-reached" => {
                reached.entry(&record.subject).or_insert((at_s, None));
            }
            "element-struck" => {
                let entry = reached.entry(&record.subject).or_insert((at_s, None));
                entry.1.get_or_insert(at_s);
            }
            _ => {}
        }
    }
    let elements = result.elements.iter();
    elements
        .filter_map(|element| {
            let name = &result.names.nodes[element.node];
            let (at_s, struck_s) = *reached.get(name.as_str())?;
            let (x, y) = sheet.place(projection.flat((element.longitude, element.latitude)));
            Some(Mark(name.clone(), x, y, at_s, struck_s))
        })
        .collect()
}
