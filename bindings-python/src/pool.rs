//! The threads that share bulk work: one pool per process.
//!
//! After a fork the child has none of its parent's threads, and would wait for them forever; so a pool remembers whose it is.

use std::sync::{Arc, Mutex, PoisonError};

use beforehand::{Error, ErrorCode, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};

static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// This process's pool. As many threads as the environment variable `RAYON_NUM_THREADS` says, or as there are cores.
pub(crate) fn pool() -> Result<Arc<ThreadPool>> {
    let process = std::process::id();
    let mut held = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, pool)) = held.as_ref()
        && *owner == process
    {
        return Ok(Arc::clone(pool));
    }
    let pool = ThreadPoolBuilder::new()
        .thread_name(|i| format!("beforehand-{i}"))
        .build()
        .map_err(|e| Error::new(ErrorCode::Internal, format!("no threads could be started: {e}")))?;
    let pool = Arc::new(pool);
    // The parent's pool is forgotten, not dropped: dropping would wait for threads that are not there.
    std::mem::forget(held.replace((process, Arc::clone(&pool))));
    Ok(pool)
}
