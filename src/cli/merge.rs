//! `cellfall merge`: the shards of a study in, the table of the whole study out.
//!
//! Invariant: writes nothing unless every shard is there exactly once.

use crate::report::StudyDir;
use crate::study::Finished;

use super::arguments::MergeArguments;
use super::batch::show;
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn merge(asked: &MergeArguments, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let finished = Finished::merge(&asked.shards).map_err(Stop::Study)?;
    let directory = StudyDir::prepare(&asked.out, asked.force)?;
    let written = directory.finish(finished)?;
    show(&written, &asked.out, terminal)
}
