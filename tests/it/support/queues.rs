//! Workers on a queue, and handlers that tell what they get.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use big_market::clock::{Clock, SystemClock};
use big_market::domain::calendar::Timestamp;
use big_market::fault::Fault;
use big_market::queue::{Handler, Message, Queue};
use futures::FutureExt;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A guard against hanging only; no test waits for it.
pub const PATIENCE: Duration = Duration::from_mins(1);

pub fn message(key: &str) -> Message {
    Message { job: "test".into(), key: key.into(), arguments: json!({ "key": key }) }
}

pub fn now() -> Timestamp {
    SystemClock.now()
}

/// Workers of a queue, until they are stopped.
pub struct Working {
    pub stop: CancellationToken,
    pub task: JoinHandle<Result<(), Fault>>,
}

impl Working {
    pub fn start(queue: &Arc<dyn Queue>, handler: Handler) -> Self {
        let stop = CancellationToken::new();
        let (queue, token) = (queue.clone(), stop.clone());
        Self { stop, task: tokio::spawn(async move { queue.work(handler, token).await }) }
    }

    pub async fn stopped(self) {
        self.stop.cancel();
        within(self.task).await.expect("no panic").expect("no fault");
    }
}

pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("something that should happen did not")
}

pub async fn next<T>(receiver: &mut UnboundedReceiver<T>) -> T {
    within(receiver.recv()).await.expect("the sender lives")
}

pub fn handler<F>(run: impl Fn(Message) -> F + Send + Sync + 'static) -> Handler
where
    F: Future<Output = ()> + Send + 'static,
{
    Arc::new(move |message| run(message).boxed())
}

/// A handler that tells what arrives.
pub fn telling() -> (Handler, UnboundedReceiver<Message>) {
    let (sender, receiver) = unbounded_channel();
    let handler = handler(move |message| {
        tell(&sender, message);
        ready(())
    });
    (handler, receiver)
}

pub fn tell(sender: &UnboundedSender<Message>, message: Message) {
    // A test that has seen enough drops its receiver.
    let _ = sender.send(message);
}
