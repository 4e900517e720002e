//! A run directory on disk: complete under its name, or not there at all.
//!
//! Files go to a hidden directory beside the wanted one, are synced, and the directory is renamed at the
//! end. With `force`, an earlier run directory makes way; a directory that holds anything else is
//! refused, so that nothing foreign is ever deleted.
//!
//! Invariant: no file outside the two directories is touched.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::simulation::RunResult;
use crate::study::RunFigures;

use super::exports::{self, EXPORTS};
use super::files::{FILES, REPORT_FILE, Rendered, SUMMARY_FILE, TIMING_FILE, timing_json};
use super::html::{Story, plots_of_page};
use super::json::FORMAT;
use super::signature;

/// What can go wrong with a run directory; each names the path.
#[derive(Debug)]
pub enum ReportError {
    /// Something of that name is there, and replacing it was not asked for.
    Exists(PathBuf),
    /// Something of that name is there, and it is not a run directory (the entry that shows it).
    Foreign(PathBuf, String),
    /// The operating system refused.
    Io(PathBuf, io::Error),
    /// A summary that is not one.
    NotARun(PathBuf, String),
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => {
                let path = path.display();
                write!(
                    f,
                    "{path}: exists already; --force replaces an earlier run directory"
                )
            }
            Self::Foreign(path, entry) => {
                let path = path.display();
                write!(
                    f,
                    "{path}: found {entry}, not only the files of a run; left as it is"
                )
            }
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NotARun(path, what) => write!(f, "{}: {what}", path.display()),
        }
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

/// A run directory in the making. Dropped before [`RunDir::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct RunDir {
    wanted: PathBuf,
    partial: PathBuf,
    force: bool,
    finished: bool,
}

impl RunDir {
    /// Reserve a place for `wanted`: checks that it may be written, before the run starts.
    ///
    /// # Errors
    /// If it exists (without `force`), is not a run directory (with it), or cannot be written.
    pub fn create(wanted: &Path, force: bool) -> Result<Self, ReportError> {
        check_place(wanted, force)?;
        let name = wanted.file_name().ok_or_else(|| {
            let reason = "expected the name of a directory".to_owned();
            ReportError::NotARun(wanted.to_owned(), reason)
        })?;
        let parent = parent_of(wanted);
        fs::create_dir_all(&parent).map_err(|e| ReportError::Io(parent.clone(), e))?;
        let hidden = format!(".{}.partial-{}", name.to_string_lossy(), std::process::id());
        let partial = parent.join(hidden);
        fs::create_dir(&partial).map_err(|e| ReportError::Io(wanted.to_owned(), e))?;
        let dir = Self {
            wanted: wanted.to_owned(),
            partial,
            force,
            finished: false,
        };
        dir.write(SUMMARY_FILE, b"{}\n")?;
        Ok(dir)
    }

    /// Write all files and give the directory its name.
    ///
    /// # Errors
    /// If a file cannot be written or the directory not be renamed; then nothing is left of it.
    pub fn finish(
        mut self,
        rendered: &Rendered,
        result: &RunResult,
    ) -> Result<PathBuf, ReportError> {
        for (name, bytes) in &rendered.files {
            self.write(name, bytes)?;
        }
        for (export, record) in exports::asked(result) {
            self.write_with(export.file, |out| (export.write)(result, record, out))?;
        }
        if let Some(timing) = &result.timing {
            self.write(TIMING_FILE, &timing_json(result, timing))?;
        }
        sync_dir(&self.partial).map_err(|e| ReportError::Io(self.wanted.clone(), e))?;
        self.take_name()?;
        self.finished = true;
        Ok(self.wanted.clone())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ReportError> {
        self.write_with(name, |out| out.write_all(bytes))
    }

    fn write_with(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), ReportError> {
        // The reader knows the name that was asked for, not the hidden one.
        let shown = || self.wanted.join(name);
        write_file(&self.partial.join(name), write).map_err(|e| ReportError::Io(shown(), e))
    }

    /// Rename; an earlier run directory is moved aside first, and comes back if that fails.
    fn take_name(&self) -> Result<(), ReportError> {
        let io = |e| ReportError::Io(self.wanted.clone(), e);
        check_place(&self.wanted, self.force)?;
        if !self.wanted.exists() {
            fs::rename(&self.partial, &self.wanted).map_err(io)?;
            return sync_dir(&parent_of(&self.wanted)).map_err(io);
        }
        let aside = self.partial.with_extension("earlier");
        fs::rename(&self.wanted, &aside).map_err(io)?;
        if let Err(error) = fs::rename(&self.partial, &self.wanted) {
            fs::rename(&aside, &self.wanted).map_err(io)?;
            return Err(io(error));
        }
        remove_ours(&aside);
        sync_dir(&parent_of(&self.wanted)).map_err(io)
    }
}

impl Drop for RunDir {
    fn drop(&mut self) {
        if !self.finished {
            remove_ours(&self.partial);
        }
    }
}

/// Refuse a place that is taken, or that holds anything but an earlier run.
fn check_place(wanted: &Path, force: bool) -> Result<(), ReportError> {
    match fs::symlink_metadata(wanted) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ReportError::Io(wanted.to_owned(), error)),
        Ok(_) if !force => Err(ReportError::Exists(wanted.to_owned())),
        Ok(found) if !found.is_dir() => Err(ReportError::Foreign(
            wanted.to_owned(),
            "no directory".into(),
        )),
        Ok(_) => check_ours(wanted),
    }
}

