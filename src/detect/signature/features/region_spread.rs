//! `region-spread`: over how many regions the loss of subscribers is spread: one, some or all. What hangs on a place
//! (power, a cut, a false base station) stays in one region; what hangs on shared elements or on a release does
//! not. The number is the share of all that are missing whose home is the region that misses most.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "region-spread",
    question: "Is one region out, or are all?",
    asks: "share of the missing in the region that misses most",
    read,
};

/// Share of a region's subscribers whose loss is harm (assumed, as for the whole network).
const HARM: f64 = 0.01;
/// And at least so many, as simulated.
const FEW: f64 = 10.0;

fn read(evidence: &Evidence) -> Sign {
    if evidence.regions.len() < 2 {
        return Sign::Unknown("fewer than two regions report");
    }
    let missing = |&(usual, now): &(f64, f64)| (usual - now).max(0.0);
    let is_harmed = |region: &&(f64, f64)| {
        let missing = missing(region);
        missing >= HARM * region.0 && missing * evidence.scale >= FEW
    };
    let harmed = evidence.regions.iter().filter(is_harmed).count();
    let all: f64 = evidence.regions.iter().map(missing).sum();
    let most = evidence.regions.iter().map(missing).fold(0.0, f64::max);
    let word = match harmed {
        0 => return Sign::Unknown("nobody is missing"),
        1 => "one-region",
        all if count(all) >= 0.9 * count(evidence.regions.len()) => "all-regions",
        _ => "some-regions",
    };
    Sign::known(word, most / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(now: &[f64]) -> Sign {
        read(&Evidence {
            scale: 1.0,
            regions: now.iter().map(|&now| (1_000.0, now)).collect(),
            ..Evidence::default()
        })
    }

    #[test]
    fn one_region_some_or_all() {
        assert_eq!(of(&[500.0, 1_000.0, 995.0]).word(), "one-region");
        assert_eq!(of(&[600.0, 800.0, 1_000.0]).word(), "some-regions");
        let all = of(&[500.0, 500.0, 0.0]);
        assert_eq!(all, Sign::known("all-regions", 0.5));
    }

    #[test]
    fn nobody_missing_and_one_region_are_unknown() {
        assert_eq!(of(&[1_000.0; 3]), Sign::Unknown("nobody is missing"));
        assert_eq!(of(&[0.0]), Sign::Unknown("fewer than two regions report"));
    }
}
