//! The arguments, as `clap` reads them.
//!
//! Invariant: says what can be asked for; does nothing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// Rehearse a staged rollout, or an attack, on a mobile network, and see who loses service.
#[derive(Clone, Debug, Parser)]
#[command(name = "cellfall", version, max_term_width = 100)]
pub(super) struct Arguments {
    /// Say only what went wrong.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Say more; twice for still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Run a scenario and write its results.
    Run(RunArguments),
    /// Run scenarios on common random numbers, or read run directories, and show the differences.
    Compare(CompareArguments),
    /// Search rollout plans for a release that may have a defect, and show the ones worth choosing between.
    Plan(PlanArguments),
    /// Say what the runs of a study say: distributions, differences, what drives an outcome.
    Summarize(SummarizeArguments),
    /// Check scenario files and report every error in them.
    Check(CheckArguments),
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Show what network a scenario describes, and export it.
    Topology(TopologyArguments),
    /// Print a script that completes arguments in a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

/// What changes a scenario from outside.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Overrides {
    /// Set a key of the scenario, such as `rollout.stages.0.soak=30m` (repeatable).
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
}

/// How a run is done.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct How {
    /// The seed; the scenario's own, if left out.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Simulated devices per real device, above 0 and at most 1.
    #[arg(long, value_parser = scale)]
    pub(super) scale: Option<f64>,
    /// Threads; as many as there are processors, if left out. Results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    #[command(flatten)]
    pub(super) overrides: Overrides,
}

/// Arguments of `run`.
#[derive(Args, Clone, Debug)]
pub(super) struct RunArguments {
    /// The scenario.
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) how: How,
    /// The run directory to write [default: runs/NAME-SEED].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replace an earlier run directory.
    #[arg(long)]
    pub(super) force: bool,
    /// Print summary.json instead of text.
    #[arg(long)]
    pub(super) json: bool,
    /// Run twice and fail if the results differ.
    #[arg(long)]
    pub(super) verify: bool,
}

/// Arguments of `compare`.
#[derive(Args, Clone, Debug)]
pub(super) struct CompareArguments {
    /// Scenarios or run directories, at least two; differences are to the first.
    #[arg(required = true, num_args = 2.., value_name = "FILE|DIR")]
    pub(super) runs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) how: How,
    /// Keep the run directories of the scenarios under this directory.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replace earlier run directories.
    #[arg(long)]
    pub(super) force: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `plan`.
#[derive(Args, Clone, Debug)]
pub(super) struct PlanArguments {
    /// The scenario: the network, the change, and what its plan does not decide.
    pub(super) file: PathBuf,
    /// What may be wrong with the release, and which plans are tried [default: the scenario's own defect or
    /// none, evenly; some usual plans].
    #[arg(long, value_name = "FILE")]
    pub(super) search: Option<PathBuf>,
    /// Runs that may be made.
    #[arg(long, value_name = "RUNS", default_value_t = 1_000)]
    pub(super) budget: u32,
    /// Seed of the search.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Simulated devices per real device, above 0 and at most 1.
    #[arg(long, value_parser = scale)]
    pub(super) scale: Option<f64>,
    /// Threads; as many as there are processors, if left out. Results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    #[command(flatten)]
    pub(super) overrides: Overrides,
    /// The directory to write: plans.csv, and a scenario file for each plan on the frontier [default:
    /// plans/NAME-SEED].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

/// Arguments of `summarize`.
#[derive(Args, Clone, Debug)]
pub(super) struct SummarizeArguments {
    /// The directory of a finished study: its `runs.csv` and `columns.json`.
    #[arg(value_name = "DIR")]
    pub(super) directory: PathBuf,
    /// An outcome to summarise, with `*` for any text, such as `voice.*` (repeatable) [default: blast radius,
    /// device-minutes lost, time to recovery].
    #[arg(long = "outcome", value_name = "NAME")]
    pub(super) outcomes: Vec<String>,
    /// Write every figure as CSV into this directory: distributions, differences, sensitivity, survival.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Seed of the bootstrap's resamples.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
}

/// Arguments of `check`.
#[derive(Args, Clone, Debug)]
pub(super) struct CheckArguments {
    /// Scenario files.
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) overrides: Overrides,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `topology`.
#[derive(Args, Clone, Debug)]
pub(super) struct TopologyArguments {
    /// The scenario.
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) overrides: Overrides,
    /// Write the graph as GraphML.
    #[arg(long, value_name = "FILE")]
    pub(super) graphml: Option<PathBuf>,
    /// Write nodes.csv and edges.csv into this directory.
    #[arg(long, value_name = "DIR")]
    pub(super) csv: Option<PathBuf>,
    /// Replace files that exist.
    #[arg(long)]
    pub(super) force: bool,
}

fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if scale > 0.0 && scale <= 1.0 {
        Ok(scale)
    } else {
        Err("expected a scale above 0 and at most 1".to_owned())
    }
}
