//! A study's directory on disk: while it runs, a journal; in the end, tables and `study.json`.
//!
//! The tables and the page are written to a hidden directory and renamed; `study.json` comes last, so that a
//! directory that has one is complete. The journal goes when everything it says is in the tables.
//!
//! Invariant: the files of a finished study depend on the study and its records alone; no file that a
//! study does not write is ever touched.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::Digest;
use crate::study::{Finished, JOURNAL_FILE, RowSink, StudyError, StudyFile};

use super::files::REPORT_FILE;
use super::run_dir::{parent_of, sync_dir};
use super::study_csv::SUMMARY_FILES;
use super::study_report::{NoReport, study_report};
use super::study_tables::{open_tables, table_files};
use super::whole_file::make_directory;

/// Name of the file that says what a finished study is.
pub const STUDY_FILE: &str = "study.json";

/// The format of [`STUDY_FILE`].
const FORMAT: &str = "cellfall-study-1";

/// The directory in which tables are written, inside the study's.
const STAGING: &str = ".tables.partial";

/// What a directory is that has a journal and no [`STUDY_FILE`].
pub(super) const UNFINISHED: &str =
    "found an unfinished study; `cellfall batch` with --resume finishes it, a shard is merged";

/// Failures of runs that are told one by one.
const FAILURES_TOLD: usize = 10;

/// What can go wrong with a study's directory; each names the path.
#[derive(Debug)]
pub enum StudyDirError {
    /// A finished study is there, and replacing it was not asked for.
    Finished(PathBuf),
    /// A finished study is there, and it is another one: what differs, there and here.
    Other(PathBuf, String, String),
    /// An unfinished study or a shard is there, and replacing it was not asked for.
    Unfinished(PathBuf),
    /// Something is there that a study does not write.
    Foreign(PathBuf, String),
    /// It has no `study.json`, or one that is none of ours.
    NotAStudy(PathBuf, String),
    /// The operating system refused.
    Io(PathBuf, io::Error),
    /// The records cannot be read.
    Study(StudyError),
}