/// Refuse a directory with any entry that a run does not write, or whose summary is not ours.
fn check_ours(directory: &Path) -> Result<(), ReportError> {
    let io = |e| ReportError::Io(directory.to_owned(), e);
    let mut empty = true;
    for entry in fs::read_dir(directory).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().map_err(io)?.is_file();
        if !is_file || !names().any(|known| known == name) {
            return Err(ReportError::Foreign(directory.to_owned(), name));
        }
        empty = false;
    }
    if empty {
        return Ok(());
    }
    read_summary(directory).map(|_| ())
}

/// Remove the files of a run and then the directory, if nothing else is in it. What cannot be removed
/// stays: it is hidden, and its name says that it is partial.
fn remove_ours(directory: &Path) {
    for name in names() {
        drop(fs::remove_file(directory.join(name)));
    }
    drop(fs::remove_dir(directory));
}

/// Every file that a run may write.
fn names() -> impl Iterator<Item = &'static str> {
    let exports = EXPORTS.iter().map(|export| export.file);
    FILES.into_iter().chain(exports)
}

fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    write(&mut file)?;
    file.into_inner()?.sync_all()
}

#[cfg(unix)]
pub(super) fn sync_dir(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(super) fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The figures of an earlier run, from its directory.
///
/// # Errors
/// If there is no summary, or it is not one of ours.
pub fn read_figures(directory: &Path) -> Result<RunFigures, ReportError> {
    let summary = read_summary(directory)?;
    let path = directory.join(SUMMARY_FILE);
    let lacks = |key: &str| ReportError::NotARun(path.clone(), format!("found no \"{key}\""));
    let text = |key: &str| {
        let value = summary[key].as_str().map(str::to_owned);
        value.ok_or_else(|| lacks(key))
    };
    let figures = summary["figures"]
        .as_object()
        .ok_or_else(|| lacks("figures"))?;
    Ok(RunFigures {
        scenario: text("scenario")?,
        seed: summary["seed"].as_u64().ok_or_else(|| lacks("seed"))?,
        scale: summary["scale"].as_f64().ok_or_else(|| lacks("scale"))?,
        version: text("version")?,
        values: figures
            .iter()
            .map(|(key, v)| (key.clone(), v.as_f64()))
            .collect(),
        signs: signature::read(&summary["signature"]),
        by_contract: Vec::new(),
    })
}

/// What an earlier run tells, from the report in its directory.
///
/// # Errors
/// If there is no report, or it is not one of this version.
pub fn read_story(directory: &Path) -> Result<Story, ReportError> {
    let (path, page) = read_page(directory)?;
    Story::of_page(&page).ok_or_else(|| {
        let reason = "found no report of a run by this version; run it again".to_owned();
        ReportError::NotARun(path, reason)
    })
}

/// The pictures of the report in a directory, of a run, a comparison, a score or plans: file names and contents.
///
/// # Errors
/// If there is no report, or it is not one of this version.
pub fn read_plots(directory: &Path) -> Result<Vec<(String, String)>, ReportError> {
    let (path, page) = read_page(directory)?;
    plots_of_page(&page).ok_or_else(|| {
        let reason = "found no report with pictures by this version; make it again";
        ReportError::NotARun(path, reason.to_owned())
    })
}

fn read_page(directory: &Path) -> Result<(PathBuf, String), ReportError> {
    let path = directory.join(REPORT_FILE);
    match fs::read_to_string(&path) {
        Ok(page) => Ok((path, page)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let reason = "found no report; expected the directory of a run, a comparison, a score, a study or plans";
            Err(ReportError::NotARun(path, reason.to_owned()))
        }
        Err(error) => Err(ReportError::Io(path, error)),
    }
}

fn read_summary(directory: &Path) -> Result<Value, ReportError> {
    let path = directory.join(SUMMARY_FILE);
    let bytes = fs::read(&path).map_err(|e| ReportError::Io(path.clone(), e))?;
    let summary: Value = serde_json::from_slice(&bytes)
        .map_err(|e| ReportError::NotARun(path.clone(), format!("found no JSON: {e}")))?;
    if summary["format"] != FORMAT {
        let reason = format!("found no \"format\": \"{FORMAT}\"");
        return Err(ReportError::NotARun(path, reason));
    }
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use super::super::files::render;
    use super::super::sample::sample;
    use super::*;

    /// An empty directory of the test's own.
    fn place(name: &str) -> PathBuf {
        let unique = format!("cellfall-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(unique);
        drop(fs::remove_dir_all(&path));
        fs::create_dir(&path).expect("a directory for the test");
        path
    }

    fn write(wanted: &Path, force: bool) -> Result<PathBuf, ReportError> {
        let result = sample();
        RunDir::create(wanted, force)?.finish(&render(&result), &result)
    }

    fn entries(path: &Path) -> Vec<String> {
        let read = fs::read_dir(path).expect("a directory");
        let mut names: Vec<_> = read
            .map(|e| {
                e.expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_run_directory_is_complete_and_reads_back() {
        let place = place("complete");
        let wanted = place.join("runs").join("sample-7");
        write(&wanted, false).expect("written");
        let mut expected = FILES.map(str::to_owned).to_vec();
        expected.sort();
        assert_eq!(entries(&wanted), expected);
        assert_eq!(entries(&place.join("runs")), ["sample-7"]);
        assert_eq!(
            read_figures(&wanted).expect("ours"),
            RunFigures::of(&sample())
        );
    }

    #[test]
    fn an_earlier_run_makes_way_only_when_forced() {
        let place = place("force");
        let wanted = place.join("run");
        write(&wanted, false).expect("written");
        assert!(matches!(write(&wanted, false), Err(ReportError::Exists(_))));
        fs::write(wanted.join("impact.csv"), "old").expect("changed");
        write(&wanted, true).expect("replaced");
        let impact = fs::read(wanted.join("impact.csv")).expect("there");
        assert_ne!(impact, b"old");
        assert_eq!(entries(&place), ["run"]);
    }

    #[test]
    fn foreign_files_are_never_deleted() {
        let place = place("foreign");
        let wanted = place.join("run");
        write(&wanted, false).expect("written");
        fs::write(wanted.join("thesis.txt"), "years of work").expect("put there");
        assert!(
            matches!(write(&wanted, true), Err(ReportError::Foreign(_, name)) if name == "thesis.txt")
        );
        assert_eq!(
            fs::read(wanted.join("thesis.txt")).expect("there"),
            b"years of work"
        );
        assert_eq!(entries(&place), ["run"]);
        fs::write(place.join("file"), "a file").expect("put there");
        assert!(matches!(
            write(&place.join("file"), true),
            Err(ReportError::Foreign(..))
        ));
        fs::create_dir(place.join("other")).expect("made");
        fs::write(place.join("other").join(SUMMARY_FILE), "{}").expect("put there");
        assert!(matches!(
            write(&place.join("other"), true),
            Err(ReportError::NotARun(..))
        ));
    }

    #[test]
    fn what_cannot_be_written_is_named_before_the_run() {
        let place = place("blocked");
        fs::write(place.join("file"), "in the way").expect("put there");
        let wanted = place.join("file").join("run");
        let error = RunDir::create(&wanted, false).expect_err("a file is no directory");
        assert!(error.to_string().contains("file"), "{error}");
    }

    #[test]
    fn an_abandoned_run_leaves_nothing() {
        let place = place("abandoned");
        let wanted = place.join("run");
        let dir = RunDir::create(&wanted, false).expect("room");
        assert_eq!(entries(&place).len(), 1);
        assert!(!wanted.exists(), "nothing bears the name before the end");
        drop(dir);
        assert!(entries(&place).is_empty());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_and_leaves_nothing() {
        let error =
            write_file(Path::new("/dev/full"), |out| out.write_all(b"x")).expect_err("it is full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let place = place("full");
        let wanted = place.join("run");
        let dir = RunDir::create(&wanted, false).expect("room");
        let link = dir.partial.join("kpi.csv");
        std::os::unix::fs::symlink("/dev/full", link).expect("a link");
        let result = sample();
        let error = dir
            .finish(&render(&result), &result)
            .expect_err("it is full");
        assert!(error.to_string().contains("run/kpi.csv"), "{error}");
        assert!(entries(&place).is_empty());
    }
}
