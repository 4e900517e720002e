//! The `cellfall` program: a thin shell around [`cellfall::cli`].

use std::process::ExitCode;

/// Devices lie all over hundreds of megabytes. This allocator takes large pages where the system lends them, which
/// saves a tenth of the time of a run.
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cellfall::cli::run()
}
