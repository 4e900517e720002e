//! Which runs a study consists of, in which order, with which seeds and levels.
//!
//! The canonical order has the replication outermost: run number = replication × points + point. A study that
//! stops early is thus a beginning of the one that goes on.
//!
//! Invariant: a run is a pure function of (study file, number); no list of runs is ever in memory.

use std::fmt;
use std::path::Path;

use crate::base::{philox4x32_10, unit_interval};

use super::file::{Design, Factor, Level, Replications, StudyFile};
use super::record::{Parameter, ParameterValue};
use super::sobol::coordinate;

/// One run that is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOrder {
    /// Its number in the canonical order, from 0.
    pub number: u64,
    /// Which combination of plan and levels it is.
    pub point: u64,
    /// Which replication of it.
    pub replication: u64,
    /// Its seed.
    pub seed: u64,
    /// Which plan, if there are plans.
    pub(super) plan: Option<usize>,
    /// The level of each factor.
    pub(super) levels: Vec<Level>,
}

/// Points of a study, or none if there are more than can be numbered.
pub(super) fn points(file: &StudyFile) -> Option<u64> {
    match file.design {
        Design::Grid | Design::Paired => {
            let plans = file.plans.len().max(1) as u64;
            let mut counts = file.factors.iter().map(|factor| factor.levels.count());
            counts.try_fold(plans, u64::checked_mul)
        }
        Design::Sobol { samples } => samples.checked_mul(file.factors.len() as u64 + 2),
    }
}

/// Replications of each point, at most.
pub(super) fn replications(file: &StudyFile) -> u64 {
    match &file.replications {
        Replications::Count(count) => u64::from(*count),
        Replications::Until(precision) => u64::from(precision.most),
    }
}

/// The run with this number.
///
/// # Panics
/// If the study was not checked: it has no points, or too many.
pub(super) fn order(file: &StudyFile, number: u64) -> RunOrder {
    let points = points(file).expect("a checked study has not too many points");
    let (replication, point) = (number / points, number % points);
    let seed = match file.design {
        Design::Grid => file.seed.wrapping_add(number),
        Design::Paired | Design::Sobol { .. } => file.seed.wrapping_add(replication),
    };
    let (plan, levels) = match file.design {
        Design::Grid => combination(file, point, number),
        Design::Paired => combination(file, point, replication),
        Design::Sobol { .. } => (None, sobol_point(file, point)),
    };
    RunOrder {
        number,
        point,
        replication,
        seed,
        plan,
        levels,
    }
}

/// A point of a grid: the plan changes slowest, the last factor fastest. `occasion` says which draw of the
/// distributions it is.
fn combination(file: &StudyFile, point: u64, occasion: u64) -> (Option<usize>, Vec<Level>) {
    let mut rest = point;
    let mut levels: Vec<Level> = Vec::with_capacity(file.factors.len());
    for (index, factor) in file.factors.iter().enumerate().rev() {
        if factor.levels.is_drawn() {
            levels.push(factor.levels.at(draw(file.seed, index, occasion)));
        } else {
            let count = factor.levels.count();
            levels.push(factor.levels.nth(rest % count));
            rest /= count;
        }
    }
    levels.reverse();
    let plan = usize::try_from(rest).expect("plans are in memory");
    (Some(plan).filter(|_| !file.plans.is_empty()), levels)
}

