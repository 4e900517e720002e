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
    /// Show what each gate of a rollout is worth: the same night without it, and with it alone.
    Gates(GatesArguments),
    /// Set every detector to one false-alarm budget on quiet days, and show when each fires.
    Detect(DetectArguments),
    /// Check scenario files and report every error in them.
    /// Draw the pictures of a run's report again, as SVG for papers and slides.
    Plot(PlotArguments),
    /// Check scenario files: report every error, and what history says is dangerous about the plan.
    Check(CheckArguments),
    /// Say what a warning of `check` means, and which event taught it; without a rule, list all.
    Explain {
        /// Which rule.
        rule: Option<String>,
    },
    /// Run replays of real events over several seeds, and count the published figures that they hit.
    Score(ScoreArguments),
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
    /// Also write everything that the operator was told, in this format (repeatable); the same as
    /// setting `outputs.export`.
    #[arg(long, value_name = "FORMAT", value_parser = ["openmetrics", "jsonl", "csv"])]
    pub(super) export: Vec<String>,
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
    /// Write report.html here, and keep the run directories of the scenarios beside it
    /// [default: only report.html, in runs/A-vs-B-SEED].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replace earlier run directories.
    #[arg(long)]
    pub(super) force: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `gates`.
#[derive(Args, Clone, Debug)]
pub(super) struct GatesArguments {
    /// The scenario.
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) how: How,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `detect`.
#[derive(Args, Clone, Debug)]
pub(super) struct DetectArguments {
    /// Scenarios; limits are calibrated on the network of the first.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) how: How,
    /// Days without trouble that set the limits; for one false alarm a week, seven or more.
    #[arg(long, default_value_t = 14, value_name = "DAYS", value_parser = days(1))]
    pub(super) days: usize,
    /// Fresh days without trouble that count false alarms.
    #[arg(long, default_value_t = 14, value_name = "DAYS", value_parser = days(1))]
    pub(super) check_days: usize,
    /// Days that teach what is normal at each hour; with fewer than two, seasonal detectors cannot be
    /// evaluated.
    #[arg(long, default_value_t = 3, value_name = "DAYS", value_parser = days(0))]
    pub(super) history: usize,
    /// Runs of each scenario, on one seed after the other.
    #[arg(long, default_value_t = 5, value_name = "RUNS", value_parser = days(1))]
    pub(super) nights: usize,
    /// False alarms that are allowed in a week.
    #[arg(long, default_value_t = 1.0, value_name = "ALARMS", value_parser = budget)]
    pub(super) budget: f64,
    /// Do it all at each of these scales, and show the delays side by side.
    #[arg(long, value_delimiter = ',', value_name = "SCALE,…", value_parser = scale, conflicts_with = "scale")]
    pub(super) scales: Vec<f64>,
    /// Write the survival curves as CSV.
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// Replace that file if it exists.
    #[arg(long)]
    pub(super) force: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(super) json: bool,
}

/// A count of days or runs, at least `least`.
fn days(least: usize) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync {
    move |text| {
        let count: usize = text
            .parse()
            .map_err(|_| "expected a whole number".to_owned())?;
        if (least..=10_000).contains(&count) {
            Ok(count)
        } else {
            Err(format!("expected {least} to 10000"))
        }
    }
}

fn budget(text: &str) -> Result<f64, String> {
    let budget: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if budget.is_finite() && budget > 0.0 {
        Ok(budget)
    } else {
        Err("expected a number above 0".to_owned())
    }
}

/// Arguments of `plot`.
#[derive(Args, Clone, Debug)]
pub(super) struct PlotArguments {
    /// A run directory.
    #[arg(value_name = "RUN_DIR")]
    pub(super) run: PathBuf,
    /// Write the pictures into this directory.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Replace files that exist.
    #[arg(long)]
    pub(super) force: bool,
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

/// Arguments of `score`.
#[derive(Args, Clone, Debug)]
pub(super) struct ScoreArguments {
    /// Scenarios with a `published` block.
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) how: How,
    /// How many seeds, counted from that of each scenario.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(super) seeds: u64,
    /// Exit with 1 if the share of predicted figures that are hit is below this.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(super) require: Option<f64>,
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

fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok();
    let fits = share.filter(|share| (0.0..=1.0).contains(share));
    fits.ok_or_else(|| "expected a share from 0 to 1".to_owned())
}

fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if scale > 0.0 && scale <= 1.0 {
        Ok(scale)
    } else {
        Err("expected a scale above 0 and at most 1".to_owned())
    }
}
