//! What can be wrong with a study file that its schema cannot say, scenarios aside.
//!
//! Invariant: reports everything, and nothing twice: a value that is wrong already is left alone.

use crate::scenario::{Path, Problems};

use super::columns::TAKEN;
use super::design::{points, replications};
use super::file::{Design, Distribution, Factor, Levels, Quantity, Replications, StudyFile};
use super::outcomes::matches;
use super::sobol::DIMENSIONS_MAX;

/// Runs of a study at most.
const RUNS_MAX: u64 = 10_000_000;

/// Check everything that needs no scenario.
pub(super) fn check_file(file: &StudyFile, problems: &mut Problems) {
    let mut found = Findings { problems };
    check_names(file, &mut found);
    for (index, factor) in file.factors.iter().enumerate() {
        check_factor(factor, &format!("factors[{index}]"), &mut found);
    }
    check_design(file, &mut found);
    check_replications(file, &mut found);
}

/// Collects problems where none is known yet.
pub(super) struct Findings<'p> {
    pub(super) problems: &'p mut Problems,
}

impl Findings<'_> {
    pub(super) fn push(
        &mut self,
        path: &str,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        if !self.problems.concern(path) {
            self.problems.push(path, found, allowed, None);
        }
    }
}

fn check_names(file: &StudyFile, found: &mut Findings<'_>) {
    for (index, factor) in file.factors.iter().enumerate() {
        let path = format!("factors[{index}].name");
        let others = &file.factors[..index];
        if factor.name.is_empty() {
            found.push(&path, "no name", "a name for the column of the table");
        } else if TAKEN.contains(&factor.name.as_str()) {
            let allowed = format!("none of {}", TAKEN.join(", "));
            found.push(&path, format!("\"{}\"", factor.name), allowed);
        } else if others.iter().any(|other| other.name == factor.name) {
            let again = format!("\"{}\" again", factor.name);
            found.push(&path, again, "a name of its own");
        }
    }
    for (index, plan) in file.plans.iter().enumerate() {
        let path = format!("plans[{index}].name");
        if plan.name.is_empty() {
            found.push(&path, "no name", "a name for the column plan");
        } else if file.plans[..index]
            .iter()
            .any(|other| other.name == plan.name)
        {
            found.push(
                &path,
                format!("\"{}\" again", plan.name),
                "a name of its own",
            );
        }
    }
}

fn check_factor(factor: &Factor, path: &str, found: &mut Findings<'_>) {
    let also = factor.also.iter().enumerate();
    let also = also.map(|(index, key)| (format!("{path}.also[{index}]"), key));
    for (place, key) in std::iter::once((format!("{path}.key"), &factor.key)).chain(also) {
        let allowed = "a key of the scenario such as rollout.stages[0].soak";
        match Path::parse(key) {
            Ok(steps) if steps.0.is_empty() => found.push(&place, "no key", allowed),
            Ok(_) if key == "seed" => {
                found.push(
                    &place,
                    "seed",
                    "another key: the design gives seeds (see `replications`)",
                );
            }
            Ok(_) => {}
            Err(wrong) => found.push(&place, format!("{wrong} in \"{key}\""), allowed),
        }
    }
    check_levels(&factor.levels, &format!("{path}.levels"), found);
}

fn check_levels(levels: &Levels, path: &str, found: &mut Findings<'_>) {
    match levels {
        Levels::List { values } if values.is_empty() => {
            found.push(path, "no values", "a list, a range or a distribution");
        }
        Levels::List { values } => {
            for (index, value) in values.iter().enumerate() {
                if values[..index].contains(value) {
                    let again = format!("{} again", value.text());
                    found.push(
                        &format!("{path}.values[{index}]"),
                        again,
                        "every value once",
                    );
                }
            }
        }
        Levels::Linear { from, to, .. } => check_range(path, (*from, *to), false, found),
        Levels::Log { from, to, .. } => check_range(path, (*from, *to), true, found),
        Levels::Drawn { from, .. } => check_distribution(from, &format!("{path}.from"), found),
    }
}

