//! Ctrl-C: a flag that runs look at, and a deadline for whatever does not look.
//!
//! Invariant: the flag only ever goes from "go on" to "stop"; the process ends within a second of it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::stop::Exit;

static ASKED_TO_STOP: AtomicBool = AtomicBool::new(false);

/// How long a command may take to stop by itself and to say what it kept.
const GRACE: Duration = Duration::from_millis(700);

/// Listen for Ctrl-C from now on. Without it (where the system has no signals) the process just ends.
pub(super) fn watch() {
    drop(ctrlc::set_handler(stop));
}

/// Ask to stop; reading a large network, say, does not look at the flag, and is cut off.
#[expect(
    clippy::exit,
    reason = "the handler has a thread of its own, and results take their name by one rename"
)]
fn stop() {
    ASKED_TO_STOP.store(true, Ordering::Relaxed);
    thread::sleep(GRACE);
    let message =
        "interrupted; nothing of the current run was kept (hidden *.partial-* may remain)";
    drop(writeln!(io::stderr(), "{message}"));
    std::process::exit(Exit::Interrupted as i32);
}

/// Whether the user has asked to stop.
pub(super) fn asked() -> bool {
    ASKED_TO_STOP.load(Ordering::Relaxed)
}
