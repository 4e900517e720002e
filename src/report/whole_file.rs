//! Files that are whole under their name, or not there at all.
//!
//! Invariant: an earlier file stays as it was until the new one is complete.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Write a file under another name in the same directory, make it durable, and give it its name.
///
/// # Errors
/// If the operating system refuses; then nothing is left of it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let hidden = format!(".{}.partial-{}", name.to_string_lossy(), std::process::id());
    let partial = path.with_file_name(hidden);
    let written = write_synced(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    written.inspect_err(|_| drop(fs::remove_file(&partial)))
}

/// Make a directory and those above it, unless it is there.
///
/// # Errors
/// If a file is in its place, or the operating system refuses.
pub fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| {
        let what = if path.exists() {
            "found a file, expected a directory".to_owned()
        } else {
            format!("cannot be created: {error}")
        };
        io::Error::new(error.kind(), what)
    })
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
