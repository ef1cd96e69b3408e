//! When an idle worker looks for messages.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{PollSnapshot, PollStrategy};
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::time::{Instant, Sleep};

/// Wakes an idle worker every `every`, and when this process pushed. apalis' own interval can lose its wake-up when a fetch
/// takes longer than the interval: it makes a new timer without polling it, and then nobody wakes the worker.
pub(super) struct Ticker {
    every: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    pushed: Arc<Notify>,
    notified: Pin<Box<OwnedNotified>>,
}

impl Ticker {
    pub(super) fn new(every: Duration, pushed: Arc<Notify>) -> Self {
        let notified = Box::pin(pushed.clone().notified_owned());
        Self { every, sleep: None, pushed, notified }
    }
}

impl PollStrategy for Ticker {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        let every = self.every;
        // Made here and not in `new`: this is sure to run inside the runtime.
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(every)));
        let mut look = false;
        // Polled until pending, so that the next wake-up is always arranged.
        while sleep.as_mut().poll(cx).is_ready() {
            look = true;
            sleep.as_mut().reset(Instant::now() + every);
        }
        while self.notified.as_mut().poll(cx).is_ready() {
            look = true;
            self.notified = Box::pin(self.pushed.clone().notified_owned());
        }
        if look { Poll::Ready(Some(())) } else { Poll::Pending }
    }
}
