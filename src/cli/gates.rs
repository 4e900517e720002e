//! `cellfall gates`: what each gate of a rollout is worth, by running the night without it and with it
//! alone.
//!
//! Invariant: nothing is written; all arms run on one seed.

use crate::report::{gate_study_json, gate_study_text};

use super::arguments::GatesArguments;
use super::engine::Engine;
use super::run::request;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn gates<E: Engine>(
    asked: &GatesArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let world = engine.load(&request(&asked.file, &asked.how))?;
    let plan = engine.plan(&world);
    plan.warnings.iter().for_each(|line| terminal.tell(line));
    let study = engine.gate_study(&world, &super::many::threads(&asked.how, terminal))?;
    let text = if asked.json {
        format!("{:#}\n", gate_study_json(&study))
    } else {
        gate_study_text(&study, terminal.width)
    };
    terminal.print(&text)?;
    Ok(Exit::Done)
}
