//! `attempts-per-device`: how often those who are out try, in requests per minute and subscriber that is not registered. The timers of
//! TS 24.501 allow five attempts in two minutes and then twelve of silence: more than three a minute
//! do not obey them.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "attempts-per-device",
    question: "Do devices keep to their back-off?",
    asks: "requests per minute and unregistered device",
    read,
};

/// More than the timers allow even in the first minutes: five attempts of 25 s each.
const OBEDIENT: f64 = 3.0;
/// Subscribers that are always switched off or out of reach, as a share of all, at least (assumed).
const NEVER_ZERO: f64 = 1e-4;

fn read(evidence: &Evidence) -> Sign {
    if evidence.onset_s().is_none() {
        return Sign::Unknown("nothing has moved");
    }
    let newest = evidence.paces.iter().rev().take(2).collect::<Vec<_>>();
    let [now, before] = newest[..] else {
        return Sign::Unknown("no registrations are reported");
    };
    let (Some(known), Some(registered)) = (now.subscribers, now.registered) else {
        return Sign::Unknown("no subscribers are reported");
    };
    let minutes = (now.at_s - before.at_s) / 60.0;
    let out = (known - registered).max(NEVER_ZERO * known);
    if minutes <= 0.0 || out <= 0.0 {
        return Sign::Unknown("no subscribers are reported");
    }
    let rate = now.requests / minutes / out;
    Sign::known(if rate > OBEDIENT { "flood" } else { "obedient" }, rate)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::after_quiet;
    use super::*;

    #[test]
    fn retries_obey_timers_and_floods_do_not() {
        let mut retries = after_quiet(&[(40_000.0, 100.0)]);
        retries.paces[10].registered = Some(80_000.0);
        assert_eq!(read(&retries), Sign::known("obedient", 2.0));
        let mut flood = after_quiet(&[(40_000.0, 100.0)]);
        flood.paces[10].registered = Some(99_000.0);
        assert_eq!(read(&flood), Sign::known("flood", 40.0));
    }

    #[test]
    fn nobody_out_is_no_division_by_zero() {
        let sign = read(&after_quiet(&[(40_000.0, 40_000.0)]));
        assert_eq!(sign, Sign::known("flood", 4_000.0));
        let mut silent = after_quiet(&[(40_000.0, 100.0)]);
        silent.paces[10].registered = None;
        assert_eq!(read(&silent), Sign::Unknown("no subscribers are reported"));
        let mut nobody = after_quiet(&[(40_000.0, 100.0)]);
        (nobody.paces[10].registered, nobody.paces[10].subscribers) = (Some(0.0), Some(0.0));
        assert_eq!(read(&nobody), Sign::Unknown("no subscribers are reported"));
    }
}
