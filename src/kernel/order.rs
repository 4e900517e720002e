//! Putting things that are spread evenly over time into order, faster than by comparing them.
//!
//! Invariant: the order is that of the keys and of nothing else; equal keys are told apart by the things
//! themselves.

/// Things to a bucket, on average.
const PER_BUCKET: usize = 2;
/// Fewer things than this are sorted by comparing.
const FEW: usize = 16;
/// A bucket of more than this is sorted by itself.
const CROWDED: usize = 24;

/// Room for sorting, to be used again.
#[derive(Clone, Debug, Default)]
pub struct Sorter<T> {
    scratch: Vec<T>,
    ends: Vec<u32>,
}

impl<T: Copy + Ord + Default> Sorter<T> {
    /// Sort `things`, whose order `key` follows: `a < b` never goes with `key(a) > key(b)`.
    ///
    /// They are spread over buckets by their keys; what is left to do is to insert within a bucket.
    #[inline]
    pub fn sort(&mut self, things: &mut Vec<T>, key: impl Fn(&T) -> u64) {
        if things.len() < FEW {
            insert(things);
            return;
        }
        let (first, last) = things.iter().fold((u64::MAX, 0), |(low, high), thing| {
            let key = key(thing);
            (low.min(key), high.max(key))
        });
        if first == last {
            things.sort_unstable();
            return;
        }
        let buckets = (things.len() / PER_BUCKET).next_power_of_two();
        let bits = (last - first).ilog2() + 1;
        let shift = bits.saturating_sub(buckets.ilog2());
        self.scatter(things, buckets, |thing| {
            usize::try_from((key(thing) - first) >> shift).expect("below the number of buckets")
        });
        self.settle(things);
    }

    /// Spread the things over buckets.
    fn scatter(&mut self, things: &mut Vec<T>, buckets: usize, bucket: impl Fn(&T) -> usize) {
        self.ends.clear();
        self.ends.resize(buckets, 0);
        for thing in things.iter() {
            self.ends[bucket(thing)] += 1;
        }
        let mut begin = 0;
        for end in &mut self.ends {
            begin += std::mem::replace(end, begin);
        }
        self.scratch.resize(things.len(), T::default());
        for thing in things.iter() {
            let place = &mut self.ends[bucket(thing)];
            self.scratch[*place as usize] = *thing;
            *place += 1;
        }
        std::mem::swap(things, &mut self.scratch);
    }

    /// Order the things within each bucket.
    fn settle(&self, things: &mut [T]) {
        let mut from = 0;
        for &end in &self.ends {
            let end = end as usize;
            if end - from > CROWDED {
                things[from..end].sort_unstable();
            } else {
                insert(&mut things[from..end]);
            }
            from = end;
        }
    }
}

/// Sort a few by inserting.
#[inline]
fn insert<T: Copy + Ord>(things: &mut [T]) {
    for next in 1..things.len() {
        let thing = things[next];
        let mut place = next;
        while place > 0 && thing < things[place - 1] {
            things[place] = things[place - 1];
            place -= 1;
        }
        things[place] = thing;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose};

    #[test]
    fn sorts_like_a_sort_however_the_keys_lie() {
        let draws = Draws::new(3);
        let word = |n: u32| u64::from(draws.words(Purpose::Traits, n, 0)[0]);
        let even = |n: u32| 1 << 50 | word(n) << 12;
        let crowded = |n: u32| if n == 7 { u64::MAX } else { word(n) };
        let same = |_: u32| 5;
        let coarse = |n: u32| word(n) % 7;
        for spread in [&even as &dyn Fn(u32) -> u64, &crowded, &same, &coarse] {
            for count in [0, 1, 2, 15, 16, 17, 1_000, 10_000] {
                let mut things: Vec<(u64, u64)> =
                    (0..count).map(|n| (spread(n), word(n + 100_000))).collect();
                let mut expected = things.clone();
                expected.sort_unstable();
                Sorter::default().sort(&mut things, |thing| thing.0);
                assert_eq!(things, expected, "{count} things");
            }
        }
    }
}