fn check_range(
    path: &str,
    (from, to): (Quantity, Quantity),
    is_log: bool,
    found: &mut Findings<'_>,
) {
    check_one_kind(path, &[from, to], found);
    if is_log {
        for (key, value) in [("from", from), ("to", to)] {
            check_positive(&format!("{path}.{key}"), value, found);
        }
    }
}

fn check_one_kind(path: &str, quantities: &[Quantity], found: &mut Findings<'_>) {
    let durations = quantities.iter().filter(|q| q.is_duration()).count();
    if durations != 0 && durations != quantities.len() {
        found.push(
            path,
            "numbers beside durations",
            "all numbers, or all durations",
        );
    }
}

fn check_positive(path: &str, value: Quantity, found: &mut Findings<'_>) {
    if value.get() <= 0.0 {
        found.push(path, value.get().to_string(), "more than 0");
    }
}

fn check_distribution(distribution: &Distribution, path: &str, found: &mut Findings<'_>) {
    check_one_kind(path, &distribution.quantities(), found);
    let mut below = |low: (&str, Quantity), high: (&str, Quantity)| {
        if low.1.get() > high.1.get() {
            let place = format!("{path}.{}", low.0);
            found.push(
                &place,
                low.1.get().to_string(),
                format!("at most {}, its {}", high.1.get(), high.0),
            );
        }
    };
    match *distribution {
        Distribution::Uniform { min, max } | Distribution::LogUniform { min, max } => {
            below(("min", min), ("max", max));
        }
        Distribution::Triangular { min, mode, max } => {
            below(("min", min), ("mode", mode));
            below(("mode", mode), ("max", max));
        }
        Distribution::LogNormal { median, p90 } => below(("median", median), ("p90", p90)),
        Distribution::Normal { .. } => {}
    }
    match *distribution {
        Distribution::LogUniform { min, .. } => check_positive(&format!("{path}.min"), min, found),
        Distribution::LogNormal { median, .. } => {
            check_positive(&format!("{path}.median"), median, found);
        }
        Distribution::Normal { deviation, .. } if deviation.get() < 0.0 => {
            found.push(
                &format!("{path}.deviation"),
                deviation.get().to_string(),
                "0 or more",
            );
        }
        _ => {}
    }
}

fn check_design(file: &StudyFile, found: &mut Findings<'_>) {
    if let Design::Sobol { .. } = file.design {
        let most = DIMENSIONS_MAX / 2;
        if !(1..=most).contains(&file.factors.len()) {
            let count = format!("{} factors", file.factors.len());
            found.push(
                "factors",
                count,
                format!("1 to {most} for a design `sobol`"),
            );
        }
        if !file.plans.is_empty() {
            let allowed =
                "none for a design `sobol`: make a study of each plan, or a factor of what differs";
            found.push("plans", format!("{} plans", file.plans.len()), allowed);
        }
    }
    let runs = points(file).and_then(|points| points.checked_mul(replications(file)));
    if runs.is_none_or(|runs| runs > RUNS_MAX) {
        let count = runs.map_or_else(
            || "more runs than can be counted".to_owned(),
            |n| format!("{n} runs"),
        );
        found.push(
            "replications",
            count,
            format!("at most {RUNS_MAX} runs in all"),
        );
    }
    let last = runs.unwrap_or(0).max(1) - 1;
    if file.seed.checked_add(last).is_none() {
        found.push(
            "seed",
            file.seed.to_string(),
            "a seed that leaves room for those of all runs",
        );
    }
}

fn check_replications(file: &StudyFile, found: &mut Findings<'_>) {
    let Replications::Until(precision) = &file.replications else {
        return;
    };
    let outcome = "replications.outcome";
    if precision.outcome.is_empty() {
        found.push(outcome, "no name", "the name of an outcome");
    } else if !file
        .outcomes
        .iter()
        .any(|pattern| matches(pattern, &precision.outcome))
    {
        let name = format!("\"{}\", which `outcomes` leaves out", precision.outcome);
        found.push(outcome, name, "an outcome that is kept");
    }
    if precision.half_width <= 0.0 {
        found.push(
            "replications.half_width",
            precision.half_width.to_string(),
            "more than 0",
        );
    }
    if precision.most < precision.round {
        let allowed = format!("at least {}, one round", precision.round);
        found.push("replications.most", precision.most.to_string(), allowed);
    }
}
