//! Multinomial logistic regression with a quadratic penalty (ridge), and temperature scaling.
//!
//! The fit climbs by the lower-bound principle of Böhning ("Multinomial logistic regression algorithm", Annals
//! of the Institute of Statistical Mathematics 44, 1992): the curvature is never more than half of that of least
//! squares, so one factorisation serves all steps and no step overshoots; Nesterov's momentum speeds it up,
//! and is dropped whenever it points uphill. Intercepts are not penalised.
//!
//! Invariant: sums run in the order of the rows, so that the same rows give the same bits everywhere.

/// Rows of numbers, each with a class and a weight.
#[derive(Clone, Debug, Default)]
pub(super) struct Lessons {
    /// One row per world, all equally long.
    pub(super) rows: Vec<Vec<f64>>,
    /// The class of each, from 0.
    pub(super) classes: Vec<usize>,
    /// The weight of each.
    pub(super) weights: Vec<f64>,
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Logistic {
    /// By class: the intercept, then one coefficient per column.
    pub(super) coefficients: Vec<Vec<f64>>,
}

/// Steps at most; a fit ends earlier when no coefficient moves by more than this.
const STEPS: usize = 300;
const STILL: f64 = 1e-6;

impl Logistic {
    /// Fit with half of `penalty` times the squares of the coefficients added to the loss. Each of the `count`
    /// classes must have a row, or its intercept would fall for ever.
    pub(super) fn fit(lessons: &Lessons, count: usize, penalty: f64) -> Self {
        let width = lessons.rows.first().map_or(0, Vec::len) + 1;
        let bound = Factor::of(&curvature(lessons, width, penalty));
        let zero = vec![vec![0.0; width]; count];
        let (mut now, mut ahead, mut momentum) = (zero.clone(), zero, 1.0_f64);
        for _ in 0..STEPS {
            let mut slope = slope(lessons, &ahead, penalty);
            // A step from where the momentum leads.
            let mut uphill = 0.0;
            let mut moved: f64 = 0.0;
            let next_momentum = f64::midpoint(1.0, libm::sqrt(1.0 + 4.0 * momentum * momentum));
            let push = (momentum - 1.0) / next_momentum;
            let mut next = ahead.clone();
            for ((row, gradient), old) in next.iter_mut().zip(&mut slope).zip(&now) {
                let step = bound.solve(gradient);
                for (((value, step), gradient), old) in
                    row.iter_mut().zip(&step).zip(gradient.iter()).zip(old)
                {
                    *value -= step;
                    uphill += gradient * (*value - old);
                    moved = moved.max((*value - old).abs());
                }
            }
            let is_uphill = uphill > 0.0;
            momentum = if is_uphill { 1.0 } else { next_momentum };
            let push = if is_uphill { 0.0 } else { push };
            for ((ahead, next), old) in ahead.iter_mut().zip(&next).zip(&now) {
                for ((ahead, next), old) in ahead.iter_mut().zip(next).zip(old) {
                    *ahead = next + push * (next - old);
                }
            }
            now = next;
            if moved < STILL {
                break;
            }
        }
        Self { coefficients: now }
    }

    /// The scores of a row, by class.
    pub(super) fn scores(&self, row: &[f64]) -> Vec<f64> {
        self.coefficients.iter().map(|of| score(of, row)).collect()
    }
}

fn score(coefficients: &[f64], row: &[f64]) -> f64 {
    let products = coefficients[1..].iter().zip(row).map(|(a, b)| a * b);
    coefficients[0] + products.sum::<f64>()
}

/// Probabilities from scores; equal if all are equal.
pub(super) fn softmax(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let raised: Vec<f64> = scores.iter().map(|score| libm::exp(score - most)).collect();
    let sum: f64 = raised.iter().sum();
    raised.iter().map(|value| value / sum).collect()
}

/// Half of the weighted squares of rows with a leading one, and the penalty.
fn curvature(lessons: &Lessons, width: usize, penalty: f64) -> Vec<Vec<f64>> {
    let mut squares = vec![vec![0.0; width]; width];
    for (row, weight) in lessons.rows.iter().zip(&lessons.weights) {
        let value = |place: usize| if place == 0 { 1.0 } else { row[place - 1] };
        for (one, line) in squares.iter_mut().enumerate() {
            let left = 0.5 * weight * value(one);
            for (other, slot) in line.iter_mut().enumerate().take(one + 1) {
                *slot += left * value(other);
            }
        }
    }
    for (place, line) in squares.iter_mut().enumerate() {
        // Nothing at all to learn from must not stop the factorisation.
        line[place] += if place == 0 { 1e-9 } else { penalty };
    }
    squares
}

/// The derivative of loss and penalty by each coefficient.
fn slope(lessons: &Lessons, coefficients: &[Vec<f64>], penalty: f64) -> Vec<Vec<f64>> {
    let mut slope: Vec<Vec<f64>> = coefficients
        .iter()
        .map(|of| {
            std::iter::once(0.0)
                .chain(of[1..].iter().map(|c| penalty * c))
                .collect()
        })
        .collect();
    let rows = lessons
        .rows
        .iter()
        .zip(&lessons.classes)
        .zip(&lessons.weights);
    for ((row, class), weight) in rows {
        let scores: Vec<f64> = coefficients.iter().map(|of| score(of, row)).collect();
        let probabilities = softmax(&scores);
        for (place, (line, probability)) in slope.iter_mut().zip(probabilities).enumerate() {
            let excess = weight * (probability - f64::from(u8::from(place == *class)));
            line[0] += excess;
            for (slot, value) in line[1..].iter_mut().zip(row) {
                *slot += excess * value;
            }
        }
    }
    slope
}

/// A symmetric matrix in Cholesky's form.
struct Factor(Vec<Vec<f64>>);

impl Factor {
    /// Of a matrix that is positive definite, given by its lower triangle.
    fn of(matrix: &[Vec<f64>]) -> Self {
        let mut lower: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (place, line) in matrix.iter().enumerate() {
            let mut row: Vec<f64> = Vec::with_capacity(place + 1);
            for other in 0..=place {
                let above = if other == place { &row } else { &lower[other] };
                let dot: f64 = row.iter().zip(above).take(other).map(|(a, b)| a * b).sum();
                let rest = line[other] - dot;
                row.push(if other == place {
                    libm::sqrt(rest.max(1e-12))
                } else {
                    rest / lower[other][other]
                });
            }
            lower.push(row);
        }
        Self(lower)
    }

