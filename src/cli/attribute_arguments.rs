//! The arguments of `cellfall attribute`.
//!
//! Invariant: what can be wrong with an argument by itself is refused here.

use std::path::PathBuf;

use clap::Args;

use super::arguments::{Overrides, scale};

/// Arguments of `attribute`.
#[derive(Args, Clone, Debug)]
pub(super) struct AttributeArguments {
    /// Scenarios to be judged by a classifier that has learnt from drawn worlds.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Worlds that are drawn.
    #[arg(long, default_value_t = 1_000, value_name = "WORLDS", value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub(super) worlds: u32,
    /// The seed of all draws.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How likely a class (attack, own-change, nobody: all three) or a kind is before anybody looks [default:
    /// ENISA's shares of major incidents of 2020].
    #[arg(long, value_delimiter = ',', value_name = "NAME=SHARE,…", value_parser = prior)]
    pub(super) prior: Vec<(String, f64)>,
    /// Threads; as many as there are processors, if left out. Results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Simulated devices per real device in the given scenarios, above 0 and at most 1.
    #[arg(long, value_parser = scale)]
    pub(super) scale: Option<f64>,
    #[command(flatten)]
    pub(super) overrides: Overrides,
    /// Write tables with a data dictionary into this new directory.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(super) json: bool,
}

fn prior(text: &str) -> Result<(String, f64), String> {
    let expected = || "expected a name and a share, such as attack=0.08".to_owned();
    let (name, share) = text.split_once('=').ok_or_else(expected)?;
    Ok((name.to_owned(), share.parse().map_err(|_| expected())?))
}
