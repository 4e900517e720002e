//! Things that will happen soon, in exact order: what is under way between one shared element and the next.
//!
//! A ring of short buckets for the near future, a heap for what lies beyond it. A bucket is put in order
//! when its time has come, so that an entry costs a few instructions however many are under way. Entries
//! are ordered by key, then by tie; nothing else decides.
//!
//! Invariant: nothing is opened before its time, so that what is pushed now still finds its place.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

const BUCKETS: u64 = 4096;
const NO_SLOT: u32 = u32::MAX;

/// When an entry comes, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    key: u64,
    tie: u64,
    slot: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slot<T> {
    key: u64,
    tie: u64,
    next: u32,
    item: T,
}

/// Where an entry lies whose turn it is.
#[derive(Debug)]
pub struct Place(u32);

/// Entries in the order of (key, tie).
#[derive(Debug)]
pub struct Calendar<T> {
    slots: Vec<Slot<T>>,
    free: u32,
    heads: Vec<u32>,
    occupied: Vec<u64>,
    /// A bucket covers this many low bits of the key.
    shift: u32,
    /// The bucket that is open.
    bucket: u64,
    /// No entry lies in a bucket between the open one and this.
    next_bucket: u64,
    /// The entries of the open bucket, the next one last.
    open: Vec<Turn>,
    far: BinaryHeap<Reverse<Turn>>,
}

impl<T: Copy> Calendar<T> {
    /// Nothing yet; a bucket covers `2^shift` keys, which decides the speed and nothing else.
    pub fn new(shift: u32) -> Self {
        Self {
            slots: Vec::new(),
            free: NO_SLOT,
            heads: vec![NO_SLOT; usize::try_from(BUCKETS).expect("a few thousand")],
            occupied: vec![0; usize::try_from(BUCKETS / 64).expect("a few dozen")],
            shift,
            bucket: 0,
            next_bucket: u64::MAX,
            open: Vec::new(),
            far: BinaryHeap::new(),
        }
    }

    /// Let `item` come at `key`; `tie` decides among equal keys.
    #[inline]
    pub fn push(&mut self, key: u64, tie: u64, item: T) {
        let bucket = key >> self.shift;
        let slot = self.store(Slot {
            key,
            tie,
            next: NO_SLOT,
            item,
        });
        if bucket <= self.bucket {
            let turn = Turn { key, tie, slot };
            let place = self.open.partition_point(|other| *other > turn);
            self.open.insert(place, turn);
            return;
        }
        self.next_bucket = self.next_bucket.min(bucket);
        if bucket - self.bucket < BUCKETS {
            let place = place(bucket);
            self.slots[slot as usize].next = std::mem::replace(&mut self.heads[place], slot);
            self.occupied[place / 64] |= 1 << (place % 64);
        } else {
            self.far.push(Reverse(Turn { key, tie, slot }));
        }
    }

    /// Nothing comes before this key.
    #[inline]
    pub fn soonest(&self) -> u64 {
        match self.open.last() {
            Some(turn) => turn.key,
            None => self.next_bucket << self.shift,
        }
    }

    /// The first entry before `bound`, a key and a tie: its key, and the place from which it is to be taken.
    #[inline]
    pub fn next_before(&mut self, bound: (u64, u64)) -> Option<(u64, Place)> {
        loop {
            if let Some(turn) = self.open.last() {
                if (turn.key, turn.tie) >= bound {
                    return None;
                }
                let Turn { key, slot, .. } = *turn;
                self.open.pop();
                return Some((key, Place(slot)));
            }
            if self.next_bucket == u64::MAX || self.next_bucket << self.shift > bound.0 {
                return None;
            }
            self.open_next();
        }
    }

    /// Take out what lies at a place.
    #[inline(always)]
    pub fn take(&mut self, Place(place): Place) -> T {
        let slot = &mut self.slots[place as usize];
        slot.next = std::mem::replace(&mut self.free, place);
        slot.item
    }

    /// Take out everything: keys, ties and items, in no particular order.
    pub fn drain(&mut self) -> Vec<(u64, u64, T)> {
        let mut turns = std::mem::take(&mut self.open);
        turns.extend(
            std::mem::take(&mut self.far)
                .into_iter()
                .map(|Reverse(turn)| turn),
        );
        for place in 0..self.heads.len() {
            turns.extend(self.unlink(place));
        }
        self.next_bucket = u64::MAX;
        let entry = |turn: Turn| (turn.key, turn.tie, self.slots[turn.slot as usize].item);
        let entries = turns.into_iter().map(entry).collect();
        self.slots.clear();
        self.free = NO_SLOT;
        entries
    }

    fn store(&mut self, slot: Slot<T>) -> u32 {
        if self.free == NO_SLOT {
            self.slots.push(slot);
            return u32::try_from(self.slots.len() - 1).expect("fewer than four billion");
        }
        let at = self.free;
        self.free = self.slots[at as usize].next;
        self.slots[at as usize] = slot;
        at
    }

    /// Open the next bucket that holds anything.
    fn open_next(&mut self) {
        let bucket = self.next_bucket;
        self.bucket = bucket;
        let mut open = std::mem::take(&mut self.open);
        open.extend(self.unlink(place(bucket)));
        while let Some(Reverse(turn)) = self.far.peek() {
            if turn.key >> self.shift != bucket {
                break;
            }
            open.push(*turn);
            self.far.pop();
        }
        open.sort_unstable_by(|a, b| b.cmp(a));
        self.open = open;
        let far = self.far.peek().map(|Reverse(turn)| turn.key >> self.shift);
        self.next_bucket = self.next_near().min(far.unwrap_or(u64::MAX));
    }

