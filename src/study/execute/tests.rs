//! Runs that fail, panic, are too large or are given up, done by hand-made runners.
//!
//! Invariant: simulates nothing.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Duration;

use super::super::file::StudyFile;
use super::super::journal::Header;
use super::super::shard::Shard;
use super::*;

/// A runner whose runs do what their numbers say.
#[derive(Default)]
struct Fake {
    /// Bytes that run now, and the most that ever did at once.
    bytes_now: AtomicU64,
    bytes_most: AtomicU64,
    started: AtomicUsize,
}

const BYTES: u64 = 100;

impl Runner for Fake {
    type World = u64;

    fn parameters(&self, _: &RunOrder) -> Vec<Parameter> {
        Vec::new()
    }

    fn load(&self, order: &RunOrder) -> Result<(u64, String, u64), String> {
        match order.number % 10 {
            3 => Err("two levels\ndo not go together".to_owned()),
            n => Ok((n, format!("hash-{}", order.number), BYTES)),
        }
    }

    fn run(
        &self,
        world: &u64,
        order: &RunOrder,
        observer: &mut dyn Observer,
    ) -> Result<Option<Vec<Figure>>, String> {
        self.started.fetch_add(1, Ordering::SeqCst);
        let now = self.bytes_now.fetch_add(BYTES, Ordering::SeqCst) + BYTES;
        self.bytes_most.fetch_max(now, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(1));
        let ended = observer.progress(SimTime::ZERO, 0, 0).is_break();
        self.bytes_now.fetch_sub(BYTES, Ordering::SeqCst);
        match world {
            _ if ended => Ok(None),
            5 => std::panic::panic_any(format!("run {} fell over", order.number)),
            7 => panic!("at the seventh"),
            _ => Ok(Some(vec![figure(order.number)])),
        }
    }
}

fn figure(number: u64) -> Figure {
    #[expect(clippy::cast_precision_loss, reason = "there are few runs")]
    let value = Some(number as f64);
    super::super::outcomes::figure("data.t90_s".to_owned(), value)
}

fn order(number: u64) -> RunOrder {
    RunOrder {
        number,
        point: number,
        replication: 0,
        seed: number,
        plan: None,
        levels: Vec::new(),
    }
}

/// Is over after so many records.
struct Until(usize, AtomicUsize);

impl Watcher for Until {
    fn recorded(&self, _: &RunRecord) {
        self.1.fetch_add(1, Ordering::SeqCst);
    }

    fn is_over(&self) -> bool {
        self.1.load(Ordering::SeqCst) >= self.0
    }
}

fn forever() -> Until {
    Until(usize::MAX, AtomicUsize::new(0))
}

fn journal(name: &str, runs: u64) -> (PathBuf, Journal) {
    let unique = format!("cellfall-execute-{}-{name}", std::process::id());
    let path = std::env::temp_dir().join(unique);
    drop(std::fs::remove_file(&path));
    let header = Header::new(StudyFile::default(), "d".to_owned(), Shard::WHOLE, runs);
    let journal = Journal::create(&path, header).expect("there is room");
    (path, journal)
}

#[test]
fn failures_and_panics_are_recorded_and_stop_nothing() {
    let (path, mut journal) = journal("failures", 30);
    let fake = Fake::default();
    let how = (3, u64::MAX);
    let done = execute(&fake, (0..30).map(order), &mut journal, how, &forever());
    assert!(done.expect("the journal can be written"));
    for number in 0..30 {
        let record = journal.record(number).expect("readable").expect("recorded");
        let expected = match number % 10 {
            3 => Err("two levels do not go together".to_owned()),
            5 => Err(format!("panicked: run {number} fell over")),
            7 => Err("panicked: at the seventh".to_owned()),
            _ => Ok(vec![figure(number)]),
        };
        assert_eq!(record.outcome, expected);
        let hash = if number % 10 == 3 {
            String::new()
        } else {
            format!("hash-{number}")
        };
        assert_eq!(record.scenario_hash, hash);
    }
    drop(std::fs::remove_file(path));
}

#[test]
fn runs_wait_for_memory_and_the_largest_for_all_of_it() {
    for (limit, expected) in [
        (4 * BYTES, 400),
        (2 * BYTES + 50, 200),
        (BYTES, 100),
        (1, 100),
    ] {
        let (path, mut journal) = journal(&format!("memory-{limit}"), 24);
        let fake = Fake::default();
        let orders = (0..24).filter(|number| number % 10 != 3).map(order);
        execute(&fake, orders, &mut journal, (4, limit), &forever()).expect("it can be written");
        let most = fake.bytes_most.load(Ordering::SeqCst);
        assert!(
            most <= expected,
            "{most} bytes at once with a limit of {limit}"
        );
        assert_eq!(journal.count(), 21);
        drop(std::fs::remove_file(path));
    }
}

#[test]
fn what_is_in_flight_is_given_up_when_the_user_stops() {
    let (path, mut journal) = journal("stopped", 1_000);
    let fake = Fake::default();
    let watcher = Until(5, AtomicUsize::new(0));
    let done = execute(
        &fake,
        (0..1_000).map(order),
        &mut journal,
        (2, u64::MAX),
        &watcher,
    );
    assert!(!done.expect("the journal can be written"));
    let (started, kept) = (fake.started.load(Ordering::SeqCst), journal.count());
    assert!(
        (5..100).contains(&kept) && started < 200,
        "{kept} of {started}"
    );
    drop(std::fs::remove_file(path));
}
