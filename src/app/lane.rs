//! Group commit: what arrives while a batch runs makes the next batch.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
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
                if AssertUnwindSafe(run(batch)).catch_unwind().await.is_err() {
                    tracing::error!("a batch panicked; its callers got no answer, the lane goes on");
                }
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn what_comes_in_meanwhile_makes_the_next_batch_within_its_limit() {
        let (batches, gate) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let (seen, open) = (batches.clone(), gate.clone());
        let limits = Limits { batch_max: 5, waiting_max: 100 };
        let lane = Lane::start(
            limits,
            |weight: &usize| *weight,
            move |batch| {
                seen.lock().unwrap().push(batch);
                let open = open.clone();
                async move { open.notified().await }
            },
        );
        assert!(lane.offer(1).is_ok());
        while batches.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        for weight in [2, 2, 2, 9, 1] {
            assert!(lane.offer(weight).is_ok());
        }
        while batches.lock().unwrap().len() < 5 {
            gate.notify_one();
            tokio::task::yield_now().await;
        }
        assert_eq!(*batches.lock().unwrap(), [vec![1], vec![2, 2], vec![2], vec![9], vec![1]]);
    }

    #[tokio::test]
    async fn a_full_lane_gives_back_what_it_cannot_take() {
        let limits = Limits { batch_max: 1, waiting_max: 2 };
        let lane = Lane::start(limits, |_: &u32| 1, |_| std::future::pending());
        let given_back: Vec<_> = (0..10).filter_map(|number| lane.offer(number).err()).collect();
        assert_eq!(given_back, [2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[tokio::test]
    async fn a_batch_that_panics_does_not_end_the_lane() {
        let done = Arc::new(Notify::new());
        let told = done.clone();
        let limits = Limits { batch_max: 1, waiting_max: 10 };
        let lane = Lane::start(
            limits,
            |_: &u32| 1,
            move |batch| {
                let told = told.clone();
                async move {
                    assert!(batch[0] != 1, "a planted panic");
                    told.notify_one();
                }
            },
        );
        assert!(lane.offer(1).is_ok());
        assert!(lane.offer(2).is_ok());
        done.notified().await;
    }
}
