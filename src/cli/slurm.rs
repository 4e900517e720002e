//! `cellfall batch --slurm`: a study as a Slurm array of shards, and a job that merges them.
//!
//! Everything that a job needs is in two scripts beside the results, so that they can be read, changed and
//! submitted again by hand: a shard goes on where it was cut off.
//!
//! Invariant: runs nothing of the study itself.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::report::{STUDY_FILE, StudyDirError, make_directory};
use crate::study::Study;

use super::arguments::BatchArguments;
use super::run::{file_word, quoted};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

/// Where the parts of a submission are.
struct Places {
    program: PathBuf,
    study: PathBuf,
    out: PathBuf,
    shards: PathBuf,
}

pub(super) fn submit(
    asked: &BatchArguments,
    study: &Study,
    out: &Path,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let places = Places::find(asked, out)?;
    if out.join(STUDY_FILE).exists() && !asked.force {
        return Err(StudyDirError::Finished(out.to_owned()).into());
    }
    if places.shards.exists() && !asked.resume {
        let shards = places.shards.display();
        return Err(Stop::File(format!(
            "{shards}: exists already; --resume goes on with it"
        )));
    }
    let was_there = places.shards.exists();
    make_directory(&places.shards).map_err(|e| file_error(&places.shards, &e))?;
    let name = file_word(&study.file().name);
    let array = write(
        &places,
        "array.sh",
        &array_script(&places, &name, asked.slurm.shards),
    )?;
    let merge = write(
        &places,
        "merge.sh",
        &merge_script(&places, &name, asked.force),
    )?;
    let job = sbatch(&asked.slurm.extra, &[], &array).map_err(|problem| {
        if !was_there {
            drop([&array, &merge].map(fs::remove_file));
            drop(fs::remove_dir(&places.shards));
        }
        Stop::File(format!("{problem}; nothing was submitted"))
    })?;
    terminal.tell(&format!(
        "array {job}: {} shards in {}",
        asked.slurm.shards,
        places.shards.display()
    ));
    let after = format!("--dependency=afterok:{job}");
    let mut how = vec![after.as_str(), "--kill-on-invalid-dep=yes"];
    how.extend(asked.slurm.wait.then_some("--wait"));
    let last = sbatch(&asked.slurm.extra, &how, &merge).map_err(|problem| {
        let merge = merge.display();
        Stop::File(format!(
            "{problem}; array {job} is submitted, {merge} is to be submitted after it"
        ))
    })?;
    terminal.tell(&format!("job {last} merges them into {}", out.display()));
    terminal.print(&format!("{job} {last}\n"))?;
    Ok(Exit::Done)
}

impl Places {
    fn find(asked: &BatchArguments, out: &Path) -> Result<Self, Stop> {
        let absolute = |path: &Path| std::path::absolute(path).map_err(|e| file_error(path, &e));
        let program = std::env::current_exe();
        let out = absolute(out)?;
        let mut shards = out.clone().into_os_string();
        shards.push(".shards");
        Ok(Self {
            program: program.map_err(|e| file_error(Path::new("cellfall"), &e))?,
            study: absolute(&asked.file)?,
            shards: PathBuf::from(shards),
            out,
        })
    }
}

fn file_error(path: &Path, error: &std::io::Error) -> Stop {
    Stop::File(format!("{}: {error}", path.display()))
}

/// A path as a shell wants it.
fn word(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

fn array_script(places: &Places, name: &str, shards: u32) -> String {
    let (program, study) = (word(&places.program), word(&places.study));
    let directory = word(&places.shards);
    let log = places.shards.join("shard-%a.log");
    format!(
        "#!/bin/sh
#SBATCH --job-name={name}
#SBATCH --array=1-{shards}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=\"{}\"
# One shard. After a requeue it goes on where it was cut off. Runs that fail (exit code 3) are in the table.
{program} batch {study} \\
    --shard \"$SLURM_ARRAY_TASK_ID/{shards}\" --resume --out {directory}/\"$SLURM_ARRAY_TASK_ID\" \\
    --threads \"${{SLURM_CPUS_PER_TASK:-1}}\" ${{SLURM_MEM_PER_NODE:+--memory \"${{SLURM_MEM_PER_NODE}}MiB\"}}
status=$?
[ $status -eq 3 ] && exit 0
exit $status
",
        log.display()
    )
}

fn merge_script(places: &Places, name: &str, force: bool) -> String {
    let (program, out) = (word(&places.program), word(&places.out));
    let directory = word(&places.shards);
    let log = places.shards.join("merge.log");
    let force = if force { " --force" } else { "" };
    format!(
        "#!/bin/sh
#SBATCH --job-name={name}-merge
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=\"{}\"
{program} merge {directory}/[0-9]* --out {out}{force}
",
        log.display()
    )
}

fn write(places: &Places, name: &str, text: &str) -> Result<PathBuf, Stop> {
    let path = places.shards.join(name);
    fs::write(&path, text).map_err(|e| file_error(&path, &e))?;
    Ok(path)
}

/// Submit a script; gives the number of the job.
fn sbatch(extra: &[String], how: &[&str], script: &Path) -> Result<String, String> {
    let mut command = Command::new("sbatch");
    command.arg("--parsable").args(extra).args(how).arg(script);
    let line = || {
        let words = command.get_args().map(OsStr::to_string_lossy);
        format!("sbatch {}", words.collect::<Vec<_>>().join(" "))
    };
    let line = line();
    let done = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    let done = done.map_err(|e| format!("{line}: {e}; is Slurm installed here?"))?;
    if !done.status.success() {
        return Err(format!("{line}: {}", done.status));
    }
    let answer = String::from_utf8_lossy(&done.stdout);
    // With several clusters the answer is `number;cluster`.
    let job = answer.trim().split(';').next().unwrap_or_default();
    Ok(job.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            program: "/opt/cellfall".into(),
            study: "/home/me/it's.yaml".into(),
            out: "/scratch/a study".into(),
            shards: "/scratch/a study.shards".into(),
        }
    }

    #[test]
    fn the_array_runs_one_shard_a_task_and_survives_a_requeue() {
        let script = array_script(&places(), "mine", 64);
        for needed in [
            "#SBATCH --array=1-64\n",
            "#SBATCH --requeue\n",
            "/opt/cellfall batch '/home/me/it'\\''s.yaml'",
            "--shard \"$SLURM_ARRAY_TASK_ID/64\" --resume",
            "--out '/scratch/a study.shards'/\"$SLURM_ARRAY_TASK_ID\"",
            "--threads \"${SLURM_CPUS_PER_TASK:-1}\"",
        ] {
            assert!(script.contains(needed), "{needed}\n{script}");
        }
    }

    #[test]
    fn the_merge_takes_every_shard() {
        let script = merge_script(&places(), "mine", true);
        let line = "/opt/cellfall merge '/scratch/a study.shards'/[0-9]* --out '/scratch/a study' --force\n";
        assert!(script.contains(line), "{script}");
    }
}
