//! What is known of the plans so far: estimates, their intervals, and how surely a plan is on the frontier.
//!
//! Invariant: plans are compared on the worlds that all of them met; a resample takes the same worlds of every
//! plan, so that what worlds have in common falls out.

use super::super::statistics::{
    Interval, Resampling, mean, number, percentile_interval, weighted_quantile,
};

/// The share of worlds in which the loss stays below the high loss.
const HIGH: f64 = 0.95;

/// What one run showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Observation {
    /// Seconds from the start of the rollout until its last stage was passed; until the end of the run if it
    /// was not.
    pub(super) duration: f64,
    /// Whether its last stage was passed.
    pub(super) finished: bool,
    /// The loss.
    pub(super) loss: f64,
}

/// The observations of one plan, by kind of release and world.
pub(super) type Seen = Vec<Vec<Observation>>;

/// What a plan comes to: less is better in each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objectives {
    /// Mean time from the start of the rollout of a good release until its last stage is passed, in seconds.
    pub duration: f64,
    /// Expected loss.
    pub mean_loss: f64,
    /// 95th percentile of the loss.
    pub high_loss: f64,
}

impl Objectives {
    /// Whether it is nowhere worse than another and somewhere better.
    pub fn dominates(&self, other: &Self) -> bool {
        let (mine, others) = (self.list(), other.list());
        let mut pairs = mine.iter().zip(&others);
        pairs.all(|(a, b)| a <= b) && mine.iter().zip(&others).any(|(a, b)| a < b)
    }

    fn list(&self) -> [f64; 3] {
        [self.duration, self.mean_loss, self.high_loss]
    }
}

/// Whether each is on the Pareto frontier: no other dominates it.
pub fn on_frontier(objectives: &[Objectives]) -> Vec<bool> {
    let beaten = |one: &Objectives| objectives.iter().any(|other| other.dominates(one));
    objectives.iter().map(|one| !beaten(one)).collect()
}

/// The objectives of a plan, with the worlds of each kind of release counted by its probability.
pub(super) fn objectives(seen: &Seen, probabilities: &[f64]) -> Objectives {
    let all: Vec<Vec<usize>> = seen
        .iter()
        .map(|worlds| (0..worlds.len()).collect())
        .collect();
    objectives_of(seen, probabilities, &all)
}

fn objectives_of(seen: &Seen, probabilities: &[f64], taken: &[Vec<usize>]) -> Objectives {
    let durations: Vec<f64> = taken[0]
        .iter()
        .map(|&world| seen[0][world].duration)
        .collect();
    let mut losses = Vec::new();
    for ((worlds, probability), taken) in seen.iter().zip(probabilities).zip(taken) {
        let weight = probability / number(taken.len().max(1));
        losses.extend(taken.iter().map(|&world| (worlds[world].loss, weight)));
    }
    Objectives {
        duration: mean(&durations).unwrap_or(f64::INFINITY),
        mean_loss: losses.iter().map(|(loss, weight)| loss * weight).sum(),
        high_loss: weighted_quantile(&losses, HIGH).unwrap_or(f64::INFINITY),
    }
}

/// The objectives of all plans in each resample of their worlds.
fn resampled(plans: &[&Seen], probabilities: &[f64], how: &Resampling) -> Vec<Vec<Objectives>> {
    let worlds: Vec<usize> = plans[0].iter().map(Vec::len).collect();
    let resample = |number: u32| {
        let taken: Vec<Vec<usize>> = worlds
            .iter()
            .zip(0..)
            .map(|(&count, group)| {
                let mut indices = Vec::new();
                let count = u32::try_from(count).expect("fewer than 2^32 worlds");
                how.indices(number, group, count, &mut indices);
                indices
            })
            .collect();
        let each = plans
            .iter()
            .map(|seen| objectives_of(seen, probabilities, &taken));
        each.collect()
    };
    (0..how.count).map(resample).collect()
}

/// The share of resamples in which each plan is on the frontier.
pub(super) fn scores(plans: &[&Seen], probabilities: &[f64], how: &Resampling) -> Vec<f64> {
    let mut hits = vec![0_u32; plans.len()];
    for objectives in resampled(plans, probabilities, how) {
        for (hit, is_on) in hits.iter_mut().zip(on_frontier(&objectives)) {
            *hit += u32::from(is_on);
        }
    }
    hits.iter()
        .map(|&hit| f64::from(hit) / f64::from(how.count))
        .collect()
}

/// The intervals of expected and high loss of a plan.
pub(super) fn loss_intervals(
    seen: &Seen,
    probabilities: &[f64],
    how: &Resampling,
) -> (Interval, Interval) {
    let found = resampled(&[seen], probabilities, how);
    let interval = |part: fn(&Objectives) -> f64| {
        let values: Vec<f64> = found.iter().map(|each| part(&each[0])).collect();
        percentile_interval(&values, how.level).expect("there are resamples")
    };
    (
        interval(|each| each.mean_loss),
        interval(|each| each.high_loss),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objectives(duration: f64, mean_loss: f64, high_loss: f64) -> Objectives {
        Objectives {
            duration,
            mean_loss,
            high_loss,
        }
    }

    fn seen(duration: f64, losses: [&[f64]; 2]) -> Seen {
        let observe = |loss: &f64| Observation {
            duration,
            finished: true,
            loss: *loss,
        };
        losses
            .map(|worlds| worlds.iter().map(observe).collect())
            .to_vec()
    }

    #[test]
    fn the_frontier_is_what_nothing_beats() {
        let plans = [
            objectives(1.0, 9.0, 20.0),
            objectives(2.0, 5.0, 10.0),
            objectives(2.0, 6.0, 10.0),
            objectives(3.0, 5.0, 9.0),
            objectives(3.0, 5.0, 10.0),
            objectives(2.0, 5.0, 10.0),
        ];
        assert_eq!(on_frontier(&plans), [true, true, false, true, false, true]);
    }

    #[test]
    fn kinds_of_release_count_by_their_probability() {
        let plan = seen(60.0, [&[0.0, 2.0], &[100.0, 200.0, 300.0, 400.0]]);
        let found = super::objectives(&plan, &[0.9, 0.1]);
        assert!((found.mean_loss - (0.9 + 25.0)).abs() < 1e-9);
        // A tenth of the worlds is bad, in four equal parts: 5 % lie above 200.
        assert!((found.high_loss - 200.0).abs() < 1e-9);
    }

    #[test]
    fn what_worlds_have_in_common_does_not_blur_a_comparison() {
        // The losses scatter over three orders of magnitude; the second plan loses 1 % more in each world.
        let losses: Vec<f64> = (1..=12).map(|i| libm::pow(2.0, f64::from(i))).collect();
        let more: Vec<f64> = losses.iter().map(|loss| loss * 1.01).collect();
        let (one, other) = (seen(60.0, [&[0.0], &losses]), seen(60.0, [&[0.0], &more]));
        let found = scores(&[&one, &other], &[0.5, 0.5], &Resampling::new(1));
        assert_eq!(found, [1.0, 0.0]);
    }
}
