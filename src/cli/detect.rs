//! `cellfall detect`: every detector set to one false-alarm budget on quiet days, then let loose on
//! scenarios.
//!
//! Invariant: every scenario is read and checked before the first run starts.

use serde_json::Value;

use crate::report::{detect_curves_csv, detect_json, detect_scales_text, detect_text, write_whole};
use crate::study::{DetectPlan, DetectStudy};

use super::arguments::{DetectArguments, How};
use super::engine::{Engine, Failure};
use super::run::request;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn detect<E: Engine>(
    asked: &DetectArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    if let Some(path) = asked
        .csv
        .as_ref()
        .filter(|path| path.exists() && !asked.force)
    {
        let path = path.display();
        return Err(Stop::File(format!(
            "{path}: exists already; --force replaces it"
        )));
    }
    let plan = DetectPlan {
        history_days: asked.history,
        calibration_days: asked.days,
        check_days: asked.check_days,
        nights: asked.nights,
        budget_per_week: asked.budget,
    };
    let scales: Vec<Option<f64>> = match asked.scales.as_slice() {
        [] => vec![asked.how.scale],
        scales => scales.iter().copied().map(Some).collect(),
    };
    let mut worlds = Vec::new();
    for scale in scales {
        worlds.push(load(asked, scale, engine, terminal)?);
    }
    let mut studies = Vec::new();
    for worlds in &worlds {
        let many = super::many::threads(&asked.how, terminal);
        studies.push(engine.detect_study(worlds, &plan, &many)?);
    }
    if let Some(path) = &asked.csv {
        write_whole(path, &detect_curves_csv(&studies))
            .map_err(|error| Stop::File(format!("{}: {error}", path.display())))?;
    }
    show(asked.json, &studies, terminal)
}

/// All scenarios at one scale; everything that is wrong with any of them.
fn load<E: Engine>(
    asked: &DetectArguments,
    scale: Option<f64>,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Vec<E::World>, Stop> {
    let how = How {
        scale,
        ..asked.how.clone()
    };
    let (mut worlds, mut problems) = (Vec::new(), Vec::new());
    for file in &asked.files {
        match engine.load(&request(file, &how)) {
            Ok(world) => worlds.push(world),
            Err(Failure::Input(lines)) => problems.extend(lines),
            Err(other) => return Err(other.into()),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Input(problems).into());
    }
    for world in &worlds {
        let warnings = engine.plan(world).warnings;
        for line in &warnings {
            terminal.tell(line);
        }
    }
    Ok(worlds)
}

fn show(json: bool, studies: &[DetectStudy], terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let text = if json {
        let root: Value = studies.iter().map(detect_json).collect();
        format!("{root:#}\n")
    } else {
        let each = studies
            .iter()
            .map(|study| detect_text(study, terminal.width));
        let mut text = each.collect::<Vec<_>>().join("\n");
        if studies.len() > 1 {
            text.push('\n');
            text.push_str(&detect_scales_text(studies, terminal.width));
        }
        text
    };
    terminal.print(&text)?;
    Ok(Exit::Done)
}
