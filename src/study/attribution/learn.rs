//! A judge learns from some worlds, is calibrated on others, and is tried on worlds that it has never seen.
//!
//! Worlds are split into blocks. Each block is held out once: of the others, the next one calibrates, the rest
//! teach. Classes weigh alike while learning, so that scores say what the signs say; the prior is put on
//! top afterwards (case-control sampling; Prentice and Pyke, Biometrika 66, 1979) and the temperature is set
//! with it in place. Another prior needs no other lesson.
//!
//! Invariant: no world teaches or calibrates the judge that it is tried by.

use rayon::prelude::*;

use crate::detect::signature::Sign;

use super::super::statistics::number;
use super::draw::FOLDS;
use super::encode::Encoder;
use super::logistic::{Lessons, Logistic, softmax, temperature};

/// What a judge sees of a world, and what it should say.
#[derive(Clone, Debug)]
pub(super) struct Case<'a> {
    pub(super) signs: &'a [Sign],
    /// The truth, from 0.
    pub(super) label: usize,
    /// The block that it is held out with.
    pub(super) fold: usize,
    /// How much it counts: its share of all that the prior expects.
    pub(super) weight: f64,
}

/// Strength of the penalty: that of a standard normal prior on each coefficient.
const PENALTY: f64 = 1.0;

/// Somebody who gives probabilities for what signs say.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    encoder: Encoder,
    model: Logistic,
    temperature: f64,
    /// The classes that it has met.
    met: Vec<usize>,
    prior: Vec<f64>,
}

impl Judge {
    /// Learn from some cases and be calibrated on others.
    pub(super) fn learn(lessons: &[&Case<'_>], trials: &[&Case<'_>], prior: &[f64]) -> Self {
        let signs: Vec<&[Sign]> = lessons.iter().map(|case| case.signs).collect();
        let mut met: Vec<usize> = lessons.iter().map(|case| case.label).collect();
        met.sort_unstable();
        met.dedup();
        let encoder = Encoder::learn(&signs);
        let rows = encoded(&encoder, &met, lessons);
        let model = Logistic::fit(&balanced(rows, met.len()), met.len(), PENALTY);
        let mut judge = Self {
            encoder,
            model,
            temperature: 1.0,
            met,
            prior: prior.to_vec(),
        };
        let mut scores = encoded(&judge.encoder, &judge.met, trials);
        for row in &mut scores.rows {
            *row = judge.model.scores(row);
        }
        judge.temperature = temperature(&scores, &judge.offsets());
        judge
    }

    fn offsets(&self) -> Vec<f64> {
        let priors = self.met.iter().map(|&label| self.prior[label].max(1e-12));
        priors.map(libm::log).collect()
    }

    /// Probabilities of all classes; one that was never met keeps its prior.
    pub(super) fn probabilities(&self, signs: &[Sign]) -> Vec<f64> {
        let scores = self.model.scores(&self.encoder.encode(signs));
        let shifted = scores.iter().zip(self.offsets());
        let shifted: Vec<f64> = shifted
            .map(|(s, offset)| s / self.temperature + offset)
            .collect();
        let mut all = self.prior.clone();
        let met: f64 = self.met.iter().map(|&label| self.prior[label]).sum();
        for (&label, share) in self.met.iter().zip(softmax(&shifted)) {
            all[label] = share * met;
        }
        all
    }
}

fn encoded(encoder: &Encoder, met: &[usize], cases: &[&Case<'_>]) -> Lessons {
    let mut lessons = Lessons::default();
    for case in cases {
        // A class that was not met while learning cannot be scored.
        if let Ok(place) = met.binary_search(&case.label) {
            lessons.rows.push(encoder.encode(case.signs));
            lessons.classes.push(place);
            lessons.weights.push(case.weight);
        }
    }
    lessons
}

/// Classes weigh alike, and all together as many as there are rows.
fn balanced(mut lessons: Lessons, count: usize) -> Lessons {
    let mut totals = vec![(0.0, 0_usize); count];
    for (class, weight) in lessons.classes.iter().zip(&lessons.weights) {
        totals[*class].0 += weight;
        totals[*class].1 += 1;
    }
    let each = number(lessons.rows.len()) / number(count.max(1));
    for (class, weight) in lessons.classes.iter().zip(&mut lessons.weights) {
        let (total, rows) = totals[*class];
        *weight = if total > 0.0 {
            *weight / total
        } else {
            1.0 / number(rows)
        } * each;
    }
    lessons
}

/// The block that calibrates while another is held out.
const fn calibrating(held_out: usize) -> usize {
    (held_out + 1) % FOLDS
}

/// Those who teach, those who calibrate, and those who are held out.
pub(super) fn parts<'c, 'a>(cases: &'c [Case<'a>], held_out: usize) -> [Vec<&'c Case<'a>>; 3] {
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for case in cases {
        let part = match case.fold {
            fold if fold == held_out => 2,
            fold if fold == calibrating(held_out) => 1,
            _ => 0,
        };
        parts[part].push(case);
    }
    parts
}

