//! The threads inside one run.
//!
//! Invariant: shards share nothing that is written while they advance, so that threads cannot
//! change a result.

use std::fmt;

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

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

    /// Do `work` on every shard.
    pub fn each<S: Send>(&self, shards: &mut [S], work: impl Fn(&mut S) + Sync) {
        match &self.pool {
            Some(pool) if shards.len() > 1 => {
                pool.install(|| shards.par_iter_mut().for_each(&work));
            }
            _ => shards.iter_mut().for_each(work),
        }
    }

    /// Do two things that share nothing, side by side if there is a second thread.
    pub fn join(&self, first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
        if let Some(pool) = &self.pool {
            pool.join(first, second);
        } else {
            first();
            second();
        }
    }
}
