//! Timers of the entities of one shard: a timing wheel whose buckets are opened in bulk.
//!
//! An entry is four bytes: the offset in its bucket, a mark for timers beyond the wheel, and the
//! entity. Buckets (2.1 s) are chains of blocks of two cache lines drawn from one pool, so that an
//! idle wheel of 65,536 entities costs six to seven bytes for each. There is no cancelling: an entity knows when
//! it is due, and ignores an entry that fires at any other time.
//!
//! Invariant: an entry fires at its own time, in time order, and never before one already fired.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::Tick;

use super::near::{Upcoming, bring_near};
use super::order::Sorter;

/// Entities that one wheel can serve.
pub const MAX_ENTITIES: usize = 1 << 16;

const OFFSET_BITS: u32 = 15;
const BUCKETS: u32 = 2048;
const BLOCK_ENTRIES: u32 = 30;
const NO_BLOCK: u32 = u32::MAX;
/// Entries that wait to be stored, at most: storing them together, their buckets are waited for together.
const HELD: usize = 256;
/// So many timers before its own, what an entity needs is asked for: its state, and what that leads to.
const SOON: usize = 32;
const NEXT: usize = 16;
const BEYOND: u32 = 1 << 16;

/// A timer that fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fired {
    /// When.
    pub at: Tick,
    /// Whose.
    pub entity: u16,
    /// The timer lies beyond the wheel and is to be pushed again: nothing is due now.
    pub beyond: bool,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    next: u32,
    /// The one after the next, to be asked for while the next is worked on.
    after_next: u32,
    entries: [u32; BLOCK_ENTRIES as usize],
}

/// A chain of blocks, all full but the first.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    head: u32,
    /// Entries in the first block.
    filled: u32,
}

/// A first block that is missing counts as full.
const EMPTY: Bucket = Bucket {
    head: NO_BLOCK,
    filled: BLOCK_ENTRIES,
};

/// The timers of one shard.
#[derive(Debug)]
pub struct Timers {
    buckets: Vec<Bucket>,
    blocks: Vec<Block>,
    free: u32,
    /// The bucket that is open: its entries are in `open` and `late`.
    bucket: u32,
    open: Vec<u32>,
    cursor: usize,
    /// Entries pushed into the open bucket.
    late: BinaryHeap<Reverse<u32>>,
    /// Entries that wait to be stored, each with its bucket.
    held: Vec<(u32, u32)>,
    sorter: Sorter<u32>,
    last: Tick,
}

impl Default for Timers {
    fn default() -> Self {
        Self::new()
    }
}

impl Timers {
    /// No timers; time zero.
    pub fn new() -> Self {
        Self {
            buckets: vec![EMPTY; BUCKETS as usize],
            blocks: Vec::new(),
            free: NO_BLOCK,
            bucket: 0,
            open: Vec::new(),
            cursor: 0,
            late: BinaryHeap::new(),
            held: Vec::with_capacity(HELD),
            sorter: Sorter::default(),
            last: 0,
        }
    }

    /// Let `entity` fire at `at`.
    ///
    /// # Panics
    /// If `at` lies before the last timer that fired: time never goes back.
    #[inline]
    pub fn push(&mut self, at: Tick, entity: u16) {
        assert!(
            at >= self.last,
            "time never goes back: {at} pushed after {}",
            self.last
        );
        let bucket = at >> OFFSET_BITS;
        let offset = at & ((1 << OFFSET_BITS) - 1);
        let entry = offset << (32 - OFFSET_BITS) | u32::from(entity);
        if bucket == self.bucket {
            self.late.push(Reverse(entry));
        } else if bucket
            .checked_sub(self.bucket)
            .expect("the open bucket is never past")
            < BUCKETS
        {
            self.hold(bucket % BUCKETS, entry);
        } else {
            self.hold(
                (self.bucket + BUCKETS - 1) % BUCKETS,
                BEYOND | u32::from(entity),
            );
        }
    }

