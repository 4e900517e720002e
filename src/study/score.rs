//! Replays of real events, scored: the median over seeds against what was published.
//!
//! Invariant: only figures tagged `predicted` count; those that cannot be expressed count as missed.

use crate::impact::{Evaluated, Outcome, Tag};

/// One published figure, with what all seeds made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredFigure {
    /// The scenario it belongs to.
    pub incident: String,
    /// The figure, as the first seed made it.
    pub row: Evaluated,
    /// The median of the simulated values; none if half of the seeds or more never came to one.
    pub median: Option<f64>,
    /// The least and the most that a seed gave, of those that came to one.
    pub spread: Option<(f64, f64)>,
    /// Whether the median lies within the tolerance.
    pub hit: bool,
}

/// How replays did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Every figure, incident by incident.
    pub figures: Vec<ScoredFigure>,
    /// Seeds of each replay.
    pub seeds: usize,
}

impl Score {
    /// Add a replay: the figures of each seed, in the same order.
    pub fn add(&mut self, incident: &str, seeds: &[Vec<Evaluated>]) {
        let Some(first) = seeds.first() else { return };
        for (index, row) in first.iter().enumerate() {
            let values: Vec<_> = seeds.iter().map(|rows| rows[index].simulated).collect();
            self.figures.push(scored(incident, row.clone(), &values));
        }
        self.seeds = self.seeds.max(seeds.len());
    }

    /// The figures that count.
    pub fn predicted(&self) -> impl Iterator<Item = &ScoredFigure> {
        self.figures
            .iter()
            .filter(|figure| figure.row.tag == Tag::Predicted)
    }

    /// How many of the figures that count were hit, and how many there are.
    pub fn total(&self) -> (usize, usize) {
        let hits = self.predicted().filter(|figure| figure.hit).count();
        (hits, self.predicted().count())
    }

    /// The share of the figures that count which were hit; 0 if there are none.
    #[expect(clippy::cast_precision_loss, reason = "counts of figures")]
    pub fn share(&self) -> f64 {
        let (hits, all) = self.total();
        hits as f64 / all.max(1) as f64
    }
}

fn scored(incident: &str, row: Evaluated, values: &[Option<f64>]) -> ScoredFigure {
    let expressible = row.outcome != Outcome::NotExpressible;
    let median = expressible.then(|| median(values)).flatten();
    let reached = values.iter().flatten().copied();
    let spread = reached.fold(None, |spread: Option<(f64, f64)>, value| {
        let (least, most) = spread.unwrap_or((value, value));
        Some((least.min(value), most.max(value)))
    });
    let (least, most) = row.allowed;
    ScoredFigure {
        incident: incident.to_owned(),
        hit: median.is_some_and(|value| (least..=most).contains(&value)),
        median,
        spread,
        row,
    }
}

/// The median, what was never reached counting as later and more than everything; of an even number the
/// mean of the two in the middle.
fn median(values: &[Option<f64>]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().map(|v| v.unwrap_or(f64::INFINITY)).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(lower.midpoint(upper)).filter(|median| median.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::impact::Unit;

    fn row(tag: Tag, outcome: Outcome, simulated: Option<f64>) -> Evaluated {
        Evaluated {
            label: "x".into(),
            unit: Unit::Count,
            published: 10.0,
            simulated,
            allowed: (9.0, 11.0),
            outcome,
            tag,
            source: "A1".into(),
            note: String::new(),
            miss: String::new(),
        }
    }

    fn score(tag: Tag, values: &[Option<f64>]) -> Score {
        let seeds: Vec<_> = values
            .iter()
            .map(|v| vec![row(tag, Outcome::Hit, *v)])
            .collect();
        let mut score = Score::default();
        score.add("a", &seeds);
        score
    }

    #[test]
    fn the_median_decides() {
        let of = |values: &[Option<f64>]| score(Tag::Predicted, values).figures.remove(0);
        let figure = of(&[Some(10.5), Some(99.0), Some(10.0)]);
        assert!(figure.hit);
        assert_eq!(
            (figure.median, figure.spread),
            (Some(10.5), Some((10.0, 99.0)))
        );
        assert!(of(&[Some(10.0), Some(11.5)]).hit);
        assert!(!of(&[Some(10.0), Some(20.0)]).hit);
        let lost = of(&[Some(10.0), None, None]);
        assert_eq!((lost.median, lost.hit), (None, false));
        assert!(of(&[Some(10.0), None, Some(9.0)]).hit);
    }

    #[test]
    fn only_predicted_figures_count_and_the_inexpressible_are_missed() {
        for tag in [Tag::Input, Tag::Fit, Tag::Derived] {
            assert_eq!(score(tag, &[Some(10.0)]).total(), (0, 0));
        }
        let mut score = score(Tag::Predicted, &[Some(10.0)]);
        let unknown = row(Tag::Predicted, Outcome::NotExpressible, None);
        score.add("b", &[vec![unknown]]);
        assert_eq!(
            (score.total(), score.share().to_bits()),
            ((1, 2), 0.5_f64.to_bits())
        );
    }
}