impl fmt::Display for StudyDirError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished(path) => {
                let path = path.display();
                write!(f, "{path}: a finished study; --force replaces it")
            }
            Self::Unfinished(path) => {
                let path = path.display();
                write!(
                    f,
                    "{path}: an unfinished study, or a shard; --force replaces it"
                )
            }
            Self::Other(path, there, here) => {
                write!(
                    f,
                    "{}: found a finished study {there}, expected {here}",
                    path.display()
                )
            }
            Self::Foreign(path, entry) => {
                let path = path.display();
                write!(
                    f,
                    "{path}: found {entry}, not only the files of a study; left as it is"
                )
            }
            Self::NotAStudy(path, what) => write!(f, "{}: {what}", path.display()),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Study(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StudyDirError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Study(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StudyError> for StudyDirError {
    fn from(error: StudyError) -> Self {
        Self::Study(error)
    }
}

/// What a finished study is: the contents of [`STUDY_FILE`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyIndex {
    format: String,
    /// Its name.
    pub name: String,
    /// Version of the program that ran it.
    pub version: String,
    /// Digest of the study file, its scenarios and their input files.
    pub study_digest: String,
    /// Runs that were done: rows of the table.
    pub runs: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Digest of each table, by file name.
    pub tables: Vec<(String, String)>,
    /// The study file with every default filled in.
    pub study: StudyFile,
}

/// A finished study, and the first of its failures.
#[derive(Debug)]
pub struct Written {
    /// What was written.
    pub index: StudyIndex,
    /// Run number and reason of the first few runs that failed.
    pub failures: Vec<(u64, String)>,
    /// Why there is no page beside the tables, if there is none.
    pub no_report: Option<NoReport>,
}

/// A directory for a study.
#[derive(Debug)]
pub struct StudyDir {
    path: PathBuf,
}

impl StudyDir {
    /// Prepare `path` for a study: it is created, and with `force` cleared of an earlier one.
    ///
    /// # Errors
    /// If it holds a finished study (without `force`), holds anything else, or cannot be written.
    pub fn prepare(path: &Path, force: bool) -> Result<Self, StudyDirError> {
        let dir = Self {
            path: path.to_owned(),
        };
        make_directory(path).map_err(|error| dir.io("", error))?;
        dir.check_ours()?;
        if force {
            dir.clear()?;
        } else if path.join(STUDY_FILE).exists() {
            return Err(StudyDirError::Finished(path.to_owned()));
        }
        sync_dir(&parent_of(path)).map_err(|error| dir.io("", error))?;
        Ok(dir)
    }

    /// Prepare `path` for tables that are made from journals elsewhere: its own journal would be lost.
    ///
    /// # Errors
    /// As [`StudyDir::prepare`]; and if it holds a journal (without `force`).
    pub fn prepare_merged(path: &Path, force: bool) -> Result<Self, StudyDirError> {
        let is_begun = path.join(JOURNAL_FILE).exists() && !path.join(STUDY_FILE).exists();
        if is_begun && !force {
            return Err(StudyDirError::Unfinished(path.to_owned()));
        }
        Self::prepare(path, force)
    }

    /// Finish the clearing up of a finished study that was cut off in its last moment.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn tidy(path: &Path) -> Result<(), StudyDirError> {
        let dir = Self {
            path: path.to_owned(),
        };
        drop(fs::remove_dir_all(path.join(STAGING)));
        dir.remove(JOURNAL_FILE)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Write the tables of a finished study and their page, then what it is; the journal goes.
    ///
    /// # Errors
    /// If something cannot be read back or written; then the directory is not complete, and the journal is
    /// still there.
    pub fn finish(&self, mut finished: Finished) -> Result<Written, StudyDirError> {
        let staging = self.path.join(STAGING);
        drop(fs::remove_dir_all(&staging));
        fs::create_dir(&staging).map_err(|error| self.io(STAGING, error))?;
        let written = self.write_tables(&mut finished, &staging);
        let (failed, failures) = written.inspect_err(|_| drop(fs::remove_dir_all(&staging)))?;
        let mut tables = Vec::new();
        for name in table_files() {
            let digest = digest_of(&staging.join(name)).map_err(|error| self.io(name, error))?;
            tables.push((name.to_owned(), digest));
        }
        let index = StudyIndex {
            format: FORMAT.to_owned(),
            name: finished.study().name.clone(),
            version: finished.header().version.clone(),
            study_digest: finished.header().digest.clone(),
            runs: finished.runs(),
            failed,
            tables,
            study: finished.study().clone(),
        };
        let page = study_report(&staging, &index);
        let no_report = self.place(page, &staging)?;
        self.write_index(&index, &staging)?;
        drop(finished);
        self.remove(JOURNAL_FILE)?;
        Ok(Written {
            index,
            failures,
            no_report,
        })
    }

    /// Put the tables, and the page if there is one, where they belong; gives why there is none.
    fn place(
        &self,
        page: Result<String, NoReport>,
        staging: &Path,
    ) -> Result<Option<NoReport>, StudyDirError> {
        let rename = |name: &str| {
            let renamed = fs::rename(staging.join(name), self.path.join(name));
            renamed.map_err(|error| self.io(name, error))
        };
        table_files().try_for_each(rename)?;
        match page {
            Ok(page) => {
                let io = |error| self.io(REPORT_FILE, error);
                let mut file = File::create(staging.join(REPORT_FILE)).map_err(io)?;
                file.write_all(page.as_bytes()).map_err(io)?;
                file.sync_all().map_err(io)?;
                rename(REPORT_FILE)?;
                Ok(None)
            }
            Err(why) => {
                // A page that is left from an earlier study would be read as this one's.
                self.remove(REPORT_FILE)?;
                Ok(Some(why))
            }
        }
    }

    /// Feed every row to every table; gives how many runs failed, and the first of them.
    fn write_tables(
        &self,
        finished: &mut Finished,
        staging: &Path,
    ) -> Result<(u64, Vec<(u64, String)>), StudyDirError> {
        let opened = open_tables(staging, &finished.columns());
        let mut sinks = opened.map_err(|error| self.io("", error))?;
        let (mut number, mut failed, mut failures) = (0, 0, Vec::new());
        finished.each_row(|cells, failure| {
            for sink in &mut sinks {
                sink.row(cells).map_err(|error| self.io("", error))?;
            }
            if let Some(failure) = failure {
                failed += 1;
                if failures.len() < FAILURES_TOLD {
                    failures.push((number, failure.to_owned()));
                }
            }
            number += 1;
            Ok::<(), StudyDirError>(())
        })?;
        let finish = |sink: Box<dyn RowSink>| sink.finish().map_err(|error| self.io("", error));
        sinks.into_iter().try_for_each(finish)?;
        Ok((failed, failures))
    }

    fn write_index(&self, index: &StudyIndex, staging: &Path) -> Result<(), StudyDirError> {
        let io = |error| self.io(STUDY_FILE, error);
        let text = serde_json::to_string_pretty(index).expect("an index is plain data");
        let partial = staging.join(STUDY_FILE);
        let mut file = File::create(&partial).map_err(io)?;
        file.write_all(format!("{text}\n").as_bytes()).map_err(io)?;
        file.sync_all().map_err(io)?;
        sync_dir(&self.path).map_err(io)?;
        fs::rename(&partial, self.path.join(STUDY_FILE)).map_err(io)?;
        fs::remove_dir(staging).map_err(io)?;
        sync_dir(&self.path).map_err(io)
    }

    fn io(&self, name: &str, error: io::Error) -> StudyDirError {
        let path = if name.is_empty() {
            self.path.clone()
        } else {
            self.path.join(name)
        };
        StudyDirError::Io(path, error)
    }

    /// Refuse a directory with any entry that a study does not write.
    fn check_ours(&self) -> Result<(), StudyDirError> {
        for entry in fs::read_dir(&self.path).map_err(|error| self.io("", error))? {
            let entry = entry.map_err(|error| self.io("", error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_dir = entry
                .file_type()
                .map_err(|error| self.io("", error))?
                .is_dir();
            if is_dir != (name == STAGING) || !(is_dir || files().any(|ours| ours == name)) {
                return Err(StudyDirError::Foreign(self.path.clone(), name));
            }
        }
        Ok(())
    }

    fn clear(&self) -> Result<(), StudyDirError> {
        // What says that the study is complete goes first.
        self.remove(STUDY_FILE)?;
        files().try_for_each(|name| self.remove(name))?;
        drop(fs::remove_dir_all(self.path.join(STAGING)));
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), StudyDirError> {
        match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.io(name, error)),
            _ => Ok(()),
        }
    }
}

/// The names of all files of a study, and of the summary that may be written beside them.
fn files() -> impl Iterator<Item = &'static str> {
    let own = [STUDY_FILE, JOURNAL_FILE].into_iter().chain(table_files());
    own.chain(SUMMARY_FILES).chain([REPORT_FILE])
}

