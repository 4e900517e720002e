//! The few statistics that features need.
//!
//! Invariant: no value where there is none: too few items, no spread, 0/0.

/// The middle value; none of nothing.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(sorted[middle - 1], upper))
}

/// Standard deviation over the items themselves; none of fewer than two.
pub(super) fn spread(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let count = count(values.len());
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    Some(libm::sqrt(squares.sum::<f64>() / count))
}

/// Kendall's rank correlation with ties (tau-b: Kendall 1945); none if either side is constant.
pub(super) fn kendall_tau(pairs: &[(f64, f64)]) -> Option<f64> {
    let (mut agreeing, mut left, mut right) = (0.0, 0.0, 0.0);
    for (place, one) in pairs.iter().enumerate() {
        for other in &pairs[..place] {
            let (a, b) = (sign(one.0 - other.0), sign(one.1 - other.1));
            agreeing += a * b;
            left += a.abs();
            right += b.abs();
        }
    }
    let whole = libm::sqrt(left * right);
    (whole > 0.0).then(|| agreeing / whole)
}

fn sign(difference: f64) -> f64 {
    match difference.partial_cmp(&0.0) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Less) => -1.0,
        _ => 0.0,
    }
}

/// Gini's coefficient of shares that are not negative: 0 if all are equal, towards 1 if one has all;
/// none if there is nothing to share.
pub(super) fn gini(shares: Vec<f64>) -> Option<f64> {
    let mut sorted = shares;
    sorted.sort_unstable_by(f64::total_cmp);
    let total: f64 = sorted.iter().sum();
    if total <= 0.0 || sorted.len() < 2 {
        return None;
    }
    let weighted = sorted
        .iter()
        .zip(1..)
        .map(|(share, rank)| f64::from(rank) * share);
    let count = count(sorted.len());
    Some(2.0 * weighted.sum::<f64>() / (count * total) - (count + 1.0) / count)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn count(items: usize) -> f64 {
    items as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-9)
    }

    #[test]
    fn medians_and_spreads() {
        assert_eq!(median(&[]), None);
        assert!(close(median(&[3.0, 1.0, 2.0]), 2.0));
        assert!(close(median(&[4.0, 1.0, 2.0, 3.0]), 2.5));
        assert_eq!(spread(&[1.0]), None);
        assert!(close(
            spread(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]),
            2.0
        ));
    }

    #[test]
    fn kendall_as_published() {
        // SciPy's documentation: kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) is -0.4714045.
        let pairs = [(12.0, 1.0), (2.0, 4.0), (1.0, 7.0), (12.0, 1.0), (2.0, 0.0)];
        let tau = kendall_tau(&pairs).expect("both sides vary");
        assert!((tau + 0.471_404_520_791).abs() < 1e-9, "{tau}");
        assert_eq!(kendall_tau(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(kendall_tau(&[]), None);
    }

    #[test]
    fn gini_from_equal_to_all_in_one() {
        assert!(close(gini(vec![1.0; 10]), 0.0));
        assert!(close(gini(vec![0.0, 0.0, 0.0, 8.0]), 0.75));
        assert!(close(gini(vec![1.0, 2.0, 3.0, 4.0]), 0.25));
        assert_eq!(gini(vec![0.0, 0.0]), None);
        assert_eq!(gini(vec![5.0]), None);
    }
}
