//! Drives workflows: takes runs that are due and advances each as far as it goes.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome, RECONCILE_TIMEOUT};
use crate::app::{App, RUN_WORKFLOWS};
use crate::workflows;

/// Runs advanced at a time; the next fire goes on.
const RUNS_MAX: u32 = 200;

/// Takes no input: looks at everything that is due.
#[derive(Deserialize)]
pub(super) struct RunWorkflows {}

impl Job for RunWorkflows {
    const NAME: &'static str = RUN_WORKFLOWS;

    fn timeout(&self, _app: &App) -> Duration {
        RECONCILE_TIMEOUT
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let advanced = workflows::run_due(app, workflows::ALL, RUNS_MAX).await?;
        Ok(Outcome::Done(format!("{advanced} workflows advanced")))
    }
}
