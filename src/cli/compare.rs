//! `cellfall compare`: several scenarios or run directories, side by side.
//!
//! Invariant: every input is read and checked before the first run starts; scenarios run on the seed
//! that all share.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::report::{
    RunDir, Story, compare_html, compare_text, read_figures, read_story, render, signature_json,
};
use crate::study::{Paired, RunFigures, RunSigns, Told, pair};

use super::arguments::{CompareArguments, How};
use super::engine::{Engine, Failure, Plan};
use super::page::{page_place, write_page};
use super::run::{Job, file_word, request, tell_lint};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::Phases;

/// Most bytes of a directory's name that come from names of scenarios (ASCII alone).
const NAME_BYTES_MAX: usize = 120;

/// One of the things compared: figures of an earlier run, or a scenario that will run.
enum Side<W> {
    Earlier(RunFigures, Box<Result<Story, String>>),
    Scenario {
        file: PathBuf,
        world: W,
        plan: Plan,
        directory: Option<RunDir>,
    },
}

impl<W> Side<W> {
    fn name(&self) -> &str {
        match self {
            Self::Earlier(figures, _) => &figures.scenario,
            Self::Scenario { plan, .. } => &plan.name,
        }
    }

    fn seed(&self) -> u64 {
        match self {
            Self::Earlier(figures, _) => figures.seed,
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
    let place = report_place(asked, &sides)?;
    let (mut figures, mut failed, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let mut stories = Vec::new();
    for side in sides {
        match figures_of(side, &how, engine, (terminal, &mut kept)) {
            Ok((of_one, story)) => {
                figures.push(of_one);
                stories.push(story);
            }
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
    let paired = paired?;
    show(asked.json, &paired, terminal)?;
    write_report(&place, &paired, stories, terminal)?;
    Ok(Exit::Done)
}

/// Where the report goes; an earlier report may be replaced, anything else not.
fn report_place<W>(asked: &CompareArguments, sides: &[Side<W>]) -> Result<PathBuf, Stop> {
    let names: Vec<String> = sides.iter().map(|side| file_word(side.name())).collect();
    let seed = sides.first().map_or(0, Side::seed);
    let mut word = names.join("-vs-");
    word.truncate(NAME_BYTES_MAX);
    let own = || Path::new("runs").join(format!("{word}-{seed}"));
    page_place(&asked.out.clone().unwrap_or_else(own), asked.force)
}

/// Write the report, if every run can tell its story.
fn write_report(
    place: &Path,
    paired: &Paired,
    stories: Vec<Result<Story, String>>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    match stories.into_iter().collect::<Result<Vec<Story>, String>>() {
        Err(problem) => terminal.tell(&format!("no report is written: {problem}")),
        Ok(stories) => {
            write_page(place, &compare_html(paired, &stories), terminal)?;
        }
    }
    Ok(())
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
            let story = read_story(path).map_err(|problem| problem.to_string());
            Side::Earlier(read_figures(path)?, Box::new(story))
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
        if let Side::Scenario { file, plan, .. } = side {
            plan.warnings.iter().for_each(|line| terminal.tell(line));
            tell_lint(file, plan, terminal);
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
) -> Result<(RunFigures, Result<Story, String>), Stop> {
    let (file, world, plan, directory) = match side {
        Side::Earlier(figures, story) => return Ok((figures, *story)),
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
    let watched = (&*terminal, &mut Phases::start());
    let (mut result, timing, by_contract) = job.simulate_for_all(engine, &world, watched)?;
    if let Some(directory) = directory {
        let rendered = render(&result);
        result.timing = Some(timing);
        kept.push(directory.finish(&rendered, &result)?);
    }
    let figures = RunFigures {
        by_contract,
        ..RunFigures::of(&result)
    };
    Ok((figures, Ok(Story::of(&result))))
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
        let under = |told: &Told| json!({ "contract": told.contract, "features": told.features });
        let signature = |(run, signs): (usize, &RunSigns)| {
            let under: Vec<_> = paired.told_from_first(run).iter().map(under).collect();
            json!({ "signature": signature_json(signs), "told_from_first_by": told(signs), "told_from_first_under": under })
        };
        let signatures: Vec<_> = paired.signs.iter().enumerate().map(signature).collect();
        let root = json!({ "scenarios": paired.names, "seed": paired.seed, "figures": figures, "signatures": signatures });
        format!("{root:#}\n")
    } else {
        compare_text(paired, terminal.width)
    };
    Ok(terminal.print(&text)?)
}