fn digest_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Digest::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digest.to_string()),
            length => digest.write_bytes(&buffer[..length]),
        }
    }
}

/// The tables in this directory that are not as the study wrote them: edited since, or gone.
pub fn edited_tables(directory: &Path, index: &StudyIndex) -> Vec<String> {
    let is_edited = |(name, digest): &&(String, String)| {
        digest_of(&directory.join(name)).map_or(true, |found| found != *digest)
    };
    let edited = index.tables.iter().filter(is_edited);
    edited.map(|(name, _)| name.clone()).collect()
}

/// What the finished study in this directory is.
///
/// # Errors
/// If there is none, or it cannot be read.
pub fn read_study(directory: &Path) -> Result<StudyIndex, StudyDirError> {
    let path = directory.join(STUDY_FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let is_begun = directory.join(JOURNAL_FILE).exists();
            let what = if is_begun {
                UNFINISHED
            } else {
                "found no study.json, expected the directory of a finished study"
            };
            return Err(StudyDirError::NotAStudy(
                directory.to_owned(),
                what.to_owned(),
            ));
        }
        Err(error) => return Err(StudyDirError::Io(path, error)),
    };
    let index: StudyIndex = serde_json::from_slice(&bytes)
        .map_err(|e| StudyDirError::NotAStudy(path.clone(), format!("found no study: {e}")))?;
    if index.format != FORMAT {
        let what = format!("found the format {}, expected {FORMAT}", index.format);
        return Err(StudyDirError::NotAStudy(path, what));
    }
    Ok(index)
}
