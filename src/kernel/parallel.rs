//! The threads inside one run.
//!
//! Invariant: shards share nothing that is written while they advance, so that threads cannot
//! change a result.

use std::fmt;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

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

    /// Do all of `work` on one of the threads: what it then shares out finds them awake sooner.
    pub fn lead<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// Do `work` on every shard; side by side only if it is `worthwhile`, for waking a thread takes longer
    /// than some hundred events.
    pub fn each<S: Send>(&self, shards: &mut [S], worthwhile: bool, work: impl Fn(&mut S) + Sync) {
        match &self.pool {
            Some(pool) if worthwhile && shards.len() > 1 => {
                pool.install(|| shards.par_iter_mut().with_max_len(1).for_each(&work));
            }
            _ => shards.iter_mut().for_each(work),
        }
    }

    /// Do two things that share nothing, side by side if there is a second thread and it is `worthwhile`.
    pub fn join(
        &self,
        worthwhile: bool,
        first: impl FnOnce() + Send,
        second: impl FnOnce() + Send,
    ) {
        if let Some(pool) = self.pool.as_ref().filter(|_| worthwhile) {
            pool.join(first, second);
        } else {
            first();
            second();
        }
    }
}
