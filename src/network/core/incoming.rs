//! Requests on their way in, put into the order of their arrival.
//!
//! Shards hand them over one after the other, each in its own order, so that the whole is far from sorted.
//! What is sorted is sixteen bytes a request, spread over buckets of time first: a few requests each.
//!
//! Invariant: the order depends on arrival, keyed hash and device, never on who handed over first.

use super::Request;

/// Requests to a bucket, on average, when there are many.
const PER_BUCKET: usize = 4;

/// Requests that are read ahead together.
const FETCHED: usize = 16;

/// A request and where it goes: half a cache line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) server: u16,
    pub(super) stage: u8,
}

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
    asked: Vec<Asked>,
    turns: Vec<Turn>,
    scratch: Vec<Turn>,
    starts: Vec<u32>,
}

impl Incoming {
    /// Take a request that arrives at `key`.
    #[inline]
    pub(super) fn push(&mut self, key: u64, asked: Asked) {
        self.turns.push(Turn {
            key,
            device: asked.request.device,
            index: u32::try_from(self.asked.len()).expect("a window has fewer requests"),
        });
        self.asked.push(asked);
    }

    /// Put the requests in order; from here on `get` counts turns.
    pub(super) fn sort(&mut self) {
        let keys = self.turns.iter().map(|turn| turn.key);
        let (first, last) = keys.fold((u64::MAX, 0), |(low, high), key| {
            (low.min(key), high.max(key))
        });
        let buckets = (self.turns.len() / PER_BUCKET).next_power_of_two();
        if buckets <= PER_BUCKET || first == last {
            self.turns.sort_unstable();
            return;
        }
        let bits = (last - first).ilog2() + 1;
        let shift = bits.saturating_sub(buckets.ilog2());
        let bucket = |turn: &Turn| {
            usize::try_from((turn.key - first) >> shift).expect("below the number of buckets")
        };
        self.count(buckets, bucket);
        self.scratch.resize(self.turns.len(), Turn::default());
        for turn in &self.turns {
            let place = &mut self.starts[bucket(turn)];
            self.scratch[*place as usize] = *turn;
            *place += 1;
        }
        std::mem::swap(&mut self.turns, &mut self.scratch);
        let mut from = 0;
        for &to in &self.starts[..buckets] {
            self.turns[from..to as usize].sort_unstable();
            from = to as usize;
        }
    }

    /// Let `starts` say where each bucket begins.
    fn count(&mut self, buckets: usize, bucket: impl Fn(&Turn) -> usize) {
        self.starts.clear();
        self.starts.resize(buckets, 0);
        for turn in &self.turns {
            self.starts[bucket(turn)] += 1;
        }
        let mut begin = 0;
        for start in &mut self.starts {
            begin += std::mem::replace(start, begin);
        }
    }

    /// When the `turn`-th request arrives: key and device.
    #[inline]
    pub(super) fn arrival(&self, turn: usize) -> Option<(u64, u32)> {
        self.turns.get(turn).map(|turn| (turn.key, turn.device))
    }

    /// The request whose turn is the `turn`-th.
    ///
    /// Those of one shard lie together, those of neighbouring turns do not: read one by one, every one of
    /// them would be waited for, so they are brought into the cache together.
    #[inline]
    pub(super) fn get(&self, turn: usize) -> &Asked {
        if turn.is_multiple_of(FETCHED) {
            let next = self.turns[turn..].iter().take(FETCHED);
            let requests = next.map(|turn| self.asked[turn.index as usize].request.device);
            std::hint::black_box(requests.fold(0, |read, device| read ^ device));
        }
        &self.asked[self.turns[turn].index as usize]
    }

    /// The requests from the `turn`-th on, with their keys.
    pub(super) fn rest(&self, turn: usize) -> impl Iterator<Item = (u64, &Asked)> {
        let turns = self.turns[turn..].iter();
        turns.map(|turn| (turn.key, &self.asked[turn.index as usize]))
    }

    pub(super) fn clear(&mut self) {
        self.asked.clear();
        self.turns.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Draws, Purpose};
    use crate::network::spec::Procedure;

    fn request_of(device: u32) -> Request {
        Request {
            sent: 0,
            tie: 0,
            device,
            tower: 0,
            pool: 0,
            procedure: Procedure::InitialRegistration,
            class: 0,
            member: 0,
            five_g: false,
            over_wifi: false,
            priority: false,
            ignores_backoff: false,
            flood: false,
        }
    }

    /// The keys and devices in order, of requests at `keys` by device 0, 1, 2….
    fn sorted(keys: &[u64]) -> (Vec<u64>, Vec<u32>) {
        let mut incoming = Incoming::default();
        for (key, device) in keys.iter().zip(0..) {
            let asked = Asked {
                request: request_of(device),
                server: 0,
                stage: 0,
            };
            incoming.push(*key, asked);
        }
        incoming.sort();
        let rest = incoming.rest(0);
        rest.map(|(key, asked)| (key, asked.request.device)).unzip()
    }

    #[test]
    fn a_request_is_half_a_cache_line() {
        assert_eq!(size_of::<Asked>(), 32);
    }

    #[test]
    fn requests_come_in_order_however_they_lie() {
        let draws = Draws::new(3);
        let word = |n: u32| u64::from(draws.words(Purpose::Traits, n, 0)[0]);
        let even = |n: u32| 1 << 50 | word(n) << 12;
        let crowded = |n: u32| if n == 7 { 1 << 60 } else { word(n) };
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
