//! A part of a study that is run on its own.
//!
//! Invariant: every run belongs to exactly one shard, and shards are of one size but for one run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Shards at most.
const SHARDS_MAX: u64 = 100_000;

/// One of several shards: `3/64` is the third of 64. The whole study is `1/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// The whole study.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// Which one, from 1.
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> u64 {
        self.count
    }

    /// Whether the run with this number belongs to it.
    pub fn owns(self, number: u64) -> bool {
        number % self.count == self.index - 1
    }

    /// How many of the first `runs` runs belong to it.
    pub fn share_of(self, runs: u64) -> u64 {
        runs / self.count + u64::from(runs % self.count >= self.index)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers =
            parts.and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers {
            Some((index, count)) if 1 <= index && index <= count && count <= SHARDS_MAX => {
                Ok(Self { index, count })
            }
            _ => Err(format!(
                "expected a shard such as 3/64: from 1/N to N/N, N at most {SHARDS_MAX}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_in_one_shard() {
        for count in [1, 2, 7, 64] {
            let shards: Vec<Shard> = (1..=count).map(|index| Shard { index, count }).collect();
            for number in 0..100 {
                assert_eq!(shards.iter().filter(|shard| shard.owns(number)).count(), 1);
            }
            for runs in [0, 1, 63, 100] {
                for shard in &shards {
                    let owned = (0..runs).filter(|number| shard.owns(*number)).count() as u64;
                    assert_eq!(shard.share_of(runs), owned, "{shard} of {runs}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        assert_eq!(
            "3/64"
                .parse::<Shard>()
                .map(|shard: Shard| format!("{shard}")),
            Ok("3/64".to_owned())
        );
        for text in ["", "3", "0/4", "5/4", "a/4", "1/0", "-1/4", "1/1000000"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
