//! `cellfall merge`: the shards of a study in, the table of the whole study out.
//!
//! Invariant: writes nothing unless every shard is there exactly once; leaves the shards as they are.

use std::fs;
use std::path::PathBuf;

use crate::report::StudyDir;
use crate::study::Finished;

use super::arguments::MergeArguments;
use super::batch::show;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn merge(asked: &MergeArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let out = fs::canonicalize(&asked.out).ok();
    let is_out = |shard: &&PathBuf| out.is_some() && fs::canonicalize(shard).ok() == out;
    if let Some(shard) = asked.shards.iter().find(is_out) {
        let shard = shard.display();
        return Err(Stop::File(format!(
            "{shard}: found a shard in --out, expected another directory"
        )));
    }
    let finished = Finished::merge(&asked.shards).map_err(Stop::Study)?;
    let directory = StudyDir::prepare_merged(&asked.out, asked.force)?;
    let written = directory.finish(finished)?;
    show(&written, &asked.out, terminal)
}