/// What judges who have never seen a world say of it, for each world.
pub(super) fn held_out(cases: &[Case<'_>], prior: &[f64]) -> Vec<Vec<f64>> {
    let judges = (0..FOLDS).into_par_iter().map(|fold| {
        let [lessons, trials, held] = parts(cases, fold);
        (!held.is_empty()).then(|| Judge::learn(&lessons, &trials, prior))
    });
    let judges: Vec<Option<Judge>> = judges.collect();
    let said = cases.iter().map(|case| {
        let judge = judges[case.fold].as_ref();
        let judge = judge.expect("a block that holds a case has a judge");
        judge.probabilities(case.signs)
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::super::vary::Dice;
    use super::*;

    /// Worlds of three classes; the number of a sign is that of its class, give or take `noise`.
    fn synthetic(count: usize, noise: f64, shuffled: bool) -> (Vec<Vec<Sign>>, Vec<usize>) {
        let mut dice = Dice::new(5, 1);
        let (mut seen, mut labels) = (Vec::new(), Vec::new());
        for world in 0..count {
            let label = world % 3;
            let of = |label: usize, dice: &mut Dice| {
                Sign::known("x", number(label) + noise * (dice.unit() - 0.5))
            };
            let signs = vec![
                of(label, &mut dice),
                of(0, &mut dice),
                Sign::Unknown("silent"),
            ];
            seen.push(signs);
            labels.push(if shuffled { dice.below(3) } else { label });
        }
        (seen, labels)
    }

    fn cases<'a>(seen: &'a [Vec<Sign>], labels: &[usize]) -> Vec<Case<'a>> {
        let worlds = seen.iter().zip(labels).enumerate();
        let case = |(world, (signs, &label)): (usize, (&'a Vec<Sign>, &usize))| Case {
            signs,
            label,
            fold: (world / 3) % FOLDS,
            weight: 1.0 / number(seen.len()),
        };
        worlds.map(case).collect()
    }

    fn accuracy(seen: &[Vec<Sign>], labels: &[usize]) -> f64 {
        let third = 1.0 / 3.0;
        let said = held_out(&cases(seen, labels), &[third; 3]);
        let right = said.iter().zip(labels).filter(|(said, label)| {
            let most = said.iter().copied().fold(0.0, f64::max);
            said.iter().position(|p| *p >= most) == Some(**label)
        });
        number(right.count()) / number(labels.len())
    }

    #[test]
    fn what_can_be_told_apart_is_and_probabilities_add_up() {
        let (seen, labels) = synthetic(300, 0.5, false);
        assert!(accuracy(&seen, &labels) > 0.99);
        let said = held_out(&cases(&seen, &labels), &[0.2, 0.3, 0.5]);
        for one in said {
            assert!((one.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            assert!(one.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }

    #[test]
    fn shuffled_labels_are_guessed_no_better_than_by_chance() {
        let (seen, labels) = synthetic(900, 0.5, true);
        // Binomial: four standard deviations of 900 guesses at a third are 0.063.
        assert!((accuracy(&seen, &labels) - 1.0 / 3.0).abs() < 0.063);
    }

    #[test]
    fn no_world_teaches_or_calibrates_the_judge_that_it_is_tried_by() {
        let (seen, labels) = synthetic(90, 1.0, false);
        let cases = cases(&seen, &labels);
        let mut tried = 0;
        for fold in 0..FOLDS {
            let [lessons, trials, held] = parts(&cases, fold);
            assert_eq!(lessons.len() + trials.len() + held.len(), cases.len());
            let is_in =
                |part: &[&Case<'_>], one: &Case<'_>| part.iter().any(|c| std::ptr::eq(*c, one));
            assert!(
                held.iter()
                    .all(|one| !is_in(&lessons, one) && !is_in(&trials, one))
            );
            assert!(trials.iter().all(|one| !is_in(&lessons, one)));
            tried += held.len();
        }
        assert_eq!(tried, cases.len(), "each is tried once");
    }

    #[test]
    fn a_judge_who_knows_nothing_says_the_prior() {
        let silent = vec![vec![Sign::Unknown("silent"); 2]; 60];
        let labels: Vec<usize> = (0..60).map(|world| world % 3).collect();
        let prior = [0.04, 0.46, 0.5];
        for one in held_out(&cases(&silent, &labels), &prior) {
            for (said, known) in one.iter().zip(prior) {
                assert!((said - known).abs() < 1e-6, "{one:?}");
            }
        }
    }

    #[test]
    fn a_class_that_was_never_met_keeps_its_prior() {
        let (seen, mut labels) = synthetic(60, 0.5, false);
        for label in &mut labels {
            *label = (*label).min(1);
        }
        let prior = [0.3, 0.3, 0.4];
        let said = held_out(&cases(&seen, &labels), &prior);
        assert!(said.iter().all(|one| (one[2] - 0.4).abs() < 1e-12));
        labels.fill(0);
        let said = held_out(&cases(&seen, &labels), &prior);
        assert!(
            said.iter().all(|one| (one[0] - 0.3).abs() < 1e-9),
            "one class only"
        );
    }
}
