//! The arguments, as `clap` reads them.
//!
//! Invariant: says what can be asked for; does nothing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::study::Shard;

use super::attribute_arguments::AttributeArguments;

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
    /// Attack, own change or nobody's fault: show what could have been known, when, and from what.
    Attribute(AttributeArguments),
    /// Draw the pictures of a report again, as SVG for papers and slides.
    Plot(PlotArguments),
    /// Run a study: many runs of a scenario, into one table.
    Batch(Box<BatchArguments>),
    /// Put the shards of a study together.
    Merge(MergeArguments),
    /// Search rollout plans for a release that may have a defect, and show the ones worth choosing between.
    Plan(PlanArguments),
    /// Say what the runs of a study say: distributions, differences, what drives an outcome.
    Summarize(SummarizeArguments),
    /// Check scenario files: report every error, and what history says is dangerous about the plan.
    Check(CheckArguments),
    /// Say what a warning of `check` means, and which event taught it; without a rule, list all.
    Explain {
        /// Which rule.
        rule: Option<String>,
    },
    /// Run replays of real events over several seeds, and count the published figures that they hit.
    Score(ScoreArguments),
    /// Print the JSON Schema of scenario files, study files or search files.
    Schema {
        /// That of study files.
        #[arg(long)]
        study: bool,
        /// That of the search files of `plan`.
        #[arg(long, conflicts_with = "study")]
        search: bool,
    },
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
    #[arg(long, default_value = "14", value_delimiter = ',', value_name = "DAYS,…", value_parser = days(1))]
    pub(super) days: Vec<usize>,
    /// Fresh days without trouble that count false alarms.
    #[arg(long, default_value = "14", value_delimiter = ',', value_name = "DAYS,…", value_parser = days(1))]
    pub(super) check_days: Vec<usize>,
    /// Days that teach what is normal at each hour; with fewer than two, seasonal detectors cannot be
    /// evaluated.
    #[arg(long, default_value = "3", value_delimiter = ',', value_name = "DAYS,…", value_parser = days(0))]
    pub(super) history: Vec<usize>,
    /// Runs of each scenario, on one seed after the other.
    #[arg(long, default_value = "5", value_delimiter = ',', value_name = "RUNS,…", value_parser = days(1))]
    pub(super) nights: Vec<usize>,
    /// False alarms that are allowed in a week.
    #[arg(long, default_value_t = 1.0, value_name = "ALARMS", value_parser = budget)]
    pub(super) budget: f64,
    /// Do it all at each of these scales, and show the delays side by side. Counts of days and runs may then be
    /// lists, too: one for each scale, the last for all that are left.
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
    /// The directory of a run, a comparison, a score, a study or plans.
    #[arg(value_name = "DIR")]
    pub(super) directory: PathBuf,
    /// Write the pictures into this directory.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Replace files that exist.
    #[arg(long)]
    pub(super) force: bool,
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
    /// The directory to write: report.html, plans.csv, and a scenario file for each plan on the frontier
    /// [default: plans/NAME-SEED].
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
    /// Write report.html into this directory, and every figure as CSV: distributions, differences, sensitivity,
    /// survival.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Seed of the bootstrap's resamples.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
}

/// Arguments of `batch`.
#[derive(Args, Clone, Debug)]
pub(super) struct BatchArguments {
    /// The study.
    pub(super) file: PathBuf,
    /// The directory to write [default: runs/NAME].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Go on with an unfinished study; begin it if there is none.
    #[arg(long)]
    pub(super) resume: bool,
    /// Replace an earlier study.
    #[arg(long, conflicts_with = "resume")]
    pub(super) force: bool,
    /// Run one shard of several, to be merged later: 3/64 is the third of 64.
    #[arg(long, value_name = "K/N")]
    pub(super) shard: Option<Shard>,
    /// Runs at a time; as many as there are processors, if left out. Results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Memory that the program may hold, such as 8GiB or 500MiB: runs wait for one another to stay below
    /// [default: four fifths of what is free].
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(super) memory: Option<u64>,
    #[command(flatten)]
    pub(super) slurm: SlurmArguments,
}

/// How a study is given to Slurm.
#[derive(Args, Clone, Debug)]
pub(super) struct SlurmArguments {
    /// Submit the study to Slurm as an array of shards, and a job that merges them.
    #[arg(long, conflicts_with_all = ["shard", "threads", "memory"])]
    pub(super) slurm: bool,
    /// Shards of the array.
    #[arg(long, requires = "slurm", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) shards: u32,
    /// An argument for sbatch, such as --partition=short or --cpus-per-task=8 (repeatable).
    #[arg(
        long = "slurm-arg",
        requires = "slurm",
        value_name = "ARG",
        allow_hyphen_values = true
    )]
    pub(super) extra: Vec<String>,
    /// Wait until the study is merged.
    #[arg(long, requires = "slurm")]
    pub(super) wait: bool,
}

/// Arguments of `merge`.
#[derive(Args, Clone, Debug)]
pub(super) struct MergeArguments {
    /// The directories of all shards, in any order.
    #[arg(required = true, value_name = "DIR")]
    pub(super) shards: Vec<PathBuf>,
    /// The directory to write.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Replace an earlier study.
    #[arg(long)]
    pub(super) force: bool,
}

/// Arguments of `check`.
#[derive(Args, Clone, Debug)]
pub(super) struct CheckArguments {
    /// Scenario files, or study files with --study.
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    /// The files are studies.
    #[arg(long, conflicts_with = "set")]
    pub(super) study: bool,
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
    /// Where the report goes; `runs/score`, if left out.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replace a file that is no report.
    #[arg(long)]
    pub(super) force: bool,
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

/// A size in bytes: `8GiB`, `500MB`, `2G`; a letter stands for powers of 1,024.
fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as 8GiB or 500MiB".to_owned();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.'));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let unit = unit.trim().to_ascii_lowercase();
    let power = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" if !unit.contains('i') => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err(wrong()),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "nobody has 2^53 bytes"
    )]
    let bytes = (number * (1_u64 << power) as f64) as u64;
    Ok(bytes)
}

pub(super) fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if scale > 0.0 && scale <= 1.0 {
        Ok(scale)
    } else {
        Err("expected a scale above 0 and at most 1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in [
            ("1024", 1_024),
            ("512MiB", 512 << 20),
            ("1.5G", 3 << 29),
            ("2 gb", 2 << 30),
            ("1TiB", 1 << 40),
            ("10k", 10_240),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "GiB", "-1G", "1X", "1.2.3M", "4i"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
