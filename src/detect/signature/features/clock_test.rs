//! `clock-test`: whether changed elements failed alike long after their installation (a leak, a crash loop) or at one
//! hour by the clock (a time bomb, a certificate): the spread of the age at failure over that plus the
//! spread of the instants. 0 is tight in age, 1 tight by the clock.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::spread;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "clock-test",
    asks: "0: alike since installation; 1: alike by the clock",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    if evidence.ledger.is_none() {
        return Sign::Unknown("no change records");
    }
    let (mut ages, mut instants) = (Vec::new(), Vec::new());
    for (element, failed_s) in evidence.failed() {
        let installed_s = evidence.installed_s(element.node);
        if let Some(installed_s) = installed_s.filter(|installed| *installed <= failed_s) {
            ages.push(failed_s - installed_s);
            instants.push(failed_s);
        }
    }
    if ages.len() < 3 {
        return Sign::Unknown("fewer than three changed elements have failed");
    }
    let (Some(age), Some(clock)) = (spread(&ages), spread(&instants)) else {
        return Sign::Unknown("fewer than three changed elements have failed");
    };
    if age + clock <= 0.0 {
        return Sign::Unknown("all were changed and failed at one instant");
    }
    let part = age / (age + clock);
    let word = match part {
        age if age <= 1.0 / 3.0 => "since-install",
        clock if clock >= 2.0 / 3.0 => "wall-clock",
        _ => "neither",
    };
    Sign::known(word, part)
}

#[cfg(test)]
mod tests {
    use super::super::super::element::Element;
    use super::super::super::evidence::Step;
    use super::*;
    use crate::base::NodeId;
    use crate::fault::ChangeStep;

    fn evidence(pairs: &[(f64, f64)]) -> Evidence {
        let numbered = || pairs.iter().zip(0..);
        let step = |(pair, node): (&(f64, f64), u32)| Step {
            at_s: pair.0,
            step: ChangeStep::Installed,
            node: Some(NodeId(node)),
        };
        let element = |(pair, node): (&(f64, f64), u32)| Element {
            node: NodeId(node),
            failed_s: Some(pair.1),
            ..Element::default()
        };
        Evidence {
            ledger: Some(numbered().map(step).collect()),
            elements: numbered().map(element).collect(),
            ..Evidence::default()
        }
    }

    #[test]
    fn a_leak_and_a_time_bomb() {
        let leak = [(0.0, 600.0), (1_000.0, 1_600.0), (2_000.0, 2_600.0)];
        assert_eq!(read(&evidence(&leak)), Sign::known("since-install", 0.0));
        let bomb = [(0.0, 9_000.0), (1_000.0, 9_000.0), (2_000.0, 9_000.0)];
        assert_eq!(read(&evidence(&bomb)), Sign::known("wall-clock", 1.0));
    }

    #[test]
    fn no_spread_at_all_is_unknown() {
        assert_eq!(read(&evidence(&[(0.0, 60.0); 3])).word(), "unknown");
        assert_eq!(read(&evidence(&[(0.0, 60.0); 2])).word(), "unknown");
        assert_eq!(
            read(&Evidence::default()),
            Sign::Unknown("no change records")
        );
    }
}
