//! Single files that a user asked for: complete under their name, or not there at all.
//!
//! Invariant: an existing file is replaced only when that was asked for.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::stop::Stop;

/// A file to be written.
pub(super) struct Export<'a> {
    pub(super) path: PathBuf,
    pub(super) bytes: &'a [u8],
}

/// Write all of them; nothing is written if one of them exists and `force` is not set.
pub(super) fn write_all(exports: &[Export<'_>], force: bool) -> Result<(), Stop> {
    for export in exports {
        if !force && export.path.exists() {
            let path = export.path.display();
            return Err(Stop::File(format!(
                "{path}: exists already; --force replaces it"
            )));
        }
    }
    for export in exports {
        let named = |e: io::Error| Stop::File(format!("{}: {e}", export.path.display()));
        write(&export.path, export.bytes).map_err(named)?;
    }
    Ok(())
}

/// Write beside the wanted name, sync, rename.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".partial-{}", std::process::id()));
    let partial = path.with_file_name(name);
    let written = File::create(&partial)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        drop(fs::remove_file(&partial));
    }
    written
}
