//! Groups of points that lie together, shares that add up, and links that survive a failure.
//!
//! Invariant: knows only points and numbers; equal input gives equal output on every platform.

use super::geo::Point;

/// Split `total` in proportion to `weights` by largest remainders (Hamilton); ties go to the first.
/// The shares add up to `total` exactly; nothing is shared out if all weights are zero.
pub(super) fn apportion(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: u64| u128::from(total) * u128::from(weight);
    let whole = |weight: u64| u64::try_from(exact(weight) / sum).expect("at most the total");
    let mut shares: Vec<u64> = weights.iter().map(|&weight| whole(weight)).collect();
    let left = total - shares.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(exact(weights[i]) % sum), i));
    for &i in order
        .iter()
        .take(usize::try_from(left).expect("fewer than the weights"))
    {
        shares[i] += 1;
    }
    shares
}

/// The centres of at most `count` groups of weighted points: far-apart seeds (Gonzalez 1985), then
/// Lloyd's iteration (1982).
pub(super) fn centres(points: &[(Point, f64)], count: usize) -> Vec<Point> {
    let mut centres = far_apart(points, count);
    for _ in 0..20 {
        let group = nearest_each(points.iter().map(|(point, _)| *point), &centres);
        let moved: Vec<Point> = (0..centres.len())
            .map(|c| {
                let mine = points.iter().zip(&group).filter(|(_, g)| **g == c);
                Point::middle(mine.map(|(point, _)| *point)).unwrap_or(centres[c])
            })
            .collect();
        if moved == centres {
            break;
        }
        centres = moved;
    }
    centres
}

fn far_apart(points: &[(Point, f64)], count: usize) -> Vec<Point> {
    let heaviest = points.iter().enumerate().max_by(|(i, a), (j, b)| {
        let by_weight = a.1.total_cmp(&b.1);
        by_weight.then(j.cmp(i))
    });
    let Some((_, &(first, _))) = heaviest else {
        return Vec::new();
    };
    let mut chosen = vec![first];
    let mut gap: Vec<f64> = points.iter().map(|(p, _)| p.chord2(first)).collect();
    while chosen.len() < count {
        let by_gap = |&i: &usize, &j: &usize| gap[i].total_cmp(&gap[j]).then(j.cmp(&i));
        let farthest = (0..points.len()).max_by(by_gap).expect("there are points");
        if gap[farthest] <= 0.0 {
            break;
        }
        let next = points[farthest].0;
        chosen.push(next);
        for (gap, (point, _)) in gap.iter_mut().zip(points) {
            *gap = gap.min(point.chord2(next));
        }
    }
    chosen
}

/// For each point, the index of the nearest centre; there must be a centre.
pub(super) fn nearest_each(points: impl Iterator<Item = Point>, centres: &[Point]) -> Vec<usize> {
    points
        .map(|point| {
            let by_distance = |a: &usize, b: &usize| {
                let (a, b) = (centres[*a], centres[*b]);
                point.chord2(a).total_cmp(&point.chord2(b))
            };
            (0..centres.len()).min_by(by_distance).expect("a centre")
        })
        .collect()
}

/// Links between points: a ring through all of them, so that no single point cuts off another, and
/// the Gabriel graph (Gabriel and Sokal 1969; `TopoHub` finds that real backbones resemble it).
pub(super) fn mesh(points: &[Point]) -> Vec<(usize, usize)> {
    let tour = short_tour(points);
    let mut links: Vec<_> = (0..tour.len())
        .map(|i| ordered(tour[i], tour[(i + 1) % tour.len()]))
        .chain(gabriel(points))
        .filter(|(a, b)| a != b)
        .collect();
    links.sort_unstable();
    links.dedup();
    links
}

