//! Expires points whose time is over, and releases holds whose time is over.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::App;

/// Takes no input: looks at every lot and hold that is due.
#[derive(Deserialize)]
pub(super) struct ExpirePoints {}

impl Job for ExpirePoints {
    const NAME: &'static str = "expire_points";

    fn timeout(&self, _app: &App) -> Duration {
        Duration::from_mins(5)
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let expired = app.expire_points().await?;
        Ok(Outcome::Done(format!("{} lots expired, {} holds released", expired.lots, expired.holds)))
    }
}
