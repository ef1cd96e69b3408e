//! Group commit: what arrives while batches run makes the next batch.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::{Id, JoinSet};

/// Batches of a lane that run at the same time at most: one is worked on while the other waits for somebody else.
const BESIDE_MAX: usize = 2;

/// How much a lane takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Weight of a batch at most.
    pub(super) batch_max: usize,
    /// Things that wait at most, beside those of the next batch.
    pub(super) waiting_max: usize,
    /// Weight that must have gathered for a batch to begin beside one that runs. A batch costs something however small it is: less
    /// than this rather waits for the other to end.
    pub(super) beside_min: usize,
}

/// What a lane carries.
pub(super) trait Freight: Send + 'static {
    /// What batches that run beside each other must not have both.
    type Key: Eq + Hash + Send;

    /// How much of a batch it takes.
    fn weight(&self) -> usize;

    /// Whose it is.
    fn key(&self) -> Self::Key;
}

/// A mailbox that hands what has gathered to batches. An idle lane adds no waiting: a lone thing goes at once. The task behind it
/// ends when the lane is dropped and its last batch has ended.
pub(super) struct Lane<T> {
    sender: mpsc::Sender<T>,
}

impl<T: Freight> Lane<T> {
    /// Starts a lane that gives batches to `run`. A batch is filled while the sum of weights stays within the limit; a single
    /// thing goes however heavy it is. What `run` gives back begins the next batch. Things of the same key keep their order.
    pub(super) fn start<F, R>(limits: Limits, run: F) -> Self
    where
        F: Fn(Vec<T>) -> R + Send + 'static,
        R: Future<Output = Vec<T>> + Send + 'static,
    {
        let (sender, mut receiver) = mpsc::channel(limits.waiting_max);
        let mut batches =
            Batches { limits, next: VecDeque::new(), weight: 0, running: JoinSet::new(), keys: Vec::new() };
        tokio::spawn(async move {
            let mut open = true;
            loop {
                tokio::select! {
                    Some(ended) = batches.running.join_next_with_id() => batches.end(ended),
                    // What has no room in the next batch stays in the mailbox, which takes no more at some time.
                    thing = receiver.recv(), if open && batches.weight < limits.batch_max => match thing {
                        Some(thing) => batches.add(thing),
                        None => open = false,
                    },
                    else => return,
                }
                while batches.weight < limits.batch_max
                    && let Ok(thing) = receiver.try_recv()
                {
                    batches.add(thing);
                }
                while let Some(batch) = batches.next_batch() {
                    let keys = batch.iter().map(Freight::key).collect();
                    let id = batches.running.spawn(run(batch)).id();
                    batches.keys.push((id, keys));
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

/// The batches of a lane: those that run, and what the next one is made of.
struct Batches<T: Freight> {
    limits: Limits,
    /// What waits, in order of arrival.
    next: VecDeque<T>,
    /// The weight of all that.
    weight: usize,
    running: JoinSet<Vec<T>>,
    /// The keys of each batch that runs.
    keys: Vec<(Id, HashSet<T::Key>)>,
}

impl<T: Freight> Batches<T> {
    fn add(&mut self, thing: T) {
        self.weight += thing.weight();
        self.next.push_back(thing);
    }

    /// Notes the end of a batch, and takes back what it did not do.
    fn end(&mut self, ended: Result<(Id, Vec<T>), tokio::task::JoinError>) {
        let (id, again) = ended.unwrap_or_else(|error| {
            tracing::error!("a batch panicked; its callers got no answer, the lane goes on");
            (error.id(), Vec::new())
        });
        self.keys.retain(|(other, _)| *other != id);
        for thing in again.into_iter().rev() {
            self.weight += thing.weight();
            self.next.push_front(thing);
        }
    }

    /// What goes now, if anything does.
    fn next_batch(&mut self) -> Option<Vec<T>> {
        let least = if self.running.is_empty() { 1 } else { self.limits.beside_min };
        if self.running.len() >= BESIDE_MAX || self.weight < least {
            return None;
        }
        let (mut batch, mut later, mut sum, mut full) = (Vec::new(), VecDeque::new(), 0, false);
        for thing in self.next.drain(..) {
            let (key, weight) = (thing.key(), thing.weight());
            if self.keys.iter().any(|(_, keys)| keys.contains(&key)) {
                later.push_back(thing);
                continue;
            }
            full |= sum + weight > self.limits.batch_max && !batch.is_empty();
            if full {
                later.push_back(thing);
            } else {
                sum += weight;
                batch.push(thing);
            }
        }
        self.next = later;
        self.weight -= sum;
        Some(batch).filter(|batch| !batch.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::sync::Notify;

    use super::*;

    /// Somebody's thing of a weight.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Thing(char, usize);

    impl Freight for Thing {
        type Key = char;
        fn weight(&self) -> usize {
            self.1
        }
        fn key(&self) -> char {
            self.0
        }
    }

    /// A lane that notes its batches, and whose batches end one by one, giving back what belongs to `again` the first time.
    struct Tried {
        lane: Option<Lane<Thing>>,
        batches: Arc<Mutex<Vec<Vec<Thing>>>>,
        gate: Arc<Notify>,
    }

    impl Tried {
        fn start(limits: Limits) -> Self {
            let (batches, gate) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
            let (seen, open) = (batches.clone(), gate.clone());
            let lane = Lane::start(limits, move |batch: Vec<Thing>| {
                seen.lock().unwrap().push(batch.clone());
                let open = open.clone();
                async move {
                    open.notified().await;
                    batch.into_iter().filter(|thing| thing.0 == '?').map(|thing| Thing('!', thing.1)).collect()
                }
            });
            Self { lane: Some(lane), batches, gate }
        }

        fn offer(&self, things: &[Thing]) {
            let lane = self.lane.as_ref().unwrap();
            assert!(things.iter().all(|thing| lane.offer(*thing).is_ok()));
        }

        /// Waits until so many batches began, letting those that run end if `end`.
        async fn wait_for(&self, count: usize, end: bool) -> Vec<Vec<Thing>> {
            while self.batches.lock().unwrap().len() < count {
                if end {
                    self.gate.notify_one();
                }
                tokio::task::yield_now().await;
            }
            self.batches.lock().unwrap().clone()
        }
    }

    const ALONE: Limits = Limits { batch_max: 5, waiting_max: 100, beside_min: usize::MAX };

    #[tokio::test]
    async fn what_comes_in_meanwhile_makes_the_next_batch_within_its_limit() {
        let tried = Tried::start(ALONE);
        tried.offer(&[Thing('a', 1)]);
        tried.wait_for(1, false).await;
        tried.offer(&[2, 2, 2, 9, 1].map(|weight| Thing('b', weight)));
        let weights: Vec<Vec<_>> =
            tried.wait_for(5, true).await.iter().map(|batch| batch.iter().map(|thing| thing.1).collect()).collect();
        assert_eq!(weights, [vec![1], vec![2, 2], vec![2], vec![9], vec![1]]);
    }

    #[tokio::test]
    async fn what_is_given_back_begins_the_next_batch() {
        let mut tried = Tried::start(ALONE);
        tried.offer(&[Thing('?', 1)]);
        tried.wait_for(1, false).await;
        tried.offer(&[Thing('a', 1), Thing('?', 1)]);
        // Whoever drops the lane still gets the answers to what is in it.
        tried.lane = None;
        let batches = tried.wait_for(3, true).await;
        assert_eq!(
            batches,
            [vec![Thing('?', 1)], vec![Thing('!', 1), Thing('a', 1), Thing('?', 1)], vec![Thing('!', 1)]]
        );
    }

    #[tokio::test]
    async fn enough_that_waits_begins_beside_a_batch_but_for_what_shares_its_keys() {
        let tried = Tried::start(Limits { beside_min: 3, ..ALONE });
        tried.offer(&[Thing('a', 1)]);
        tried.wait_for(1, false).await;
        tried.offer(&[Thing('a', 2), Thing('b', 1), Thing('a', 3), Thing('c', 1)]);
        let batches = tried.wait_for(2, false).await;
        assert_eq!(batches[1], [Thing('b', 1)], "as soon as enough waits");
        tried.offer(&[Thing('d', 1)]);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(tried.batches.lock().unwrap().len(), 2, "two at a time");
        let batches = tried.wait_for(3, true).await;
        assert_eq!(batches[2], [Thing('a', 2), Thing('a', 3)], "in their order, as far as there is room");
    }

    #[tokio::test]
    async fn a_full_lane_gives_back_what_it_cannot_take() {
        let limits = Limits { batch_max: 1, waiting_max: 2, beside_min: usize::MAX };
        let lane = Lane::start(limits, |_: Vec<Thing>| std::future::pending());
        let given_back: Vec<_> = (0..10).filter_map(|weight| lane.offer(Thing('a', weight)).err()).collect();
        assert_eq!(given_back, [2, 3, 4, 5, 6, 7, 8, 9].map(|weight| Thing('a', weight)));
    }

    #[tokio::test]
    async fn a_batch_that_panics_does_not_end_the_lane() {
        let done = Arc::new(Notify::new());
        let told = done.clone();
        let lane = Lane::start(Limits { batch_max: 1, ..ALONE }, move |batch: Vec<Thing>| {
            let told = told.clone();
            async move {
                assert!(batch[0] != Thing('a', 1), "a planted panic");
                told.notify_one();
                Vec::new()
            }
        });
        assert!(lane.offer(Thing('a', 1)).is_ok());
        assert!(lane.offer(Thing('a', 2)).is_ok());
        done.notified().await;
    }
}
