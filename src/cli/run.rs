//! `cellfall run`: a scenario in, a run directory and a summary out.
//!
//! Invariant: the place for the results is reserved before the run starts.

use std::path::{Path, PathBuf};

use crate::report::{Rendered, RunDir, render, summary_text};
use crate::simulation::{RunResult, Timing};
use crate::study::RunSigns;

use super::arguments::{How, RunArguments};
use super::engine::{Engine, Failure, Plan, Request};
use super::progress::Progress;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;
use super::timing::{Phases, processors};

pub(super) fn run<E: Engine>(
    asked: &RunArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let mut phases = Phases::start();
    let how = &with_exports(asked);
    let world = engine.load(&request(&asked.file, how))?;
    phases.end("load");
    let plan = engine.plan(&world);
    plan.warnings.iter().for_each(|line| terminal.tell(line));
    tell_lint(&asked.file, &plan, terminal);
    plan.remarks
        .iter()
        .for_each(|line| tracing::info!("{line}"));
    let place = asked.out.clone().unwrap_or_else(|| default_place(&plan));
    let directory = RunDir::create(&place, asked.force)?;
    let job = Job {
        file: &asked.file,
        how,
        plan: &plan,
    };
    let (mut result, timing) = job.simulate(engine, &world, (terminal, &mut phases))?;
    let rendered = render(&result);
    let verified = !asked.verify || same_again(&job, engine, &world, terminal, &rendered)?;
    result.timing = Some(timing);
    let kept = directory.finish(&rendered, &result)?;
    show(asked.json, &result, &rendered, terminal)?;
    terminal.tell(&format!("written to {}", kept.display()));
    Ok(if verified && !result.gate_failed() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// How the run is done, with the exports as the override that they stand for.
fn with_exports(asked: &RunArguments) -> How {
    let mut how = asked.how.clone();
    if !asked.export.is_empty() {
        let formats = asked.export.join(", ");
        how.overrides
            .set
            .push(format!("outputs.export=[{formats}]"));
    }
    how
}

/// One line on what `check` would say at length.
pub(super) fn tell_lint(file: &Path, plan: &Plan, terminal: &mut Terminal<'_>) {
    let mut rules: Vec<_> = plan.lint.iter().map(|(rule, _)| *rule).collect();
    rules.dedup();
    if !rules.is_empty() {
        let (file, rules) = (file.display(), rules.join(", "));
        terminal.tell(&format!(
            "{file}: warning: the plan has {rules} (see cellfall check)"
        ));
    }
}

/// One run to be done.
pub(super) struct Job<'a> {
    pub(super) file: &'a Path,
    pub(super) how: &'a How,
    pub(super) plan: &'a Plan,
}

impl Job<'_> {
    /// Do it, and measure how long it took.
    pub(super) fn simulate<E: Engine>(
        &self,
        engine: &E,
        world: &E::World,
        (terminal, phases): (&Terminal<'_>, &mut Phases),
    ) -> Result<(RunResult, Timing), Stop> {
        let run = |threads: usize, observer: &mut Progress| {
            let result = engine.simulate(world, threads, observer)?;
            Ok((result, ()))
        };
        let (result, timing, ()) = self.timed((terminal, phases), run)?;
        Ok((result, timing))
    }

    /// The same, and what every telemetry contract shows of it.
    pub(super) fn simulate_for_all<E: Engine>(
        &self,
        engine: &E,
        world: &E::World,
        watched: (&Terminal<'_>, &mut Phases),
    ) -> Result<(RunResult, Timing, Vec<RunSigns>), Stop> {
        self.timed(watched, |threads, observer| {
            engine.simulate_for_all(world, threads, observer)
        })
    }

    fn timed<T>(
        &self,
        (terminal, phases): (&Terminal<'_>, &mut Phases),
        run: impl FnOnce(usize, &mut Progress) -> Result<(RunResult, T), Failure>,
    ) -> Result<(RunResult, Timing, T), Stop> {
        let threads = self.how.threads.map_or_else(processors, usize::from);
        let mut progress = Progress::new(self.plan, terminal.shows_progress && !terminal.is_quiet);
        let (mut result, more) = run(threads, &mut progress)?;
        let seconds = phases.end("run");
        phases.made_of(progress.parts());
        drop(progress);
        result.command = canonical_command(self.file, self.how, self.plan.seed);
        Ok((result, phases.timing(seconds, threads), more))
    }
}

/// What the arguments ask of the engine.
pub(super) fn request<'a>(file: &'a Path, how: &'a How) -> Request<'a> {
    Request {
        path: file,
        seed: how.seed,
        scale: how.scale,
        set: &how.overrides.set,
    }
}

/// The command that repeats a run, without anything that depends on where or how fast it ran.
fn canonical_command(file: &Path, how: &How, seed: u64) -> String {
    let name = file
        .file_name()
        .unwrap_or(file.as_os_str())
        .to_string_lossy();
    let mut words = vec![format!("cellfall run {} --seed {seed}", quoted(&name))];
    words.extend(how.scale.map(|scale| format!("--scale {scale}")));
    let overrides = how.overrides.set.iter();
    words.extend(overrides.map(|set| format!("--set {}", quoted(set))));
    words.join(" ")
}

/// A word as a shell wants it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// `runs/NAME-SEED`, the name made fit for a file system.
fn default_place(plan: &Plan) -> PathBuf {
    Path::new("runs").join(format!("{}-{}", file_word(&plan.name), plan.seed))
}

/// A name as part of a file name.
pub(super) fn file_word(name: &str) -> String {
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let word: String = name.chars().map(fit).collect();
    // A leading dot would hide the directory, or leave it.
    word.trim_start_matches('.').to_owned()
}

/// Whether a second run gives the same digest.
fn same_again<E: Engine>(
    job: &Job<'_>,
    engine: &E,
    world: &E::World,
    terminal: &mut Terminal<'_>,
    first: &Rendered,
) -> Result<bool, Stop> {
    let (result, _) = job.simulate(engine, world, (terminal, &mut Phases::start()))?;
    let second = render(&result).digest;
    if second == first.digest {
        terminal.tell(&format!("verified: {second} again"));
        return Ok(true);
    }
    terminal.complain(&format!(
        "--verify failed: {} at first, then {second}",
        first.digest
    ));
    Ok(false)
}

fn show(
    json: bool,
    result: &RunResult,
    rendered: &Rendered,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    let text = if json {
        String::from_utf8_lossy(rendered.summary()).into_owned()
    } else {
        summary_text(result, &rendered.digest, terminal.width)
    };
    Ok(terminal.print(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_command_leaves_place_and_speed_out() {
        let how = How {
            threads: Some(8),
            scale: Some(0.01),
            overrides: super::super::arguments::Overrides {
                set: vec!["a.b=1".into(), "name=it's".into()],
            },
            ..How::default()
        };
        let command = canonical_command(Path::new("/home/me/att.yaml"), &how, 7);
        let expected =
            "cellfall run att.yaml --seed 7 --scale 0.01 --set a.b=1 --set 'name=it'\\''s'";
        assert_eq!(command, expected);
    }

    #[test]
    fn names_stay_within_their_directory() {
        assert_eq!(file_word("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(file_word("att 2024"), "att-2024");
    }
}
