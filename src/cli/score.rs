//! `cellfall score`: replays of real events over several seeds, against what was published.
//!
//! Invariant: every file is read and checked before the first run starts.

use crate::report::{score_json, score_text};
use crate::study::Score;

use super::arguments::{How, ScoreArguments};
use super::engine::{Engine, Failure};
use super::run::{Job, request};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::Phases;

pub(super) fn score<E: Engine>(
    asked: &ScoreArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
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
            if result.published.is_empty() {
                let file = file.display();
                return Err(Stop::File(format!("{file} has no published figures")));
            }
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
    let enough = asked.require.is_none_or(|least| score.share() >= least);
    Ok(if enough { Exit::Done } else { Exit::Failed })
}

/// Read every file, and report all that is wrong with all of them; the first seed of each.
fn first_seeds<E: Engine>(asked: &ScoreArguments, engine: &E) -> Result<Vec<u64>, Stop> {
    let (mut firsts, mut problems) = (Vec::new(), Vec::new());
    for file in &asked.files {
        match engine.load(&request(file, &asked.how)) {
            Ok(world) => firsts.push(engine.plan(&world).seed),
            Err(Failure::Input(lines)) => problems.extend(lines),
            Err(other) => return Err(other.into()),
        }
    }
    if problems.is_empty() {
        return Ok(firsts);
    }
    Err(Failure::Input(problems).into())
}
