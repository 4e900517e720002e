//! The agenda: rare events that touch the whole world, each at its exact time.
//!
//! An order that nothing but other orders can notice is *left*: no window ends for it, and it is carried
//! out, late, before the first order that ranks after it.
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
    /// What no window ends for.
    left: BinaryHeap<Reverse<Entry<O>>>,
    now: SimTime,
    pushed: u64,
}

impl<O> Default for Agenda<O> {
    fn default() -> Self {
        Self {
            entries: BinaryHeap::new(),
            left: BinaryHeap::new(),
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
        let entry = self.entry((at, phase, key), order);
        self.entries.push(entry);
    }

    /// Let `order`, which only orders can notice, happen at `at`: among all others in its place, but maybe
    /// after everything else has moved past `at`.
    ///
    /// # Panics
    /// As [`Agenda::push`].
    pub fn leave(&mut self, at: SimTime, phase: Phase, key: u32, order: O) {
        let entry = self.entry((at, phase, key), order);
        self.left.push(entry);
    }

    fn entry(&mut self, (at, phase, key): (SimTime, Phase, u32), order: O) -> Reverse<Entry<O>> {
        assert!(
            at >= self.now,
            "time never goes back: order at {at} pushed at {}",
            self.now
        );
        self.pushed += 1;
        Reverse(Entry {
            at,
            phase,
            key,
            number: self.pushed,
            order,
        })
    }

    /// When the next order happens for which a window ends.
    pub fn next_at(&self) -> Option<SimTime> {
        self.entries.peek().map(|Reverse(entry)| entry.at)
    }

    /// The next order that happens at `now`, or was left to happen before, and when it does.
    ///
    /// # Panics
    /// If an earlier order was passed over.
    pub fn pop_at(&mut self, now: SimTime) -> Option<(SimTime, O)> {
        assert!(now >= self.now, "time never goes back");
        self.now = now;
        let next = self.entries.peek();
        assert!(
            next.is_none_or(|Reverse(next)| next.at >= now),
            "an order was passed over"
        );
        let left = self.left.peek();
        let is_left = match (left, next) {
            (Some(Reverse(left)), Some(Reverse(next))) => left < next,
            (left, _) => left.is_some(),
        };
        let lane = if is_left {
            &mut self.left
        } else {
            &mut self.entries
        };
        if lane.peek()?.0.at > now {
            return None;
        }
        lane.pop().map(|Reverse(entry)| (entry.at, entry.order))
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
        let early = SimTime::from_us(1);
        assert_eq!(agenda.pop_at(early), Some((early, "earlier")));
        assert_eq!(agenda.pop_at(early), None);
        let rest = std::iter::from_fn(|| agenda.pop_at(t));
        let rest: Vec<_> = rest.map(|(_, order)| order).collect();
        assert_eq!(rest, ["first", "second", "third", "decide"]);
    }

    #[test]
    fn what_is_left_ends_no_window_and_keeps_its_place() {
        let mut agenda = Agenda::new();
        let [early, late, last] = [3, 5, 9].map(SimTime::from_us);
        agenda.push(late, Phase::Decision, 0, "decide");
        agenda.push(late, Phase::World, 0, "act");
        agenda.leave(late, Phase::Delivery, 0, "read");
        agenda.leave(early, Phase::Delivery, 0, "read early");
        agenda.leave(last, Phase::Delivery, 0, "read last");
        assert_eq!(agenda.next_at(), Some(late));
        let at_late: Vec<_> = std::iter::from_fn(|| agenda.pop_at(late)).collect();
        let expected = [
            (early, "read early"),
            (late, "act"),
            (late, "read"),
            (late, "decide"),
        ];
        assert_eq!(at_late, expected);
        assert_eq!(agenda.next_at(), None);
        assert_eq!(agenda.pop_at(last), Some((last, "read last")));
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
