//! What is in a journal, and where: one pass over its lines.
//!
//! Invariant: reads up to the first line that is not whole; what follows does not count.

use std::io::{self, BufRead};

use super::{FORMAT, Header, Line};

/// A run that is not there.
const NOWHERE: u64 = u64::MAX;

/// Where everything is in a journal.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) header: Option<Header>,
    /// Lists of names, each with the least number of a run that has it.
    pub(super) names: Vec<(Option<u64>, Vec<String>)>,
    /// Where each run's line begins, by run number.
    offsets: Vec<u64>,
    count: u64,
    /// The runs that its last line speaks of.
    pub(super) ended: Option<u64>,
    /// Bytes up to the end of the last sound line.
    pub(super) sound_bytes: u64,
    /// Whether something follows that is no sound line.
    pub(super) torn: bool,
}

impl Scan {
    /// A journal of which only the header is there, in so many bytes.
    pub(super) fn empty(header: &Header, bytes: u64) -> Self {
        Self {
            header: Some(header.clone()),
            offsets: Self::places(header),
            sound_bytes: bytes,
            ..Self::default()
        }
    }

    /// Go through all lines.
    pub(super) fn of(mut source: impl BufRead) -> io::Result<Self> {
        let mut scan = Self::default();
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            if source.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(scan);
            }
            if scan.torn || !scan.take(&bytes) {
                scan.torn = true;
            } else {
                scan.sound_bytes += bytes.len() as u64;
            }
        }
    }

    /// Take a line; whether it is one that may stand here.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let (Some(line), None) = (Line::decode(bytes), self.ended) else {
            return false;
        };
        match line {
            Line::Header(header) if self.header.is_none() && header.format == FORMAT => {
                self.offsets = Self::places(&header);
                self.header = Some(*header);
            }
            Line::Names { names } if self.header.is_some() => self.names.push((None, names)),
            Line::Run(run)
                if run.names < self.names.len()
                    && self.place(run.run) == Some(NOWHERE)
                    && self.header.as_ref().is_some_and(|h| h.shard.owns(run.run)) =>
            {
                self.add(run.run, run.names, self.sound_bytes);
            }
            Line::End { runs } if self.header.is_some() => self.ended = Some(runs),
            _ => return false,
        }
        true
    }

    /// A place for every run of the study.
    fn places(header: &Header) -> Vec<u64> {
        vec![NOWHERE; usize::try_from(header.runs).unwrap_or(0)]
    }

    fn place(&self, number: u64) -> Option<u64> {
        self.offsets.get(usize::try_from(number).ok()?).copied()
    }

    /// Note a run.
    pub(super) fn add(&mut self, number: u64, names: usize, offset: u64) {
        let index = usize::try_from(number).expect("a run of the study");
        self.offsets[index] = offset;
        self.count += 1;
        let first = &mut self.names[names].0;
        *first = Some(first.map_or(number, |first| first.min(number)));
    }

    /// Where the line of a run begins.
    pub(super) fn offset(&self, number: u64) -> Option<u64> {
        self.place(number).filter(|offset| *offset != NOWHERE)
    }

    /// Runs that are there.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
