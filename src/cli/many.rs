//! How many runs are done side by side, and what is shown meanwhile.
//!
//! Invariant: none of it reaches a result.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::How;
use super::terminal::Terminal;
use super::timing::processors;

/// Threads and a bar.
#[derive(Clone, Copy, Debug)]
pub struct Many {
    /// Runs at a time.
    pub threads: usize,
    /// Whether a bar may be drawn.
    pub is_visible: bool,
}

/// As many as were asked for, or as there are processors.
pub(super) fn threads(how: &How, terminal: &Terminal<'_>) -> Many {
    Many {
        threads: how.threads.map_or_else(processors, usize::from),
        is_visible: terminal.shows_progress && !terminal.is_quiet,
    }
}

impl Many {
    /// A bar for so many runs.
    pub(super) fn bar(self, runs: usize) -> ProgressBar {
        let target = if self.is_visible {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(runs as u64), target);
        let style = ProgressStyle::with_template("{bar:22} {pos} of {len} runs");
        bar.set_style(style.expect("the template is well-formed"));
        bar
    }
}
