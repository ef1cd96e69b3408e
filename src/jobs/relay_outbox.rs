//! Wakes dispatch for work whose wake-up was lost and for delayed work that is due.

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::{App, Relayed};

/// Takes no input: looks at everything that is due.
#[derive(Deserialize)]
pub(super) struct RelayOutbox {}

impl Job for RelayOutbox {
    const NAME: &'static str = "relay_outbox";

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        Ok(match app.relay_outbox().await? {
            Relayed::Woken(entries) => Outcome::Done(format!("woke dispatch for {entries} entries")),
            Relayed::QueueFull(waiting) => Outcome::Snoozed(format!("{waiting} messages wait already")),
        })
    }
}
