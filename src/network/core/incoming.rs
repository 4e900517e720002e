//! Requests on their way in, put into the order of their arrival.
//!
//! Shards hand them over one after the other, each in its own order, so that the whole is far from sorted.
//! What is sorted is sixteen bytes a request; requests stay where their shard has written them.
//!
//! Invariant: the order depends on arrival, keyed hash and device, never on who handed over first.

use crate::kernel::{Sorter, bring_near};

use super::Request;
use super::pending::key;

/// Turns before its own, a request is asked for, and what it needs.
const SOON: usize = 16;
const NEXT: usize = 8;

/// Bits of a place that count within a list.
const IN_LIST_BITS: u32 = 20;
const LONGEST_LIST: usize = 1 << IN_LIST_BITS;

/// Whose turn it is when, and where the request lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    key: u64,
    device: u32,
    place: u32,
}

/// The requests of one window.
#[derive(Debug)]
pub(super) struct Incoming {
    /// Requests of nobody's, then those of each shard, then what was too long for one list.
    lists: Vec<Vec<Request>>,
    /// Lists but for those that were too long.
    own_lists: usize,
    turns: Vec<Turn>,
    sorter: Sorter<Turn>,
}

impl Default for Incoming {
    fn default() -> Self {
        Self {
            lists: vec![Vec::new()],
            own_lists: 1,
            turns: Vec::new(),
            sorter: Sorter::default(),
        }
    }
}

impl Incoming {
    /// Take the requests of a shard, and leave it the empty list that it gave before.
    pub(super) fn take(&mut self, shard: usize, requests: &mut Vec<Request>) {
        if self.lists.len() < shard + 2 {
            self.lists.resize_with(shard + 2, Vec::new);
            self.own_lists = shard + 2;
        }
        let list = &mut self.lists[shard + 1];
        if list.is_empty() {
            std::mem::swap(list, requests);
        } else {
            list.append(requests);
        }
    }

    /// Take a request of nobody's.
    pub(super) fn add(&mut self, request: Request) {
        self.push(arrival(&request), request);
    }

    /// Take a request of nobody's that arrives at `key`, whenever it was sent.
    pub(super) fn push(&mut self, key: u64, request: Request) {
        let list = &mut self.lists[0];
        self.turns.push(Turn {
            key,
            device: request.device,
            place: place(0, list.len()),
        });
        list.push(request);
    }

    /// Put the requests in order; from here on `get` counts turns.
    pub(super) fn sort(&mut self) {
        self.split_long_lists();
        for (number, list) in self.lists.iter().enumerate().skip(1) {
            let turns = list.iter().enumerate().map(|(at, request)| Turn {
                key: arrival(request),
                device: request.device,
                place: place(number, at),
            });
            self.turns.extend(turns);
        }
        self.sorter.sort(&mut self.turns, |turn| turn.key);
    }

    fn split_long_lists(&mut self) {
        for number in 1..self.own_lists {
            while self.lists[number].len() > LONGEST_LIST {
                let keep = self.lists[number].len() - LONGEST_LIST;
                let tail = self.lists[number].split_off(keep);
                self.lists.push(tail);
            }
        }
    }

    /// When the `turn`-th request arrives: key and device.
    #[inline]
    pub(super) fn arrival(&self, turn: usize) -> Option<(u64, u32)> {
        self.turns.get(turn).map(|turn| (turn.key, turn.device))
    }

    /// The request whose turn is the `turn`-th; `near` brings near what one of the next needs.
    ///
    /// Those of one shard lie together, those of neighbouring turns do not: they are asked for ahead.
    #[inline(always)]
    pub(super) fn get(&self, turn: usize, near: impl FnOnce(&Request)) -> &Request {
        if let Some(soon) = self.turns.get(turn + SOON) {
            let (list, at) = parts(soon.place);
            bring_near(&self.lists[list], at);
        }
        if let Some(next) = self.turns.get(turn + NEXT) {
            near(self.at(next.place));
        }
        self.at(self.turns[turn].place)
    }

