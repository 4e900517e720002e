//! `cellfall compare`: several scenarios or run directories, side by side.
//!
//! Invariant: every input is read and checked before the first run starts; scenarios run on the seed
//! that all share.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::report::{RunDir, compare_text, read_figures, render, signature_json};
use crate::study::{Paired, RunFigures, RunSigns, pair};

use super::arguments::{CompareArguments, How};
use super::engine::{Engine, Failure, Plan};
use super::run::{Job, file_word, request};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::Phases;

/// One of the things compared: figures of an earlier run, or a scenario that will run.
enum Side<W> {
    Earlier(RunFigures),
    Scenario {
        file: PathBuf,
        world: W,
        plan: Plan,
        directory: Option<RunDir>,
    },
}

impl<W> Side<W> {
    fn seed(&self) -> u64 {
        match self {
            Self::Earlier(figures) => figures.seed,
            Self::Scenario { plan, .. } => plan.seed,
        }
    }
}

pub(super) fn compare<E: Engine>(
    asked: &CompareArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let mut how = asked.how.clone();
    let sides = load(asked, &mut how, engine, terminal)?;
    let (mut figures, mut failed, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for side in sides {
        match figures_of(side, &how, engine, (terminal, &mut kept)) {
            Ok(of_one) => figures.push(of_one),
            Err(Stop::Failure(Failure::Input(problems), _)) => failed.extend(problems),
            Err(Stop::Failure(interrupted, _)) => {
                return Err(Stop::Failure(interrupted, kept_text(&kept)));
            }
            Err(other) => return Err(other),
        }
    }
    let paired = pair(&figures);
    if !failed.is_empty() {
        if let Ok(paired) = &paired {
            show(asked.json, paired, terminal)?;
        }
        return Err(Stop::Batch(failed));
    }
    show(asked.json, &paired?, terminal)?;
    Ok(Exit::Done)
}

/// Read everything, and report all that is wrong with all of it. Unless a seed was asked for, all
/// share that of the first.
fn load<E: Engine>(
    asked: &CompareArguments,
    how: &mut How,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Vec<Side<E::World>>, Stop> {
    let (mut sides, mut problems) = (Vec::new(), Vec::new());
    for (i, path) in asked.runs.iter().enumerate() {
        let side = if path.is_dir() {
            Side::Earlier(read_figures(path)?)
        } else {
            match engine.load(&request(path, how)) {
                Err(Failure::Input(lines)) => {
                    problems.extend(lines);
                    continue;
                }
                Err(other) => return Err(other.into()),
                Ok(world) => scenario_side(asked, (i, path), engine, world)?,
            }
        };
        how.seed.get_or_insert(side.seed());
        sides.push(side);
    }
    if !problems.is_empty() {
        return Err(Failure::Input(problems).into());
    }
    for side in &sides {
        if let Side::Scenario { plan, .. } = side {
            plan.warnings.iter().for_each(|line| terminal.tell(line));
        }
    }
    Ok(sides)
}

fn scenario_side<E: Engine>(
    asked: &CompareArguments,
    (i, path): (usize, &Path),
    engine: &E,
    world: E::World,
) -> Result<Side<E::World>, Stop> {
    let plan = engine.plan(&world);
    // Two plans may bear one name: the number keeps their directories apart.
    let place = |out: &PathBuf| {
        let name = file_word(&plan.name);
        out.join(format!("{}-{name}-{}", i + 1, plan.seed))
    };
    let places = asked.out.as_ref().map(place);
    let directory = places
        .map(|place| RunDir::create(&place, asked.force))
        .transpose()?;
    Ok(Side::Scenario {
        file: path.to_owned(),
        world,
        plan,
        directory,
    })
}

fn figures_of<E: Engine>(
    side: Side<E::World>,
    how: &How,
    engine: &E,
    (terminal, kept): (&mut Terminal<'_>, &mut Vec<PathBuf>),
) -> Result<RunFigures, Stop> {
    let (file, world, plan, directory) = match side {
        Side::Earlier(figures) => return Ok(figures),
        Side::Scenario {
            file,
            world,
            plan,
            directory,
        } => (file, world, plan, directory),
    };
    let job = Job {
        file: &file,
        how,
        plan: &plan,
    };
    let (mut result, timing) = job.simulate(engine, &world, (terminal, &mut Phases::start()))?;
    if let Some(directory) = directory {
        let rendered = render(&result);
        result.timing = Some(timing);
        kept.push(directory.finish(&rendered, &result)?);
    }
    Ok(RunFigures::of(&result))
}

fn kept_text(kept: &[PathBuf]) -> String {
    if kept.is_empty() {
        return "nothing was kept".to_owned();
    }
    let names: Vec<_> = kept.iter().map(|path| path.display().to_string()).collect();
    format!("kept {}", names.join(", "))
}

fn show(json: bool, paired: &Paired, terminal: &mut Terminal<'_>) -> Result<(), Stop> {
    let text = if json {
        let figure = |f: &crate::study::PairedFigure| json!({ "key": f.key, "values": f.values, "differences": f.differences });
        let figures: Vec<_> = paired.figures.iter().map(figure).collect();
        let told = |signs: &RunSigns| paired.signs[0].told_from(signs);
        let signature = |signs: &RunSigns| json!({ "signature": signature_json(signs), "told_from_first_by": told(signs) });
        let signatures: Vec<_> = paired.signs.iter().map(signature).collect();
        let root = json!({ "scenarios": paired.names, "seed": paired.seed, "figures": figures, "signatures": signatures });
        format!("{root:#}\n")
    } else {
        compare_text(paired, terminal.width)
    };
    Ok(terminal.print(&text)?)
}
