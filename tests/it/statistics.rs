//! Statistics beside what SciPy, textbooks and closed forms say.
//!
//! Invariant: the expected values come from `tests/reference/statistics.py` or from a cited table, never
//! from this program.

use std::fs;

use cellfall::base::normal_quantile;
use cellfall::base::{philox4x32_10, unit_interval};
use cellfall::study::statistics::{
    Duration, Resampling, SobolRuns, bca_interval, mean, mid_ranks, proportion_interval, quantile,
    quantile_interval, rank_share, sobol_indices, sorted, spearman, survival, variance,
};
use serde_json::Value;

use super::support::repository;

const LEVEL: f64 = 0.95;

fn reference(part: &str) -> Value {
    let path = repository("tests/reference/statistics.json");
    let text = fs::read_to_string(path).expect("the reference is part of the repository");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    all[part].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(number).collect()
}

fn size(value: &Value) -> usize {
    value.as_u64().expect("a whole number") as usize
}

fn assert_close(found: f64, expected: f64, what: &str) {
    let allowed = 1e-9 * expected.abs().max(1e-3);
    assert!(
        (found - expected).abs() <= allowed,
        "{what}: {found}, expected {expected}"
    );
}

#[test]
fn averages_and_quantiles_are_scipys() {
    let kept = reference("quantiles");
    let values = numbers(&kept["values"]);
    let ascending = sorted(&values);
    let shares = numbers(&kept["shares"]);
    for (share, expected) in shares.iter().zip(numbers(&kept["expected"])) {
        let found = quantile(&ascending, *share).expect("values");
        assert_close(found, expected, &format!("quantile {share}"));
    }
    assert_close(
        mean(&values).expect("values"),
        number(&kept["mean"]),
        "mean",
    );
    let expected = number(&kept["variance"]);
    assert_close(variance(&values).expect("values"), expected, "variance");
}

#[test]
fn exact_intervals_of_quantiles_are_scipys() {
    let kept = reference("quantiles");
    let values = numbers(&kept["values"]);
    for case in kept["exact"].as_array().expect("cases") {
        let ascending = sorted(&values[..size(&case["count"])]);
        let found = quantile_interval(&ascending, number(&case["share"]), LEVEL);
        assert_eq!(found.low, case["low"].as_f64(), "{case}");
        assert_eq!(found.high, case["high"].as_f64(), "{case}");
    }
}

#[test]
fn the_bootstrap_is_scipys_on_the_same_resamples() {
    for case in reference("bootstrap").as_array().expect("cases") {
        let values = numbers(&case["values"]);
        let how = Resampling {
            seed: case["seed"].as_u64().expect("a seed"),
            count: case["resamples"].as_u64().expect("a count") as u32,
            level: LEVEL,
        };
        let of_mean = bca_interval(&values, |v| mean(v).expect("values"), &how);
        let of_variance = bca_interval(&values, |v| variance(v).expect("values"), &how);
        for (name, found) in [("mean", of_mean), ("variance", of_variance)] {
            let found = found.expect("more than one value");
            let expected = numbers(&case[name]);
            assert_close(
                found.low,
                expected[0],
                &format!("{name} of {} low", values.len()),
            );
            assert_close(
                found.high,
                expected[1],
                &format!("{name} of {} high", values.len()),
            );
        }
    }
}

#[test]
fn shares_and_normal_quantiles_are_scipys() {
    for case in reference("proportions").as_array().expect("cases") {
        let found = proportion_interval(size(&case["hits"]), size(&case["trials"]), LEVEL);
        assert_close(found.low, number(&case["low"]), &format!("{case} low"));
        assert_close(found.high, number(&case["high"]), &format!("{case} high"));
    }
    for case in reference("normal").as_array().expect("cases") {
        let (share, expected) = (number(&case[0]), number(&case[1]));
        assert_close(normal_quantile(share), expected, &format!("normal {share}"));
    }
}

#[test]
fn rank_correlation_with_ties_is_scipys() {
    let kept = reference("ranks");
    let (first, second) = (numbers(&kept["first"]), numbers(&kept["second"]));
    assert_eq!(mid_ranks(&first), numbers(&kept["ranks"]));
    let pairs: Vec<(f64, f64)> = first.into_iter().zip(second).collect();
    let found = spearman(&pairs).expect("enough pairs");
    assert_close(found, number(&kept["spearman"]), "rank correlation");
    // The share of the variance of ranks between groups is the statistic of Kruskal and Wallis over n - 1.
    let grouped: Vec<(u64, f64)> = pairs
        .iter()
        .map(|pair| (pair.0.to_bits(), pair.1))
        .collect();
    let found = rank_share(&grouped).expect("enough pairs");
    assert_close(found, number(&kept["share"]), "share between groups");
}

/// The function of Ishigami and Homma (1990), a = 7, b = 0.1.
fn ishigami(x: &[f64]) -> f64 {
    libm::sin(x[0])
        + 7.0 * libm::pow(libm::sin(x[1]), 2.0)
        + 0.1 * libm::pow(x[2], 4.0) * libm::sin(x[0])
}

