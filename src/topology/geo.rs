//! Positions on the globe: distances, the latency of fibre along them, and who is near whom.
//!
//! Invariant: knows only numbers; the same ones on every platform (`libm`).

use crate::base::Span;

/// Mean radius of the earth in km (IUGG).
const EARTH_KM: f64 = 6_371.0;
/// Light in fibre, km per second: two thirds of that in vacuum.
const FIBRE_KM_PER_S: f64 = 200_000.0;
/// How much longer the fibre is than the great circle.
const DETOUR: f64 = 1.3;
/// The shortest link: patching and switching within a site.
const LOCAL: Span = Span::from_us(100);
/// Kilometres in one degree of latitude.
const KM_PER_DEGREE: f64 = 111.195;

/// A point as a unit vector, so that distances need no trigonometry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point(pub(super) [f64; 3]);

impl Point {
    pub(super) fn new(latitude: f64, longitude: f64) -> Self {
        let (lat, lon) = (latitude.to_radians(), longitude.to_radians());
        let around = libm::cos(lat);
        Self([
            around * libm::cos(lon),
            around * libm::sin(lon),
            libm::sin(lat),
        ])
    }

    /// Square of the straight line to `other`, in earth radii; grows with the distance.
    #[inline]
    pub(super) fn chord2(self, other: Self) -> f64 {
        let mut sum = 0.0;
        for (a, b) in self.0.iter().zip(other.0) {
            sum += (a - b) * (a - b);
        }
        sum
    }

    pub(super) fn distance_km(self, other: Self) -> f64 {
        2.0 * EARTH_KM * libm::asin((libm::sqrt(self.chord2(other)) / 2.0).min(1.0))
    }

    /// Degrees north and east.
    pub(super) fn degrees(self) -> (f64, f64) {
        let [x, y, z] = self.0;
        let latitude = libm::atan2(z, libm::hypot(x, y)).to_degrees();
        (
            round_position(latitude),
            round_position(libm::atan2(y, x).to_degrees()),
        )
    }

    /// The middle of some points by weight; none if they cancel out or there are none.
    pub(super) fn middle(points: impl Iterator<Item = (Self, f64)>) -> Option<Self> {
        let mut sum = [0.0; 3];
        for (Self(point), weight) in points {
            for (total, part) in sum.iter_mut().zip(point) {
                *total += part * weight;
            }
        }
        let length = libm::sqrt(sum.iter().map(|part| part * part).sum());
        (length > 1e-9).then(|| Self(sum.map(|part| part / length)))
    }
}

/// The chord squared, as of [`Point::chord2`], of a distance.
pub(super) fn chord2_of_km(km: f64) -> f64 {
    let half = libm::sin((km / EARTH_KM / 2.0).min(core::f64::consts::FRAC_PI_2));
    4.0 * half * half
}

/// One-way latency of a link over a great-circle distance of `km`: 200 km/ms, a detour of 1.3, and
/// at least 0.1 ms for the equipment at its ends.
pub(super) fn link_latency(km: f64) -> Span {
    Span::from_secs_f64(km * DETOUR / FIBRE_KM_PER_S).max(LOCAL)
}

/// Whether this is a position on the globe.
pub(super) fn is_position(latitude: f64, longitude: f64) -> bool {
    (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude)
}

/// A metre is enough: short files, and the same number after a round trip through text.
pub(super) fn round_position(degrees: f64) -> f64 {
    libm::round(degrees * 1e5) / 1e5
}

/// The position `km` away from another, in the direction `turn` (0 to 1, clockwise from north).
pub(super) fn moved(position: (f64, f64), km: f64, turn: f64) -> (f64, f64) {
    let angle = core::f64::consts::TAU * turn;
    let latitude = (position.0 + km * libm::cos(angle) / KM_PER_DEGREE).clamp(-89.9, 89.9);
    let shrink = libm::cos(latitude.to_radians());
    let mut longitude = position.1 + km * libm::sin(angle) / KM_PER_DEGREE / shrink;
    if longitude > 180.0 {
        longitude -= 360.0;
    } else if longitude < -180.0 {
        longitude += 360.0;
    }
    (round_position(latitude), round_position(longitude))
}

