//! `hash-mismatches`: hashes of software that differ from what the vendor, or the reviewed change, has signed.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "hash-mismatches",
    question: "Software other than what was signed?",
    asks: "hashes that differ from the signed ones",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let Some(hashes) = &evidence.hashes else {
        return Sign::Unknown("no hashes are read");
    };
    let wrong = hashes.iter().filter(|matches| !**matches).count();
    Sign::known(if wrong == 0 { "none" } else { "some" }, count(wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_hash_counts() {
        let of = |hashes: Vec<bool>| {
            read(&Evidence {
                hashes: Some(hashes),
                ..Evidence::default()
            })
        };
        assert_eq!(of(vec![true]), Sign::known("none", 0.0));
        assert_eq!(of(vec![true, false]), Sign::known("some", 1.0));
        assert_eq!(
            read(&Evidence::default()),
            Sign::Unknown("no hashes are read")
        );
    }
}
