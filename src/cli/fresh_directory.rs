//! A directory of results that must not be there before: it appears whole at the end, or not at all.
//!
//! Invariant: nothing that was there before is touched.

use std::fs;
use std::path::{Path, PathBuf};

use crate::report::{make_directory, write_whole};

use super::stop::Stop;

/// Refuse a place that is taken.
pub(super) fn refuse_existing(out: &Path) -> Result<(), Stop> {
    if !out.exists() {
        return Ok(());
    }
    Err(Stop::File(format!(
        "{}: exists already; expected a new directory in --out",
        out.display()
    )))
}

/// The hidden directory in which everything is written.
fn hidden(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}.partial-{}", std::process::id()))
}

/// Fail before the work, not after it, if nothing can be written there.
pub(super) fn try_place(out: &Path) -> Result<(), Stop> {
    let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let above = out.ancestors().skip(1).find(|path| path.exists());
    let name = hidden(&out);
    let trial = above
        .unwrap_or(&out)
        .join(name.file_name().unwrap_or_default());
    let made = make_directory(&trial).and_then(|()| fs::remove_dir(&trial));
    made.map_err(|error| Stop::File(format!("{}: {error}", out.display())))
}

/// Write everything into a hidden directory, and give it its name.
pub(super) fn keep(files: &[(String, Vec<u8>)], out: &Path) -> Result<(), Stop> {
    let partial = hidden(out);
    let written = fs::create_dir_all(&partial).and_then(|()| {
        for (name, bytes) in files {
            write_whole(&partial.join(name), bytes)?;
        }
        fs::rename(&partial, out)
    });
    written.map_err(|error| {
        for (name, _) in files {
            drop(fs::remove_file(partial.join(name)));
        }
        drop(fs::remove_dir(&partial));
        Stop::File(format!("{}: {error}", out.display()))
    })
}
