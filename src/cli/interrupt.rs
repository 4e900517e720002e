//! Ctrl-C: a flag that runs look at.
//!
//! Invariant: the flag only ever goes from "go on" to "stop".

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED_TO_STOP: AtomicBool = AtomicBool::new(false);

/// Listen for Ctrl-C from now on. Without it (where the system has no signals) the process just ends.
pub(super) fn watch() {
    drop(ctrlc::set_handler(|| {
        ASKED_TO_STOP.store(true, Ordering::Relaxed)
    }));
}

/// Whether the user has asked to stop.
pub(super) fn asked() -> bool {
    ASKED_TO_STOP.load(Ordering::Relaxed)
}
