//! From orders to a finished journal: all runs of a shard, or round after round until a mean is known well
//! enough.
//!
//! Invariant: what is decided after a round depends on the records up to it, read in the canonical order.

use std::path::Path;

use super::checked::Study;
use super::error::StudyError;
use super::execute::{Resources, Watcher, execute};
use super::file::{Precision, Replications};
use super::interval::Sample;
use super::journal::{Header, JOURNAL_FILE, Journal};
use super::shard::Shard;

/// Whether to begin a study or to go on with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Begin; a journal that is there already is refused.
    Anew,
    /// Go on where the journal ends; begin if there is none.
    Resume,
}

impl Study {
    /// The header of the journal of a shard of this study.
    pub fn header(&self, shard: Shard) -> Header {
        Header::new(
            self.file().clone(),
            self.digest().to_owned(),
            shard,
            self.runs(),
        )
    }

    /// Open the journal of a shard in `directory`.
    ///
    /// # Errors
    /// If it is that of something else, or is in use, or cannot be written.
    pub fn journal(
        &self,
        directory: &Path,
        shard: Shard,
        start: Start,
    ) -> Result<Journal, StudyError> {
        let path = directory.join(JOURNAL_FILE);
        match start {
            Start::Anew => Journal::create(&path, self.header(shard)),
            Start::Resume => Journal::resume(&path, self.header(shard)),
        }
    }

    /// Do all runs of the journal's shard that are not in it yet. Gives whether all were done; if not, the
    /// watcher ended it.
    ///
    /// # Errors
    /// If the journal cannot be written, a run needs more memory than all may have, or threads cannot be
    /// had; what was recorded before stays.
    pub fn carry_out(
        &self,
        journal: &mut Journal,
        resources: Resources,
        watcher: &dyn Watcher,
    ) -> Result<bool, StudyError> {
        let (shared, run) = self.memory();
        if shared + run > resources.memory {
            return Err(StudyError::TooLarge(shared + run, resources.memory));
        }
        let how = (resources.threads, resources.memory - shared);
        let done = match &self.file().replications {
            Replications::Count(_) => self.range(journal, (0, self.runs()), how, watcher)?,
            Replications::Until(precision) => self.until(precision, journal, how, watcher)?,
        };
        if done {
            journal.end()?;
        }
        Ok(done)
    }

    /// Do the runs from one number to before another.
    fn range(
        &self,
        journal: &mut Journal,
        (from, to): (u64, u64),
        how: (usize, u64),
        watcher: &dyn Watcher,
    ) -> Result<bool, StudyError> {
        let shard = journal.header().shard;
        let missing: Vec<bool> = (from..to)
            .map(|n| shard.owns(n) && !journal.has(n))
            .collect();
        let missing = (from..to)
            .zip(missing)
            .filter(|(_, is_missing)| *is_missing);
        let orders = missing.map(|(number, _)| self.order(number));
        execute(self, orders, journal, how, watcher)
    }

    /// Do round after round.
    fn until(
        &self,
        precision: &Precision,
        journal: &mut Journal,
        how: (usize, u64),
        watcher: &dyn Watcher,
    ) -> Result<bool, StudyError> {
        let points = self.points();
        let (round, most) = (u64::from(precision.round), u64::from(precision.most));
        let mut samples = vec![Sample::default(); usize::try_from(points).unwrap_or(0)];
        let mut from = 0;
        while from < most {
            let to = (from + round).min(most);
            if !self.range(journal, (from * points, to * points), how, watcher)? {
                return Ok(false);
            }
            for number in from * points..to * points {
                let record = journal.record(number)?.ok_or(StudyError::Lost(number))?;
                let figures = record.outcome.as_deref().unwrap_or_default();
                let judged = figures
                    .iter()
                    .find(|figure| figure.name == precision.outcome);
                if let Some(value) = judged.and_then(|figure| figure.value) {
                    let point = usize::try_from(record.point).expect("points are in memory");
                    samples[point].take(value);
                }
            }
            from = to;
            if samples.iter().all(|sample| is_precise(sample, precision)) {
                break;
            }
        }
        Ok(true)
    }
}

fn is_precise(sample: &Sample, precision: &Precision) -> bool {
    let scale = if precision.relative {
        sample.mean().abs()
    } else {
        1.0
    };
    let half = sample.half_width(precision.confidence);
    half.is_some_and(|half| half <= precision.half_width * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_judged_by_the_mean_or_absolutely() {
        let mut sample = Sample::default();
        for number in [98.0, 100.0, 102.0] {
            sample.take(number);
        }
        // The 95 % interval reaches 4.303 × 2 / √3 = 4.97 to each side.
        let precise = |half_width, relative| {
            let precision = Precision {
                half_width,
                relative,
                ..Precision::default()
            };
            is_precise(&sample, &precision)
        };
        assert!(precise(0.05, true) && !precise(0.049, true));
        assert!(precise(5.0, false) && !precise(4.9, false));
        assert!(!is_precise(&Sample::default(), &Precision::default()));
    }

    #[test]
    fn a_constant_is_known_at_once() {
        let mut sample = Sample::default();
        for number in [0.0, 0.0] {
            sample.take(number);
        }
        assert!(is_precise(&sample, &Precision::default()));
    }
}
