//! Comparison by common random numbers: runs of one seed met the same world, so what differs between
//! them is the plan.
//!
//! Invariant: figures of different seeds or scales are never subtracted from one another.

use std::fmt;

use super::figures::RunFigures;
use super::signs::RunSigns;

/// Runs of one seed, figure by figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    /// Name of each run's scenario.
    pub names: Vec<String>,
    /// The seed that they share.
    pub seed: u64,
    /// Every figure that any run has.
    pub figures: Vec<PairedFigure>,
    /// The signature of each run.
    pub signs: Vec<RunSigns>,
    /// The same under every ready contract; empty of a run of which that is not known.
    pub by_contract: Vec<Vec<RunSigns>>,
}

/// What tells a run from the first under one telemetry contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The contract; both, if each run has its own.
    pub contract: String,
    /// Features, each with the minutes after the first impact at which it first does, soonest first.
    pub features: Vec<(String, u64)>,
}

impl Paired {
    /// What tells a run from the first, contract by contract; under their own contracts if only these are
    /// known.
    pub fn told_from_first(&self, run: usize) -> Vec<Told> {
        let told = |(one, other): (&RunSigns, &RunSigns)| Told {
            contract: if one.contract == other.contract {
                one.contract.clone()
            } else {
                format!("{} beside {}", one.contract, other.contract)
            },
            features: one.told_from(other),
        };
        let (first, other) = (&self.by_contract[0], &self.by_contract[run]);
        if first.is_empty() || other.is_empty() {
            return vec![told((&self.signs[0], &self.signs[run]))];
        }
        first.iter().zip(other).map(told).collect()
    }
}

/// One figure of all runs.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedFigure {
    /// Its key.
    pub key: String,
    /// Its value in each run; none where it was not reached.
    pub values: Vec<Option<f64>>,
    /// Each value less that of the first run; none where either is missing.
    pub differences: Vec<Option<f64>>,
}

/// Why runs cannot be compared.
#[derive(Clone, Debug, PartialEq)]
pub enum PairingError {
    /// Fewer than two.
    TooFew(usize),
    /// Two runs with different seeds.
    Seeds(u64, u64),
    /// Two runs at different scales.
    Scales(f64, f64),
    /// Two runs by different versions of the program.
    Versions(String, String),
}

impl fmt::Display for PairingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew(count) => write!(f, "found {count} runs, a comparison needs at least 2"),
            Self::Seeds(a, b) => {
                write!(f, "found seeds {a} and {b}, runs are compared on one seed")
            }
            Self::Scales(a, b) => {
                write!(
                    f,
                    "found scales {a} and {b}, runs are compared at one scale"
                )
            }
            Self::Versions(a, b) => {
                write!(
                    f,
                    "found versions {a} and {b}, runs are compared by one version"
                )
            }
        }
    }
}

impl std::error::Error for PairingError {}

/// Put the figures of runs side by side, and subtract those of the first.
///
/// # Errors
/// If there are fewer than two, or they differ in seed, scale or version.
pub fn pair(runs: &[RunFigures]) -> Result<Paired, PairingError> {
    let [first, others @ ..] = runs else {
        return Err(PairingError::TooFew(0));
    };
    if others.is_empty() {
        return Err(PairingError::TooFew(1));
    }
    for other in others {
        check(first, other)?;
    }
    let mut keys: Vec<&String> = Vec::new();
    for (key, _) in runs.iter().flat_map(|run| &run.values) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let figures = keys.into_iter().map(|key| {
        let values: Vec<_> = runs.iter().map(|run| run.value(key)).collect();
        let base = values[0];
        let less = |value: &Option<f64>| Some((*value)? - base?);
        PairedFigure {
            key: key.clone(),
            differences: values.iter().map(less).collect(),
            values,
        }
    });
    Ok(Paired {
        names: runs.iter().map(|run| run.scenario.clone()).collect(),
        seed: first.seed,
        figures: figures.collect(),
        signs: runs.iter().map(|run| run.signs.clone()).collect(),
        by_contract: runs.iter().map(|run| run.by_contract.clone()).collect(),
    })
}

fn check(first: &RunFigures, other: &RunFigures) -> Result<(), PairingError> {
    if first.seed != other.seed {
        return Err(PairingError::Seeds(first.seed, other.seed));
    }
    if first.scale.to_bits() != other.scale.to_bits() {
        return Err(PairingError::Scales(first.scale, other.scale));
    }
    if first.version != other.version {
        let versions = (first.version.clone(), other.version.clone());
        return Err(PairingError::Versions(versions.0, versions.1));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64, peak: f64, t90: Option<f64>) -> RunFigures {
        RunFigures {
            scenario: format!("plan-{peak}"),
            seed,
            scale: 0.01,
            version: "0.1.0".into(),
            values: vec![
                ("data.peak_devices".into(), Some(peak)),
                ("data.t90_s".into(), t90),
            ],
            signs: RunSigns::default(),
            by_contract: Vec::new(),
        }
    }

    #[test]
    fn differences_are_to_the_first_run() {
        let runs = [
            run(1, 100.0, Some(60.0)),
            run(1, 25.0, None),
            run(1, 130.0, Some(90.0)),
        ];
        let paired = pair(&runs).expect("one seed");
        assert_eq!(paired.names, ["plan-100", "plan-25", "plan-130"]);
        assert_eq!(
            paired.figures[0].differences,
            [Some(0.0), Some(-75.0), Some(30.0)]
        );
        assert_eq!(paired.figures[1].differences, [Some(0.0), None, Some(30.0)]);
    }

    #[test]
    fn runs_are_told_apart_under_every_contract_that_both_know() {
        let sign = |contract: &str, word: &str| RunSigns {
            contract: contract.to_owned(),
            first_impact_s: None,
            rows: vec![crate::study::SignRow {
                feature: "first".to_owned(),
                words: [word; 4].map(str::to_owned),
            }],
        };
        let seen = |poor: &str, rich: &str| RunFigures {
            signs: sign("rich", rich),
            by_contract: vec![sign("poor", poor), sign("rich", rich)],
            ..run(1, 1.0, None)
        };
        let paired = pair(&[seen("unknown", "a"), seen("b", "b")]).expect("one seed");
        let told = paired.told_from_first(1);
        assert_eq!(told[0].contract, "poor");
        assert_eq!(told[0].features, []);
        assert_eq!(told[1].features, [("first".to_owned(), 1)]);
        let earlier = RunFigures {
            by_contract: Vec::new(),
            ..seen("b", "b")
        };
        let paired = pair(&[seen("unknown", "a"), earlier]).expect("one seed");
        assert_eq!(paired.told_from_first(1).len(), 1, "their own alone");
    }

    #[test]
    fn other_seeds_scales_and_versions_are_refused() {
        let one = run(1, 1.0, None);
        assert_eq!(
            pair(&[one.clone(), run(2, 1.0, None)]),
            Err(PairingError::Seeds(1, 2))
        );
        let scaled = RunFigures {
            scale: 0.5,
            ..one.clone()
        };
        assert_eq!(
            pair(&[one.clone(), scaled]),
            Err(PairingError::Scales(0.01, 0.5))
        );
        let newer = RunFigures {
            version: "2".into(),
            ..one.clone()
        };
        assert!(matches!(
            pair(&[one.clone(), newer]),
            Err(PairingError::Versions(..))
        ));
        assert_eq!(pair(&[one]), Err(PairingError::TooFew(1)));
    }
}
