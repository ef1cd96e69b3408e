//! Group commit: what arrives while a batch runs makes the next batch.

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// How much a lane takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Weight of a batch at most.
    pub(super) batch_max: usize,
    /// Things that wait at most.
    pub(super) waiting_max: usize,
}

/// A mailbox that hands what has gathered to one batch after another. An idle lane adds no waiting: a lone thing goes at
/// once. The task behind it ends when the lane is dropped.
pub(super) struct Lane<T> {
    sender: mpsc::Sender<T>,
}

impl<T: Send + 'static> Lane<T> {
    /// Starts a lane that gives batches to `run`. A batch is filled while the sum of `weight` stays within the limit; a single
    /// thing goes however heavy it is.
    pub(super) fn start<W, F, R>(limits: Limits, weight: W, run: F) -> Self
    where
        W: Fn(&T) -> usize + Send + 'static,
        F: Fn(Vec<T>) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let (sender, mut receiver) = mpsc::channel::<T>(limits.waiting_max);
        tokio::spawn(async move {
            let mut next = receiver.recv().await;
            while let Some(first) = next.take() {
                let mut sum = weight(&first);
                let mut batch = vec![first];
                while let Ok(thing) = receiver.try_recv() {
                    sum += weight(&thing);
                    if sum > limits.batch_max {
                        next = Some(thing);
                        break;
                    }
                    batch.push(thing);
                }
                run(batch).await;
                if next.is_none() {
                    next = receiver.recv().await;
                }
            }
        });
        Self { sender }
    }

    /// Puts a thing into the lane, or gives it back where too many wait already.
    pub(super) fn offer(&self, thing: T) -> Result<(), T> {
        self.sender.try_send(thing).map_err(|error| match error {
            TrySendError::Full(thing) | TrySendError::Closed(thing) => thing,
        })
    }
}
