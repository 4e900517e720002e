//! `monitoring-health`: share of the sources that have ever reported and still do. Telemetry that travels in band dies with
//! the network; an intruder may silence it first.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "monitoring-health",
    question: "Does monitoring still report?",
    asks: "share of the sources that still report",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let (known, heard) = evidence.sources;
    if known == 0 {
        return Sign::Unknown("nothing has ever reported");
    }
    let part = count(heard) / count(known);
    let word = match part {
        well if well >= 0.95 => "well",
        none if none <= 0.05 => "blind",
        _ => "partial",
    };
    Sign::known(word, part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_partial_or_blind() {
        let of = |known, heard| {
            read(&Evidence {
                sources: (known, heard),
                ..Evidence::default()
            })
        };
        assert_eq!(of(20, 20), Sign::known("well", 1.0));
        assert_eq!(of(20, 10), Sign::known("partial", 0.5));
        assert_eq!(of(20, 0), Sign::known("blind", 0.0));
        assert_eq!(of(0, 0), Sign::Unknown("nothing has ever reported"));
    }
}
