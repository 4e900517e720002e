//! Doing runs side by side: threads between runs, none within; every finished run goes to the journal.
//!
//! Invariant: which thread did a run, and when, is in no record.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::base::SimTime;
use crate::simulation::{Keep, Observer, RunError, Settings, simulate_with};

use super::checked::Study;
use super::design::RunOrder;
use super::error::StudyError;
use super::journal::Journal;
use super::memory::{Budget, Need};
use super::outcomes::outcomes;
use super::record::{Figure, Parameter, RunRecord};

/// How runs are done. None of it changes a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Runs at a time, at most.
    pub threads: usize,
    /// Bytes that the program may hold, more or less: runs wait for one another to stay below.
    pub memory: u64,
}

/// Watches a study, and may end it.
pub trait Watcher: Sync {
    /// A run was recorded.
    fn recorded(&self, record: &RunRecord);

    /// Whether to stop: runs in flight are given up.
    fn is_over(&self) -> bool;
}

/// Does single runs.
pub(super) trait Runner: Sync {
    /// What a run needs to start.
    type World;

    /// Values of plan and factors.
    fn parameters(&self, order: &RunOrder) -> Vec<Parameter>;

    /// Get ready; gives what is ready, its hash, and the bytes that the run will need.
    fn load(&self, order: &RunOrder) -> Result<(Self::World, String, u64), String>;

    /// Run; none if the observer ended it.
    fn run(
        &self,
        world: &Self::World,
        order: &RunOrder,
        observer: &mut dyn Observer,
    ) -> Result<Option<Vec<Figure>>, String>;
}

impl Runner for Study {
    type World = crate::scenario::Scenario;

    fn parameters(&self, order: &RunOrder) -> Vec<Parameter> {
        order.parameters(self.file())
    }

    fn load(&self, order: &RunOrder) -> Result<(Self::World, String, u64), String> {
        let scenario = self.scenario(order)?;
        let (hash, need) = (scenario.digest().to_string(), Need::of(&scenario));
        Ok((scenario, hash, need.run))
    }

    fn run(
        &self,
        world: &Self::World,
        order: &RunOrder,
        observer: &mut dyn Observer,
    ) -> Result<Option<Vec<Figure>>, String> {
        let settings = Settings {
            keep: Keep::Score,
            ..Settings::default()
        };
        match simulate_with(world, order.seed, settings, observer) {
            Ok(result) => Ok(Some(outcomes(&result, &self.file().outcomes))),
            Err(RunError::Interrupted(_)) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Do these runs, and record each in the journal. Gives whether all were done.
///
/// # Errors
/// If the journal cannot be written, or threads not be had; what was recorded before stays.
pub(super) fn execute<R: Runner>(
    runner: &R,
    orders: impl Iterator<Item = RunOrder> + Send,
    journal: &mut Journal,
    (threads, budget): (usize, u64),
    watcher: &dyn Watcher,
) -> Result<bool, StudyError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = pool.build().map_err(StudyError::Threads)?;
    let (sender, receiver) = sync_channel(2 * threads);
    let floor = Floor {
        runner,
        orders: Mutex::new(orders),
        budget: Budget::new(budget),
        is_over: AtomicBool::new(false),
        version: journal.header().version.clone(),
        watcher,
    };
    let written = thread::scope(|scope| {
        let floor = &floor;
        let writer = scope.spawn(move || {
            let written = write(journal, &receiver, watcher);
            if written.is_err() {
                floor.is_over.store(true, Ordering::Relaxed);
            }
            written
        });
        pool.scope(|scope| {
            for _ in 0..threads {
                let sender = sender.clone();
                scope.spawn(move |_| floor.work(&sender));
            }
        });
        drop(sender);
        writer.join().expect("writing a journal does not panic")
    });
    written.map(|()| !floor.stopped())
}

/// Write what arrives, as much at a time as has arrived.
fn write(
    journal: &mut Journal,
    receiver: &Receiver<RunRecord>,
    watcher: &dyn Watcher,
) -> Result<(), StudyError> {
    while let Ok(first) = receiver.recv() {
        let mut records = vec![first];
        records.extend(receiver.try_iter());
        journal.append(&records)?;
        for record in &records {
            watcher.recorded(record);
        }
    }
    Ok(())
}

/// What the threads share.
struct Floor<'a, R, O> {
    runner: &'a R,
    orders: Mutex<O>,
    budget: Budget,
    is_over: AtomicBool,
    version: String,
    watcher: &'a dyn Watcher,
}

impl<R: Runner, O: Iterator<Item = RunOrder> + Send> Floor<'_, R, O> {
    fn stopped(&self) -> bool {
        if self.watcher.is_over() {
            self.is_over.store(true, Ordering::Relaxed);
        }
        self.is_over.load(Ordering::Relaxed)
    }

    /// One thread's work: the next run, until there is none.
    fn work(&self, sender: &SyncSender<RunRecord>) {
        while !self.stopped() {
            let next = self
                .orders
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next();
            let Some(order) = next else { return };
            let Some(record) = self.record(&order) else {
                return;
            };
            // The writer only goes away after an error, which it reports itself.
            if sender.send(record).is_err() {
                return;
            }
        }
    }

    /// Do a run; none if it was given up. What panics is a failure of that run alone.
    fn record(&self, order: &RunOrder) -> Option<RunRecord> {
        let mut hash = String::new();
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            let (world, its_hash, bytes) = self.runner.load(order)?;
            hash = its_hash;
            let _taken = self.budget.take(bytes);
            self.runner
                .run(&world, order, &mut Stop(&|| self.stopped()))
        }));
        let outcome = match attempt {
            Ok(Ok(None)) => return None,
            Ok(Ok(Some(figures))) => Ok(figures),
            Ok(Err(failure)) => Err(failure),
            Err(panic) => Err(format!("panicked: {}", said(panic.as_ref()))),
        };
        Some(RunRecord {
            number: order.number,
            point: order.point,
            replication: order.replication,
            seed: order.seed,
            version: self.version.clone(),
            scenario_hash: hash,
            parameters: self.runner.parameters(order),
            outcome: outcome.map_err(|failure| failure.replace('\n', " ")),
        })
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

/// Ends runs when the study is over.
struct Stop<'a>(&'a (dyn Fn() -> bool + Sync));

impl Observer for Stop<'_> {
    fn progress(&mut self, _: SimTime, _: u64, _: u64) -> ControlFlow<()> {
        if (self.0)() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

#[cfg(test)]
mod tests;
