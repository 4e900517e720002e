//! The progress bar of a study: runs done, time left, failures.
//!
//! Invariant: ends a study only when the user asks.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::study::{RunRecord, Watcher};

use super::interrupt;

/// Watches one study.
pub(super) struct BatchProgress {
    bar: ProgressBar,
    failed: AtomicU64,
}

impl BatchProgress {
    /// A bar for a study of which some runs are done; without `visible` it only listens for Ctrl-C.
    pub(super) fn new((done, total): (u64, u64), visible: bool) -> Self {
        let target = if visible {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target).with_position(done);
        let style = ProgressStyle::with_template("{bar:22} {pos}/{len} runs  {eta} left  {msg}");
        bar.set_style(style.expect("the template is well-formed"));
        bar.reset_eta();
        Self {
            bar,
            failed: AtomicU64::new(0),
        }
    }
}

impl Watcher for BatchProgress {
    fn recorded(&self, record: &RunRecord) {
        self.bar.inc(1);
        if record.outcome.is_err() {
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!("{failed} failed"));
        }
    }

    fn is_over(&self) -> bool {
        interrupt::asked()
    }
}

impl Drop for BatchProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
