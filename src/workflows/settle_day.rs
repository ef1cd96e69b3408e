//! Settles one local day of an activity: it takes no more draws, is added up and compared with the books, and its seed is revealed.

use std::time::Duration;

use futures::FutureExt;
use serde_json::json;

use super::{Outcome, Step, Undo, Workflow, known};
use crate::app::{App, SEAL};
use crate::domain::audit::Actor;
use crate::domain::calendar::Day;
use crate::domain::id::ActivityId;
use crate::domain::outbox::Backoff;
use crate::domain::settlement::DayFound;
use crate::domain::workflow::{SETTLE_DAY, WorkflowData, WorkflowRun};
use crate::fault::{Fault, Result};

/// Keys of what its runs know.
const ROLL_UP: &str = "roll_up";
const DIFFERENCES: &str = "differences";

/// Started by job `settle_day` for each day that is over, and by `close_activity` for all that are left.
pub const WORKFLOW: Workflow = Workflow {
    name: SETTLE_DAY,
    steps: &[
        Step {
            name: SEAL,
            run: |app, run| seal(app, run).boxed(),
            undo: Undo::NotNeeded("the day is over: a draw that comes late is decided for its successor either way"),
        },
        Step { name: "roll_up", run: |app, run| roll_up(app, run).boxed(), undo: Undo::NotNeeded("it only reads") },
        Step { name: "compare", run: |app, run| compare(app, run).boxed(), undo: Undo::NotNeeded("it only reads") },
        Step {
            name: "write",
            run: |app, run| write(app, run).boxed(),
            undo: Undo::Impossible("a settled day never changes without a correction"),
        },
        Step {
            name: "reveal",
            run: |app, run| reveal(app, run).boxed(),
            undo: Undo::Impossible("a seed that was public stays so"),
        },
    ],
    // Nothing here is refused by anybody outside: what does not work is mended, not given up.
    backoff: Backoff { first_ms: 1_000, cap_ms: 300_000, attempts_max: u32::MAX },
    lease: Duration::from_mins(10),
};

fn subject(run: &WorkflowRun) -> Result<(ActivityId, Day)> {
    let read = || {
        let (activity_id, day) = run.subject.rsplit_once('/').ok_or("it names no day")?;
        Ok((ActivityId::new(activity_id)?, day.parse()?))
    };
    Ok(read().map_err(Fault::doing::<Box<dyn std::error::Error + Send + Sync>>("read which day a workflow settles"))?)
}

/// What a step found out.
fn patch(key: &str, value: serde_json::Value) -> Outcome {
    Outcome::Done(WorkflowData::from_iter([(key.to_owned(), value)]))
}

async fn seal(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    let (activity_id, day) = subject(run)?;
    app.seal_day(&activity_id, day).await?;
    Ok(Outcome::done())
}

async fn roll_up(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    let (activity_id, day) = subject(run)?;
    let roll_up = app.roll_up_day(&activity_id, day).await?;
    Ok(patch(ROLL_UP, json!(roll_up)))
}

async fn compare(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    let (activity_id, day) = subject(run)?;
    let differences = app.compare_day(&activity_id, day, &known(run, ROLL_UP)?).await?;
    Ok(patch(DIFFERENCES, json!(differences)))
}

async fn write(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    let (activity_id, day) = subject(run)?;
    let found = DayFound { activity_id, day, roll_up: known(run, ROLL_UP)?, differences: known(run, DIFFERENCES)? };
    app.write_settlement(&Actor::System(SETTLE_DAY), &found).await?;
    Ok(Outcome::done())
}

async fn reveal(app: &App, run: &WorkflowRun) -> Result<Outcome> {
    let (activity_id, day) = subject(run)?;
    app.reveal_day(&activity_id, day).await?;
    Ok(Outcome::done())
}
