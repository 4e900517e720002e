//! `detach-initiator`: who ends the contexts of devices, beyond what is usual: the subscriber database (HSS or
//! UDM), the core element itself, or the devices. The number is the network's share of all that ended in the
//! last five periods.
//!
//! A detach that the subscriber database initiates in numbers is the trace of cancelled locations (TS 29.272
//! §5.2.1.2; TS 32.426, HSS-initiated detach); what an element lost ends implicitly (TS 23.401 §5.3.8).
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "detach-initiator",
    question: "Who ends the contexts of devices?",
    asks: "share of ended contexts that the network ended",
    read,
};

/// Periods that are looked at.
const PERIODS: usize = 5;
/// What luck explains: five standard deviations of a Poisson count.
const LUCK: f64 = 5.0;
/// Who ends contexts, by place among the counters. The largest excess is told.
const WORDS: [(usize, &str); 3] = [(1, "subscriber-data"), (2, "implicit"), (0, "devices")];

fn read(evidence: &Evidence) -> Sign {
    let Some(recent) = evidence.recent(PERIODS) else {
        return Sign::Unknown("no detaches are reported");
    };
    let periods = count(evidence.paces.len().min(PERIODS));
    let excess = |by: usize| {
        let usual = evidence.baseline(|pace| Some(pace.detached[by]))? * periods * evidence.scale;
        let seen = recent.detached[by] * evidence.scale;
        Some(seen - usual - LUCK * libm::sqrt(usual + 1.0))
    };
    let excesses: Option<Vec<(f64, &str)>> = WORDS
        .iter()
        .map(|&(by, word)| Some((excess(by)?, word)))
        .collect();
    let Some(excesses) = excesses else {
        return Sign::Unknown("it is too early for what is usual");
    };
    let most = excesses.into_iter().filter(|(excess, _)| *excess > 0.0);
    let most = most.reduce(|most, other| if other.0 > most.0 { other } else { most });
    let all: f64 = recent.detached.iter().sum();
    let network = if all > 0.0 {
        (all - recent.detached[0]) / all
    } else {
        0.0
    };
    Sign::known(most.map_or("usual", |(_, word)| word), network)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::after_quiet;
    use super::*;

    fn with(detached: [f64; 3]) -> Sign {
        let mut evidence = after_quiet(&[(200.0, 200.0); 5]);
        for pace in evidence.paces.iter_mut().skip(10) {
            pace.detached = detached;
        }
        read(&evidence)
    }

    #[test]
    fn whoever_ends_more_than_usual_is_named() {
        assert_eq!(with([50.0, 0.0, 0.0]), Sign::known("usual", 0.0));
        assert_eq!(
            with([50.0, 150.0, 0.0]),
            Sign::known("subscriber-data", 0.75)
        );
        assert_eq!(with([50.0, 10.0, 140.0]), Sign::known("implicit", 0.75));
        assert_eq!(with([400.0, 0.0, 0.0]), Sign::known("devices", 0.0));
    }

    #[test]
    fn without_any_detach_nothing_is_divided_by_nothing() {
        assert_eq!(with([0.0; 3]), Sign::known("usual", 0.0));
    }

    #[test]
    fn what_luck_explains_is_usual_and_two_periods_are_too_few() {
        assert_eq!(with([55.0, 0.5, 0.5]).word(), "usual");
        let mut early = after_quiet(&[]);
        early.paces.truncate(2);
        let unknown = Sign::Unknown("it is too early for what is usual");
        assert_eq!(read(&early), unknown);
    }
}