/// The design of Saltelli over rows of six numbers between 0 and 1: three for A, three for B.
fn design(rows: impl Iterator<Item = [f64; 6]>) -> SobolRuns {
    let mut runs = SobolRuns {
        ab: vec![Vec::new(); 3],
        ..SobolRuns::default()
    };
    for row in rows {
        let point = row.map(|unit| (2.0 * unit - 1.0) * core::f64::consts::PI);
        let (a, b) = (&point[..3], &point[3..]);
        runs.a.push(ishigami(a));
        runs.b.push(ishigami(b));
        for (d, column) in runs.ab.iter_mut().enumerate() {
            let mut mixed = a.to_vec();
            mixed[d] = b[d];
            column.push(ishigami(&mixed));
        }
    }
    runs
}

#[test]
fn sobol_indices_are_scipys() {
    let kept = reference("sobol");
    let mut ratio = 1.0_f64;
    for _ in 0..200 {
        ratio = libm::pow(1.0 + ratio, 1.0 / 7.0);
    }
    let row = |n: usize| {
        let step = |d: usize| libm::pow(ratio, -(d as f64 + 1.0));
        core::array::from_fn(|d| libm::fmod(0.5 + n as f64 * step(d), 1.0))
    };
    let runs = design((1..=size(&kept["rows"])).map(row));
    let found = sobol_indices(
        &runs,
        &Resampling {
            count: 2,
            ..Resampling::new(1)
        },
    );
    let expected = numbers(&kept["first"])
        .into_iter()
        .zip(numbers(&kept["total"]));
    for (found, (first, total)) in found.expect("it changes").iter().zip(expected) {
        assert_close(found.first, first, "first order");
        assert_close(found.total, total, "total");
    }
}

#[test]
fn sobol_indices_of_the_ishigami_function_are_those_of_its_closed_form() {
    // Ishigami and Homma 1990; as given by Saltelli et al. 2008, "Global sensitivity analysis", 4.6.
    let (a, b, pi4) = (7.0, 0.1, libm::pow(core::f64::consts::PI, 4.0));
    let variance = a * a / 8.0 + b * pi4 / 5.0 + b * b * pi4 * pi4 / 18.0 + 0.5;
    let alone = libm::pow(1.0 + b * pi4 / 5.0, 2.0) / 2.0 / variance;
    let second = a * a / 8.0 / variance;
    let together = 8.0 * b * b * pi4 * pi4 / 225.0 / variance;
    let expected = [(alone, alone + together), (second, second), (0.0, together)];
    let row = |n: u32| {
        let one = philox4x32_10([n, 0, 0, 0], [1, 2]);
        let other = philox4x32_10([n, 1, 0, 0], [1, 2]);
        core::array::from_fn(|d| unit_interval(if d < 4 { one[d] } else { other[d - 4] }))
    };
    let runs = design((0..16_384).map(row));
    let how = Resampling {
        count: 200,
        ..Resampling::new(1)
    };
    let found = sobol_indices(&runs, &how).expect("it changes");
    for (found, (first, total)) in found.iter().zip(expected) {
        assert!((found.first - first).abs() < 0.03, "{found:?} {first}");
        assert!((found.total - total).abs() < 0.02, "{found:?} {total}");
        assert!(found.first_interval.low < first && first < found.first_interval.high);
        assert!(found.total_interval.low < total && total < found.total_interval.high);
        assert!(found.first_interval.high - found.first_interval.low < 0.12);
    }
}

fn remission() -> Vec<Duration> {
    let kept = reference("survival");
    let side = |name: &str, happened| {
        let times = numbers(&kept[name]).into_iter();
        times
            .map(move |time| Duration { time, happened })
            .collect::<Vec<_>>()
    };
    [side("happened", true), side("censored", false)].concat()
}

#[test]
fn survival_is_that_of_the_textbook() {
    // Remission under 6-MP (Freireich et al. 1963) in Klein and Moeschberger 2003, "Survival analysis",
    // table 4.1: time, at risk, events, survival, standard error.
    let table = [
        (6.0, 21, 3, 0.857, 0.076),
        (7.0, 17, 1, 0.807, 0.087),
        (10.0, 15, 1, 0.753, 0.096),
        (13.0, 12, 1, 0.690, 0.107),
        (16.0, 11, 1, 0.627, 0.114),
        (22.0, 7, 1, 0.538, 0.128),
        (23.0, 6, 1, 0.448, 0.135),
    ];
    let curve = survival(&remission(), LEVEL);
    assert_eq!(curve.steps.len(), table.len());
    for (step, (time, at_risk, events, share, error)) in curve.steps.iter().zip(table) {
        assert_close(step.time, time, "time");
        assert_eq!((step.at_risk, step.events), (at_risk, events));
        assert!((step.survival - share).abs() < 5.1e-4, "{step:?}");
        assert!((step.standard_error - error).abs() < 6e-4, "{step:?}");
    }
    // The median remission is 23 weeks, its interval open above (4.5, example 4.2 of the same).
    assert_eq!(curve.time_of(0.5), Some(23.0));
    assert_eq!(curve.time_of(0.6), None);
}

#[test]
fn bands_of_survival_are_scipys() {
    let curve = survival(&remission(), LEVEL);
    let kept = reference("survival");
    let steps = kept["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), curve.steps.len());
    for (step, expected) in curve.steps.iter().zip(steps) {
        let band = step.interval.expect("somebody still waits");
        assert_close(step.survival, number(&expected["survival"]), "survival");
        assert_close(band.low, number(&expected["low"]), "low");
        assert_close(band.high, number(&expected["high"]), "high");
    }
}
