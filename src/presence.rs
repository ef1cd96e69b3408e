//! A process says that it lives, every few seconds, for as long as it does: a row that operators look at, and that nothing depends on.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::domain::id::ProcessId;
use crate::domain::process::{Presence, ProcessRole};
use crate::fault::Result;

/// How often a process says that it lives.
const EVERY: Duration = Duration::from_secs(5);
/// How long one saying may take. A database that hangs keeps nobody from ending.
const TIME_MAX: Duration = Duration::from_secs(3);

/// Saying so, beside what the process does.
pub struct Announced {
    stop: CancellationToken,
    saying: JoinHandle<()>,
}

impl Announced {
    /// Begins. It neither waits for the database nor ends with it.
    pub fn begin(app: App, role: ProcessRole) -> Self {
        let stop = CancellationToken::new();
        let ends = stop.clone();
        let saying = tokio::spawn(async move {
            let mut voice = Voice::of(app, role);
            let mut ticks = tokio::time::interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            // What is being said is let out, so that the end is said after it.
            while ends.run_until_cancelled(ticks.tick()).await.is_some() {
                voice.say().await;
            }
            voice.say_the_end().await;
        });
        Self { stop, saying }
    }

    /// Says that the process ends in order: the last thing it does before it closes the store.
    pub async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.saying.await {
            tracing::error!(%error, "saying that this process lives broke off");
        }
    }
}

/// What a process says, and whether it was heard.
pub struct Voice {
    app: App,
    process_id: ProcessId,
    role: ProcessRole,
    host: String,
    began: Instant,
    is_heard: bool,
}

impl Voice {
    /// Of a process that has just begun.
    pub fn of(app: App, role: ProcessRole) -> Self {
        let process_id = app.new_process_id();
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { app, process_id, role, host, began: Instant::now(), is_heard: true }
    }

    /// Says once that it lives. A failure is logged when it is the first in a row; the next time may do better.
    pub async fn say(&mut self) {
        let presence = Presence {
            process_id: self.process_id,
            role: self.role,
            host: self.host.clone(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").into(),
            running: TimeDelta::from_std(self.began.elapsed()).unwrap_or(TimeDelta::MAX),
        };
        let said = in_time(self.app.note_process(&presence)).await;
        match (&said, self.is_heard) {
            (Err(error), true) => {
                tracing::warn!(error, "could not note that this process lives; trying every {} s", EVERY.as_secs());
            }
            (Ok(()), false) => tracing::info!("it is noted again that this process lives"),
            _ => {}
        }
        self.is_heard = said.is_ok();
    }

    /// Says that it ends in order.
    pub async fn say_the_end(self) {
        if let Err(error) = in_time(self.app.stop_process(self.process_id)).await {
            tracing::warn!(error, "could not note that this process ends: it will be taken for dead");
        }
    }
}

/// What came of it, in words where it failed or took too long.
async fn in_time(saying: impl Future<Output = Result<()>>) -> Result<(), String> {
    match tokio::time::timeout(TIME_MAX, saying).await {
        Ok(said) => said.map_err(|error| error.to_string()),
        Err(_) => Err(format!("there was no answer within {} s", TIME_MAX.as_secs())),
    }
}
