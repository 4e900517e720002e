//! The report that people look at: one file that opens from a mail, asks no network for anything, prints on
//! paper, and is understood by somebody who was not there.
//!
//! A [`Story`] is gathered from the results of a run and stands in the page as data, so that pages can be
//! compared and their pictures drawn again without the run.
//!
//! Invariant: the same results give the same bytes; text that comes from a scenario never becomes markup.

mod document;
mod gather;
mod pictures;
mod run_page;
mod sha256;
mod story;
mod table;
mod time_section;

pub use story::Story;

use crate::simulation::RunResult;

use run_page::DIGEST_HERE;

/// The page of a run; its digest is filled in by [`with_digest`].
pub(super) fn report(result: &RunResult) -> String {
    run_page::run_page(&gather::story(result))
}

/// The page with the digest of the results in its place.
pub(super) fn with_digest(page: &str, digest: &str) -> String {
    page.replace(DIGEST_HERE, digest)
}
