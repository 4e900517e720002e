//! The race: plans meet the same worlds round by round, and those that are not on the frontier leave it.
//!
//! Sequential halving (Karnin, Koren and Somekh 2013, "Almost optimal exploration in multi-armed bandits"): the
//! budget is spread evenly over rounds, and after each the better half goes on, so that half the plans cost half
//! as much and get twice the worlds. What is better is how often a plan is on the Pareto frontier when its
//! worlds are resampled (in the spirit of S-Race; Zhang, Georgiopoulos and Anagnostopoulos 2013). Once few are
//! left, only plans that are hardly ever on it leave.
//!
//! Invariant: decides from observations alone, in the order of plans; knows nothing of runs.

use super::super::statistics::Resampling;
use super::field::{Observation, Seen, scores};

/// A run that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) plan: usize,
    pub(super) release: usize,
    pub(super) world: u32,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Plans that took part.
    pub plans: usize,
    /// New worlds of each kind of release.
    pub worlds: u32,
    /// Runs made so far, this round's included.
    pub runs: u32,
}

/// Plans that are never halved away.
const KEPT: usize = 8;
/// Worlds of each kind of release that every plan gets at least.
pub(super) const WORLDS_MIN: u32 = 2;
/// Worlds of each kind below which a resample is no evidence against a plan.
const WORLDS_EVIDENCE: usize = 8;
/// Plans in the race that are on the frontier less often than this leave it.
const SCORE_MIN: f64 = 0.01;
/// Resamples by which plans are judged between rounds.
const RESAMPLES: u32 = 200;

/// A race in progress.
#[derive(Clone, Debug)]
pub(super) struct Race {
    /// Probability of each kind of release.
    pub(super) probabilities: Vec<f64>,
    /// Runs that may be made.
    pub(super) budget: u32,
    /// Seed of resampling.
    pub(super) seed: u64,
    /// What was seen of each plan.
    pub(super) seen: Vec<Seen>,
    /// The plans still in the race, in their order; the first never leaves.
    pub(super) racing: Vec<usize>,
    /// How often each of these is on the frontier.
    pub(super) scores: Vec<f64>,
    /// Runs made so far.
    pub(super) runs: u32,
}

impl Race {
    /// A race of so many plans.
    pub(super) fn new(plans: Vec<usize>, count: usize, probabilities: &[f64]) -> Self {
        Self {
            probabilities: probabilities.to_vec(),
            budget: 0,
            seed: 0,
            seen: vec![vec![Vec::new(); probabilities.len()]; count],
            scores: vec![1.0; plans.len()],
            racing: plans,
            runs: 0,
        }
    }

    /// Run it to the end of its budget. `observe` makes the runs of a round, and gives what they showed in the
    /// same order; `tell` hears of each round before it starts.
    pub(super) fn run<E>(
        &mut self,
        mut observe: impl FnMut(&[Job]) -> Result<Vec<Observation>, E>,
        mut tell: impl FnMut(Round),
    ) -> Result<(), E> {
        let mut rounds_left = halvings(self.racing.len()) + 1;
        loop {
            let each = self.round_runs();
            let affordable = (self.budget - self.runs) / each;
            if affordable == 0 || self.racing.len() < 2 {
                return Ok(());
            }
            let least = if self.runs == 0 { WORLDS_MIN } else { 1 };
            let worlds = (affordable / rounds_left).max(least).min(affordable);
            let jobs = self.jobs(worlds);
            tell(Round {
                plans: self.racing.len(),
                worlds,
                runs: self.runs + each * worlds,
            });
            let observations = observe(&jobs)?;
            assert_eq!(
                observations.len(),
                jobs.len(),
                "one observation for each job"
            );
            for (job, observation) in jobs.iter().zip(observations) {
                self.seen[job.plan][job.release].push(observation);
            }
            self.runs += each * worlds;
            self.judge(rounds_left > 1);
            rounds_left = (rounds_left - 1).max(1);
        }
    }

    /// Runs for one new world of each kind of release.
    fn round_runs(&self) -> u32 {
        let runs = self.racing.len() * self.probabilities.len();
        u32::try_from(runs).expect("far fewer than 2^32 plans")
    }

    fn jobs(&self, worlds: u32) -> Vec<Job> {
        let mut jobs = Vec::new();
        for &plan in &self.racing {
            for release in 0..self.probabilities.len() {
                let met = u32::try_from(self.seen[plan][release].len()).expect("within the budget");
                jobs.extend((met..met + worlds).map(|world| Job {
                    plan,
                    release,
                    world,
                }));
            }
        }
        jobs
    }

