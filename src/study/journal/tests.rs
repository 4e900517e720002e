//! Journals that are cut off, damaged, foreign or in use.
//!
//! Invariant: one small file for each test.

use std::fs;

use super::super::file::StudyFile;
use super::*;

/// A file of the test's own, not there yet.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let unique = format!("cellfall-journal-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(unique);
        drop(fs::remove_file(&path));
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

fn header(digest: &str, shard: &str) -> Header {
    let study = StudyFile {
        name: "mine".to_owned(),
        ..StudyFile::default()
    };
    Header::new(study, digest.to_owned(), shard.parse().expect("a shard"), 9)
}

fn record(number: u64) -> RunRecord {
    #[expect(clippy::cast_precision_loss, reason = "there are few runs")]
    let value = Some(1.0 / number as f64).filter(|_| number != 2);
    let names = if number < 5 {
        ["data.t90_s", "devices"]
    } else {
        ["devices", "data.t50_s"]
    };
    RunRecord {
        number,
        point: number % 3,
        replication: number / 3,
        seed: number + 7,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario_hash: format!("hash-{number}"),
        parameters: Vec::new(),
        outcome: match number {
            4 => Err("it broke".to_owned()),
            _ => Ok(names.map(|name| figure(name.to_owned(), value)).to_vec()),
        },
    }
}

/// A journal with these runs, each in a write of its own.
fn written(place: &Place, shard: &str, runs: &[u64]) -> Journal {
    let mut journal = Journal::create(&place.0, header("d", shard)).expect("there is room");
    for number in runs {
        journal.append(&[record(*number)]).expect("there is room");
    }
    journal
}

#[test]
fn records_read_back_in_any_order() {
    let place = Place::new("back");
    let runs = [3, 1, 4, 8, 2];
    let mut journal = written(&place, "1/1", &runs);
    for _ in 0..2 {
        for number in runs {
            assert_eq!(
                journal.record(number).expect("readable"),
                Some(record(number))
            );
        }
        assert_eq!(journal.record(5).expect("readable"), None);
        let names: Vec<(u64, usize)> = journal.names().map(|(n, list)| (n, list.len())).collect();
        assert_eq!(names, [(1, 2), (4, 0), (8, 2)]);
        drop(journal);
        journal = Journal::resume(&place.0, header("d", "1/1")).expect("it is ours");
    }
}

#[test]
fn cut_off_anywhere_it_keeps_every_whole_record_and_goes_on() {
    let place = Place::new("cut");
    drop(written(&place, "1/1", &[3, 1, 4, 8]));
    let whole = fs::read(&place.0).expect("there");
    let lines = |bytes: &[u8]| {
        let ended = bytes.split_inclusive(|byte| *byte == b'\n');
        ended
            .filter(|line| line.ends_with(b"\n") && line.windows(5).any(|w| w == b"\"run\""))
            .count()
    };
    for length in (0..whole.len()).step_by(7) {
        fs::write(&place.0, &whole[..length]).expect("there is room");
        let mut journal = Journal::resume(&place.0, header("d", "1/1")).expect("it is ours");
        assert_eq!(
            journal.count(),
            lines(&whole[..length]) as u64,
            "cut at {length}"
        );
        for number in [8, 4, 1, 3] {
            if !journal.has(number) {
                journal.append(&[record(number)]).expect("there is room");
            }
            assert_eq!(
                journal.record(number).expect("readable"),
                Some(record(number))
            );
        }
    }
}

#[test]
fn what_follows_a_damaged_line_does_not_count() {
    let place = Place::new("damaged");
    drop(written(&place, "1/1", &[3, 1, 4]));
    let mut bytes = fs::read(&place.0).expect("there");
    let at = bytes
        .windows(6)
        .position(|w| w == b"hash-1")
        .expect("run 1");
    bytes[at + 5] = b'2';
    fs::write(&place.0, &bytes).expect("there is room");
    let journal = Journal::resume(&place.0, header("d", "1/1")).expect("it is ours");
    assert!(journal.has(3) && !journal.has(1) && !journal.has(4));
}

#[test]
fn only_the_same_study_version_and_shard_go_on() {
    let place = Place::new("foreign");
    drop(written(&place, "2/3", &[1]));
    let refused = |header| {
        let error = Journal::resume(&place.0, header).expect_err("it is another's");
        error.to_string()
    };
    let text = refused(header("e", "2/3"));
    assert!(
        text.ends_with("found study mine (d), expected mine (e)"),
        "{text}"
    );
    let text = refused(header("d", "3/3"));
    assert!(text.ends_with("found shard 2/3, expected 3/3"), "{text}");
    let other = Header {
        version: "9.9.9".to_owned(),
        ..header("d", "2/3")
    };
    assert!(refused(other).contains("found version "));
    assert!(Journal::resume(&place.0, header("d", "2/3")).is_ok());
}

#[test]
fn nothing_but_a_journal_is_written_to() {
    let place = Place::new("thesis");
    for text in ["years of work", "years of work\n", "{}\n{}\n"] {
        fs::write(&place.0, text).expect("there is room");
        let error = Journal::resume(&place.0, header("d", "1/1")).expect_err("it is none");
        assert!(matches!(error, StudyError::NotAJournal(..)), "{error}");
        assert_eq!(fs::read_to_string(&place.0).expect("there"), text);
    }
    let error = Journal::create(&place.0, header("d", "1/1")).expect_err("it is there");
    assert!(error.to_string().contains("--resume"), "{error}");
}

#[test]
fn two_processes_do_not_write_one_journal() {
    let place = Place::new("locked");
    let first = written(&place, "1/1", &[1]);
    let second = Journal::resume(&place.0, header("d", "1/1"));
    assert!(matches!(second, Err(StudyError::Locked(_))));
    drop(first);
    assert!(Journal::resume(&place.0, header("d", "1/1")).is_ok());
}

#[test]
fn a_run_that_could_not_be_written_does_not_count() {
    let place = Place::new("refused");
    let mut journal = written(&place, "1/1", &[3, 1]);
    let before = fs::read(&place.0).expect("there");
    journal.file = File::open(&place.0).expect("there");
    assert!(matches!(
        journal.append(&[record(8)]),
        Err(StudyError::Io(..))
    ));
    assert!(!journal.has(8) && journal.has(3));
    assert_eq!(fs::read(&place.0).expect("there"), before);
}

#[test]
fn a_shard_is_read_only_when_it_is_complete() {
    let place = Place::new("complete");
    let mut journal = written(&place, "2/3", &[1, 4]);
    let why = |place: &Place| {
        let error = Journal::read(&place.0).expect_err("it is not complete");
        error.to_string()
    };
    assert!(why(&place).contains("cut off after 2 runs (it has no last line)"));
    journal.append(&[record(7)]).expect("there is room");
    journal.end().expect("there is room");
    journal.end().expect("a second time nothing is written");
    assert_eq!(Journal::read(&place.0).expect("complete").count(), 3);
    let whole = fs::read(&place.0).expect("there");
    fs::write(&place.0, &whole[..whole.len() - 9]).expect("there is room");
    assert!(why(&place).contains("a line is damaged"));
    let text = String::from_utf8(whole).expect("text");
    let without: String = text
        .split_inclusive('\n')
        .filter(|line| !line.contains("hash-4"))
        .collect();
    fs::write(&place.0, without).expect("there is room");
    assert!(why(&place).contains("its last line says 3 runs"));
    drop(journal);
    drop(fs::remove_file(&place.0));
    let mut early = written(&place, "2/3", &[1, 4]);
    early.end().expect("there is room");
    assert!(why(&place).contains("its share is 3 runs"));
}
