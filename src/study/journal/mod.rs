//! The journal of a study: every finished run, once, durable before it counts.
//!
//! It is only ever appended to. What a crash left half-written at its end is cut off when work goes on, so
//! that at most the runs in flight are lost. Records are read back one by one: memory holds where they
//! are, not what they say.
//!
//! Invariant: a run that was reported as finished is in the file, and synced.

mod line;
mod scan;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use line::{FORMAT, Line, StoredRun};
use scan::Scan;

pub use line::Header;

use super::error::StudyError;
use super::outcomes::figure;
use super::record::{Parameter, RunRecord};

/// The name of the journal in a study's directory.
pub const JOURNAL_FILE: &str = "journal.jsonl";

/// The journal of a study or of one shard of it.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    header: Header,
    scan: Scan,
    parameter_names: Vec<String>,
}

impl Journal {
    /// Begin a journal at `path`.
    ///
    /// # Errors
    /// If one is there already, or the file cannot be written.
    pub fn create(path: &Path, header: Header) -> Result<Self, StudyError> {
        let io = |error| StudyError::Io(path.to_owned(), error);
        let mut options = OpenOptions::new();
        let opened = options.read(true).write(true).create_new(true).open(path);
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StudyError::Unfinished(path.to_owned()),
            _ => io(error),
        })?;
        lock(&file, path)?;
        Self::begin(path, file, header)
    }

    /// Go on with the journal at `path`, or begin it if nothing is there yet.
    ///
    /// # Errors
    /// If it is the journal of another study, version or shard, or in use, or cannot be written.
    pub fn resume(path: &Path, header: Header) -> Result<Self, StudyError> {
        let io = |error| StudyError::Io(path.to_owned(), error);
        let mut options = OpenOptions::new();
        let opened = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let file = opened.map_err(io)?;
        lock(&file, path)?;
        let scan = Scan::of(BufReader::new(&file)).map_err(io)?;
        match &scan.header {
            Some(found) => check_same(path, found, &header)?,
            None if is_beginning(&file, &header).map_err(io)? => {
                return Self::begin(path, file, header);
            }
            None => return Err(not_ours(path)),
        }
        file.set_len(scan.sound_bytes).map_err(io)?;
        file.sync_all().map_err(io)?;
        Ok(Self::with(path, file, header, scan))
    }

    /// Read a complete journal, to be merged with others.
    ///
    /// # Errors
    /// If it cannot be read, is none, or was cut off.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let io = |error| StudyError::Io(path.to_owned(), error);
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                StudyError::NoShard(path.parent().unwrap_or(path).to_owned())
            }
            _ => io(error),
        })?;
        let scan = Scan::of(BufReader::new(&file)).map_err(io)?;
        let Some(header) = scan.header.clone() else {
            return Err(not_ours(path));
        };
        let wanted = header.shard.share_of(header.runs);
        let why = match scan.ended {
            _ if scan.torn => Some("a line is damaged".to_owned()),
            None => Some("it has no last line".to_owned()),
            Some(runs) if runs != scan.count() => Some(format!("its last line says {runs} runs")),
            Some(runs) if runs != wanted => Some(format!("its share is {wanted} runs")),
            Some(_) => None,
        };
        if let Some(why) = why {
            return Err(StudyError::Truncated(path.to_owned(), scan.count(), why));
        }
        Ok(Self::with(path, file, header, scan))
    }

    fn begin(path: &Path, file: File, header: Header) -> Result<Self, StudyError> {
        let first = Line::Header(Box::new(header.clone())).encode();
        let scan = Scan::empty(&header, first.len() as u64);
        let io = |error| StudyError::Io(path.to_owned(), error);
        file.set_len(0).map_err(io)?;
        let mut journal = Self::with(path, file, header, scan);
        journal.file.seek(SeekFrom::Start(0)).map_err(io)?;
        journal.file.write_all(first.as_bytes()).map_err(io)?;
        journal.file.sync_all().map_err(io)?;
        if let Some(parent) = path.parent() {
            sync_directory(parent).map_err(io)?;
        }
        Ok(journal)
    }

    fn with(path: &Path, file: File, header: Header, scan: Scan) -> Self {
        Self {
            path: path.to_owned(),
            file,
            parameter_names: header.study.parameter_names(),
            header,
            scan,
        }
    }

    /// What it is the journal of.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the run with this number is in it.
    pub fn has(&self, number: u64) -> bool {
        self.scan.offset(number).is_some()
    }

    /// How many runs are in it.
    pub fn count(&self) -> u64 {
        self.scan.count()
    }

    /// The lists of names of outcomes that occur, each with the first run that has them.
    pub(super) fn names(&self) -> impl Iterator<Item = (u64, &[String])> {
        self.scan
            .names
            .iter()
            .filter_map(|(first, names)| Some(((*first)?, names.as_slice())))
    }

    /// Append finished runs, and make them durable.
    ///
    /// # Errors
    /// If that fails (a full disk, say); then none of them counts.
    pub fn append(&mut self, records: &[RunRecord]) -> Result<(), StudyError> {
        let mut text = String::new();
        let mut places = Vec::new();
        for record in records {
            let names = self.name_list(record, &mut text);
            let at = self.scan.sound_bytes + text.len() as u64;
            places.push((record.number, names, at));
            text.push_str(&Line::Run(stored(record, names)).encode());
        }
        self.write(&text)?;
        for (number, names, at) in places {
            self.scan.add(number, names, at);
        }
        Ok(())
    }

    /// Mark the journal as complete.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn end(&mut self) -> Result<(), StudyError> {
        if self.scan.ended.is_some() {
            return Ok(());
        }
        let runs = self.count();
        self.write(&Line::End { runs }.encode())?;
        self.scan.ended = Some(runs);
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), StudyError> {
        let sound = self.scan.sound_bytes;
        let mut written = self.file.seek(SeekFrom::Start(sound)).map(|_| ());
        written = written.and_then(|()| self.file.write_all(text.as_bytes()));
        written = written.and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // If even this fails, the checksum tells what was written whole.
            drop(self.file.set_len(sound));
            return Err(StudyError::Io(self.path.clone(), error));
        }
        self.scan.sound_bytes += text.len() as u64;
        Ok(())
    }

    /// Which list of names a record has; a new one is written first.
    fn name_list(&mut self, record: &RunRecord, text: &mut String) -> usize {
        let figures = record.outcome.as_deref().unwrap_or_default();
        let names: Vec<String> = figures.iter().map(|figure| figure.name.clone()).collect();
        let known = self
            .scan
            .names
            .iter()
            .position(|(_, known)| *known == names);
        known.unwrap_or_else(|| {
            let line = Line::Names {
                names: names.clone(),
            };
            text.push_str(&line.encode());
            self.scan.names.push((None, names));
            self.scan.names.len() - 1
        })
    }

    /// The run with this number, if it is in the journal.
    ///
    /// # Errors
    /// If it cannot be read back.
    pub fn record(&mut self, number: u64) -> Result<Option<RunRecord>, StudyError> {
        let Some(offset) = self.scan.offset(number) else {
            return Ok(None);
        };
        let line = read_line(&mut self.file, offset);
        let line = line.map_err(|error| StudyError::Io(self.path.clone(), error))?;
        match Line::decode(&line) {
            Some(Line::Run(run)) if run.run == number => Ok(Some(self.restored(run))),
            _ => Err(StudyError::NotAJournal(
                self.path.clone(),
                format!("a damaged line where run {number} was"),
            )),
        }
    }

    fn restored(&self, run: StoredRun) -> RunRecord {
        let names = &self.scan.names[run.names].1;
        let values = names.iter().cloned().zip(run.values);
        let parameters = self.parameter_names.iter().cloned().zip(run.parameters);
        RunRecord {
            number: run.run,
            point: run.point,
            replication: run.replication,
            seed: run.seed,
            version: self.header.version.clone(),
            scenario_hash: run.scenario,
            parameters: parameters
                .map(|(name, value)| Parameter { name, value })
                .collect(),
            outcome: match run.failure {
                Some(failure) => Err(failure),
                None => Ok(values.map(|(name, value)| figure(name, value)).collect()),
            },
        }
    }
}

