//! Sobol indices: what share of an outcome's variance each parameter carries.
//!
//! First order: the variance that goes if the parameter is known. Total: the variance that stays if all
//! others are known, so what it carries alone and together with others.
//!
//! Invariant: a parameter that the outcome does not follow has both indices 0.

use super::Interval;
use super::average::mean;
use super::bootstrap::percentile_interval;
use super::resample::Resampling;

/// The outcomes of a design of Saltelli: matrices A and B of parameter values, and for each parameter A
/// with that one column taken from B.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SobolRuns {
    /// Outcomes of the rows of A.
    pub a: Vec<f64>,
    /// Outcomes of the rows of B.
    pub b: Vec<f64>,
    /// For each parameter, outcomes of the rows of A with its column from B.
    pub ab: Vec<Vec<f64>>,
}

/// The indices of one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SobolIndex {
    /// Share of the variance that it carries alone.
    pub first: f64,
    /// Interval of the first-order index.
    pub first_interval: Interval,
    /// Share of the variance that it carries alone and together with others.
    pub total: f64,
    /// Interval of the total index.
    pub total_interval: Interval,
}

/// The indices of all parameters; none if there are fewer than two rows, or the outcome never changes.
///
/// Estimators: first order by Saltelli et al. (2010, "Variance based sensitivity analysis of model output",
/// Computer Physics Communications 181, table 2 (b)), total by Jansen (1999, "Analysis of variance designs
/// for model output", the same 117; table 2 (f)), as `scipy.stats.sobol_indices`; outcomes are centred
/// first. Intervals: percentile bootstrap over rows (Archer, Saltelli and Sobol 1997).
pub fn sobol_indices(runs: &SobolRuns, how: &Resampling) -> Option<Vec<SobolIndex>> {
    let rows = runs.a.len();
    let same = runs.b.len() == rows && runs.ab.iter().all(|column| column.len() == rows);
    assert!(same, "every row of a design of Saltelli is complete");
    let all: Vec<usize> = (0..rows).collect();
    let found = indices_of(runs, &all).filter(|_| rows > 1)?;
    let resampled = resampled(runs, how);
    let interval = |parameter: usize, part: fn(&(f64, f64)) -> f64, found: f64| {
        let values: Vec<f64> = resampled
            .iter()
            .map(|each| part(&each[parameter]))
            .collect();
        let nothing = Interval {
            low: found,
            high: found,
        };
        percentile_interval(&values, how.level).unwrap_or(nothing)
    };
    let index = |(parameter, &(first, total)): (usize, &(f64, f64))| SobolIndex {
        first,
        first_interval: interval(parameter, |each| each.0, first),
        total,
        total_interval: interval(parameter, |each| each.1, total),
    };
    Some(found.iter().enumerate().map(index).collect())
}

/// The indices of each resample in which the outcome changes at all.
fn resampled(runs: &SobolRuns, how: &Resampling) -> Vec<Vec<(f64, f64)>> {
    let size = u32::try_from(runs.a.len()).expect("fewer than 2^32 rows");
    let mut rows = Vec::new();
    (0..how.count)
        .filter_map(|resample| {
            how.indices(resample, 0, size, &mut rows);
            indices_of(runs, &rows)
        })
        .collect()
}

/// First-order and total index of each parameter, from these rows.
fn indices_of(runs: &SobolRuns, rows: &[usize]) -> Option<Vec<(f64, f64)>> {
    let both = || rows.iter().flat_map(|&row| [runs.a[row], runs.b[row]]);
    let centre = mean(&both().collect::<Vec<_>>())?;
    let squares: Vec<f64> = both().map(|y| (y - centre) * (y - centre)).collect();
    let variance = mean(&squares).filter(|variance| *variance > 0.0)?;
    let average = |term: &dyn Fn(usize) -> f64| {
        let terms: Vec<f64> = rows.iter().map(|&row| term(row)).collect();
        mean(&terms).expect("there are rows") / variance
    };
    let of_column = |ab: &Vec<f64>| {
        let first = average(&|row| (runs.b[row] - centre) * (ab[row] - runs.a[row]));
        let total = average(&|row| (runs.a[row] - ab[row]) * (runs.a[row] - ab[row]) / 2.0);
        (first, total)
    };
    Some(runs.ab.iter().map(of_column).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_that_never_changes_has_no_indices() {
        let runs = SobolRuns {
            a: vec![1.0; 4],
            b: vec![1.0; 4],
            ab: vec![vec![1.0; 4]],
        };
        assert_eq!(sobol_indices(&runs, &Resampling::new(1)), None);
        assert_eq!(
            sobol_indices(&SobolRuns::default(), &Resampling::new(1)),
            None
        );
    }

    #[test]
    fn a_parameter_without_influence_has_none() {
        let a = vec![0.1, 0.5, 0.9, 0.3];
        let b = vec![0.6, 0.2, 0.4, 0.8];
        let runs = SobolRuns {
            ab: vec![b.clone(), a.clone()],
            a,
            b,
        };
        let found = sobol_indices(&runs, &Resampling::new(1)).expect("it changes");
        assert!(found[1].first.abs() < 1e-15 && found[1].total.abs() < 1e-15);
        assert!(found[0].total > 0.5);
    }
}