    #[inline]
    fn hold(&mut self, bucket: u32, entry: u32) {
        if self.held.len() == HELD {
            self.store_held();
        }
        self.held.push((bucket, entry));
    }

    fn store_held(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        for &(bucket, _) in &held {
            let Bucket { head, filled } = self.buckets[bucket as usize];
            if let Some(block) = self.blocks.get(head as usize) {
                bring_near(&block.entries, filled as usize);
            }
        }
        for &(bucket, entry) in &held {
            self.store(bucket, entry);
        }
        held.clear();
        self.held = held;
    }

    /// The next timer before `limit`, in time order; `upcoming` is told which come after it.
    #[inline]
    pub fn pop_before(&mut self, limit: Tick, upcoming: &impl Upcoming) -> Option<Fired> {
        loop {
            let Some(entry) = self.first_open() else {
                if self.open_next(limit) {
                    self.tell_first(upcoming);
                    continue;
                }
                return None;
            };
            let at = (self.bucket << OFFSET_BITS) + (entry >> (32 - OFFSET_BITS));
            if at >= limit {
                return None;
            }
            assert!(at >= self.last, "time never goes back");
            self.last = at;
            self.take(entry, upcoming);
            return Some(Fired {
                at,
                entity: entity_of(entry),
                beyond: entry & BEYOND != 0,
            });
        }
    }

