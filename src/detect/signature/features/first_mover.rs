//! `first-mover`: which moved first, the success of registrations or the number of requests. After a fault success
//! falls and retries follow; in a flood requests rise and success follows once the core is full.
//!
//! The number is the time from the fall of success to the rise of requests, in seconds, negative if
//! requests came first; within one period nobody can say.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "first-mover",
    question: "What moved first, success or requests?",
    asks: "requests rose after success fell, in seconds",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    match (evidence.success_fell_s(), evidence.requests_rose_s()) {
        (None, None) if evidence.onset_s().is_none() => Sign::Unknown("nothing has moved"),
        (None, None) => Sign::Unknown("neither requests nor success have moved"),
        (Some(fell), None) => Sign::known("success", evidence.now_s - fell),
        (None, Some(rose)) => Sign::known("requests", rose - evidence.now_s),
        (Some(fell), Some(rose)) if rose > fell => Sign::known("success", rose - fell),
        (Some(fell), Some(rose)) if rose < fell => Sign::known("requests", rose - fell),
        (Some(_), Some(_)) => Sign::known("together", 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::testing::after_quiet;
    use super::*;

    #[test]
    fn success_first_requests_first_or_both() {
        let read = |minutes: &[(f64, f64)]| read(&after_quiet(minutes));
        let fault = [(200.0, 20.0), (200.0, 20.0), (900.0, 50.0)];
        assert_eq!(read(&fault), Sign::known("success", 120.0));
        let flood = [(900.0, 900.0), (9_000.0, 1_000.0)];
        assert_eq!(read(&flood), Sign::known("requests", -60.0));
        assert_eq!(read(&[(900.0, 90.0)]), Sign::known("together", 0.0));
        assert_eq!(read(&[(900.0, 900.0)]).word(), "requests");
        assert_eq!(
            read(&[(0.0, 0.0)]).word(),
            "success",
            "nobody is heard any more"
        );
        assert_eq!(read(&[(200.0, 200.0)]), Sign::Unknown("nothing has moved"));
    }
}
