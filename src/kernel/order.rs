//! Putting things that are spread evenly over time into order, faster than by comparing them.
//!
//! Invariant: the order is that of the keys and of nothing else; equal keys are told apart by the things
//! themselves.

/// Fewer things than this are sorted by comparing.
const FEW: usize = 24;
/// A run of things that two digits do not tell apart is sorted by itself if it is longer than this.
const CROWDED: usize = 24;
/// Bits by which two digits together are finer than the number of things: so fine that few are left to compare,
/// for a comparison of things in no order is guessed wrong every other time.
const FINER_BITS: u32 = 5;

/// Room for sorting, to be used again.
#[derive(Clone, Debug, Default)]
pub struct Sorter<T> {
    scratch: Vec<T>,
    /// Where the next thing with this digit goes: for the low digit, then for the high one.
    places: [Vec<u32>; 2],
}

impl<T: Copy + Ord + Default> Sorter<T> {
    /// Sort `things`, whose order `key` follows: `a < b` never goes with `key(a) > key(b)`.
    ///
    /// They are dealt out by two digits of their keys, the lower first; the few that these do not tell apart
    /// are compared.
    #[inline]
    pub fn sort(&mut self, things: &mut [T], key: impl Fn(&T) -> u64) {
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
        let bits = (last - first).ilog2() + 1;
        let finest = things.len().ilog2() + FINER_BITS;
        let digit = finest.min(bits).div_ceil(2);
        let shift = bits.saturating_sub(2 * digit);
        let rank = |thing: &T| (key(thing) - first) >> shift;
        self.deal(things, digit, rank);
        settle(things, rank);
    }

    /// Put the things in the order of their ranks, numbers of two digits of so many bits each.
    #[inline]
    fn deal(&mut self, things: &mut [T], digit: u32, rank: impl Fn(&T) -> u64) {
        let low = |thing: &T| part(rank(thing) & ((1 << digit) - 1));
        let high = |thing: &T| part(rank(thing) >> digit);
        let [lows, highs] = &mut self.places;
        for places in [&mut *lows, &mut *highs] {
            places.clear();
            places.resize(1 << digit, 0);
        }
        for thing in things.iter() {
            lows[low(thing)] += 1;
            highs[high(thing)] += 1;
        }
        begin(lows);
        begin(highs);
        if self.scratch.len() < things.len() {
            self.scratch.resize(things.len(), T::default());
        }
        let scratch = &mut self.scratch[..things.len()];
        for thing in things.iter() {
            place(scratch, &mut lows[low(thing)], *thing);
        }
        for thing in scratch.iter() {
            place(things, &mut highs[high(thing)], *thing);
        }
    }
}

#[inline]
fn part(digit: u64) -> usize {
    usize::try_from(digit).expect("a digit has a few bits")
}

#[inline]
fn place<T>(list: &mut [T], place: &mut u32, thing: T) {
    list[*place as usize] = thing;
    *place += 1;
}

/// From how many there are of each digit to where those of each begin.
fn begin(counts: &mut [u32]) {
    let mut sum = 0;
    for count in counts {
        sum += std::mem::replace(count, sum);
    }
}

/// Order things of equal rank, which lie together.
#[inline]
fn settle<T: Copy + Ord>(things: &mut [T], rank: impl Fn(&T) -> u64) {
    let mut from = 0;
    let mut of_run = rank(&things[0]);
    for at in 1..things.len() {
        let of_this = rank(&things[at]);
        if of_this != of_run {
            settle_run(&mut things[from..at]);
            (from, of_run) = (at, of_this);
        }
    }
    settle_run(&mut things[from..]);
}

#[inline]
fn settle_run<T: Copy + Ord>(run: &mut [T]) {
    if run.len() > CROWDED {
        run.sort_unstable();
    } else if run.len() > 1 {
        insert(run);
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
            for count in [0, 1, 2, 23, 24, 25, 100, 1_000, 10_000] {
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
