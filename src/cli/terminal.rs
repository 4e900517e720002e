//! The one place that prints.
//!
//! Invariant: results go to `out`; everything else goes to `err`.

use std::io::{self, Write};

/// Where a command prints.
pub(super) struct Terminal<'a> {
    /// Results.
    pub(super) out: &'a mut dyn Write,
    /// Warnings and errors.
    pub(super) err: &'a mut dyn Write,
    /// Columns of text.
    pub(super) width: usize,
    /// Whether only errors are wanted on stderr.
    pub(super) is_quiet: bool,
    /// Whether a progress bar may be drawn on stderr.
    pub(super) shows_progress: bool,
}

impl Terminal<'_> {
    /// Print a text to `out`, at once.
    pub(super) fn print(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// Print a line to `err` that is no error, unless only errors are wanted.
    pub(super) fn tell(&mut self, line: &str) {
        if !self.is_quiet {
            self.complain(line);
        }
    }

    /// Print a line to `err`. That nobody listens there is no reason to stop.
    pub(super) fn complain(&mut self, line: &str) {
        drop(writeln!(self.err, "{line}"));
    }
}
