//! The wall clock, the memory and the machine: what goes into `timing.json` and nowhere else.
//!
//! Invariant: the only file that reads any of them.

#![expect(
    clippy::disallowed_types,
    reason = "how long a run took is printed and reaches no result"
)]

use std::thread;
use std::time::Instant;

use crate::simulation::{Part, Timing};

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

/// What a run was busy with, for how long each.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    now: Option<Part>,
    since: Stopwatch,
    seconds: Vec<(Part, f64)>,
}

impl Parts {
    /// Nothing yet.
    pub(super) fn start() -> Self {
        Self {
            now: None,
            since: Stopwatch::start(),
            seconds: Vec::new(),
        }
    }

    /// On to something else, or to nothing.
    pub(super) fn turn_to(&mut self, next: Option<Part>) {
        if next == self.now {
            return;
        }
        let spent = self.since.seconds();
        self.since = Stopwatch::start();
        let Some(part) = std::mem::replace(&mut self.now, next) else {
            return;
        };
        match self.seconds.iter_mut().find(|(other, _)| *other == part) {
            Some((_, seconds)) => *seconds += spent,
            None => self.seconds.push((part, spent)),
        }
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

    /// The phase that ended last was made of these.
    pub(super) fn made_of(&mut self, parts: &Parts) {
        let seconds = parts.seconds.iter();
        let spent = seconds.map(|(part, seconds)| (format!("run: {}", part.word()), *seconds));
        self.list.extend(spent);
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
    fn parts_of_a_run_are_added_up() {
        let mut parts = Parts::start();
        for part in [Part::Build, Part::Network, Part::Orders, Part::Network] {
            parts.turn_to(Some(part));
        }
        parts.turn_to(None);
        let mut phases = Phases::start();
        let seconds = phases.end("run");
        phases.made_of(&parts);
        let timing = phases.timing(seconds, 1);
        let names: Vec<_> = timing
            .phases
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["run", "run: build", "run: network", "run: orders"]);
        assert!(timing.phases.iter().all(|(_, seconds)| *seconds >= 0.0));
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
