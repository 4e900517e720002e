//! What can go wrong with a study once its file is sound.
//!
//! Invariant: each says what was found where, and what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::journal::JOURNAL_FILE;

/// Why a study cannot go on, or its parts cannot be put together.
#[derive(Debug)]
pub enum StudyError {
    /// The operating system refused something with this path.
    Io(PathBuf, io::Error),
    /// Another process is writing this journal.
    Locked(PathBuf),
    /// A journal is there already, and going on with it was not asked for.
    Unfinished(PathBuf),
    /// Something that is no journal of ours: what is odd.
    NotAJournal(PathBuf, String),
    /// A directory in which no shard is.
    NoShard(PathBuf),
    /// A journal of something else: what differs, there and here.
    Foreign(PathBuf, &'static str, String, String),
    /// A journal that ends before its shard does: runs found, and why it counts as cut off.
    Truncated(PathBuf, u64, String),
    /// Shards that are missing, by number, of so many.
    Missing(Vec<u64>, u64),
    /// A shard that is there twice.
    Doubled(u64, PathBuf, PathBuf),
    /// A run that is not there although it should be.
    Lost(u64),
    /// The threads could not be had.
    Threads(rayon::ThreadPoolBuildError),
    /// One run needs more memory than all may have: bytes needed, bytes allowed.
    TooLarge(u64, u64),
}

impl fmt::Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NoShard(path) => write!(
                f,
                "{}: found no {JOURNAL_FILE}, expected the directory of a shard (`cellfall batch --shard`)",
                path.display()
            ),
            Self::Locked(path) => {
                let path = path.display();
                write!(f, "{path}: another process is at work on this study")
            }
            Self::Unfinished(path) => {
                let path = path.display();
                write!(f, "{path}: an unfinished study; --resume goes on with it")
            }
            Self::NotAJournal(path, what) => {
                write!(
                    f,
                    "{}: found {what}, expected a study's journal",
                    path.display()
                )
            }
            Self::Foreign(path, what, there, here) => {
                let path = path.display();
                write!(f, "{path}: found {what} {there}, expected {here}")
            }
            Self::Truncated(path, runs, why) => {
                let path = path.display();
                write!(
                    f,
                    "{path}: cut off after {runs} runs ({why}); finish the shard with --resume"
                )
            }
            Self::Missing(shards, of) => {
                let named: Vec<String> = shards.iter().take(12).map(ToString::to_string).collect();
                let more = if shards.len() > 12 { " …" } else { "" };
                write!(
                    f,
                    "found no shard {}{more} of {of}, expected every shard once",
                    named.join(", ")
                )
            }
            Self::Doubled(shard, first, second) => {
                let (first, second) = (first.display(), second.display());
                write!(
                    f,
                    "found shard {shard} both in {first} and in {second}, expected every shard once"
                )
            }
            Self::Lost(run) => write!(f, "run {run} is in no journal"),
            Self::Threads(error) => write!(f, "cannot start threads: {error}"),
            Self::TooLarge(needed, allowed) => write!(
                f,
                "a run needs about {} MiB and --memory allows {} MiB; allow more, or lower `scale`",
                needed.div_ceil(1 << 20),
                allowed >> 20
            ),
        }
    }
}

impl std::error::Error for StudyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Threads(error) => Some(error),
            _ => None,
        }
    }
}
