//! A queue that may lose, repeat and reorder messages: all that an alarm clock is allowed to do wrong.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use big_market::domain::calendar::Timestamp;
use big_market::fault::Fault;
use big_market::queue::{Handler, Lane, Message, Queue};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_util::sync::CancellationToken;

/// Messages that wait for [`LossyQueue::take`].
pub struct LossyQueue {
    inner: Mutex<Inner>,
}

struct Inner {
    random: StdRng,
    waiting: Vec<(Lane, Message)>,
    /// Of a thousand messages, how many are lost, and how many repeated.
    lost: u32,
    repeated: u32,
}

impl LossyQueue {
    /// A queue that loses and repeats so many of a thousand messages.
    pub fn new(seed: u64, lost: u32, repeated: u32) -> Self {
        let inner = Inner { random: StdRng::seed_from_u64(seed), waiting: Vec::new(), lost, repeated };
        Self { inner: Mutex::new(inner) }
    }

    /// A queue that loses and repeats nothing.
    pub fn reliable() -> Self {
        Self::new(0, 0, 0)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Any one of the messages that wait.
    pub fn take(&self) -> Option<Message> {
        self.with(|inner| {
            if inner.waiting.is_empty() {
                return None;
            }
            let at = inner.random.random_range(0..inner.waiting.len());
            Some(inner.waiting.swap_remove(at).1)
        })
    }
}

#[async_trait]
impl Queue for LossyQueue {
    async fn push(&self, lane: Lane, messages: &[Message], _run_at: Timestamp) -> Result<u64, Fault> {
        // Early is allowed too: the work itself knows when it is due.
        self.with(|inner| {
            for message in messages {
                let luck = inner.random.random_range(0..1000);
                let copies = if luck < inner.lost { 0 } else { 1 + usize::from(luck >= 1000 - inner.repeated) };
                inner.waiting.extend(std::iter::repeat_n((lane, message.clone()), copies));
            }
        });
        Ok(messages.len() as u64)
    }

    async fn backlog(&self, lane: Lane) -> Result<u64, Fault> {
        Ok(self.with(|inner| inner.waiting.iter().filter(|(other, _)| *other == lane).count() as u64))
    }

    async fn work(&self, _handler: Handler, stop: CancellationToken) -> Result<(), Fault> {
        stop.cancelled().await;
        Ok(())
    }

    async fn live_workers(&self) -> Result<usize, Fault> {
        Ok(1)
    }

    async fn prune(&self, _before: Timestamp) -> Result<u64, Fault> {
        Ok(0)
    }

    async fn close(&self) {}
}
