//! One line of a journal: a checksum, a space, JSON.
//!
//! Invariant: a line that was not written whole is never taken for one.

use serde::{Deserialize, Serialize};

use crate::base::Digest;

use super::super::file::StudyFile;
use super::super::record::ParameterValue;
use super::super::shard::Shard;

/// The format of journals, in their first line.
pub(super) const FORMAT: &str = "cellfall-study-journal-1";

/// What a journal is the journal of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub(super) format: String,
    /// Version of the program.
    pub version: String,
    /// Digest of the study file, its scenarios and their input files.
    pub digest: String,
    /// Which part of the study.
    pub shard: Shard,
    /// Runs of the whole study, at most.
    pub runs: u64,
    /// The study file with every default filled in.
    pub study: StudyFile,
}

impl Header {
    /// The header of a shard of this study, by this version of the program.
    pub fn new(study: StudyFile, digest: String, shard: Shard, runs: u64) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            digest,
            shard,
            runs,
            study,
        }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub(super) enum Line {
    /// The first.
    Header(Box<Header>),
    /// Names of outcomes; runs after it refer to them by their order.
    Names { names: Vec<String> },
    /// A finished run.
    Run(StoredRun),
    /// The last: the shard is complete with so many runs.
    End { runs: u64 },
}

/// A finished run as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredRun {
    pub(super) run: u64,
    pub(super) point: u64,
    pub(super) replication: u64,
    pub(super) seed: u64,
    pub(super) scenario: String,
    pub(super) parameters: Vec<ParameterValue>,
    pub(super) names: usize,
    pub(super) values: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) failure: Option<String>,
}

impl Line {
    /// The line with its checksum and its end.
    pub(super) fn encode(&self) -> String {
        let json = serde_json::to_string(self).expect("plain data");
        format!("{:016x} {json}\n", checksum(json.as_bytes()))
    }

    /// The line in these bytes, its end included; none if it is not one that was written whole.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes.strip_suffix(b"\n")?).ok()?;
        let (sum, json) = text.split_once(' ')?;
        let is_sound = sum.len() == 16
            && u64::from_str_radix(sum, 16).is_ok_and(|sum| sum == checksum(json.as_bytes()));
        is_sound.then(|| serde_json::from_str(json).ok()).flatten()
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut digest = Digest::new();
    digest.write_bytes(bytes);
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Line {
        Line::Run(StoredRun {
            run: 7,
            point: 1,
            replication: 3,
            seed: u64::MAX,
            scenario: "ab".to_owned(),
            parameters: vec![
                ParameterValue::Number(0.1),
                ParameterValue::Text("1".to_owned()),
            ],
            names: 0,
            values: vec![Some(1.0 / 3.0), None, Some(5e-324), Some(1e300)],
            failure: None,
        })
    }

    #[test]
    fn lines_read_back_to_the_last_bit() {
        for line in [
            run(),
            Line::Names {
                names: vec!["a".into()],
            },
            Line::End { runs: 3 },
        ] {
            assert_eq!(Line::decode(line.encode().as_bytes()), Some(line));
        }
        let header = Header::new(StudyFile::default(), "d".to_owned(), Shard::WHOLE, 9);
        let line = Line::Header(Box::new(header));
        assert_eq!(Line::decode(line.encode().as_bytes()), Some(line));
    }

    #[test]
    fn a_line_cut_short_or_changed_is_no_line() {
        let bytes = run().encode().into_bytes();
        for length in 0..bytes.len() {
            assert_eq!(Line::decode(&bytes[..length]), None, "{length}");
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(Line::decode(&changed), None, "{place}");
        }
    }
}