    /// The requests from the `turn`-th on, with their keys.
    pub(super) fn rest(&self, turn: usize) -> impl Iterator<Item = (u64, &Request)> {
        let turns = self.turns[turn..].iter();
        turns.map(|turn| (turn.key, self.at(turn.place)))
    }

    #[inline(always)]
    fn at(&self, place: u32) -> &Request {
        let (list, at) = parts(place);
        &self.lists[list][at]
    }

    pub(super) fn clear(&mut self) {
        self.lists.truncate(self.own_lists);
        self.lists.iter_mut().for_each(Vec::clear);
        self.turns.clear();
    }
}

#[inline]
fn arrival(request: &Request) -> u64 {
    let at_us = request.sent_us() + u64::from(request.travel_us);
    key(at_us, request.tie)
}

/// Where a request lies, in one number.
#[inline]
fn place(list: usize, at: usize) -> u32 {
    u32::try_from(list << IN_LIST_BITS | at).expect("a few thousand lists of a million each")
}

#[inline(always)]
fn parts(place: u32) -> (usize, usize) {
    let at = place & ((1 << IN_LIST_BITS) - 1);
    ((place >> IN_LIST_BITS) as usize, at as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose, TICK_US};
    use crate::network::core::pending::{HASH_BITS, NOBODY};

    /// The request of `device` that arrives at `key`.
    fn request_of(device: u32, key: u64) -> Request {
        let tie = u32::try_from(key & 0xff_ffff).expect("24 bits") << 8;
        let sent = u32::try_from((key >> HASH_BITS) / TICK_US).expect("within the horizon");
        let travel_us = u32::try_from((key >> HASH_BITS) % TICK_US).expect("below a tick");
        Request {
            sent,
            tie,
            device,
            travel_us,
            ..NOBODY
        }
    }

    /// The keys and devices in order, of requests at `keys` by device 0, 1, 2….
    fn sorted(keys: &[u64]) -> (Vec<u64>, Vec<u32>) {
        let mut incoming = Incoming::default();
        let requests = keys.iter().zip(0..);
        let requests: Vec<Request> = requests
            .map(|(key, device)| request_of(device, *key))
            .collect();
        for (shard, part) in requests.chunks(keys.len() / 3 + 1).enumerate() {
            incoming.take(shard, &mut part.to_vec());
        }
        incoming.sort();
        let rest = incoming.rest(0);
        rest.map(|(key, request)| (key, request.device)).unzip()
    }

    #[test]
    fn a_request_is_half_a_cache_line() {
        assert_eq!(size_of::<Request>(), 32);
    }

    #[test]
    fn requests_come_in_order_however_they_lie() {
        let draws = Draws::new(3);
        let word = |n: u32| u64::from(draws.words(Purpose::Traits, n, 0)[0]);
        let even = |n: u32| 1 << 50 | word(n) << 12;
        let crowded = |n: u32| if n == 7 { 1 << 59 } else { word(n) };
        let same = |_: u32| 5;
        for spread in [&even as &dyn Fn(u32) -> u64, &crowded, &same] {
            for count in [0, 1, 2, 17, 1_000, 10_000] {
                let mut keys: Vec<u64> = (0..count).map(spread).collect();
                let (found, _) = sorted(&keys);
                keys.sort_unstable();
                assert_eq!(found, keys, "{count} requests");
            }
        }
    }

    #[test]
    fn at_one_instant_and_hash_the_device_decides() {
        let keys = vec![9; 100];
        assert_eq!(sorted(&keys).1, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_list_that_is_too_long_is_split_and_nothing_is_lost() {
        let mut incoming = Incoming::default();
        let count = 2 * u32::try_from(LONGEST_LIST).expect("a million") + 5;
        for _ in 0..2 {
            let requests = (0..count).map(|device| request_of(device, u64::from(device)));
            incoming.take(0, &mut requests.collect());
            incoming.sort();
            let devices = incoming.rest(0).map(|(_, request)| request.device);
            assert!(devices.eq(0..count));
            incoming.clear();
        }
    }
}
