//! Which values a bootstrap resample takes.
//!
//! Invariant: the i-th index of the r-th resample is a function of (seed, r, i) and of nothing else.

use crate::base::philox4x32_10;

/// How often, how surely and from which seed a bootstrap resamples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resampling {
    /// The seed.
    pub seed: u64,
    /// How many resamples.
    pub count: u32,
    /// The confidence of intervals, between 0 and 1.
    pub level: f64,
}

impl Resampling {
    /// 2,000 resamples and 95 %.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            count: 2_000,
            level: 0.95,
        }
    }

    /// Put the indices of a resample of `size` values, drawn with replacement, into `indices`. Different
    /// `group`s draw independently.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the high word of a product, which is less than the size"
    )]
    pub fn indices(&self, resample: u32, group: u32, size: u32, indices: &mut Vec<usize>) {
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        indices.clear();
        for block in 0..size.div_ceil(4) {
            for word in philox4x32_10([block, resample, group, 0], key) {
                let index = (u64::from(word) * u64::from(size)) >> 32;
                indices.push(index as usize);
            }
        }
        indices.truncate(size as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_stay_inside_and_differ_between_resamples_and_groups() {
        let resampling = Resampling::new(5);
        let draw = |resample, group| {
            let mut indices = Vec::new();
            resampling.indices(resample, group, 101, &mut indices);
            indices
        };
        let first = draw(0, 0);
        assert_eq!(first.len(), 101);
        assert!(first.iter().all(|&index| index < 101));
        assert_eq!(first, draw(0, 0));
        assert_ne!(first, draw(1, 0));
        assert_ne!(first, draw(0, 1));
    }
}
