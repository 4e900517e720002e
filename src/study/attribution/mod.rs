//! Attack, own change, or nobody's fault? What could have been known, when, and from what.
//!
//! Worlds are drawn from every kind of defect, attack and disturbance ([`cast`], [`draw`]), run once, and seen
//! under three telemetry contracts and with single sources more or less (`sight`, `observe`). Judges learn from
//! the signs of some worlds and are tried on others (`learn`); how good they are, against two dumb baselines, is
//! the attribution curve (`curve`); which kinds they cannot tell apart is said (`kinds`).
//!
//! Invariant: the truth labels worlds and sets their clocks; everything else is what an operator had been told.

mod cast;
mod curve;
mod draw;
mod encode;
mod kinds;
mod learn;
mod logistic;
mod observe;
mod sight;
mod vary;

use rayon::prelude::*;

use crate::base::SimTime;
use crate::detect::signature::Sign;
use crate::scenario::Scenario;
use crate::simulation::RunError;

use super::signs::HORIZONS_MIN;
use super::statistics::{Resampling, mean, number};
use super::watch::{Overseer, WatchError};

pub use cast::{CLASSES, Class, Kind, Prior, cast};
pub use curve::{Bin, Contest, Estimate, Quality};
pub use draw::{Drawn, FOLDS, draw};
pub use kinds::{Confusion, Pair, crosses_classes};
pub use observe::{Signs, World};
pub use sight::CONTRACTS;

use curve::{Verdict, quality, weighted};
use learn::{Case, Judge, held_out, parts};
use sight::{SOURCES, Sight};
pub(super) use sight::{in_order, onlooks, plain as contracts};

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributionPlan {
    /// How many worlds.
    pub worlds: usize,
    /// The seed of all draws.
    pub seed: u64,
    /// Changes to the prior: class or kind, and its probability.
    pub prior: Vec<(String, f64)>,
}

/// Everything that was found out.
#[derive(Clone, Debug)]
pub struct AttributionStudy {
    /// What was drawn.
    pub plan: AttributionPlan,
    /// The kinds.
    pub cast: Vec<Kind>,
    /// How likely they are.
    pub prior: Prior,
    /// The worlds.
    pub worlds: Vec<World>,
    /// How good the answers are, contract by contract and minute by minute.
    pub curve: Vec<CurvePoint>,
    /// Always the prior.
    pub always_the_prior: Baseline,
    /// Blame the latest change.
    pub blame_the_change: Baseline,
    /// What each source is worth.
    pub sources: Vec<SourceWorth>,
    /// What would have been said of each given scenario.
    pub judged: Vec<Judged>,
}

/// The answers under one contract at one minute.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// The contract, by its place in [`CONTRACTS`].
    pub contract: usize,
    /// Minutes after the first impact.
    pub minute: u64,
    /// Signs that say something, on average over worlds.
    pub signs_known: f64,
    /// How good the answers are.
    pub quality: Quality,
    /// By kind.
    pub confusion: Confusion,
    /// Every two kinds.
    pub pairs: Vec<Pair>,
}

/// An answer that needs no telemetry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// Share that is right.
    pub accuracy: Estimate,
    /// Mean logarithmic loss, in nats.
    pub log_loss: Estimate,
}

/// What a source adds to a contract that lacks it, or what is lost without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceWorth {
    /// The contract, by its place in [`CONTRACTS`].
    pub contract: usize,
    /// Name of the source.
    pub source: &'static str,
    /// Whether it is added; else it is taken away.
    pub added: bool,
    /// Minutes after the first impact.
    pub minute: u64,
    /// Logarithmic loss with the change less that without it, world by world: less is better.
    pub log_loss: Estimate,
    /// The same of the share that is right: more is better.
    pub accuracy: Estimate,
}

/// A given scenario as judges see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Its name.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// When anybody was first out; none if nobody ever was, and nothing is judged.
    pub first_impact: Option<SimTime>,
    /// What was said.
    pub said: Vec<Opinion>,
}

/// What is said of a night under one contract at one minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinion {
    /// The contract, by its place in [`CONTRACTS`].
    pub contract: usize,
    /// Minutes after the first impact.
    pub minute: u64,
    /// Signs that say something.
    pub signs_known: usize,
    /// Probabilities, in the order of [`CLASSES`].
    pub said: [f64; 3],
    /// The likeliest kind (kinds of a class alike before), by its place in the cast, and its probability.
    pub kind: (usize, f64),
}

