//! `cellfall attribute`: attack, own change or nobody's fault: what could have been known, when, and from which
//! signals.
//!
//! Invariant: everything that can be wrong is found before the first run; the directory of the results appears
//! whole at the end, or not at all.

use crate::report::{attribution_files, attribution_json, attribution_text};
use crate::scenario::Scenario;
use crate::study::{AttributionPlan, attribution_runs, attribution_study};

use super::arguments::How;
use super::attribute_arguments::AttributeArguments;
use super::engine::{Engine, Failure};
use super::fresh_directory::{keep, refuse_existing, try_place};
use super::run::request;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::work::{Cellfall, overseen};

pub(super) fn attribute(
    asked: &AttributeArguments,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let plan = AttributionPlan {
        worlds: usize::try_from(asked.worlds).unwrap_or(usize::MAX),
        seed: asked.seed,
        prior: asked.prior.clone(),
    };
    if let Some(out) = &asked.out {
        refuse_existing(out)?;
        try_place(out)?;
    }
    let scenarios = load(asked, terminal)?;
    let how = How {
        threads: asked.threads,
        ..How::default()
    };
    let many = super::many::threads(&how, terminal);
    let runs = attribution_runs(scenarios.len(), &plan);
    let study = overseen(many, runs, |overseer| {
        attribution_study(&scenarios, &plan, overseer)
    })?;
    if let Some(out) = &asked.out {
        keep(&attribution_files(&study), out)?;
    }
    let text = if asked.json {
        format!("{:#}\n", attribution_json(&study))
    } else {
        attribution_text(&study, terminal.width)
    };
    terminal.print(&text)?;
    if let Some(out) = &asked.out {
        terminal.tell(&format!("written to {}", out.display()));
    }
    Ok(Exit::Done)
}

/// All scenarios; everything that is wrong with any of them.
fn load(asked: &AttributeArguments, terminal: &mut Terminal<'_>) -> Result<Vec<Scenario>, Stop> {
    let how = How {
        scale: asked.scale,
        overrides: asked.overrides.clone(),
        ..How::default()
    };
    let (mut scenarios, mut problems) = (Vec::new(), Vec::new());
    for file in &asked.files {
        match Cellfall.load(&request(file, &how)) {
            Ok(scenario) => scenarios.push(scenario),
            Err(Failure::Input(lines)) => problems.extend(lines),
            Err(other) => return Err(other.into()),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Input(problems).into());
    }
    for scenario in &scenarios {
        let warnings = Cellfall.plan(scenario).warnings;
        for line in &warnings {
            terminal.tell(line);
        }
    }
    Ok(scenarios)
}
