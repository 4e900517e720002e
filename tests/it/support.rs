//! What the tests share: scenarios from text, curves out of results, and the built program.
//!
//! Invariant: adds nothing to what the library and the program say.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cellfall::impact::{DeviceKpi, Scope};
use cellfall::network::ClassCounts;
use cellfall::report::render;
use cellfall::scenario::Scenario;
use cellfall::simulation::RunResult;

/// The scenario of a text that is sound.
pub(crate) fn scenario(text: &str) -> Scenario {
    scenario_with(text, &[])
}

/// The scenario of a sound text, with overrides.
pub(crate) fn scenario_with(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    Scenario::from_text("test", text, &overrides).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("the scenario is wrong:\n{}\n{text}", lines.join("\n"))
    })
}

/// A file of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The rows of the time series that belong to one scope.
pub(crate) fn rows(result: &RunResult, scope: Scope) -> Vec<&DeviceKpi> {
    let rows = result.kpi.devices.iter();
    rows.filter(|row| row.scope == scope).collect()
}

/// The rows of a region.
pub(crate) fn region_rows<'a>(result: &'a RunResult, name: &str) -> Vec<&'a DeviceKpi> {
    let index = result
        .names
        .regions
        .iter()
        .position(|region| region == name);
    rows(
        result,
        Scope::Region(index.expect("there is such a region")),
    )
}

/// Devices registered, in the order of time, with the seconds since the start.
pub(crate) fn registered(result: &RunResult) -> Vec<(f64, u64)> {
    let rows = rows(result, Scope::Network).into_iter();
    rows.map(|row| (row.at.as_secs_f64(), row.counts.registered))
        .collect()
}

/// What was counted in the whole network up to an instant.
pub(crate) fn counted(result: &RunResult, until_s: f64, what: impl Fn(&ClassCounts) -> u64) -> u64 {
    let rows = rows(result, Scope::Network).into_iter();
    rows.filter(|row| row.at.as_secs_f64() <= until_s)
        .map(|row| what(&row.counts))
        .sum()
}

/// Every file of a run but the timing, as text, for a message that shows where two runs part.
pub(crate) fn assert_same_files(one: &RunResult, other: &RunResult, what: &str) {
    let (one, other) = (render(one), render(other));
    for ((name, left), (_, right)) in one.files.iter().zip(&other.files) {
        if left == right {
            continue;
        }
        let (left, right) = (
            String::from_utf8_lossy(left),
            String::from_utf8_lossy(right),
        );
        let lines = left.lines().zip(right.lines()).zip(1..);
        let first = lines.into_iter().find(|((left, right), _)| left != right);
        panic!("{what}: {name} differs first at {first:#?}");
    }
    assert_eq!(one.digest, other.digest, "{what}");
}

/// A directory of its own for one test, empty at the start.
pub(crate) fn scratch(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir_all(&path).expect("the target directory is writable");
    path
}

/// The built program with these arguments, ready to start in a folder.
pub(crate) fn program(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cellfall"));
    command.args(words).current_dir(folder);
    command
}

/// What the built program does with these arguments in a folder.
pub(crate) fn output(folder: &Path, words: &[&str]) -> Output {
    program(folder, words).output().expect("the program starts")
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Done {
    /// The exit code; none if it was killed.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It ended with this code.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

/// What the built program says to these arguments in a folder, and how it ends.
pub(crate) fn done(folder: &Path, words: &[&str]) -> Done {
    Done::of(&output(folder, words))
}

/// Names and contents of the files of a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("a name");
            let name = name.to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}