/// Draw worlds, run them, and find out what could have been known of them; then judge the scenarios.
///
/// # Errors
/// If the plan makes no sense, or a run came to no result.
pub fn attribution_study(
    scenarios: &[Scenario],
    plan: &AttributionPlan,
    overseer: &Overseer<'_>,
) -> Result<AttributionStudy, WatchError> {
    let cast = cast();
    let prior = Prior::of(&plan.prior, &cast).map_err(WatchError::Plan)?;
    check_worlds(&cast, plan)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(overseer.threads)
        .build()
        .map_err(|error| WatchError::Threads(error.to_string()))?;
    pool.install(|| {
        let sights = sight::all();
        let drawn = (cast.as_slice(), plan.seed, plan.worlds);
        let worlds = observe::worlds(drawn, &sights, overseer)?;
        let school = School {
            cast: &cast,
            prior: &prior,
            worlds: &worlds,
            how: Resampling::new(plan.seed),
            overseer,
        };
        let curve = school.curve()?;
        let sources = school.sources(&sights)?;
        let judged = school.judge(scenarios)?;
        let baselines = (school.always_the_prior(), school.blame_the_change());
        Ok(AttributionStudy {
            plan: plan.clone(),
            curve,
            sources,
            judged,
            always_the_prior: baselines.0,
            blame_the_change: baselines.1,
            cast: cast.clone(),
            prior: prior.clone(),
            worlds: worlds.clone(),
        })
    })
}

/// Runs that a plan needs, beside those of the given scenarios.
pub fn attribution_runs(scenarios: usize, plan: &AttributionPlan) -> usize {
    plan.worlds + scenarios
}

/// Whoever judges must have met every class, whichever block is held out.
fn check_worlds(cast: &[Kind], plan: &AttributionPlan) -> Result<(), WatchError> {
    let least = CLASSES.len() * FOLDS;
    if plan.worlds < least {
        return Err(WatchError::Plan(format!(
            "found {} worlds, expected {least} or more: {FOLDS} blocks, each with an attack, a change of one's \
             own and a night that is nobody's fault; 1,000 give intervals that say something",
            plan.worlds
        )));
    }
    assert!(!cast.is_empty(), "the registries hold kinds");
    Ok(())
}

/// What all that learn have in common.
struct School<'a> {
    cast: &'a [Kind],
    prior: &'a Prior,
    worlds: &'a [World],
    how: Resampling,
    overseer: &'a Overseer<'a>,
}

