//! The records of a finished study in their canonical order, from one journal or from those of its shards.
//!
//! Invariant: every run is there exactly once, or nothing is given out.

use std::path::Path;

use super::columns::{columns, row};
use super::error::StudyError;
use super::file::StudyFile;
use super::journal::{Header, JOURNAL_FILE, Journal};
use super::record::{Cell, Column};

/// All records of a finished study.
#[derive(Debug)]
pub struct Finished {
    /// One journal for each shard, in their order.
    journals: Vec<Journal>,
    outcomes: Vec<String>,
    runs: u64,
}

impl Finished {
    /// The records of a study that one process has carried out.
    pub fn of(journal: Journal) -> Self {
        Self::with(vec![journal])
    }

    /// The records of a study whose shards are in these directories, in any order.
    ///
    /// # Errors
    /// If a shard is missing, there twice, cut off, or of another study or version.
    pub fn merge(directories: &[impl AsRef<Path>]) -> Result<Self, Vec<StudyError>> {
        let (mut journals, mut errors) = (Vec::<Journal>::new(), Vec::new());
        for directory in directories {
            match Journal::read(&directory.as_ref().join(JOURNAL_FILE)) {
                Ok(journal) => journals.push(journal),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(foreign(&journals));
        if errors.is_empty() {
            journals.sort_by_key(|journal| journal.header().shard);
            errors.extend(doubled(&journals));
            errors.extend(missing(&journals));
        }
        if errors.is_empty() {
            Ok(Self::with(journals))
        } else {
            Err(errors)
        }
    }

    fn with(journals: Vec<Journal>) -> Self {
        let mut lists: Vec<(u64, &[String])> = journals.iter().flat_map(Journal::names).collect();
        lists.sort_by_key(|(first, _)| *first);
        let mut outcomes: Vec<String> = Vec::new();
        for name in lists.into_iter().flat_map(|(_, names)| names) {
            if !outcomes.contains(name) {
                outcomes.push(name.clone());
            }
        }
        Self {
            outcomes,
            runs: journals.iter().map(Journal::count).sum(),
            journals,
        }
    }

    /// What it is the study of: the header of the first shard.
    pub fn header(&self) -> &Header {
        self.journals[0].header()
    }

    /// The study file.
    pub fn study(&self) -> &StudyFile {
        &self.header().study
    }

    /// How many runs were done.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// The columns of its table.
    pub fn columns(&self) -> Vec<Column> {
        columns(self.study(), &self.outcomes)
    }

    /// Give out the rows of its table, in order; each with the failure of its run, if it failed.
    ///
    /// # Errors
    /// If a record cannot be read back, or `take` fails.
    pub fn each_row<E: From<StudyError>>(
        &mut self,
        mut take: impl FnMut(&[Cell], Option<&str>) -> Result<(), E>,
    ) -> Result<(), E> {
        let shards = self.journals.len() as u64;
        for number in 0..self.runs {
            let shard = usize::try_from(number % shards).expect("shards are in memory");
            let record = self.journals[shard].record(number)?;
            let record = record.ok_or(StudyError::Lost(number))?;
            let failure = record.outcome.as_ref().err().map(String::as_str);
            take(&row(&record, &self.outcomes), failure)?;
        }
        Ok(())
    }
}

/// Journals of another study or version, or of a study divided otherwise, than the first.
fn foreign(journals: &[Journal]) -> Vec<StudyError> {
    let Some((first, others)) = journals.split_first() else {
        return Vec::new();
    };
    let wanted = first.header();
    let mut errors = Vec::new();
    for other in others {
        let mut found = other.header().clone();
        if found.shard.count() != wanted.shard.count() {
            let (there, here) = (found.shard.count(), wanted.shard.count());
            let (there, here) = (there.to_string(), here.to_string());
            let what = "a shard count of";
            errors.push(StudyError::Foreign(
                other.path().to_owned(),
                what,
                there,
                here,
            ));
            continue;
        }
        found.shard = wanted.shard;
        errors.extend(super::journal::check_same(other.path(), &found, wanted).err());
    }
    errors
}

/// Shards that are there twice; the journals are in order.
fn doubled(journals: &[Journal]) -> Vec<StudyError> {
    let pairs = journals.windows(2);
    let twice = pairs.filter(|pair| pair[0].header().shard == pair[1].header().shard);
    let error = |pair: &[Journal]| {
        let (first, second) = (pair[0].path().to_owned(), pair[1].path().to_owned());
        StudyError::Doubled(pair[0].header().shard.index(), first, second)
    };
    twice.map(error).collect()
}

/// Shards that are not there.
fn missing(journals: &[Journal]) -> Option<StudyError> {
    let count = journals
        .first()
        .map_or(1, |journal| journal.header().shard.count());
    let there = |index: &u64| journals.iter().any(|j| j.header().shard.index() == *index);
    let missing: Vec<u64> = (1..=count).filter(|index| !there(index)).collect();
    (!missing.is_empty()).then_some(StudyError::Missing(missing, count))
}
