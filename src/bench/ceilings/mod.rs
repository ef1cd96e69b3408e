//! What the machine gives without the product: the same databases, the same Redis and the same HTTP, with the least that would do.

pub(super) mod postgres;
pub(super) mod redis;
pub(super) mod route;
pub(super) mod sqlite;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::load::as_f64;
use crate::fault::Fault;

/// Draws that a hand writes in one transaction.
pub(super) const BATCH: usize = 100;
/// Users of a ceiling.
pub(super) const USERS: usize = 10_000;

/// Numbers of what is done: none comes twice in a process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// How often each of `clients` could do something in so long, all together, each second. `act` does it under a number of its
/// own, and says how often that counts.
async fn each_second<C, F, R>(clients: Vec<C>, lasting: Duration, act: F) -> Result<f64, Fault>
where
    C: Send + 'static,
    F: Fn(C, u64) -> R + Clone + Send + 'static,
    R: Future<Output = Result<(C, u64), Fault>> + Send,
{
    let done = Arc::new(AtomicU64::new(0));
    let began_at = Instant::now();
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let (act, done) = (act.clone(), done.clone());
        tasks.spawn(async move {
            while began_at.elapsed() < lasting {
                let times;
                (client, times) = act(client, NEXT.fetch_add(1, Ordering::Relaxed)).await?;
                done.fetch_add(times, Ordering::Relaxed);
            }
            Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(Fault::doing("measure a ceiling"))??;
    }
    Ok(as_f64(done.load(Ordering::Relaxed)) / began_at.elapsed().as_secs_f64())
}

/// A number of a user, other for each of many numbers in a row.
fn user_of(number: u64) -> usize {
    // A prime: neighbours in time are no neighbours in the table.
    usize::try_from(number).unwrap_or(0).wrapping_mul(7919) % USERS
}