    /// Take the entries of one place of the ring.
    fn unlink(&mut self, place: usize) -> impl Iterator<Item = Turn> {
        self.occupied[place / 64] &= !(1 << (place % 64));
        let mut next = std::mem::replace(&mut self.heads[place], NO_SLOT);
        let slots = &self.slots;
        std::iter::from_fn(move || {
            let slot = (next != NO_SLOT).then_some(next)?;
            let Slot {
                key,
                tie,
                next: after,
                ..
            } = slots[slot as usize];
            next = after;
            Some(Turn { key, tie, slot })
        })
    }

    /// The next bucket of the ring that holds anything, or `u64::MAX`.
    fn next_near(&self) -> u64 {
        let from = place(self.bucket + 1);
        let words = self.occupied.len();
        let first = self.occupied[from / 64] >> (from % 64);
        if first != 0 {
            return self.bucket + 1 + u64::from(first.trailing_zeros());
        }
        let to_word_end = 64 - from as u64 % 64;
        for (ahead, step) in (0_u64..).zip(1..=words) {
            let word = self.occupied[(from / 64 + step) % words];
            if word != 0 {
                let distance = to_word_end + ahead * 64 + u64::from(word.trailing_zeros());
                return self.bucket + 1 + distance;
            }
        }
        u64::MAX
    }
}

#[inline]
const fn place(bucket: u64) -> usize {
    (bucket % BUCKETS) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose};

    fn pop_before<T: Copy>(calendar: &mut Calendar<T>, bound: (u64, u64)) -> Option<(u64, T)> {
        let (key, place) = calendar.next_before(bound)?;
        Some((key, calendar.take(place)))
    }

    /// Pop everything before `bound`.
    fn take(calendar: &mut Calendar<u32>, bound: u64) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| pop_before(calendar, (bound, 0))).collect()
    }

    #[test]
    fn comes_in_order_like_a_sorted_list() {
        let draws = Draws::new(2);
        for (shift, spread) in [(4, 30_u32), (10, 24), (12, 10), (0, 3)] {
            let mut calendar = Calendar::new(shift);
            let mut expected = Vec::new();
            for n in 0..5_000 {
                let words = draws.words(Purpose::Traits, 0, n);
                let key = u64::from(words[0] >> (32 - spread));
                calendar.push(key, u64::from(n), n);
                expected.push((key, n));
            }
            expected.sort_unstable();
            assert_eq!(take(&mut calendar, u64::MAX), expected, "shift {shift}");
        }
    }

    #[test]
    fn what_is_pushed_while_others_come_finds_its_place() {
        // Each entry that comes pushes another, near or far, until there have been enough.
        let draws = Draws::new(3);
        let mut calendar = Calendar::new(6);
        let mut reference = BinaryHeap::new();
        for n in 0..200 {
            let key = u64::from(draws.words(Purpose::Traits, 1, n)[0] % 5_000);
            calendar.push(key, u64::from(n), n);
            reference.push(Reverse((key, n)));
        }
        let mut number = 200;
        let mut bound = 0;
        while let Some(&Reverse((first, _))) = reference.peek() {
            bound = (bound + 777).max(first);
            while let Some((key, n)) = pop_before(&mut calendar, (bound, 0)) {
                assert_eq!(reference.pop(), Some(Reverse((key, n))));
                if number < 20_000 {
                    let words = draws.words(Purpose::Traits, 2, number);
                    let ahead = words[0] % [10, 1_000, 1_000_000][words[1] as usize % 3];
                    let later = key + u64::from(ahead);
                    calendar.push(later, u64::from(number), number);
                    reference.push(Reverse((later, number)));
                    number += 1;
                }
            }
            assert!(
                reference
                    .peek()
                    .is_none_or(|Reverse((key, _))| *key >= bound)
            );
        }
        assert!(number == 20_000 && pop_before(&mut calendar, (u64::MAX, 0)).is_none());
    }

    #[test]
    fn a_drain_takes_everything_and_it_can_be_pushed_again() {
        let mut calendar = Calendar::new(3);
        for key in [5, 90, 100_000, 100_000_000, 6] {
            calendar.push(key, 0, u32::try_from(key).expect("small"));
        }
        assert_eq!(take(&mut calendar, 6), [(5, 5)]);
        let mut all = calendar.drain();
        assert!(pop_before(&mut calendar, (u64::MAX, 0)).is_none());
        all.sort_unstable();
        assert_eq!(
            all.iter().map(|(key, ..)| *key).collect::<Vec<_>>(),
            [6, 90, 100_000, 100_000_000]
        );
        for (key, tie, item) in all {
            calendar.push(key, tie, item);
        }
        assert_eq!(take(&mut calendar, u64::MAX).len(), 4);
    }

    #[test]
    fn ties_decide_among_equal_keys() {
        let mut calendar = Calendar::new(8);
        for tie in [3, 1, 2] {
            calendar.push(40, tie, 0_u32);
        }
        assert!(pop_before(&mut calendar, (40, 1)).is_none());
        assert!(pop_before(&mut calendar, (40, 2)).is_some());
        assert!(pop_before(&mut calendar, (40, 2)).is_none());
    }
}
