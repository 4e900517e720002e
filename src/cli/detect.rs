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
    let scales: Vec<Option<f64>> = match asked.scales.as_slice() {
        [] => vec![asked.how.scale],
        scales => scales.iter().copied().map(Some).collect(),
    };
    check_lists(asked, scales.len())?;
    let mut worlds = Vec::new();
    for scale in scales {
        worlds.push(load(asked, scale, engine, terminal)?);
    }
    let mut studies = Vec::new();
    for (place, worlds) in worlds.iter().enumerate() {
        let plan = plan(asked, place);
        let many = super::many::threads(&asked.how, terminal);
        studies.push(engine.detect_study(worlds, &plan, &many)?);
    }
    if let Some(path) = &asked.csv {
        write_whole(path, &detect_curves_csv(&studies))
            .map_err(|error| Stop::File(format!("{}: {error}", path.display())))?;
    }
    show(asked.json, &studies, terminal)
}

/// How much is simulated at the scale of this place.
fn plan(asked: &DetectArguments, place: usize) -> DetectPlan {
    let of = |list: &[usize]| list[place.min(list.len() - 1)];
    DetectPlan {
        history_days: of(&asked.history),
        calibration_days: of(&asked.days),
        check_days: of(&asked.check_days),
        nights: of(&asked.nights),
        budget_per_week: asked.budget,
    }
}

/// A count for a scale that is not asked for is a mistake.
fn check_lists(asked: &DetectArguments, scales: usize) -> Result<(), Stop> {
    let lists = [
        ("--days", &asked.days),
        ("--check-days", &asked.check_days),
        ("--history", &asked.history),
        ("--nights", &asked.nights),
    ];
    match lists.into_iter().find(|(_, list)| list.len() > scales) {
        None => Ok(()),
        Some((name, list)) => Err(Failure::Input(vec![format!(
            "error: {name}: found {} counts for {scales} scale(s), one for each is allowed",
            list.len()
        )])
        .into()),
    }
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
