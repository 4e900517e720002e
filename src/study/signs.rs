//! The signature of a run in a few words: what each feature said 1, 5, 15 and 60 minutes after the first
//! impact, and which features tell runs apart.
//!
//! The first impact is the truth, known to the score alone; what the features say is the operator's view.
//!
//! Invariant: what is unknown in either run tells nothing.

use crate::base::Span;
use crate::detect::signature::{FEATURES, Signature};
use crate::simulation::{Onlook, RunResult};

use super::attribution::{CONTRACTS, contracts, in_order, onlooks};

/// Minutes after the first impact at which signatures are compared.
pub const HORIZONS_MIN: [u64; 4] = [1, 5, 15, 60];

/// The word for a feature that says nothing.
pub const UNKNOWN: &str = "unknown";

/// The signature of a run in words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunSigns {
    /// The telemetry contract under which it was seen.
    pub contract: String,
    /// When the first impact was, in seconds; none if there was none.
    pub first_impact_s: Option<f64>,
    /// Every feature.
    pub rows: Vec<SignRow>,
}

/// One feature in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignRow {
    /// Its name.
    pub feature: String,
    /// What it said after each of [`HORIZONS_MIN`].
    pub words: [String; 4],
}

impl RunSigns {
    /// The signature of a run; after its end, what was said last counts no more.
    pub fn of(result: &RunResult) -> Self {
        let contract = result.signature.contract.word();
        Self::seen(result, (contract, &result.signature))
    }

    /// The signatures of a run under every ready contract, as other operators ([`every_contract`]) were shown
    /// it; none if nobody looked.
    pub fn by_contract(result: &RunResult, shown: Vec<Vec<Signature>>) -> Vec<Self> {
        if shown.is_empty() {
            return Vec::new();
        }
        let seen = in_order(&contracts(), shown);
        let named = CONTRACTS.iter().zip(&seen);
        named
            .map(|(contract, seen)| Self::seen(result, (contract.word(), seen)))
            .collect()
    }

    fn seen(result: &RunResult, (contract, signature): (&str, &Signature)) -> Self {
        let impact = result.first_impact();
        let at = HORIZONS_MIN.map(|minutes| {
            let at = impact? + Span::from_minutes(minutes);
            (at <= result.horizon).then(|| signature.at(at))
        });
        let row = |(place, name): (usize, &str)| SignRow {
            feature: name.to_owned(),
            words: at.each_ref().map(|signs| {
                let sign = signs.as_ref().map(|signs| signs[place]);
                sign.map_or(UNKNOWN, |sign| sign.word()).to_owned()
            }),
        };
        let names = FEATURES.iter().map(|feature| feature.name);
        Self {
            contract: contract.to_owned(),
            first_impact_s: impact.map(crate::base::SimTime::as_secs_f64),
            rows: names.enumerate().map(row).collect(),
        }
    }

    /// The features that tell another run from this one, each with the minutes after the first impact at
    /// which it first does, soonest first.
    pub fn told_from(&self, other: &Self) -> Vec<(String, u64)> {
        let mut told: Vec<(String, u64)> = Vec::new();
        for row in &self.rows {
            let same = |found: &&SignRow| found.feature == row.feature;
            let Some(found) = other.rows.iter().find(same) else {
                continue;
            };
            let mut pairs = row.words.iter().zip(&found.words).zip(HORIZONS_MIN);
            let differs = |((one, two), minutes): ((&String, &String), u64)| {
                (one != UNKNOWN && two != UNKNOWN && one != two).then_some(minutes)
            };
            let first = pairs.find_map(differs);
            told.extend(first.map(|minutes| (row.feature.clone(), minutes)));
        }
        told.sort_by_key(|(_, minutes)| *minutes);
        told
    }
}

/// Operators beside the run's own, one for every ready contract.
pub fn every_contract() -> Vec<Onlook> {
    onlooks(&contracts())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(rows: &[(&str, [&str; 4])]) -> RunSigns {
        let row = |(feature, words): &(&str, [&str; 4])| SignRow {
            feature: (*feature).to_owned(),
            words: words.map(str::to_owned),
        };
        RunSigns {
            rows: rows.iter().map(row).collect(),
            ..RunSigns::default()
        }
    }

    #[test]
    fn runs_are_told_apart_by_what_both_know() {
        let fault = signs(&[
            ("shape", ["step"; 4]),
            ("first", ["unknown", "success", "success", "success"]),
            ("log", ["none"; 4]),
            ("gini", ["unknown"; 4]),
        ]);
        let flood = signs(&[
            ("shape", ["step", "step", "ramp", "ramp"]),
            ("first", ["requests"; 4]),
            ("log", ["none"; 4]),
            ("gini", ["everywhere"; 4]),
        ]);
        let told = fault.told_from(&flood);
        assert_eq!(told, [("first".to_owned(), 5), ("shape".to_owned(), 15)]);
        assert_eq!(fault.told_from(&fault), []);
        assert_eq!(fault.told_from(&RunSigns::default()), []);
    }
}
