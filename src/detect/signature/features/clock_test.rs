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
    question: "At one hour, or so long after installation?",
    asks: "0: alike since installation; 1: alike by the clock",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let Some(pairs) = evidence.failed_since_change() else {
        return Sign::Unknown("no change records");
    };
    let ages: Vec<f64> = pairs
        .iter()
        .map(|(installed, failed)| failed - installed)
        .collect();
    let instants: Vec<f64> = pairs.iter().map(|(_, failed)| *failed).collect();
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
    use super::super::super::evidence::testing::changed_and_failed;
    use super::*;

    #[test]
    fn a_leak_and_a_time_bomb() {
        let leak = [(0.0, 600.0), (1_000.0, 1_600.0), (2_000.0, 2_600.0)];
        assert_eq!(
            read(&changed_and_failed(&leak)),
            Sign::known("since-install", 0.0)
        );
        let bomb = [(0.0, 9_000.0), (1_000.0, 9_000.0), (2_000.0, 9_000.0)];
        assert_eq!(
            read(&changed_and_failed(&bomb)),
            Sign::known("wall-clock", 1.0)
        );
    }

    #[test]
    fn no_spread_at_all_is_unknown() {
        assert_eq!(
            read(&changed_and_failed(&[(0.0, 60.0); 3])).word(),
            "unknown"
        );
        assert_eq!(
            read(&changed_and_failed(&[(0.0, 60.0); 2])).word(),
            "unknown"
        );
        assert_eq!(
            read(&Evidence::default()),
            Sign::Unknown("no change records")
        );
    }
}