    /// What the matrix makes this of.
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = right.to_vec();
        for (place, row) in self.0.iter().enumerate() {
            let dot: f64 = row[..place].iter().zip(&solution).map(|(a, b)| a * b).sum();
            solution[place] = (solution[place] - dot) / row[place];
        }
        for place in (0..solution.len()).rev() {
            let value = solution[place] / self.0[place][place];
            solution[place] = value;
            for (slot, factor) in solution[..place].iter_mut().zip(&self.0[place]) {
                *slot -= factor * value;
            }
        }
        solution
    }
}

/// The temperature between 0.2 and 20 whose softmax of (scores over it, plus `offsets`) has the least weighted
/// log loss (Guo et al., "On calibration of modern neural networks", ICML 2017), by golden-section search; 1
/// without rows.
pub(super) fn temperature(scores: &Lessons, offsets: &[f64]) -> f64 {
    if scores.rows.is_empty() {
        return 1.0;
    }
    let loss = |log: f64| {
        let scale = libm::exp(-log);
        let rows = scores.rows.iter().zip(&scores.classes).zip(&scores.weights);
        let each = rows.map(|((row, class), weight)| {
            let shifted = row
                .iter()
                .zip(offsets)
                .map(|(score, offset)| score * scale + offset);
            let shifted: Vec<f64> = shifted.collect();
            -weight * libm::log(softmax(&shifted)[*class].max(1e-300))
        });
        each.sum::<f64>()
    };
    let golden = (libm::sqrt(5.0) - 1.0) / 2.0;
    let (mut low, mut high) = (libm::log(0.2), libm::log(20.0));
    for _ in 0..40 {
        let width = golden * (high - low);
        if loss(high - width) <= loss(low + width) {
            high = low + width;
        } else {
            low = high - width;
        }
    }
    libm::exp(f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// What SciPy says: `tests/reference/statistics.py`.
    fn reference(part: &str) -> Value {
        let text = include_str!("../../../tests/reference/statistics.json");
        let all: Value = serde_json::from_str(text).expect("JSON");
        all[part].clone()
    }

    fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
        serde_json::from_value(value.clone()).expect("as the script writes it")
    }

    fn lessons(kept: &Value) -> Lessons {
        Lessons {
            rows: read(&kept["rows"]),
            classes: read(&kept["classes"]),
            weights: read(&kept["weights"]),
        }
    }

    #[test]
    fn coefficients_are_scipys() {
        let kept = reference("logistic");
        let expected: Vec<Vec<f64>> = read(&kept["coefficients"]);
        let mut found = Logistic::fit(&lessons(&kept), 3, read(&kept["penalty"])).coefficients;
        // A common shift of all intercepts changes nothing.
        let shift = found.iter().map(|of| of[0]).sum::<f64>() / 3.0;
        for of in &mut found {
            of[0] -= shift;
        }
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!(
                (found - expected).abs() < 2e-5,
                "{found}, expected {expected}"
            );
        }
    }

    #[test]
    fn the_temperature_is_scipys() {
        let kept = reference("temperature");
        let scores = Lessons {
            rows: read(&kept["scores"]),
            ..lessons(&reference("logistic"))
        };
        let found = temperature(&scores, &read::<Vec<f64>>(&kept["offsets"]));
        let expected: f64 = read(&kept["temperature"]);
        assert!(
            (found - expected).abs() < 1e-4,
            "{found}, expected {expected}"
        );
        assert!((temperature(&Lessons::default(), &[]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_fit_stands_constant_columns_perfect_separation_and_single_classes() {
        let mut separable = Lessons::default();
        for row in 0..20 {
            separable.rows.push(vec![f64::from(row % 2), 1.0]);
            separable.classes.push(usize::from(row % 2 == 1));
            separable.weights.push(1.0);
        }
        let model = Logistic::fit(&separable, 2, 1.0);
        let said = softmax(&model.scores(&[1.0, 1.0]));
        assert!(said[1] > 0.8 && said[1] < 1.0, "{said:?}");
        separable.classes.fill(0);
        let one = Logistic::fit(&separable, 1, 1.0);
        assert_eq!(softmax(&one.scores(&[1.0, 1.0])), [1.0]);
        let none = Logistic::fit(&Lessons::default(), 3, 1.0);
        assert_eq!(none.scores(&[]), [0.0; 3], "nothing was learnt");
    }

    #[test]
    fn probabilities_stay_finite_however_sure_scores_are() {
        assert_eq!(softmax(&[1e6, 0.0]), [1.0, 0.0]);
        assert_eq!(softmax(&[-1e6, -1e6]), [0.5, 0.5]);
    }
}
