//! `cellfall check`, `explain` and `schema`: what a scenario file may say, whether it does, and what is
//! dangerous about its plan.
//!
//! Invariant: runs nothing.

use serde_json::json;

use crate::base::nearest;
use crate::report::wrapped;
use crate::scenario::{Rule, rules};

use super::arguments::CheckArguments;
use super::engine::{Engine, Failure, Request};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

/// What was found in one file.
pub(super) struct Found {
    pub(super) file: String,
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
}

pub(super) fn check<E: Engine>(
    asked: &CheckArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let mut all = Vec::new();
    for path in &asked.files {
        let request = Request {
            path,
            seed: None,
            scale: None,
            set: &asked.overrides.set,
        };
        let file = path.display().to_string();
        let (errors, warnings) = match engine.load(&request) {
            Ok(world) => {
                let mut plan = engine.plan(&world);
                let lint = plan.lint.into_iter().map(|(_, line)| line);
                plan.warnings.extend(lint);
                plan.warnings.append(&mut plan.remarks);
                (Vec::new(), plan.warnings)
            }
            Err(Failure::Input(errors)) => (errors, Vec::new()),
            Err(other) => return Err(other.into()),
        };
        all.push(Found {
            file,
            errors,
            warnings,
        });
    }
    verdict(asked.json, &all, terminal)
}

/// Show what was found; good if there are no errors.
pub(super) fn verdict(
    json: bool,
    all: &[Found],
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    show(json, all, terminal)?;
    let good = all.iter().all(|found| found.errors.is_empty());
    Ok(if good { Exit::Done } else { Exit::Wrong })
}

fn show(json: bool, all: &[Found], terminal: &mut Terminal<'_>) -> Result<(), Stop> {
    if json {
        let each = |f: &Found| json!({"file": f.file, "errors": f.errors, "warnings": f.warnings});
        let list: Vec<_> = all.iter().map(each).collect();
        return Ok(terminal.print(&format!("{:#}\n", json!(list)))?);
    }
    for found in all {
        for line in found.errors.iter().chain(&found.warnings) {
            terminal.complain(line);
        }
        let verdict = match (found.errors.len(), found.warnings.len()) {
            (0, 0) => "good".to_owned(),
            (0, warnings) => format!("good, {}", counted(warnings, "warning")),
            (errors, _) => counted(errors, "error"),
        };
        terminal.print(&format!("{}: {verdict}\n", found.file))?;
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What a rule of the plan lint warns of and why, or a list of all rules.
pub(super) fn explain(asked: Option<&str>, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let Some(id) = asked else {
        let line = |rule: &Rule| format!("{:22}{}\n", rule.id, rule.what);
        let all: String = rules().iter().map(line).collect();
        return Ok(terminal.print(&all).map(|()| Exit::Done)?);
    };
    let Some(rule) = rules().iter().find(|rule| rule.id == id) else {
        let ids: Vec<_> = rules().iter().map(|rule| rule.id).collect();
        let known = ids.join(", ");
        let meant = nearest(id, &ids).map(|meant| format!(", perhaps \"{meant}\""));
        let meant = meant.unwrap_or_default();
        return Err(Stop::File(format!(
            "no rule \"{id}\"{meant}; there are {known}"
        )));
    };
    let parts = [rule.explanation, rule.incident];
    let text = parts.map(|part| wrapped(part, terminal.width).join("\n"));
    let silence = "To silence it in a scenario:";
    let example = format!("lint: {{silence: [{{rule: {id}, reason: …}}]}}");
    let head = format!("{id}: {}", rule.what);
    let [why, learnt] = text;
    let text = format!("{head}\n\n{why}\n\n{learnt}\n\n{silence}\n  {example}\n");
    Ok(terminal.print(&text).map(|()| Exit::Done)?)
}

pub(super) fn schema<E: Engine>(engine: &E, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let schema = engine.schema();
    terminal.print(&format!("{}\n", schema.trim_end()))?;
    Ok(Exit::Done)
}