    /// Bytes held by the wheel.
    pub fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Bucket>()
            + self.blocks.capacity() * size_of::<Block>()
            + self.open.capacity() * 4
            + self.held.capacity() * 8
    }

    /// A bucket was opened: tell of its first entries.
    fn tell_first(&self, upcoming: &impl Upcoming) {
        for entry in self.open.iter().take(SOON) {
            upcoming.soon(entity_of(*entry));
        }
        for entry in self.open.iter().take(NEXT) {
            upcoming.next(entity_of(*entry));
        }
    }

    #[inline]
    fn first_open(&self) -> Option<u32> {
        match (self.open.get(self.cursor), self.late.peek()) {
            (Some(&open), Some(&Reverse(late))) => Some(open.min(late)),
            (Some(&open), None) => Some(open),
            (None, Some(&Reverse(late))) => Some(late),
            (None, None) => None,
        }
    }

    #[inline]
    fn take(&mut self, entry: u32, upcoming: &impl Upcoming) {
        if self.open.get(self.cursor) == Some(&entry) {
            if let Some(entry) = self.open.get(self.cursor + SOON) {
                upcoming.soon(entity_of(*entry));
            }
            if let Some(entry) = self.open.get(self.cursor + NEXT) {
                upcoming.next(entity_of(*entry));
            }
            self.cursor += 1;
        } else {
            self.late.pop();
        }
    }

    #[inline]
    fn store(&mut self, bucket: u32, entry: u32) {
        let Bucket { head, filled } = self.buckets[bucket as usize];
        let (block, slot) = if filled == BLOCK_ENTRIES {
            (self.new_block(head), 0)
        } else {
            (head, filled)
        };
        self.blocks[block as usize].entries[slot as usize] = entry;
        self.buckets[bucket as usize] = Bucket {
            head: block,
            filled: slot + 1,
        };
    }

    fn new_block(&mut self, next: u32) -> u32 {
        let after_next = self.blocks.get(next as usize).map_or(NO_BLOCK, |b| b.next);
        if self.free == NO_BLOCK {
            if self.blocks.len() == self.blocks.capacity() {
                // Not twice as many as there are: memory is what a nation's timers cost.
                self.blocks.reserve_exact((self.blocks.len() / 8).max(16));
            }
            self.blocks.push(Block {
                next,
                after_next,
                entries: [0; BLOCK_ENTRIES as usize],
            });
            return u32::try_from(self.blocks.len() - 1).expect("blocks are fewer than entries");
        }
        let block = self.free;
        self.free = self.blocks[block as usize].next;
        let fresh = &mut self.blocks[block as usize];
        (fresh.next, fresh.after_next) = (next, after_next);
        block
    }

    /// Open the next bucket that begins before `limit`.
    fn open_next(&mut self, limit: Tick) -> bool {
        if (self.bucket + 1) << OFFSET_BITS < limit {
            self.store_held();
        }
        while (self.bucket + 1) << OFFSET_BITS < limit {
            self.bucket += 1;
            self.drain(self.bucket % BUCKETS);
            if !self.open.is_empty() {
                return true;
            }
        }
        false
    }

    fn drain(&mut self, bucket: u32) {
        self.open.clear();
        self.cursor = 0;
        let Bucket {
            mut head,
            mut filled,
        } = std::mem::replace(&mut self.buckets[bucket as usize], EMPTY);
        while head != NO_BLOCK {
            let block = self.blocks[head as usize];
            bring_near(&self.blocks, block.after_next as usize);
            self.open
                .extend_from_slice(&block.entries[..filled as usize]);
            filled = BLOCK_ENTRIES;
            self.blocks[head as usize].next = self.free;
            self.free = head;
            head = block.next;
        }
        self.sorter.sort(&mut self.open, |&entry| u64::from(entry));
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half of an entry is the entity"
)]
const fn entity_of(entry: u32) -> u16 {
    entry as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose};

    fn drain(timers: &mut Timers, limit: Tick) -> Vec<(Tick, u16)> {
        std::iter::from_fn(|| timers.pop_before(limit, &()))
            .map(|f| (f.at, f.entity))
            .collect()
    }

    #[test]
    fn fires_in_order_like_a_sorted_list() {
        let draws = Draws::new(1);
        let mut timers = Timers::new();
        let mut expected = Vec::new();
        for n in 0..20_000 {
            let at = draws.words(Purpose::Traits, 0, n)[0] % 60_000_000;
            timers.push(at, u16::try_from(n % 65_536).expect("small"));
            expected.push((at, u16::try_from(n % 65_536).expect("small")));
        }
        expected.sort_unstable();
        let mut fired = Vec::new();
        for limit in [1, 40_000, 40_001, 10_000_000, 60_000_000] {
            fired.extend(drain(&mut timers, limit));
        }
        assert_eq!(fired, expected);
    }

    #[test]
    fn what_is_pushed_into_the_open_bucket_fires_in_its_turn() {
        let mut timers = Timers::new();
        timers.push(100, 1);
        timers.push(300, 3);
        assert_eq!(timers.pop_before(200, &()).map(|f| f.entity), Some(1));
        timers.push(200, 2);
        timers.push(100, 9);
        assert_eq!(drain(&mut timers, 1000), [(100, 9), (200, 2), (300, 3)]);
    }

    #[test]
    fn a_timer_beyond_the_wheel_asks_to_be_pushed_again() {
        let mut timers = Timers::new();
        let far = (BUCKETS + 5) << OFFSET_BITS;
        timers.push(far, 7);
        let fired = timers.pop_before(far, &()).expect("the reminder");
        assert!(fired.beyond && fired.at < far);
        timers.push(far, 7);
        let fired = timers.pop_before(far + 1, &()).expect("the timer");
        assert_eq!((fired.at, fired.entity, fired.beyond), (far, 7, false));
    }

    #[test]
    fn a_timer_in_the_past_is_a_broken_invariant() {
        let caught = std::panic::catch_unwind(|| {
            let mut timers = Timers::new();
            timers.push(100, 1);
            timers.pop_before(1000, &());
            timers.push(99, 1);
        });
        assert!(caught.is_err());
    }

    #[test]
    fn blocks_are_used_again() {
        let mut timers = Timers::new();
        for round in 0..50u32 {
            let base = (round + 1) << (OFFSET_BITS + 1);
            for n in 0..100u16 {
                timers.push(base, n);
            }
            assert_eq!(drain(&mut timers, base + 1).len(), 100);
        }
        assert!(
            timers.blocks.len() < 20,
            "{} blocks for 100 timers",
            timers.blocks.len()
        );
    }
}
