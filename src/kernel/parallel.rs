//! The threads inside one run.
//!
//! Invariant: shards share nothing that is written while they advance, so that threads cannot
//! change a result.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The threads that advance shards.
#[derive(Debug)]
pub struct Workers {
    pool: Option<rayon::ThreadPool>,
}

/// The threads could not be had.
#[derive(Debug)]
pub struct WorkersError(rayon::ThreadPoolBuildError);

impl fmt::Display for WorkersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot start threads: {}", self.0)
    }
}

impl std::error::Error for WorkersError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Looks for work in vain after which a thread lets others have its processor between looks.
const LOOKS: u32 = 2_000;

/// Says that the work is over when it goes, by a panic as well.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Take up whatever work there is until all is over.
fn stay_awake(awake: &AtomicUsize, is_over: &AtomicBool) {
    awake.fetch_add(1, Ordering::Release);
    let mut in_vain = 0;
    while !is_over.load(Ordering::Acquire) {
        if rayon::yield_now() == Some(rayon::Yield::Executed) {
            in_vain = 0;
        } else if in_vain < LOOKS {
            in_vain += 1;
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}

impl Workers {
    /// `threads` threads; 1 uses the calling thread alone.
    ///
    /// # Errors
    /// If the system refuses the threads.
    pub fn new(threads: usize) -> Result<Self, WorkersError> {
        if threads <= 1 {
            return Ok(Self { pool: None });
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(WorkersError)?;
        Ok(Self { pool: Some(pool) })
    }

    /// Do all of `work` on one of the threads, and keep the others awake meanwhile: a window is over sooner
    /// than a sleeping thread is awake.
    pub fn lead<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        let Some(pool) = &self.pool else {
            return work();
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let others = pool.current_num_threads().min(processors) - 1;
        pool.install(|| {
            let (awake, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
            rayon::scope(|scope| {
                for _ in 0..others {
                    scope.spawn(|_| stay_awake(&awake, &is_over));
                }
                // Whoever waits takes up any work it finds: none may be left that ends with the run only.
                while awake.load(Ordering::Acquire) < others {
                    std::thread::yield_now();
                }
                let over = Over(&is_over);
                let result = work();
                drop(over);
                result
            })
        })
    }

    /// Do `work` on every shard; side by side only if it is `worthwhile`, for handing work over takes as
    /// long as some dozen events.
    pub fn each<S: Send>(&self, shards: &mut [S], worthwhile: bool, work: impl Fn(&mut S) + Sync) {
        match &self.pool {
            Some(_) if worthwhile && shards.len() > 1 => self.beside(|| (), shards, work),
            _ => shards.iter_mut().for_each(work),
        }
    }

    /// Do `first` on one thread and, beside it, `work` on every shard: who has nothing else to do takes the
    /// next shard that nobody has taken.
    pub fn beside<S: Send>(
        &self,
        first: impl FnOnce() + Send,
        shards: &mut [S],
        work: impl Fn(&mut S) + Sync,
    ) {
        let Some(pool) = &self.pool else {
            first();
            return shards.iter_mut().for_each(work);
        };
        // A lock is held for as long as it takes to look for the next shard: cheaper, for works of some
        // microseconds, than to split the shards among threads and to steal.
        // From both ends, a thread meets the shards that it had in the window before: they are near it still.
        let left = Mutex::new(shards.iter_mut());
        let left = || left.lock().expect("nothing panics in here");
        pool.in_place_scope(|scope| {
            for _ in 1..pool.current_num_threads() {
                scope.spawn(|_| {
                    while let Some(shard) = { left().next() } {
                        work(shard);
                    }
                });
            }
            first();
            while let Some(shard) = { left().next_back() } {
                work(shard);
            }
        });
    }
}