/// A number strictly between 0 and 1 for a factor and an occasion. The last word keeps these draws apart
/// from those of the runs.
fn draw(seed: u64, factor: usize, occasion: u64) -> f64 {
    let factor = u32::try_from(factor).expect("there are few factors");
    let words = philox4x32_10(
        [factor, low(occasion), low(occasion >> 32), 0x5354_5544],
        [low(seed), low(seed >> 32)],
    );
    unit_interval(words[0])
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
const fn low(word: u64) -> u32 {
    word as u32
}

/// A point of Saltelli's layout: row by row A, B, then A with factor i from B. A takes the first half of
/// the dimensions, B the second.
fn sobol_point(file: &StudyFile, point: u64) -> Vec<Level> {
    let factors = file.factors.len();
    let block = point % (factors as u64 + 2);
    let row = u32::try_from(point / (factors as u64 + 2)).expect("rows are limited");
    let level = |(index, factor): (usize, &Factor)| {
        let from_b = block == 1 || block == index as u64 + 2;
        let dimension = if from_b { factors + index } else { index };
        factor.levels.at(coordinate(file.seed, row, dimension))
    };
    file.factors.iter().enumerate().map(level).collect()
}

impl RunOrder {
    /// The overrides of the scenario, seed excepted: those of the study, the plan, the factors.
    pub(super) fn overrides(&self, file: &StudyFile) -> Vec<String> {
        let plan = self.plan.map(|plan| &file.plans[plan].set);
        let sets = std::iter::once(&file.set).chain(plan).flatten();
        let mut overrides: Vec<String> =
            sets.map(|(key, value)| format!("{key}={value}")).collect();
        for (factor, level) in file.factors.iter().zip(&self.levels) {
            overrides.extend(factor.keys().map(|key| format!("{key}={}", level.text)));
        }
        overrides
    }

    /// The values of plan and factors, by name.
    pub(super) fn parameters(&self, file: &StudyFile) -> Vec<Parameter> {
        let plan = self.plan.map(|plan| Parameter {
            name: "plan".to_owned(),
            value: ParameterValue::Text(file.plans[plan].name.clone()),
        });
        let factors = file.factors.iter().zip(&self.levels);
        let factors = factors.map(|(factor, level)| Parameter {
            name: factor.name.clone(),
            value: level.value.clone(),
        });
        plan.into_iter().chain(factors).collect()
    }
}

/// The command that repeats one run of a study, from the directory of the study file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunCommand(Vec<String>);

impl RunCommand {
    /// The command for the run with this number.
    pub fn of(file: &StudyFile, number: u64) -> Self {
        let order = order(file, number);
        let own = order
            .plan
            .and_then(|plan| file.plans[plan].scenario.clone());
        let mut words: Vec<String> = ["cellfall", "run"].map(str::to_owned).to_vec();
        words.push(portable(own.unwrap_or_else(|| file.base.clone())));
        words.extend(["--seed".to_owned(), order.seed.to_string()]);
        for set in order.overrides(file) {
            words.extend(["--set".to_owned(), set]);
        }
        Self(words)
    }
}

/// A path that is not one machine's alone: as the study file has it, or its last part if that begins at a root.
fn portable(path: String) -> String {
    let parts = Path::new(&path);
    match parts.file_name() {
        Some(name) if parts.is_absolute() => name.to_string_lossy().into_owned(),
        _ => path,
    }
}

/// As a shell wants it.
impl fmt::Display for RunCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%".contains(c);
        let quoted = |word: &String| {
            if !word.is_empty() && word.chars().all(plain) {
                return word.clone();
            }
            format!("'{}'", word.replace('\'', "'\\''"))
        };
        let words: Vec<String> = self.0.iter().map(quoted).collect();
        f.write_str(&words.join(" "))
    }
}

impl Factor {
    /// All keys that it sets.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.key.as_str()).chain(self.also.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(yaml: &str) -> StudyFile {
        serde_saphyr::from_str(yaml).expect(yaml)
    }

    const GRID: &str = "
