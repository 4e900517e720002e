//! `distance-order`: whether elements failed in the order of their distance, in edges of the graph, from the one that
//! failed first: Kendall's tau-b. What spreads from neighbour to neighbour does.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::kendall_tau;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "distance-order",
    question: "Did failures spread with distance?",
    asks: "Kendall's tau of failures against distance",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let failed = evidence.failed().into_iter();
    let pairs = failed.filter_map(|(element, failed_s)| Some((f64::from(element.hops?), failed_s)));
    let pairs: Vec<(f64, f64)> = pairs.collect();
    if pairs.len() < 3 {
        return Sign::Unknown("fewer than three elements have failed");
    }
    match kendall_tau(&pairs) {
        None => Sign::Unknown("all are equally far, or failed at one instant"),
        Some(tau) if tau >= 0.5 => Sign::known("by-distance", tau),
        Some(tau) => Sign::known("other", tau),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::element::Element;
    use super::*;
    use crate::base::NodeId;

    fn element(node: u32, failed_s: f64, hops: u32) -> Element {
        Element {
            node: NodeId(node),
            failed_s: Some(failed_s),
            hops: Some(hops),
            ..Element::default()
        }
    }

    fn evidence(elements: &[(f64, u32)]) -> Evidence {
        let numbered = elements.iter().zip(0..);
        let elements = numbered.map(|(&(failed_s, hops), node)| element(node, failed_s, hops));
        Evidence {
            elements: elements.collect(),
            ..Evidence::default()
        }
    }

    #[test]
    fn spread_is_told_from_chance() {
        let spreads = [(60.0, 0), (120.0, 1), (120.0, 1), (300.0, 2)];
        assert_eq!(read(&evidence(&spreads)), Sign::known("by-distance", 1.0));
        assert_eq!(
            read(&evidence(&[(60.0, 0), (120.0, 3), (300.0, 2), (400.0, 1)])).word(),
            "other"
        );
    }

    #[test]
    fn what_cannot_be_ordered_is_unknown() {
        assert_eq!(read(&evidence(&[(60.0, 0), (120.0, 1)])).word(), "unknown");
        assert_eq!(
            read(&evidence(&[(60.0, 0), (60.0, 1), (60.0, 2)])).word(),
            "unknown"
        );
    }
}
