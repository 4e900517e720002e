//! `silent-towers`: towers that were asked for connections and are asked for none any more: without power, cut off
//! or jammed, while a network whose core fails has towers that are asked all the more. The number is their share
//! of the towers that were busy enough to tell.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "silent-towers",
    question: "Have towers fallen silent?",
    asks: "share of the towers that have",
    read,
};

/// The borders between none, some and many (assumed).
const BORDERS: (f64, f64) = (0.002, 0.1);

fn read(evidence: &Evidence) -> Sign {
    let Some(towers) = &evidence.towers else {
        return Sign::Unknown("towers have not reported twice");
    };
    match towers.silent {
        None => Sign::Unknown("no tower was busy enough to tell"),
        Some(share) if share < BORDERS.0 => Sign::known("none", share),
        Some(share) if share < BORDERS.1 => Sign::known("some", share),
        Some(share) => Sign::known("many", share),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::TowerLoad;
    use super::*;

    fn of(usual: f64, newest: &[f64]) -> Sign {
        let pairs = newest.iter().map(|&now| (usual, now));
        read(&Evidence {
            scale: 1.0,
            towers: Some(TowerLoad::of(newest.len(), 1.0, pairs)),
            ..Evidence::default()
        })
    }

    #[test]
    fn silence_is_counted_among_the_busy() {
        assert_eq!(of(50.0, &[30.0; 40]), Sign::known("none", 0.0));
        let mut newest = [30.0; 40];
        newest[7] = 0.0;
        assert_eq!(of(50.0, &newest), Sign::known("some", 0.025));
        assert_eq!(of(50.0, &[0.0; 40]), Sign::known("many", 1.0));
    }

    #[test]
    fn quiet_towers_tell_nothing() {
        let unknown = Sign::Unknown("no tower was busy enough to tell");
        assert_eq!(of(3.0, &[0.0; 40]), unknown);
        assert_eq!(of(0.0, &[0.0; 40]), unknown);
        assert_eq!(
            read(&Evidence::default()),
            Sign::Unknown("towers have not reported twice")
        );
    }
}
