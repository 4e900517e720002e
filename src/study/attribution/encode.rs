//! Signs as numbers that a classifier can weigh.
//!
//! Each feature gives a column for "unknown", one for its number (as sign times the logarithm of one more than
//! its size, because ratios and seconds have long tails) and one for each word that it was ever seen to say.
//! Every column is brought to mean 0 and deviation 1; an unknown number lies at the mean, and what lies outside
//! of what was seen is brought to its edge. Columns that never change are left out.
//!
//! Invariant: means, deviations, edges and words come from the worlds that were learnt from, and no others.

use crate::detect::signature::Sign;

use super::super::statistics::number;

/// How signs become numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Encoder {
    /// By feature, the words that were seen, in order.
    words: Vec<Vec<&'static str>>,
    columns: Vec<Column>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Column {
    /// Its place among the raw columns.
    raw: usize,
    mean: f64,
    deviation: f64,
    low: f64,
    high: f64,
}

impl Encoder {
    /// Learn from what was seen of some worlds; each has one sign per feature.
    pub(super) fn learn(seen: &[&[Sign]]) -> Self {
        let features = seen.first().map_or(0, |signs| signs.len());
        let words = (0..features).map(|feature| {
            let said = seen.iter().map(|signs| signs[feature]);
            let mut words: Vec<&str> = said
                .filter(|s| s.value().is_some())
                .map(|s| s.word())
                .collect();
            words.sort_unstable();
            words.dedup();
            words
        });
        let mut encoder = Self {
            words: words.collect(),
            columns: Vec::new(),
        };
        let raw: Vec<Vec<Option<f64>>> = seen.iter().map(|signs| encoder.raw(signs)).collect();
        let width = raw.first().map_or(0, Vec::len);
        let columns = (0..width).filter_map(|place| column(place, &raw));
        encoder.columns = columns.collect();
        encoder
    }

    /// The numbers of a world.
    pub(super) fn encode(&self, signs: &[Sign]) -> Vec<f64> {
        let raw = self.raw(signs);
        let columns = self.columns.iter().map(|column| {
            let value = raw[column.raw].unwrap_or(column.mean);
            (value.clamp(column.low, column.high) - column.mean) / column.deviation
        });
        columns.collect()
    }

    fn raw(&self, signs: &[Sign]) -> Vec<Option<f64>> {
        let mut raw = Vec::new();
        for (sign, words) in signs.iter().zip(&self.words) {
            let value = sign.value();
            raw.push(Some(f64::from(u8::from(value.is_none()))));
            raw.push(value.map(squashed));
            let is = |word: &&str| value.is_some() && *word == sign.word();
            raw.extend(words.iter().map(|word| Some(f64::from(u8::from(is(word))))));
        }
        raw
    }
}

fn squashed(value: f64) -> f64 {
    libm::copysign(libm::log1p(value.abs()), value)
}

/// A column that changes; none if it does not.
fn column(place: usize, raw: &[Vec<Option<f64>>]) -> Option<Column> {
    let known: Vec<f64> = raw.iter().filter_map(|row| row[place]).collect();
    let count = number(known.len().max(1));
    let mean = known.iter().sum::<f64>() / count;
    let squares: f64 = known
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    let deviation = libm::sqrt(squares / count);
    (deviation > 1e-9).then(|| Column {
        raw: place,
        mean,
        deviation,
        low: known.iter().copied().fold(f64::INFINITY, f64::min),
        high: known.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENT: Sign = Sign::Unknown("silent");

    #[test]
    fn the_unknown_lies_at_the_mean_and_is_a_column_of_its_own() {
        let seen = [
            [Sign::known("low", 0.0)],
            [Sign::known("high", 6.0)],
            [SILENT],
        ];
        let seen: Vec<&[Sign]> = seen.iter().map(<[Sign; 1]>::as_slice).collect();
        let encoder = Encoder::learn(&seen);
        assert_eq!(encoder.columns.len(), 4, "unknown, number, two words");
        let silent = encoder.encode(&[SILENT]);
        assert!(silent[0] > 1.0 && silent[1].abs() < 1e-12, "{silent:?}");
        let far = encoder.encode(&[Sign::known("new", 1e9)]);
        let high = encoder.encode(&[Sign::known("high", 6.0)]);
        assert!((far[1] - high[1]).abs() < 1e-12, "brought to the edge");
        assert!((high[1] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_never_changes_is_left_out() {
        let constant = [[Sign::known("same", 2.0), SILENT]; 5];
        let seen: Vec<&[Sign]> = constant.iter().map(<[Sign; 2]>::as_slice).collect();
        assert_eq!(Encoder::learn(&seen).columns.len(), 0);
        assert_eq!(Encoder::learn(&[]).columns.len(), 0);
    }
}
