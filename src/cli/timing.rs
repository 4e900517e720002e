//! The wall clock, the memory and the machine: what goes into `timing.json` and nowhere else.
//!
//! Invariant: the only file that reads any of them.

#![expect(
    clippy::disallowed_types,
    reason = "how long a run took is printed and reaches no result"
)]

use std::thread;
use std::time::Instant;

use crate::simulation::Timing;

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    /// Started now.
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub(super) fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Phases of one command, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Phases {
    whole: Stopwatch,
    current: Stopwatch,
    list: Vec<(String, f64)>,
}

impl Phases {
    /// The first phase starts now.
    pub(super) fn start() -> Self {
        Self {
            whole: Stopwatch::start(),
            current: Stopwatch::start(),
            list: Vec::new(),
        }
    }

    /// The current phase ends and was this; the next one starts. Gives its seconds.
    pub(super) fn end(&mut self, name: &str) -> f64 {
        let seconds = self.current.seconds();
        self.list.push((name.to_owned(), seconds));
        self.current = Stopwatch::start();
        seconds
    }

    /// What the run took; the simulation alone took `run_seconds`.
    pub(super) fn timing(&self, run_seconds: f64, threads: usize) -> Timing {
        Timing {
            wall_seconds: self.whole.seconds(),
            run_seconds,
            threads,
            machine: machine(),
            peak_memory_bytes: peak_memory_bytes(),
            phases: self.list.clone(),
        }
    }
}

/// Processors that may be used.
pub(super) fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn machine() -> String {
    let (os, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{os} {architecture}, {} processors", processors())
}

/// The most memory the process has held; only Linux says.
pub(super) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_in(&status)
}

/// Memory that is free for new programs, in bytes; only Linux says.
pub(super) fn free_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/meminfo").ok()?;
    kilobytes(&status, "MemAvailable:")
}

/// `VmHWM:   123456 kB`, in bytes.
fn peak_in(status: &str) -> Option<u64> {
    kilobytes(status, "VmHWM:")
}

/// The number after `key`, given in kB, in bytes.
fn kilobytes(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_bytes() {
        let status = "VmPeak:\t  900 kB\nVmHWM:\t   512 kB\n";
        assert_eq!(peak_in(status), Some(524_288));
        assert_eq!(peak_in("Name: x\n"), None);
    }

    #[test]
    fn phases_follow_one_another() {
        let mut phases = Phases::start();
        phases.end("load");
        let seconds = phases.end("run");
        let timing = phases.timing(seconds, 2);
        let names: Vec<_> = timing
            .phases
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["load", "run"]);
        assert!(timing.wall_seconds >= seconds);
    }
}
