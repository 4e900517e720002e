//! Where a report that is no part of a run directory goes, and how it is written.
//!
//! Invariant: an earlier report may be replaced; anything else only if that was asked for.

use std::path::{Path, PathBuf};

use crate::report::is_report;

use super::export::{Export, write_all};
use super::stop::Stop;
use super::terminal::Terminal;

/// The report's name.
const REPORT: &str = "report.html";

/// The report's place in `folder`; an error if something else is there, unless it may be replaced.
pub(super) fn page_place(folder: &Path, force: bool) -> Result<PathBuf, Stop> {
    let place = folder.join(REPORT);
    if place.exists() && !force {
        let text = std::fs::read_to_string(&place).unwrap_or_default();
        if !is_report(&text) {
            let path = place.display();
            return Err(Stop::File(format!(
                "{path}: found a file that is no report; --force replaces it"
            )));
        }
    }
    Ok(place)
}

/// Write the report, and say where.
pub(super) fn write_page(
    place: &Path,
    page: &str,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    let export = Export {
        path: place.to_owned(),
        bytes: page.as_bytes(),
    };
    write_all(&[export], true)?;
    terminal.tell(&format!("written to {}", place.display()));
    Ok(())
}