impl School<'_> {
    fn go_on(&self) -> Result<(), WatchError> {
        if (self.overseer.is_stopped)() {
            return Err(WatchError::Run(RunError::Interrupted(SimTime::ZERO)));
        }
        Ok(())
    }

    /// How much each world counts: what the prior expects of its kind, shared among the worlds of it.
    fn weights(&self) -> Vec<f64> {
        let mut count = vec![0_usize; self.cast.len()];
        self.worlds
            .iter()
            .for_each(|world| count[world.drawn.kind] += 1);
        let of = |world: &World| {
            let kind = world.drawn.kind;
            self.prior.kinds[kind] / number(count[kind])
        };
        self.worlds.iter().map(of).collect()
    }

    fn class(&self, world: &World) -> Class {
        self.cast[world.drawn.kind].class
    }

    /// The worlds as cases of their class.
    fn by_class(&self, sight: usize, minute: usize) -> Vec<Case<'_>> {
        let worlds = self.worlds.iter().zip(self.weights());
        let cases = worlds.map(|(world, weight)| Case {
            signs: signs_of(world, sight, minute),
            label: self.class(world) as usize,
            fold: world.drawn.fold,
            weight,
        });
        cases.collect()
    }

    /// The worlds as cases of their kind, all kinds alike.
    fn by_kind(&self, sight: usize, minute: usize) -> Vec<Case<'_>> {
        let cases = self.worlds.iter().map(|world| Case {
            signs: signs_of(world, sight, minute),
            label: world.drawn.kind,
            fold: world.drawn.fold,
            weight: 1.0 / number(self.worlds.len()),
        });
        cases.collect()
    }

    fn equal_odds(&self) -> Vec<f64> {
        vec![1.0 / number(self.cast.len()); self.cast.len()]
    }

    /// What judges that have never seen a world say of its class.
    fn verdicts(&self, sight: usize, minute: usize) -> Result<Vec<Verdict>, WatchError> {
        self.go_on()?;
        let cases = self.by_class(sight, minute);
        let said = held_out(&cases, &self.prior.classes);
        let verdicts = said.iter().zip(&cases).zip(self.worlds);
        let verdict = |((said, case), world): ((&Vec<f64>, &Case<'_>), &World)| Verdict {
            said: [said[0], said[1], said[2]],
            class: self.class(world),
            weight: case.weight,
        };
        Ok(verdicts.map(verdict).collect())
    }

    fn curve(&self) -> Result<Vec<CurvePoint>, WatchError> {
        let all = (0..CONTRACTS.len() * HORIZONS_MIN.len()).into_par_iter();
        let points: Vec<Result<CurvePoint, WatchError>> = all
            .with_max_len(1)
            .map(|place| self.point(place / HORIZONS_MIN.len(), place % HORIZONS_MIN.len()))
            .collect();
        points.into_iter().collect()
    }

    fn point(&self, contract: usize, minute: usize) -> Result<CurvePoint, WatchError> {
        let verdicts = self.verdicts(contract, minute)?;
        self.go_on()?;
        let said = held_out(&self.by_kind(contract, minute), &self.equal_odds());
        let truth: Vec<usize> = self.worlds.iter().map(|world| world.drawn.kind).collect();
        let known = self
            .worlds
            .iter()
            .map(|w| number(known(signs_of(w, contract, minute))));
        Ok(CurvePoint {
            contract,
            minute: HORIZONS_MIN[minute],
            signs_known: mean(&known.collect::<Vec<_>>()).unwrap_or(0.0),
            quality: quality(&verdicts, &self.prior.classes, &self.how),
            confusion: kinds::confusion(&said, &truth, self.cast.len()),
            pairs: kinds::pairs(&said, &truth, self.cast.len()),
        })
    }

    fn sources(&self, sights: &[Sight]) -> Result<Vec<SourceWorth>, WatchError> {
        let altered = (CONTRACTS.len()..sights.len()).into_par_iter();
        let worth: Vec<Result<Vec<SourceWorth>, WatchError>> = altered
            .with_max_len(1)
            .map(|place| {
                let minutes = 0..HORIZONS_MIN.len();
                minutes
                    .map(|minute| self.worth(sights, place, minute))
                    .collect()
            })
            .collect();
        let worth: Result<Vec<_>, _> = worth.into_iter().collect();
        Ok(worth?.into_iter().flatten().collect())
    }

    fn worth(
        &self,
        sights: &[Sight],
        place: usize,
        minute: usize,
    ) -> Result<SourceWorth, WatchError> {
        let sight = &sights[place];
        let (source, added) = sight.altered.expect("it is one that was altered");
        let plain = self.verdicts(sight.contract, minute)?;
        let altered = self.verdicts(place, minute)?;
        let difference = |of: fn(&Verdict) -> f64| {
            let pairs = plain.iter().zip(&altered);
            let pairs = pairs.map(|(plain, altered)| (of(altered) - of(plain), plain.weight));
            weighted(&pairs.collect::<Vec<_>>(), &self.how)
        };
        Ok(SourceWorth {
            contract: sight.contract,
            source: SOURCES[source].0,
            added,
            minute: HORIZONS_MIN[minute],
            log_loss: difference(Verdict::loss),
            accuracy: difference(Verdict::is_right),
        })
    }

    fn always_the_prior(&self) -> Baseline {
        self.baseline(|_| self.prior.classes)
    }

    /// Blame the latest change: if one was begun in the two hours before, it was that; otherwise, whatever else
    /// is likelier. Its probabilities are the shares among the worlds that are not held out.
    fn blame_the_change(&self) -> Baseline {
        let weights = self.weights();
        let shares = |fold: usize, changed: bool| {
            // One thousandth of all weight on each class keeps what was never met possible.
            let mut sums = [1e-3; 3];
            for (world, weight) in self.worlds.iter().zip(&weights) {
                if world.drawn.fold != fold && world.changed == changed {
                    sums[self.class(world) as usize] += weight;
                }
            }
            let total: f64 = sums.iter().sum();
            sums.map(|sum| sum / total)
        };
        let table: Vec<[[f64; 3]; 2]> = (0..FOLDS)
            .map(|fold| [shares(fold, false), shares(fold, true)])
            .collect();
        let baseline = self.baseline(|world| table[world.drawn.fold][usize::from(world.changed)]);
        let [attack, _, nobody] = self.prior.classes;
        let otherwise = if attack > nobody {
            Class::Attack
        } else {
            Class::Nobody
        };
        let hits = self.worlds.iter().zip(&weights).map(|(world, weight)| {
            let blamed = if world.changed {
                Class::OwnChange
            } else {
                otherwise
            };
            (f64::from(u8::from(blamed == self.class(world))), *weight)
        });
        Baseline {
            accuracy: weighted(&hits.collect::<Vec<_>>(), &self.how),
            ..baseline
        }
    }

    fn baseline(&self, says: impl Fn(&World) -> [f64; 3]) -> Baseline {
        let verdicts = self.worlds.iter().zip(self.weights());
        let verdict = |(world, weight): (&World, f64)| Verdict {
            said: says(world),
            class: self.class(world),
            weight,
        };
        let verdicts: Vec<Verdict> = verdicts.map(verdict).collect();
        Baseline {
            accuracy: curve::estimate(&verdicts, Verdict::is_right, &self.how),
            log_loss: curve::estimate(&verdicts, Verdict::loss, &self.how),
        }
    }

    /// What judges who have learnt from four blocks, and were calibrated on the fifth, say of scenarios.
    fn judge(&self, scenarios: &[Scenario]) -> Result<Vec<Judged>, WatchError> {
        if scenarios.is_empty() {
            return Ok(Vec::new());
        }
        let judges = self.judges()?;
        let sights = sight::plain();
        let done = scenarios.par_iter().with_max_len(1).map(|scenario| {
            let seed = scenario.file().seed;
            let (result, shown) = observe::run(scenario, seed, &sights, self.overseer)?;
            let clock = result.first_impact();
            let opinions = clock.map(|clock| {
                let signs = shown
                    .iter()
                    .map(|one| observe::signs(one, clock, result.horizon));
                opinions(&signs.collect::<Vec<_>>(), &judges)
            });
            Ok(Judged {
                scenario: scenario.file().name.clone(),
                seed,
                first_impact: clock,
                said: opinions.unwrap_or_default(),
            })
        });
        let done: Vec<Result<Judged, WatchError>> = done.collect();
        done.into_iter().collect()
    }

    /// Judges of class and kind, contract by contract and minute by minute.
    fn judges(&self) -> Result<Vec<(Judge, Judge)>, WatchError> {
        let all = (0..CONTRACTS.len() * HORIZONS_MIN.len()).into_par_iter();
        let learn = |cases: &[Case<'_>], prior: &[f64]| {
            let [mut lessons, trials, held] = parts(cases, 0);
            lessons.extend(held);
            Judge::learn(&lessons, &trials, prior)
        };
        let judges = all.with_max_len(1).map(|place| {
            self.go_on()?;
            let (contract, minute) = (place / HORIZONS_MIN.len(), place % HORIZONS_MIN.len());
            let of_class = learn(&self.by_class(contract, minute), &self.prior.classes);
            let of_kind = learn(&self.by_kind(contract, minute), &self.equal_odds());
            Ok((of_class, of_kind))
        });
        let judges: Vec<Result<_, WatchError>> = judges.collect();
        judges.into_iter().collect()
    }
}

