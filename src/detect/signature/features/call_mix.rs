//! `call-mix`: what becomes of calls, which need other elements than registrations do: more of them are blocked than
//! usual, or emergency calls alone, or people place more or fewer calls. The number is the blocked share of the
//! calls of the last five periods.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "call-mix",
    question: "What becomes of calls?",
    asks: "share of the calls that are blocked",
    read,
};

/// Periods that are looked at.
const PERIODS: usize = 5;
/// What luck explains: five standard deviations of a Poisson count.
const LUCK: f64 = 5.0;
/// Rise of the blocked share that is more than nothing (assumed).
const MORE: f64 = 0.05;
/// Calls as a multiple of what is usual that are more, and that are fewer (assumed).
const CROWD: (f64, f64) = (1.5, 0.5);

fn read(evidence: &Evidence) -> Sign {
    let Some([calls, blocked, sos, sos_blocked]) = evidence.recent(PERIODS).and_then(|p| p.calls)
    else {
        return Sign::Unknown("no calls are reported");
    };
    let usual = |place: usize| evidence.baseline(|pace| Some(pace.calls?[place]));
    let (Some(usual_calls), Some(usual_blocked)) = (usual(0), usual(1)) else {
        return Sign::Unknown("it is too early for what is usual");
    };
    if calls * evidence.scale < 20.0 {
        return Sign::Unknown("too few calls are placed");
    }
    let share = blocked / calls;
    let usual_share = usual_blocked / usual_calls.max(1e-9);
    let beyond = |found: f64, expected: f64| {
        let (found, expected) = (found * evidence.scale, expected * evidence.scale);
        (found - expected).abs() > LUCK * libm::sqrt(expected + 1.0)
    };
    let expected = usual_calls * count(evidence.paces.len().min(PERIODS));
    let is_blocked = share > usual_share + MORE && beyond(blocked, calls * usual_share);
    let is_sos = sos_blocked > 0.2 * sos && beyond(sos_blocked, 0.01 * sos);
    let is_moved = beyond(calls, expected);
    let word = match calls / expected.max(1e-9) {
        _ if is_blocked => "blocked",
        _ if is_sos => "emergency-blocked",
        more if more > CROWD.0 && is_moved => "more",
        fewer if fewer < CROWD.1 && is_moved => "fewer",
        _ => "usual",
    };
    Sign::known(word, share)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::after_quiet;
    use super::*;

    fn with(calls: Option<[f64; 4]>) -> Sign {
        let mut evidence = after_quiet(&[(200.0, 200.0); 5]);
        for pace in evidence.paces.iter_mut().skip(10) {
            pace.calls = calls;
        }
        read(&evidence)
    }

    #[test]
    fn what_becomes_of_calls() {
        let of = |calls| with(Some(calls));
        assert_eq!(of([400.0, 4.0, 20.0, 0.0]), Sign::known("usual", 0.01));
        assert_eq!(of([400.0, 200.0, 20.0, 10.0]), Sign::known("blocked", 0.5));
        let sos = of([400.0, 4.0, 20.0, 18.0]);
        assert_eq!(sos, Sign::known("emergency-blocked", 0.01));
        assert_eq!(of([4_000.0, 40.0, 20.0, 0.0]), Sign::known("more", 0.01));
        assert_eq!(of([100.0, 1.0, 20.0, 0.0]), Sign::known("fewer", 0.01));
    }

    #[test]
    fn no_calls_are_no_share() {
        assert_eq!(with(None), Sign::Unknown("no calls are reported"));
        assert_eq!(
            with(Some([0.0; 4])),
            Sign::Unknown("too few calls are placed")
        );
    }
}
