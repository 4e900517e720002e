//! Which kind was taken for which, and which kinds nobody can tell apart.
//!
//! All kinds at equal odds here: at their prior, rare ones would never be named. Two kinds are *not
//! distinguishable* under a contract at a minute if, between the two alone, the share of their held-out worlds
//! that is judged right is not above one half by its exact 95 % interval: with so few worlds, that also says
//! of some that nobody knows yet.
//!
//! Invariant: answers are looked at, never changed.

use super::cast::Kind;
use super::curve::Contest;

/// Two kinds that were set against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// One, by its place in the cast.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// How often their worlds are judged right.
    pub contest: Contest,
}

/// Which kind was taken for which.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    /// By true kind and named kind, worlds.
    pub named: Vec<Vec<usize>>,
    /// By true kind, the mean probability that was given to it.
    pub given: Vec<f64>,
}

/// Of what judges said of each world, whose kind is known.
pub(super) fn confusion(said: &[Vec<f64>], truth: &[usize], count: usize) -> Confusion {
    let mut named = vec![vec![0; count]; count];
    let mut given = vec![(0.0, 0.0); count];
    for (said, &kind) in said.iter().zip(truth) {
        let most = said.iter().copied().fold(0.0, f64::max);
        let likeliest = said.iter().position(|p| *p >= most).unwrap_or(0);
        named[kind][likeliest] += 1;
        given[kind].0 += said[kind];
        given[kind].1 += 1.0;
    }
    let given = given.into_iter().map(|(sum, n)| sum / f64::max(n, 1.0));
    Confusion {
        named,
        given: given.collect(),
    }
}

/// Every pair of kinds of which there are worlds.
pub(super) fn pairs(said: &[Vec<f64>], truth: &[usize], count: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for one in 0..count {
        for other in one + 1..count {
            let (mut right, mut worlds) = (0, 0);
            let both = said.iter().zip(truth);
            for (said, &kind) in both.filter(|(_, kind)| **kind == one || **kind == other) {
                let says_one = said[one] > said[other];
                worlds += 1;
                right += usize::from(says_one == (kind == one));
            }
            let are_both = truth.contains(&one) && truth.contains(&other);
            if are_both {
                let contest = Contest::of(right, worlds);
                pairs.push(Pair {
                    one,
                    other,
                    contest,
                });
            }
        }
    }
    pairs
}

/// Whether two kinds call for different answers to the question of the night.
pub fn crosses_classes(pair: &Pair, cast: &[Kind]) -> bool {
    cast[pair.one].class != cast[pair.other].class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_not_told_apart_and_strangers_are() {
        // Kinds 0 and 1 always get the same, 2 is always seen.
        let twin = vec![0.5, 0.5, 0.0, 0.0];
        let stranger = vec![0.1, 0.1, 0.8, 0.0];
        let said: Vec<Vec<f64>> = (0..60)
            .map(|world| {
                if world % 3 == 2 {
                    stranger.clone()
                } else {
                    twin.clone()
                }
            })
            .collect();
        let truth: Vec<usize> = (0..60).map(|world| world % 3).collect();
        let pairs = pairs(&said, &truth, 4);
        assert_eq!(pairs.len(), 3, "there is no world of the fourth kind");
        let told: Vec<bool> = pairs.iter().map(|p| p.contest.is_told_apart()).collect();
        assert_eq!(told, [false, true, true]);
        assert_eq!((pairs[0].contest.right, pairs[0].contest.worlds), (20, 40));
        let confusion = confusion(&said, &truth, 4);
        assert_eq!(confusion.named[1], [20, 0, 0, 0]);
        assert_eq!(confusion.named[2], [0, 0, 20, 0]);
        assert!((confusion.given[2] - 0.8).abs() < 1e-12);
    }
}
