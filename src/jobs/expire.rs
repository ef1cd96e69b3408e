//! Closes activities whose window ended and reveals the seeds of days that are over.

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::App;

/// Takes no input: looks at every activity.
#[derive(Deserialize)]
pub(super) struct Expire {}

impl Job for Expire {
    const NAME: &'static str = "expire";

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let expired = app.expire().await?;
        Ok(Outcome::Done(format!("{} activities closed, {} days revealed", expired.closed, expired.revealed)))
    }
}
