//! `cellfall score`: replays of real events over several seeds, against what was published.
//!
//! Invariant: every file is read and checked before the first run starts.

use std::path::Path;

use crate::report::{ScoreStory, score_json, score_text};
use crate::study::Score;

use super::arguments::{How, ScoreArguments};
use super::engine::{Engine, Failure};
use super::page::{page_place, write_page};
use super::run::{Job, quoted, request};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::Phases;

pub(super) fn score<E: Engine>(
    asked: &ScoreArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let own = Path::new("runs/score");
    let place = page_place(asked.out.as_deref().unwrap_or(own), asked.force)?;
    let firsts = first_seeds(asked, engine)?;
    let mut score = Score::default();
    for (file, first) in asked.files.iter().zip(firsts) {
        let (mut name, mut seeds) = (String::new(), Vec::new());
        for seed in (first..).take(usize::try_from(asked.seeds).expect("few seeds")) {
            let how = How {
                seed: Some(seed),
                ..asked.how.clone()
            };
            let world = engine.load(&request(file, &how))?;
            let plan = engine.plan(&world);
            let job = Job {
                file,
                how: &how,
                plan: &plan,
            };
            let (result, _) = job.simulate(engine, &world, (terminal, &mut Phases::start()))?;
            name = result.scenario;
            seeds.push(result.published);
        }
        score.add(&name, &seeds);
    }
    let text = if asked.json {
        score_json(&score)
    } else {
        score_text(&score, terminal.width.max(100))
    };
    terminal.print(&text)?;
    let page = ScoreStory::of(&score, &canonical_command(asked)).page();
    write_page(&place, &page, terminal)?;
    let enough = asked.require.is_none_or(|least| score.share() >= least);
    Ok(if enough { Exit::Done } else { Exit::Failed })
}

/// The command that repeats a score, without anything that depends on where or how fast it ran.
fn canonical_command(asked: &ScoreArguments) -> String {
    let name = |file: &std::path::PathBuf| {
        let name = file.file_name().unwrap_or(file.as_os_str());
        quoted(&name.to_string_lossy())
    };
    let mut words = vec!["cellfall score".to_owned()];
    words.extend(asked.files.iter().map(name));
    words.push(format!("--seeds {}", asked.seeds));
    words.extend(asked.how.seed.map(|seed| format!("--seed {seed}")));
    words.extend(asked.how.scale.map(|scale| format!("--scale {scale}")));
    let overrides = asked.how.overrides.set.iter();
    words.extend(overrides.map(|set| format!("--set {}", quoted(set))));
    words.join(" ")
}

/// Read every file, and report all that is wrong with all of them; the first seed of each.
fn first_seeds<E: Engine>(asked: &ScoreArguments, engine: &E) -> Result<Vec<u64>, Stop> {
    let (mut firsts, mut problems) = (Vec::new(), Vec::new());
    for file in &asked.files {
        match engine.load(&request(file, &asked.how)) {
            Ok(world) => {
                let plan = engine.plan(&world);
                firsts.push(plan.seed);
                if plan.published == 0 {
                    let file = file.display();
                    let allowed = "expected a scenario with a published block";
                    problems.push(format!("{file}: found no published figures, {allowed}"));
                }
            }
            Err(Failure::Input(lines)) => problems.extend(lines),
            Err(other) => return Err(other.into()),
        }
    }
    if problems.is_empty() {
        return Ok(firsts);
    }
    Err(Failure::Input(problems).into())
}