base: a.yaml
seed: 100
set: {scale: 0.5}
plans: [{name: a}, {name: b, set: {'rollout.stages': [], horizon: 2h}}]
factors:
- {name: x, key: p.x, also: [p.z], levels: {kind: list, values: [1, 2, 3]}}
- {name: d, key: p.d, levels: {kind: drawn, from: {kind: uniform, min: 0, max: 1}}}
- {name: y, key: p.y, levels: {kind: linear, from: 1m, to: 2m, count: 2}}
replications: 5
";

    #[test]
    fn a_run_can_be_repeated_by_a_command() {
        let file = study(GRID);
        assert_eq!(
            RunCommand::of(&file, 6).to_string().split(" --set ").next(),
            Some("cellfall run a.yaml --seed 106")
        );
        let text = RunCommand::of(&file, 6).to_string();
        for set in [
            " --set scale=0.5",
            " --set 'rollout.stages=[]'",
            " --set 'horizon=\"2h\"'",
            " --set p.x=1 --set p.z=1 ",
        ] {
            assert!(text.contains(set), "{set} in {text}");
        }
        let elsewhere = study(&GRID.replace("base: a.yaml", "base: /home/me/a.yaml"));
        let text = RunCommand::of(&elsewhere, 6).to_string();
        assert!(text.starts_with("cellfall run a.yaml "), "{text}");
    }

    #[test]
    fn a_grid_is_every_combination_with_seeds_of_their_own() {
        let file = study(GRID);
        assert_eq!(points(&file), Some(12));
        let orders: Vec<RunOrder> = (0..60).map(|number| order(&file, number)).collect();
        let mut seeds: Vec<u64> = orders.iter().map(|order| order.seed).collect();
        seeds.dedup();
        assert_eq!(seeds, (100..160).collect::<Vec<u64>>());
        let texts = |n: usize| [&orders[n].levels[0].text, &orders[n].levels[2].text];
        assert_eq!(texts(0), ["1", "\"1m\""]);
        assert_eq!(texts(1), ["1", "\"2m\""]);
        assert_eq!(texts(5), ["3", "\"2m\""]);
        assert_eq!([orders[5].plan, orders[6].plan], [Some(0), Some(1)]);
        assert_eq!((orders[13].replication, orders[13].point), (1, 1));
        let mut drawn: Vec<&str> = orders.iter().map(|o| o.levels[1].text.as_str()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 60, "every run draws anew");
    }

    #[test]
    fn paired_plans_share_seeds_and_draws() {
        let file = study(&format!("{GRID}design: {{kind: paired}}\n"));
        for replication in 0..5 {
            let numbers = replication * 12..(replication + 1) * 12;
            let orders: Vec<RunOrder> = numbers.map(|number| order(&file, number)).collect();
            assert!(orders.iter().all(|order| order.seed == 100 + replication));
            assert!(orders.iter().all(|o| o.levels[1] == orders[0].levels[1]));
        }
        assert_ne!(order(&file, 0).levels[1], order(&file, 12).levels[1]);
    }

    #[test]
    fn overrides_go_from_the_study_to_the_plan_to_the_factors() {
        let file = study(GRID);
        let overrides = order(&file, 7).overrides(&file);
        let drawn = &overrides[5];
        assert_eq!(
            [&overrides[..5], &overrides[6..]].concat(),
            [
                "scale=0.5",
                "horizon=\"2h\"",
                "rollout.stages=[]",
                "p.x=1",
                "p.z=1",
                "p.y=\"2m\""
            ]
        );
        assert!(drawn.starts_with("p.d=0."), "{drawn}");
        let names: Vec<String> = order(&file, 7)
            .parameters(&file)
            .into_iter()
            .map(|p| p.name)
            .collect();
        assert_eq!(names, ["plan", "x", "d", "y"]);
    }

    #[test]
    fn a_sobol_design_swaps_one_factor_at_a_time() {
        let file = study(
            "
base: a.yaml
design: {kind: sobol, samples: 8}
factors:
- {name: x, key: x, levels: {kind: drawn, from: {kind: uniform, min: 0, max: 1}}}
- {name: y, key: y, levels: {kind: linear, from: 0, to: 1, count: 2}}
- {name: z, key: z, levels: {kind: list, values: [a, b]}}
",
        );
        assert_eq!(points(&file), Some(40));
        for row in 0..8 {
            let point = |block: u64| order(&file, row * 5 + block).levels;
            let (a, b) = (point(0), point(1));
            assert_ne!(a[0], b[0]);
            for swapped in 0..3 {
                let mixed = point(2 + swapped as u64);
                for (index, level) in mixed.iter().enumerate() {
                    let from = if index == swapped { &b } else { &a };
                    assert_eq!(level, &from[index]);
                }
            }
        }
    }
}
