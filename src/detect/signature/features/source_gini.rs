//! `source-gini`: how concentrated the sources are: Gini's coefficient, over towers, of the signalling connections (RRC
//! establishment, TS 32.425) beyond those of the first report. Few cells with many attackers come near 1; a
//! disturbance of everybody follows the towers' sizes.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "source-gini",
    question: "Do more connections come from a few towers?",
    asks: "Gini of the excess of connections over towers",
    read,
};

/// The borders between spread out, in between, and concentrated (assumed).
const BORDERS: (f64, f64) = (0.6, 0.9);

fn read(evidence: &Evidence) -> Sign {
    let Some(towers) = &evidence.towers else {
        return Sign::Unknown("towers have not reported twice");
    };
    let (usual, now) = (towers.usual * evidence.scale, towers.now * evidence.scale);
    if now < 1.5 * usual + 5.0 * libm::sqrt(usual + 1.0) {
        return Sign::Unknown("no more connections than usual");
    }
    match towers.excess_gini {
        None => Sign::Unknown("fewer than two towers"),
        Some(gini) if gini < BORDERS.0 => Sign::known("everywhere", gini),
        Some(gini) if gini < BORDERS.1 => Sign::known("uneven", gini),
        Some(gini) => Sign::known("concentrated", gini),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::TowerLoad;
    use super::*;

    fn towers(first: &[f64], newest: &[f64]) -> Evidence {
        let pairs = first.iter().copied().zip(newest.iter().copied());
        Evidence {
            scale: 1.0,
            towers: Some(TowerLoad::of(first.len(), 1.0, pairs)),
            ..Evidence::default()
        }
    }

    #[test]
    fn everybody_or_a_few_cells() {
        let usual = [10.0; 20];
        assert_eq!(
            read(&towers(&usual, &[50.0; 20])),
            Sign::known("everywhere", 0.0)
        );
        let mut few = usual;
        few[3] = 5_000.0;
        let sign = read(&towers(&usual, &few));
        assert_eq!(sign.word(), "concentrated");
        assert!((sign.value().expect("known") - 0.95).abs() < 1e-9);
    }

    #[test]
    fn no_excess_is_unknown() {
        let unknown = Sign::Unknown("no more connections than usual");
        assert_eq!(read(&towers(&[10.0; 5], &[11.0; 5])), unknown);
        assert_eq!(read(&towers(&[0.0; 5], &[0.0; 5])), unknown);
        let one = read(&towers(&[0.0], &[90.0]));
        assert_eq!(one, Sign::Unknown("fewer than two towers"));
    }
}
