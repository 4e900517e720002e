//! A digest of results: two runs agree if, in practice, theirs do.
//!
//! FNV-1a with 128 bits (Fowler, Noll, Vo; RFC 9923). It guards against accidents, not against
//! forgery.
//!
//! Invariant: the same on every platform, version and thread count.

use std::fmt;

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A digest in the making; it prints as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(u128);

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

impl Digest {
    /// The digest of nothing.
    pub const fn new() -> Self {
        Self(OFFSET)
    }

    /// Append bytes. Their number is not part of it: separate what could run together.
    pub fn write_bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    }

    /// Append a number, as eight bytes, least significant first.
    pub fn write_u64(&mut self, number: u64) {
        self.write_bytes(&number.to_le_bytes());
    }

    /// Append a text, followed by its length, so that `ab`, `c` and `a`, `bc` differ.
    pub fn write_str(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
        self.write_u64(text.len() as u64);
    }

    /// Its 64 bits, where 128 are too long: both halves folded together.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "folding keeps the low half on purpose"
    )]
    pub const fn finish(self) -> u64 {
        (self.0 >> 64) as u64 ^ self.0 as u64
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fnv_1a_128() {
        for (text, hex) in [
            ("", "6c62272e07bb014262b821756295c58d"),
            ("a", "d228cb696f1a8caf78912b704e4a8964"),
            ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
        ] {
            let mut digest = Digest::new();
            digest.write_bytes(text.as_bytes());
            assert_eq!(digest.to_string(), hex, "{text:?}");
        }
    }

    #[test]
    fn texts_do_not_run_together() {
        let of = |texts: [&str; 2]| {
            let mut digest = Digest::new();
            for text in texts {
                digest.write_str(text);
            }
            digest.finish()
        };
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
    }
}
