//! The random numbers of one natural occasion: the third time that this fault tries this edge.
//!
//! Invariant: a pure function of (seed, stream, occasion); the order of calls never matters.

use rand::Rng;

use crate::base::{Delay, Share, Span, Stream, stream, unit_interval};

/// Three independent numbers strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Luck {
    chance: f64,
    first: f64,
    second: f64,
}

impl Luck {
    /// Whether something of this probability happens; never at 0, always at 1.
    pub fn happens(&self, probability: Share) -> bool {
        self.chance < probability.get()
    }

    /// How long something takes.
    pub fn delay(&self, delay: &Delay) -> Span {
        delay.draw(self.first, self.second)
    }

    /// One of the numbers, to put things in a random order.
    pub const fn rank(&self) -> f64 {
        self.first
    }
}

/// The numbers of one occasion, named by integers that say what it is.
pub fn luck(seed: u64, name: Stream, occasion: &[u64]) -> Luck {
    let key = occasion.iter().fold(0, |key, &part| mix(key ^ part));
    let mut generator = stream(seed, name, key);
    let mut number = || unit_interval(generator.next_u32());
    Luck {
        chance: number(),
        first: number(),
        second: number(),
    }
}

/// An integer that stands for a name in an occasion (FNV-1a, 64 bits).
pub fn text_key(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |key, byte| {
        (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// `SplitMix64`'s finaliser (Steele, Lea, Flood 2014): every input bit moves half the output bits.
fn mix(key: u64) -> u64 {
    let mut z = key.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occasions_differ_in_every_part_and_repeat() {
        let one = luck(1, Stream::FaultSpread, &[5, 6]);
        assert_eq!(one, luck(1, Stream::FaultSpread, &[5, 6]));
        for other in [
            luck(2, Stream::FaultSpread, &[5, 6]),
            luck(1, Stream::FaultTrigger, &[5, 6]),
            luck(1, Stream::FaultSpread, &[6, 5]),
            luck(1, Stream::FaultSpread, &[5, 7]),
            luck(1, Stream::FaultSpread, &[5]),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn probabilities_are_what_they_say() {
        let share = Share::of(0.3);
        let hits = (0..20_000)
            .filter(|&n| luck(9, Stream::FaultTrigger, &[n]).happens(share))
            .count();
        // Five standard deviations of a binomial of 20,000 at 0.3 are 324.
        assert!((5_676..=6_324).contains(&hits), "{hits}");
        assert!(!luck(9, Stream::FaultTrigger, &[1]).happens(Share::NONE));
        assert!(luck(9, Stream::FaultTrigger, &[1]).happens(Share::ALL));
    }
}