fn ordered(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

/// Pairs with no third point within the ball between them.
fn gabriel(points: &[Point]) -> Vec<(usize, usize)> {
    let mut links = Vec::new();
    for (a, &from) in points.iter().enumerate() {
        for (b, &to) in points.iter().enumerate().skip(a + 1) {
            let length = from.chord2(to);
            let inside = |p: &Point| p.chord2(from) + p.chord2(to) < length - 1e-15;
            if !points.iter().any(inside) {
                links.push((a, b));
            }
        }
    }
    links
}

/// A round trip: nearest neighbour first, then shortened by exchanging pairs of steps (2-opt,
/// Croes 1958).
fn short_tour(points: &[Point]) -> Vec<usize> {
    let mut tour = greedy_tour(points);
    let length = |a: usize, b: usize| libm::sqrt(points[a].chord2(points[b]));
    let mut shorter = true;
    let mut rounds = 0;
    while shorter && rounds < 100 {
        (shorter, rounds) = (false, rounds + 1);
        for i in 0..tour.len().saturating_sub(2) {
            for j in i + 2..tour.len() {
                let (a, b) = (tour[i], tour[i + 1]);
                let (c, d) = (tour[j], tour[(j + 1) % tour.len()]);
                if length(a, c) + length(b, d) + 1e-12 < length(a, b) + length(c, d) {
                    tour[i + 1..=j].reverse();
                    shorter = true;
                }
            }
        }
    }
    tour
}

fn greedy_tour(points: &[Point]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..points.len()).rev().collect();
    let mut tour: Vec<usize> = left.pop().into_iter().collect();
    while !left.is_empty() {
        let here = points[tour[tour.len() - 1]];
        let gap = |i: &usize| here.chord2(points[left[*i]]);
        let next = (0..left.len())
            .min_by(|a, b| gap(a).total_cmp(&gap(b)))
            .expect("some are left");
        tour.push(left.swap_remove(next));
    }
    tour
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Stream, stream, unit_interval};
    use rand::Rng;

    fn scattered(count: usize) -> Vec<Point> {
        let mut random = stream(9, Stream::Topology, 1);
        let mut unit = || unit_interval(random.next_u32());
        (0..count)
            .map(|_| Point::new(30.0 + 15.0 * unit(), -120.0 + 40.0 * unit()))
            .collect()
    }

    #[test]
    fn shares_add_up_and_follow_the_weights() {
        let shares = apportion(10, &[6, 6, 2]);
        assert_eq!(shares, [4, 4, 2]);
        assert_eq!(apportion(1, &[5, 5]), [1, 0]);
        assert_eq!(apportion(7, &[0, 0]), [0, 0]);
        let weights: Vec<u64> = (1..500).map(|n| n * n % 97).collect();
        for total in [1, 73, 125_000_000] {
            assert_eq!(apportion(total, &weights).iter().sum::<u64>(), total);
        }
    }

    #[test]
    fn a_mesh_has_no_single_point_of_failure() {
        for count in [3, 4, 10, 52] {
            let points = scattered(count);
            let links = mesh(&points);
            assert!(links.len() <= 4 * count, "{count}: {}", links.len());
            for gone in 0..count {
                let mut graph = petgraph::unionfind::UnionFind::<usize>::new(count);
                for &(a, b) in links.iter().filter(|(a, b)| *a != gone && *b != gone) {
                    graph.union(a, b);
                }
                let root = graph.find((gone + 1) % count);
                let together = (0..count).filter(|&i| graph.find(i) == root).count();
                assert_eq!(together, count - 1, "without {gone} of {count}");
            }
        }
        assert_eq!(mesh(&scattered(2)), [(0, 1)]);
        assert!(mesh(&scattered(1)).is_empty());
    }

    #[test]
    fn centres_find_groups() {
        let mut points = Vec::new();
        for (latitude, longitude) in [(10.0, 10.0), (-20.0, 50.0), (60.0, -100.0)] {
            for step in 0..5 {
                let point = Point::new(latitude + f64::from(step) * 0.1, longitude);
                points.push((point, 1.0));
            }
        }
        let found = centres(&points, 3);
        assert_eq!(found.len(), 3);
        let group = nearest_each(points.iter().map(|(p, _)| *p), &found);
        assert!(
            group
                .chunks(5)
                .all(|five| five.iter().all(|g| *g == five[0]))
        );
        assert_eq!(centres(&points[..1], 4).len(), 1);
    }
}
