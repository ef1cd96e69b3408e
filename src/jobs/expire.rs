//! Closes activities whose window ended. The workflow `close_activity` settles their books.

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::App;

/// Takes no input: looks at every activity.
#[derive(Deserialize)]
pub(super) struct Expire {}

impl Job for Expire {
    const NAME: &'static str = "expire";

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let closed = app.expire().await?;
        Ok(Outcome::Done(format!("{closed} activities closed")))
    }
}