    /// Score the plans, and let those go that are hardly ever on the frontier; in a halving round also the
    /// worse half.
    fn judge(&mut self, halves: bool) {
        self.score();
        let worlds = self.seen[self.racing[0]][0].len();
        let most = if halves {
            self.racing.len().div_ceil(2).max(KEPT)
        } else {
            self.racing.len()
        };
        let mut order: Vec<usize> = (0..self.racing.len()).collect();
        order.sort_by(|&a, &b| self.scores[b].total_cmp(&self.scores[a]));
        let is_out = |place: usize| worlds >= WORLDS_EVIDENCE && self.scores[place] < SCORE_MIN;
        let mut stay: Vec<usize> = order
            .into_iter()
            .take(most)
            .filter(|&p| !is_out(p))
            .collect();
        if !stay.contains(&0) {
            stay.push(0);
        }
        stay.sort_unstable();
        self.scores = stay.iter().map(|&place| self.scores[place]).collect();
        self.racing = stay.iter().map(|&place| self.racing[place]).collect();
    }

    fn score(&mut self) {
        let plans: Vec<&Seen> = self.racing.iter().map(|&plan| &self.seen[plan]).collect();
        let how = Resampling {
            count: RESAMPLES,
            ..Resampling::new(self.seed)
        };
        self.scores = scores(&plans, &self.probabilities, &how);
    }
}

/// How often so many plans are halved until few are left.
fn halvings(plans: usize) -> u32 {
    let mut left = plans;
    let mut count = 0;
    while left > KEPT {
        left = left.div_ceil(2).max(KEPT);
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{philox4x32_10, unit_interval};
    use crate::study::search::field::{objectives, on_frontier};

    /// Plan `p` of 40 takes `p` minutes and loses less the longer it takes, but every second plan loses three
    /// times as much: the frontier is made of the even plans.
    fn observe(jobs: &[Job]) -> Vec<Observation> {
        let run = |job: &Job| {
            let plan = u32::try_from(job.plan).expect("small");
            let release = u32::try_from(job.release).expect("small");
            let luck = philox4x32_10([job.world, release, 0, 0], [9, 9]);
            let world = -libm::log(unit_interval(luck[0]));
            let worse = if plan.is_multiple_of(2) { 1.0 } else { 3.0 };
            let harm = if job.release == 0 { 0.0 } else { 1_000.0 };
            Observation {
                duration: 60.0 * f64::from(plan + 1),
                finished: true,
                loss: harm * world * worse / f64::from(plan + 1),
            }
        };
        jobs.iter().map(run).collect()
    }

    fn race(plans: usize, budget: u32) -> (Race, Vec<Round>) {
        let mut race = Race {
            budget,
            seed: 3,
            ..Race::new((0..plans).collect(), plans, &[0.5, 0.5])
        };
        let mut rounds = Vec::new();
        race.run(
            |jobs| Ok::<_, ()>(observe(jobs)),
            |round| rounds.push(round),
        )
        .expect("nothing fails");
        (race, rounds)
    }

    #[test]
    fn the_budget_goes_to_the_plans_that_matter() {
        let (race, rounds) = race(40, 2_000);
        assert!(race.runs <= 2_000 && race.runs > 1_900, "{}", race.runs);
        let worlds = |plan: usize| race.seen[plan][0].len();
        assert_eq!(rounds[0].plans, 40);
        assert!(rounds.windows(2).all(|two| two[1].plans <= two[0].plans));
        let odd: usize = (0..20).map(|i| worlds(2 * i + 1)).sum();
        let even: usize = (0..20).map(|i| worlds(2 * i)).sum();
        assert!(
            even > 4 * odd,
            "{even} worlds for good plans, {odd} for bad ones"
        );
        assert!(
            race.racing
                .iter()
                .all(|plan| plan % 2 == 0 || race.seen[*plan][0].len() < 12)
        );
    }

    #[test]
    fn what_it_ends_with_is_on_the_frontier() {
        let (race, _) = race(8, 800);
        let found = race.racing.iter();
        let found: Vec<_> = found
            .map(|&p| objectives(&race.seen[p], &[0.5, 0.5]))
            .collect();
        assert_eq!(race.racing, [0, 2, 4, 6]);
        assert!(on_frontier(&found).iter().all(|is_on| *is_on));
    }

    #[test]
    fn the_same_seed_races_the_same_race() {
        let (one, rounds) = race(20, 500);
        let (other, again) = race(20, 500);
        assert_eq!(rounds, again);
        assert_eq!((one.racing, one.scores), (other.racing, other.scores));
    }

    #[test]
    fn plans_are_halved_until_few_are_left() {
        assert_eq!([1, 8, 9, 16, 17, 97].map(halvings), [0, 0, 1, 1, 2, 4]);
    }
}
