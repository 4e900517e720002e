//! Random draws that belong to a purpose and an entity, never to the order in which they are made.
//!
//! Two sources. Per-device draws come from a counter-based generator (Philox4x32-10; Salmon,
//! Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011) keyed by (seed,
//! purpose, entity, occasion): the n-th call of a device is the same number whatever else happened.
//! Everything rarer uses a named [`rand_chacha`] stream.
//!
//! Invariant: no generator here has state that outlives one decision of one entity.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What a per-device draw is for. Append only: a new purpose moves no other draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// The fixed traits of a device: capability, Wi-Fi, phase of its periodic timer.
    Traits = 1,
    /// The n-th NAS attempt: jitter, barring, reject draws.
    NasAttempt = 2,
    /// The n-th IMS attempt.
    ImsAttempt = 3,
    /// The n-th call: when, and whether it is an emergency call.
    Call = 4,
    /// The n-th redial decision.
    Redial = 5,
    /// How and when a device notices that its context is gone.
    Onset = 6,
    /// The n-th periodic cycle: activity, power cycle.
    Periodic = 7,
    /// What a user does about a phone without service.
    UserAction = 8,
    /// Whether a fault's effect strikes this device.
    Effect = 9,
    /// The n-th message of an attacking device.
    Flood = 10,
    /// Service times of core functions, where they are random.
    Service = 11,
}

/// Named streams for decisions that are not per device. Append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Placing towers and functions.
    Topology = 1,
    /// Spread of a fault along one edge.
    FaultSpread = 2,
    /// Trigger and dwell of a fault on one element.
    FaultTrigger = 3,
    /// Delays of people and automation.
    Response = 4,
    /// Installation and rollback times of one element.
    Rollout = 5,
    /// The telemetry pipeline: delay and loss of one report.
    Telemetry = 6,
    /// The attacker's own choices.
    Attack = 7,
}

/// Philox4x32-10: four random words from a counter and a key.
#[inline]
pub fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let p0 = u64::from(c0) * 0xD251_1F53;
        let p1 = u64::from(c2) * 0xCD9E_8D57;
        (c0, c1, c2, c3) = (high(p1) ^ c1 ^ k0, low(p1), high(p0) ^ c3 ^ k1, low(p0));
        k0 = k0.wrapping_add(0x9E37_79B9);
        k1 = k1.wrapping_add(0xBB67_AE85);
    }
    [c0, c1, c2, c3]
}

#[inline]
const fn high(product: u64) -> u32 {
    (product >> 32) as u32
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low word is what is wanted"
)]
const fn low(product: u64) -> u32 {
    product as u32
}

/// A number strictly between 0 and 1 from one random word.
#[inline]
pub fn unit_interval(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// The per-device draws of one run.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    key: [u32; 2],
}

impl Draws {
    /// The draws of the run with this seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            key: [low(seed), high(seed)],
        }
    }

    /// Four random words for the `occasion`-th time that `entity` decides about `purpose`.
    #[inline]
    pub fn words(self, purpose: Purpose, entity: u32, occasion: u32) -> [u32; 4] {
        philox4x32_10([entity, occasion, purpose as u32, 0], self.key)
    }

    /// One number strictly between 0 and 1.
    #[inline]
    pub fn unit(self, purpose: Purpose, entity: u32, occasion: u32) -> f64 {
        unit_interval(self.words(purpose, entity, occasion)[0])
    }
}

/// A keyed hash that orders what happens at one instant, so that no index ever decides.
#[inline]
pub fn tie_break(seed: u64, entity: u32, occasion: u32) -> u32 {
    let mut x =
        seed ^ (u64::from(entity) << 32 | u64::from(occasion)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x = (x ^ (x >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    high(x)
}

/// The generator of one decision: stream `name`, entity `entity`, of the run with this seed.
pub fn stream(seed: u64, name: Stream, entity: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed ^ ((name as u64) << 56));
    generator.set_stream(entity);
    generator
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn philox_gives_its_published_vectors() {
        // Random123's kat_vectors for philox4x32, 10 rounds.
        let ones = u32::MAX;
        assert_eq!(
            philox4x32_10([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32_10([ones; 4], [ones; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32_10(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn streams_do_not_move_each_other() {
        let first = stream(7, Stream::Response, 1).next_u64();
        let _ = stream(7, Stream::Response, 2).next_u64();
        assert_eq!(first, stream(7, Stream::Response, 1).next_u64());
        assert_ne!(first, stream(7, Stream::Response, 2).next_u64());
        assert_ne!(first, stream(7, Stream::Rollout, 1).next_u64());
    }

    #[test]
    fn ties_do_not_follow_the_index() {
        let mut order: Vec<u32> = (0..1000).collect();
        order.sort_by_key(|&device| tie_break(1, device, 0));
        let in_place = order.iter().zip(0..).filter(|(a, b)| **a == *b).count();
        assert!(in_place < 10, "{in_place} of 1000 stayed in place");
    }
}