fn stored(record: &RunRecord, names: usize) -> StoredRun {
    let figures = record.outcome.as_deref().unwrap_or_default();
    StoredRun {
        run: record.number,
        point: record.point,
        replication: record.replication,
        seed: record.seed,
        scenario: record.scenario_hash.clone(),
        parameters: record.parameters.iter().map(|p| p.value.clone()).collect(),
        names,
        values: figures.iter().map(|figure| figure.value).collect(),
        failure: record.outcome.as_ref().err().cloned(),
    }
}

fn read_line(file: &mut File, offset: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut line = Vec::new();
    BufReader::new(&mut *file).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Whether a file holds the beginning of this header and nothing else: only that may be thrown away.
fn is_beginning(mut file: &File, header: &Header) -> io::Result<bool> {
    let first = Line::Header(Box::new(header.clone())).encode();
    let mut found = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(first.len() as u64).read_to_end(&mut found)?;
    Ok(first.as_bytes().starts_with(&found) && found.len() < first.len())
}

/// One writer at a time.
fn lock(file: &File, path: &Path) -> Result<(), StudyError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        // A file system that knows no locks leaves it to the user.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StudyError::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(StudyError::Io(path.to_owned(), error)),
    }
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    let here = directory.as_os_str().is_empty();
    File::open(if here { Path::new(".") } else { directory })?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

fn not_ours(path: &Path) -> StudyError {
    StudyError::NotAJournal(path.to_owned(), "no first line of one".to_owned())
}

/// Refuse the journal of anything but `wanted`.
pub(super) fn check_same(path: &Path, found: &Header, wanted: &Header) -> Result<(), StudyError> {
    let shards = (found.shard.to_string(), wanted.shard.to_string());
    let differing = [
        ("format", &found.format, &wanted.format),
        ("version", &found.version, &wanted.version),
        ("study", &found.digest, &wanted.digest),
        ("shard", &shards.0, &shards.1),
    ];
    match differing.into_iter().find(|(_, there, here)| there != here) {
        None => Ok(()),
        Some((what, there, here)) => {
            let (there, here) = match what {
                "study" => (
                    named(&found.study.name, there),
                    named(&wanted.study.name, here),
                ),
                _ => (there.clone(), here.clone()),
            };
            Err(StudyError::Foreign(path.to_owned(), what, there, here))
        }
    }
}

fn named(name: &str, digest: &str) -> String {
    format!("{name} ({})", &digest[..digest.len().min(12)])
}

#[cfg(test)]
mod tests;
