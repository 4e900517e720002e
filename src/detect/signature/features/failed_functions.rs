//! `failed-functions`: what those elements do that failed first (AMF, UDM, IMS …); `several` if different ones failed in
//! the same period. The number is the share of all elements that have failed.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "failed-functions",
    question: "What failed first?",
    asks: "share of the elements that have failed",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let failed = evidence.failed();
    let Some((first, first_s)) = failed.first() else {
        return Sign::Unknown("no element has failed");
    };
    let together = failed.iter().filter(|(_, at_s)| at_s <= first_s);
    let mut others = together.filter(|(element, _)| element.function != first.function);
    let word = if others.next().is_some() {
        "several"
    } else {
        first.function
    };
    Sign::known(word, count(failed.len()) / count(evidence.elements.len()))
}

#[cfg(test)]
mod tests {
    use super::super::super::element::Element;
    use super::*;

    fn of(elements: &[(&'static str, Option<f64>)]) -> Sign {
        let element = |&(function, failed_s): &(&'static str, Option<f64>)| Element {
            function,
            failed_s,
            ..Element::default()
        };
        read(&Evidence {
            elements: elements.iter().map(element).collect(),
            ..Evidence::default()
        })
    }

    #[test]
    fn the_first_to_fail_is_named() {
        let later = [("udm", Some(60.0)), ("amf", Some(120.0)), ("amf", None)];
        let sign = of(&later);
        assert_eq!(sign.word(), "udm");
        assert!((sign.value().expect("known") - 2.0 / 3.0).abs() < 1e-12);
        let together = [("udm", Some(60.0)), ("amf", Some(60.0))];
        assert_eq!(of(&together), Sign::known("several", 1.0));
    }

    #[test]
    fn no_failure_is_unknown() {
        let unknown = Sign::Unknown("no element has failed");
        assert_eq!(of(&[("amf", None)]), unknown);
        assert_eq!(of(&[]), unknown);
    }
}
