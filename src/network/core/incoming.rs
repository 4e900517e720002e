//! Requests on their way in, put into the order of their arrival.
//!
//! Shards hand them over one after the other, each in its own order, so that the whole is far from sorted.
//! What is sorted is sixteen bytes a request.
//!
//! Invariant: the order depends on arrival, keyed hash and device, never on who handed over first.

use crate::kernel::Sorter;

use super::Request;
use super::pending::key;

/// Requests that are read ahead together.
const FETCHED: usize = 16;

/// Whose turn it is when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    key: u64,
    device: u32,
    index: u32,
}

/// The requests of one window.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    requests: Vec<Request>,
    turns: Vec<Turn>,
    sorter: Sorter<Turn>,
}

impl Incoming {
    /// Take the requests of a shard.
    pub(super) fn take(&mut self, requests: &[Request]) {
        let first = u32::try_from(self.requests.len()).expect("a window has fewer requests");
        let turns = (first..).zip(requests).map(|(index, request)| Turn {
            key: key(
                request.sent_us() + u64::from(request.travel_us),
                request.tie,
            ),
            device: request.device,
            index,
        });
        self.turns.extend(turns);
        self.requests.extend_from_slice(requests);
    }

    /// Take a request that arrives at `key`, whenever it was sent.
    pub(super) fn push(&mut self, key: u64, request: &Request) {
        self.turns.push(Turn {
            key,
            device: request.device,
            index: u32::try_from(self.requests.len()).expect("a window has fewer requests"),
        });
        self.requests.push(*request);
    }

    /// Put the requests in order; from here on `get` counts turns.
    pub(super) fn sort(&mut self) {
        self.sorter.sort(&mut self.turns, |turn| turn.key);
    }

    /// When the `turn`-th request arrives: key and device.
    #[inline]
    pub(super) fn arrival(&self, turn: usize) -> Option<(u64, u32)> {
        self.turns.get(turn).map(|turn| (turn.key, turn.device))
    }

    /// The request whose turn is the `turn`-th.
    ///
    /// Those of one shard lie together, those of neighbouring turns do not: read one by one, every one of
    /// them would be waited for, so they are brought into the cache together, and so is what `near` reads for
    /// them.
    #[inline]
    pub(super) fn get(&self, turn: usize, near: impl Fn(&Request) -> u32) -> &Request {
        if turn.is_multiple_of(FETCHED) {
            let next = self.turns[turn..].iter().take(FETCHED);
            let read = next.map(|turn| near(&self.requests[turn.index as usize]));
            std::hint::black_box(read.fold(0, |seen, read| seen ^ read));
        }
        &self.requests[self.turns[turn].index as usize]
    }

    /// The requests from the `turn`-th on, with their keys.
    pub(super) fn rest(&self, turn: usize) -> impl Iterator<Item = (u64, &Request)> {
        let turns = self.turns[turn..].iter();
        turns.map(|turn| (turn.key, &self.requests[turn.index as usize]))
    }

    pub(super) fn clear(&mut self) {
        self.requests.clear();
        self.turns.clear();
    }
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
        for (key, device) in keys.iter().zip(0..) {
            incoming.take(&[request_of(device, *key)]);
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
}
