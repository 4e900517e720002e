//! Under what a night is seen: the three telemetry contracts, and each of them with one source taken away or
//! added.
//!
//! Two pipelines deliver everything that any of them shows: files of a quarter of an hour, and counters every
//! minute, both with all sensors of the management plane. A contract is a way of looking that is blind to what it
//! does not hold.
//!
//! Invariant: a source that is taken away never says a word; nothing else of the contract changes.

use crate::detect::signature::Signal;
use crate::simulation::Onlook;
use crate::telemetry::{Contract, SensorSpec, TelemetrySpec};

/// The contracts, from the poorest to the richest.
pub const CONTRACTS: [Contract; 3] = [Contract::Pm15min, Contract::Streaming60s, Contract::Full];

/// All sources, with their names in outputs.
pub(super) const SOURCES: [(&str, Signal); 6] = [
    ("subscriber-counters", Signal::Subscribers),
    ("core-counters", Signal::Functions),
    ("tower-counters", Signal::Towers),
    ("change-ledger", Signal::Ledger),
    ("management-log", Signal::ManagementLog),
    ("software-hashes", Signal::Hashes),
];

/// What a contract without sensors of the management plane does not show.
const MANAGEMENT: [Signal; 3] = [Signal::Ledger, Signal::ManagementLog, Signal::Hashes];

/// A contract, perhaps with one source more or less.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::study) struct Sight {
    /// The contract, by its place in [`CONTRACTS`].
    pub(super) contract: usize,
    /// The source that is added (true) or taken away, by its place in [`SOURCES`].
    pub(super) altered: Option<(usize, bool)>,
    blind: Vec<Signal>,
}

/// The three contracts as they are.
pub(in crate::study) fn plain() -> Vec<Sight> {
    let plain = |(place, contract)| Sight {
        contract: place,
        altered: None,
        blind: match contract {
            Contract::Full => Vec::new(),
            Contract::Pm15min | Contract::Streaming60s => MANAGEMENT.to_vec(),
        },
    };
    CONTRACTS.into_iter().enumerate().map(plain).collect()
}

/// The three contracts as they are, then each with one source more or less.
pub(super) fn all() -> Vec<Sight> {
    let mut sights = plain();
    for place in 0..CONTRACTS.len() {
        for (source, (_, signal)) in SOURCES.iter().enumerate() {
            let mut sight = sights[place].clone();
            let added = sight.blind.contains(signal);
            sight.blind.retain(|other| other != signal);
            if !added {
                sight.blind.push(*signal);
            }
            sight.altered = Some((source, added));
            sights.push(sight);
        }
    }
    sights
}

/// What must be delivered for these sights: one pipeline for each granularity.
pub(in crate::study) fn onlooks(sights: &[Sight]) -> Vec<Onlook> {
    let present = || SensorSpec {
        present: Some(true),
        ..SensorSpec::default()
    };
    let pipelines = [Contract::Pm15min, Contract::Full].into_iter().enumerate();
    let onlook = |(pipeline, contract): (usize, Contract)| Onlook {
        telemetry: TelemetrySpec {
            contract,
            ledger: present(),
            management_log: present(),
            hashes: present(),
            ..TelemetrySpec::default()
        },
        blind: sights
            .iter()
            .filter(|sight| pipeline_of(sight) == pipeline)
            .map(|sight| sight.blind.clone())
            .collect(),
    };
    pipelines.map(onlook).collect()
}

/// The pipeline of a sight.
fn pipeline_of(sight: &Sight) -> usize {
    usize::from(CONTRACTS[sight.contract] != Contract::Pm15min)
}

/// What the pipelines showed, in the order of the sights.
pub(in crate::study) fn in_order<T>(sights: &[Sight], shown: Vec<Vec<T>>) -> Vec<T> {
    let mut shown: Vec<_> = shown.into_iter().map(Vec::into_iter).collect();
    let each = sights.iter().map(|sight| shown[pipeline_of(sight)].next());
    each.map(|one| one.expect("each sight is shown once"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sight_differs_from_its_contract_by_one_source() {
        let sights = all();
        assert_eq!(sights.len(), CONTRACTS.len() * (1 + SOURCES.len()));
        for sight in &sights {
            let plain = &sights[sight.contract].blind;
            let is_one = |(_, signal): &&(&str, Signal)| {
                plain.contains(signal) != sight.blind.contains(signal)
            };
            let differ = SOURCES.iter().filter(is_one).count();
            assert_eq!(differ, usize::from(sight.altered.is_some()));
        }
        let added = |sight: &&Sight| sight.altered.is_some_and(|(_, added)| added);
        let added = sights.iter().filter(added).count();
        assert_eq!(added, 6, "three for each of two contracts");
    }

    #[test]
    fn every_sight_is_shown_once_and_in_order() {
        let sights = all();
        let onlooks = onlooks(&sights);
        assert!(
            onlooks
                .iter()
                .all(|onlook| onlook.telemetry.problems().is_empty())
        );
        let shown = onlooks.iter().map(|onlook| onlook.blind.clone());
        let shown = in_order(&sights, shown.collect());
        let expected: Vec<_> = sights.iter().map(|sight| sight.blind.clone()).collect();
        assert_eq!(shown, expected);
    }
}
