//! The command line: arguments, files, progress, exit codes.
//!
//! Exit codes: 0 done (a check with warnings too); 1 a gate, `--verify` or `--require` failed; 2 wrong use or
//! input/output; 3 some runs of a batch failed; 130 interrupted.
//!
//! Invariant: the only room that prints, reads the wall clock or ends the process; nothing that it reads
//! there reaches results.

mod arguments;
mod attribute;
mod attribute_arguments;
mod batch;
mod batch_progress;
mod check;
mod compare;
mod detect;
mod engine;
mod export;
mod fresh_directory;
mod gates;
mod interrupt;
mod many;
mod merge;
mod page;
mod plan;
mod plot;
mod progress;
mod run;
mod score;
mod slurm;
mod stop;
mod summarize;
mod terminal;
mod timing;
mod topology;
mod work;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
pub use engine::{Engine, Failure, Plan, Request, TopologyView};
pub use many::Many;
use stop::{Exit, Stop};
use terminal::Terminal;

/// Run the program with the arguments, streams and signals of the process.
pub fn run() -> ExitCode {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    let mut terminal = Terminal {
        width: 80,
        is_quiet: false,
        shows_progress: err.is_terminal(),
        out: &mut out,
        err: &mut err,
    };
    interrupt::watch();
    let exit = match parse(std::env::args_os(), &mut terminal) {
        Ok(arguments) => {
            start_log(&arguments);
            execute(&arguments, &work::Cellfall, &mut terminal)
        }
        Err(exit) => exit,
    };
    ExitCode::from(exit as u8)
}

/// The arguments, or the exit code after help or an error was printed.
fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    terminal: &mut Terminal<'_>,
) -> Result<Arguments, Exit> {
    Arguments::try_parse_from(arguments).map_err(|error| {
        let text = error.render().to_string();
        if error.use_stderr() {
            terminal.complain(text.trim_end());
            return Exit::Wrong;
        }
        terminal
            .print(&text)
            .map_or_else(|e| Stop::from(e).exit(), |()| Exit::Done)
    })
}

/// Do what the arguments ask for, and say what went wrong.
fn execute<E: Engine>(arguments: &Arguments, engine: &E, terminal: &mut Terminal<'_>) -> Exit {
    terminal.is_quiet = arguments.quiet;
    let done = match &arguments.command {
        Command::Run(asked) => run::run(asked, engine, terminal),
        Command::Compare(asked) => compare::compare(asked, engine, terminal),
        Command::Gates(asked) => gates::gates(asked, engine, terminal),
        Command::Detect(asked) => detect::detect(asked, engine, terminal),
        Command::Attribute(asked) => attribute::attribute(asked, terminal),
        Command::Batch(asked) => batch::batch(asked, terminal),
        Command::Merge(asked) => merge::merge(asked, terminal),
        Command::Check(asked) if asked.study => batch::check(asked, terminal),
        Command::Check(asked) => check::check(asked, engine, terminal),
        Command::Plan(asked) => plan::plan(asked, terminal),
        Command::Summarize(asked) => summarize::summarize(asked, terminal),
        Command::Plot(asked) => plot::plot(asked, terminal),
        Command::Explain { rule } => check::explain(rule.as_deref(), terminal),
        Command::Score(asked) => score::score(asked, engine, terminal),
        Command::Schema { study: true, .. } => batch::schema(terminal),
        Command::Schema { search: true, .. } => plan::schema(terminal),
        Command::Schema { .. } => check::schema(engine, terminal),
        Command::Topology(asked) => topology::topology(asked, engine, terminal),
        Command::Completions { shell } => completions(*shell, terminal),
    };
    done.unwrap_or_else(|stop| {
        stop.lines().iter().for_each(|line| terminal.complain(line));
        stop.exit()
    })
}

fn completions(shell: clap_complete::Shell, terminal: &mut Terminal<'_>) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cellfall", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Log to stderr, as much as asked for.
fn start_log(arguments: &Arguments) {
    let level = match (arguments.quiet, arguments.verbose) {
        (true, _) => tracing::Level::ERROR,
        (false, 0) => tracing::Level::WARN,
        (false, 1) => tracing::Level::INFO,
        (false, _) => tracing::Level::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr);
    // A second subscriber can only be there if the caller has set one: then it is the caller's.
    drop(log.without_time().with_target(false).try_init());
}
