//! The agenda: rare events that touch the whole world, each at its exact time.
//!
//! Invariant: entries leave in (time, phase, key, order of arrival); an entry in the past is a
//! broken invariant.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::base::SimTime;

/// Which of several entries at one instant comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Things happen to the network.
    World,
    /// What is seen of it is delivered.
    Delivery,
    /// Somebody judges and decides.
    Decision,
    /// Book-keeping: samples of the truth.
    Sample,
}

#[derive(Debug)]
struct Entry<O> {
    at: SimTime,
    phase: Phase,
    key: u32,
    number: u64,
    order: O,
}

impl<O> Entry<O> {
    fn rank(&self) -> (SimTime, Phase, u32, u64) {
        (self.at, self.phase, self.key, self.number)
    }
}

impl<O> PartialEq for Entry<O> {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl<O> Eq for Entry<O> {}

impl<O> PartialOrd for Entry<O> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<O> Ord for Entry<O> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// Orders waiting for their time.
#[derive(Debug)]
pub struct Agenda<O> {
    entries: BinaryHeap<Reverse<Entry<O>>>,
    now: SimTime,
    pushed: u64,
}

impl<O> Default for Agenda<O> {
    fn default() -> Self {
        Self {
            entries: BinaryHeap::new(),
            now: SimTime::ZERO,
            pushed: 0,
        }
    }
}

impl<O> Agenda<O> {
    /// An empty agenda at time zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Let `order` happen at `at`; among those of one instant by `phase`, then by `key` (a keyed
    /// hash of what it concerns, so that no numbering decides).
    ///
    /// # Panics
    /// If `at` lies in the past: time never goes back.
    pub fn push(&mut self, at: SimTime, phase: Phase, key: u32, order: O) {
        assert!(
            at >= self.now,
            "time never goes back: order at {at} pushed at {}",
            self.now
        );
        self.pushed += 1;
        self.entries.push(Reverse(Entry {
            at,
            phase,
            key,
            number: self.pushed,
            order,
        }));
    }

    /// When the next order happens.
    pub fn next_at(&self) -> Option<SimTime> {
        self.entries.peek().map(|Reverse(entry)| entry.at)
    }

    /// The next order, if it happens at `now`.
    ///
    /// # Panics
    /// If an earlier order was passed over.
    pub fn pop_at(&mut self, now: SimTime) -> Option<O> {
        assert!(now >= self.now, "time never goes back");
        self.now = now;
        let next = self.next_at()?;
        assert!(next >= now, "an order was passed over");
        if next > now {
            return None;
        }
        self.entries.pop().map(|Reverse(entry)| entry.order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_leave_by_time_phase_key_and_arrival() {
        let mut agenda = Agenda::new();
        let t = SimTime::from_us(5);
        agenda.push(t, Phase::Decision, 0, "decide");
        agenda.push(t, Phase::World, 9, "second");
        agenda.push(t, Phase::World, 9, "third");
        agenda.push(t, Phase::World, 1, "first");
        agenda.push(SimTime::from_us(1), Phase::Sample, 0, "earlier");
        assert_eq!(agenda.pop_at(SimTime::from_us(1)), Some("earlier"));
        assert_eq!(agenda.pop_at(SimTime::from_us(1)), None);
        let rest: Vec<_> = std::iter::from_fn(|| agenda.pop_at(t)).collect();
        assert_eq!(rest, ["first", "second", "third", "decide"]);
    }

    #[test]
    fn an_order_in_the_past_is_a_broken_invariant() {
        let caught = std::panic::catch_unwind(|| {
            let mut agenda = Agenda::new();
            agenda.push(SimTime::from_us(5), Phase::World, 0, ());
            agenda.pop_at(SimTime::from_us(5));
            agenda.push(SimTime::from_us(4), Phase::World, 0, ());
        });
        assert!(caught.is_err());
    }
}