/// What judges say of a night that was seen in these ways.
fn opinions(seen: &[Signs], judges: &[(Judge, Judge)]) -> Vec<Opinion> {
    let places = judges.iter().enumerate();
    let opinion = |(place, (of_class, of_kind)): (usize, &(Judge, Judge))| {
        let (contract, minute) = (place / HORIZONS_MIN.len(), place % HORIZONS_MIN.len());
        let signs = &seen[contract][minute];
        let said = of_class.probabilities(signs);
        let kinds = of_kind.probabilities(signs);
        let most = kinds.iter().copied().enumerate();
        let most = most.fold(
            (0, 0.0),
            |most, one| if one.1 > most.1 { one } else { most },
        );
        Opinion {
            contract,
            minute: HORIZONS_MIN[minute],
            signs_known: known(signs),
            said: [said[0], said[1], said[2]],
            kind: most,
        }
    };
    places.map(opinion).collect()
}

fn signs_of(world: &World, sight: usize, minute: usize) -> &[Sign] {
    &world.seen[sight][minute]
}

fn known(signs: &[Sign]) -> usize {
    signs.iter().filter(|sign| sign.value().is_some()).count()
}

/// How long after its cause began a world hurt somebody, in seconds; none if it never did.
pub fn first_impact_after_s(world: &World) -> Option<f64> {
    let impact = world.first_impact?;
    Some(impact.as_secs_f64() - world.drawn.cause.as_secs_f64())
}
