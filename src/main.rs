//! The `cellfall` program: a thin shell around [`cellfall::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    cellfall::cli::run()
}
