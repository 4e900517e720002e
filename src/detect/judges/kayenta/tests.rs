//! Kayenta's rules, one by one.

use super::*;

fn metric() -> CanaryMetric {
    CanaryMetric::new("RSR")
}

fn labelled(metric: &CanaryMetric, canary: &[f64], control: &[f64]) -> (Label, bool) {
    let found = classify(metric, &CanarySpec::default(), canary, control);
    (found.label, found.critical)
}

fn around(middle: f64) -> Vec<f64> {
    (0..10).map(|i| middle + 0.01 * f64::from(i)).collect()
}

#[test]
fn a_consistent_shift_is_high_or_low_and_noise_is_neither() {
    let control = around(1.0);
    assert_eq!(
        labelled(&metric(), &around(1.2), &control),
        (Label::High, false)
    );
    assert_eq!(
        labelled(&metric(), &around(0.8), &control),
        (Label::Low, false)
    );
    assert_eq!(
        labelled(&metric(), &around(1.005), &control),
        (Label::Pass, false)
    );
    let increase = CanaryMetric {
        direction: MetricDirection::Increase,
        ..metric()
    };
    assert_eq!(
        labelled(&increase, &around(0.8), &control),
        (Label::Pass, false)
    );
    let tolerant = CanaryMetric {
        allowed_increase: Some(1.5),
        ..metric()
    };
    assert_eq!(
        labelled(&tolerant, &around(1.2), &control),
        (Label::Pass, false)
    );
}

#[test]
fn any_small_but_consistent_shift_fails_whatever_its_size() {
    let fine =
        |middle: f64| -> Vec<f64> { (0..10).map(|i| middle + 1e-9 * f64::from(i)).collect() };
    assert_eq!(
        labelled(&metric(), &fine(1.000_001), &fine(1.0)).0,
        Label::High
    );
}

#[test]
fn no_data_is_no_failure_unless_it_is_required() {
    let some = around(1.0);
    assert_eq!(labelled(&metric(), &[], &some), (Label::NoData, false));
    assert_eq!(labelled(&metric(), &some, &[]), (Label::NoData, false));
    let required = CanaryMetric {
        must_have_data: true,
        ..metric()
    };
    assert_eq!(labelled(&required, &[], &some), (Label::NoDataFail, false));
    let critical = CanaryMetric {
        critical: true,
        ..required
    };
    assert_eq!(labelled(&critical, &[], &some), (Label::NoData, true));
    let replaced = CanaryMetric {
        missing: Missing::Replace,
        ..metric()
    };
    assert_eq!(labelled(&replaced, &[], &some), (Label::Pass, false));
}

#[test]
fn equal_and_constant_values_pass_and_unequal_constants_do_not() {
    assert_eq!(labelled(&metric(), &[1.0, 2.0], &[2.0, 1.0]).0, Label::Pass);
    assert_eq!(labelled(&metric(), &[1.0; 3], &[1.0; 7]).0, Label::Pass);
    assert_eq!(labelled(&metric(), &[2.0; 3], &[1.0; 7]).0, Label::High);
    let zero = labelled(&metric(), &[0.0; 3], &[1.0; 7]);
    assert_eq!(
        zero.0,
        Label::Low,
        "an effect of nothing over something is no excuse"
    );
}

#[test]
fn a_critical_metric_has_effect_sizes_of_its_own() {
    let critical = CanaryMetric {
        critical: true,
        critical_increase: Some(1.5),
        ..metric()
    };
    let control = around(1.0);
    assert_eq!(
        labelled(&critical, &around(1.2), &control),
        (Label::High, false)
    );
    assert_eq!(
        labelled(&critical, &around(1.8), &control),
        (Label::High, true)
    );
}

#[test]
fn effects_can_be_shares_of_pairs() {
    let cles = |allowed| CanaryMetric {
        effect: EffectMeasure::Cles,
        allowed_increase: Some(allowed),
        ..metric()
    };
    let control = around(1.0);
    assert_eq!(labelled(&cles(0.9), &around(1.2), &control).0, Label::High);
    assert_eq!(labelled(&cles(1.1), &around(1.2), &control).0, Label::Pass);
}

#[test]
fn outliers_are_far_from_the_quartiles_and_beyond_the_last_per_cent() {
    let mut values = around(1.0);
    values.push(50.0);
    // With eleven values the 99th percentile is the greatest of them: it stays, as in Kayenta.
    assert_eq!(remove_outliers(&values, 3.0).len(), 11);
    let mut many: Vec<f64> = (0..300).map(|i| 1.0 + 0.001 * f64::from(i)).collect();
    many.push(50.0);
    assert_eq!(remove_outliers(&many, 3.0).len(), 300);
    assert!(remove_outliers(&[], 3.0).is_empty());
}

fn judged(rows: &[(&str, Label)]) -> Vec<Classified> {
    let one = |(group, label): &(&str, Label)| Classified {
        group: (*group).to_owned(),
        label: *label,
        critical: false,
    };
    rows.iter().map(one).collect()
}

#[test]
fn groups_count_by_weight_and_the_others_share_what_is_left() {
    use Label::{High, Low, NoData, NoDataFail, Pass};
    let weights = BTreeMap::from([("calls".to_owned(), 60.0)]);
    let score = |rows: &[(&str, Label)]| score(&judged(rows), &weights);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
    near(score(&[("calls", Pass), ("load", Pass)]), 100.0);
    near(score(&[("calls", High), ("load", Pass)]), 40.0);
    near(
        score(&[("calls", Pass), ("load", Low), ("radio", Pass)]),
        80.0,
    );
    near(
        score(&[
            ("calls", Pass),
            ("calls", Pass),
            ("calls", Low),
            ("load", Pass),
        ]),
        80.0,
    );
    near(
        score(&[("calls", Pass), ("calls", NoData), ("load", Pass)]),
        100.0,
    );
    near(score(&[("calls", NoDataFail), ("load", Pass)]), 40.0);
    near(score(&[("calls", NoData), ("load", Pass)]), 0.0);
}

#[test]
fn one_critical_failure_is_enough() {
    let mut results = judged(&[("a", Label::Pass), ("a", Label::High), ("a", Label::Pass)]);
    results[1].critical = true;
    assert!(score(&results, &BTreeMap::new()) < 1e-9);
}