/// For each point, the nearest others within `range_km`, nearest first, at most `max`. A uniform
/// grid of cells as wide as the range is searched, three by three by three cells around a point.
pub(super) fn near(points: &[Point], range_km: f64, max: usize) -> Vec<Vec<usize>> {
    let limit = chord2_of_km(range_km);
    let width = libm::sqrt(limit).max(1e-6);
    let grid = Grid::new(points, width);
    let mut found = Vec::new();
    points
        .iter()
        .enumerate()
        .map(|(i, &point)| {
            found.clear();
            grid.visit(point, |j| {
                let chord2 = point.chord2(points[j]);
                if j != i && chord2 <= limit {
                    found.push((chord2, j));
                }
            });
            nearest_of(&mut found, max)
        })
        .collect()
}

fn nearest_of(found: &mut Vec<(f64, usize)>, max: usize) -> Vec<usize> {
    let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if max < found.len() {
        found.select_nth_unstable_by(max, order);
        found.truncate(max);
    }
    found.sort_unstable_by(order);
    found.iter().map(|&(_, j)| j).collect()
}

/// Points sorted by the cell of space they lie in.
struct Grid {
    width: f64,
    cells: Vec<([i32; 3], usize)>,
}

impl Grid {
    fn new(points: &[Point], width: f64) -> Self {
        let mut cells: Vec<_> = points
            .iter()
            .enumerate()
            .map(|(i, point)| (cell(*point, width), i))
            .collect();
        cells.sort_unstable();
        Self { width, cells }
    }

    fn visit(&self, point: Point, mut each: impl FnMut(usize)) {
        let [x, y, z] = cell(point, self.width);
        for dx in -1..=1 {
            for dy in -1..=1 {
                let first = [x + dx, y + dy, z - 1];
                let last = [x + dx, y + dy, z + 1];
                let start = self.cells.partition_point(|(cell, _)| *cell < first);
                let run = self.cells[start..]
                    .iter()
                    .take_while(|(cell, _)| *cell <= last);
                run.for_each(|&(_, i)| each(i));
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a unit vector over at least 1e-6"
)]
fn cell(point: Point, width: f64) -> [i32; 3] {
    point.0.map(|part| libm::floor(part / width) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Stream, stream, unit_interval};
    use rand::Rng;

    #[test]
    fn distances_are_those_of_the_map() {
        let los_angeles = Point::new(34.05, -118.24);
        let san_diego = Point::new(32.72, -117.15);
        // 179.7 km in the Internet Topology Zoo's file of AT&T's backbone.
        assert!((los_angeles.distance_km(san_diego) - 179.7).abs() < 1.5);
        assert_eq!(link_latency(200.0), Span::from_us(1_300));
        assert_eq!(link_latency(0.0), LOCAL);
    }

    #[test]
    fn the_grid_finds_what_a_full_search_finds() {
        let mut random = stream(5, Stream::Topology, 0);
        let points: Vec<Point> = (0..400)
            .map(|_| {
                let latitude = 70.0 + unit_interval(random.next_u32());
                let longitude = 179.0 + 2.0 * unit_interval(random.next_u32());
                Point::new(latitude, longitude)
            })
            .collect();
        let found = near(&points, 9.0, 5);
        assert!(found.iter().any(|list| list.len() == 5));
        for (i, list) in found.iter().enumerate() {
            let mut all: Vec<_> = (0..points.len())
                .filter(|&j| j != i && points[i].distance_km(points[j]) <= 9.0)
                .collect();
            all.sort_by(|&a, &b| {
                points[i]
                    .chord2(points[a])
                    .total_cmp(&points[i].chord2(points[b]))
            });
            all.truncate(5);
            assert_eq!(*list, all, "point {i}");
        }
    }

    #[test]
    fn a_move_has_the_length_it_should() {
        for turn in [0.0, 0.2, 0.7] {
            let (latitude, longitude) = moved((60.0, 179.99), 10.0, turn);
            let km = Point::new(60.0, 179.99).distance_km(Point::new(latitude, longitude));
            assert!((9.8..10.2).contains(&km), "{turn}: {km}");
            assert!(is_position(latitude, longitude));
        }
    }
}
