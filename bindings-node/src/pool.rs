//! The threads that share bulk work: one pool per process, whatever the number of worker threads.

use std::sync::OnceLock;

use beforehand::{Error, ErrorCode, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};

static POOL: OnceLock<ThreadPool> = OnceLock::new();

/// The pool. As many threads as the environment variable `RAYON_NUM_THREADS` says, or as there are cores.
pub(crate) fn pool() -> Result<&'static ThreadPool> {
    if let Some(pool) = POOL.get() {
        return Ok(pool);
    }
    let pool = ThreadPoolBuilder::new()
        .thread_name(|i| format!("beforehand-{i}"))
        .build()
        .map_err(|e| Error::new(ErrorCode::Internal, format!("no threads could be started: {e}")))?;
    // Of two that came first at once, one pool is kept.
    Ok(POOL.get_or_init(|| pool))
}
