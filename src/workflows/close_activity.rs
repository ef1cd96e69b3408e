//! Closes an activity for good: nothing is drawn any more, every day is settled, every seed is public, the report is made.

use std::time::Duration;

use futures::FutureExt;

use super::{Outcome, Step, Undo, Workflow};
use crate::app::{App, STOP};
use crate::domain::id::ActivityId;
use crate::domain::outbox::Backoff;
use crate::domain::workflow::{CLOSE_ACTIVITY, WorkflowRun};
use crate::fault::{Fault, Result};

/// Started by `POST /admin/activities/{id}/close`, and by job `expire` when the window ends.
pub const WORKFLOW: Workflow = Workflow {
    name: CLOSE_ACTIVITY,
    steps: &[
        Step {
            name: STOP,
            run: |app, run| stop(app, run).boxed(),
            undo: Undo::By(|app, run| reopen(app, run).boxed()),
        },
        Step {
            name: "drain",
            run: |app, run| drain(app, run).boxed(),
            undo: Undo::NotNeeded("claims that could not commit are ended, and the counters say what SQL says"),
        },
        Step {
            name: "settle",
            run: |app, run| settle(app, run).boxed(),
            undo: Undo::Impossible("settled days take no draws, and their seeds are public"),
        },
        Step {
            name: "reveal",
            run: |app, run| reveal(app, run).boxed(),
            undo: Undo::Impossible("a seed that was public stays so: whoever read it could choose draws"),
        },
        Step {
            name: "report",
            run: |app, run| report(app, run).boxed(),
            undo: Undo::Impossible("the report is the last word about the activity"),
        },
    ],
    // Nothing here is refused by anybody outside: what does not work is mended, not given up.
    backoff: Backoff { first_ms: 1_000, cap_ms: 300_000, attempts_max: u32::MAX },
    lease: Duration::from_mins(10),
};

fn subject(run: &WorkflowRun) -> Result<ActivityId> {
    Ok(ActivityId::new(&run.subject).map_err(Fault::doing("read which activity a workflow closes"))?)
}

async fn stop(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    app.stop_activity(&subject(run)?, run).await?;
    Ok(Outcome::done())
}

async fn reopen(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    app.reopen_activity(&subject(run)?, run).await?;
    Ok(Outcome::done())
}

async fn drain(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    Ok(match app.drain_claims(&subject(run)?).await? {
        0 => Outcome::done(),
        open => Outcome::Snooze { until: app.soon(), reason: format!("{open} claims are open") },
    })
}

async fn settle(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    let missing = app.settle_all_days(&subject(run)?).await?;
    if missing.days == 0 {
        return Ok(Outcome::done());
    }
    let reason = match missing.stuck {
        0 => format!("{} days are being settled", missing.days),
        stuck => format!("{} days are not settled; of {stuck} the settlement is stuck", missing.days),
    };
    Ok(Outcome::Snooze { until: app.soon(), reason })
}

async fn reveal(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    app.reveal_all(&subject(run)?).await?;
    Ok(Outcome::done())
}

async fn report(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    app.settle_activity(&subject(run)?).await?;
    Ok(Outcome::done())
}
