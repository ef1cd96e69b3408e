//! The worker: runs messages, proposes fires, keeps the queue small. Stops gently.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::fault::{Fault, Result};
use crate::jobs;
use crate::queue::{Handler, Lane};

/// How often fires are proposed. Schedules know whole seconds.
const PROPOSE_EVERY: Duration = Duration::from_secs(1);
/// How long proposing pauses after a failure.
const PAUSE: Duration = Duration::from_secs(5);
/// How often delivered messages are forgotten and gauges set.
const TIDY_EVERY: Duration = Duration::from_secs(15);

/// Works until `stop`, then lets what runs finish and hands back the rest.
///
/// # Errors
/// A fault of the queue on the way out. While it works, failures are waited out.
pub async fn run(app: App, stop: CancellationToken) -> Result<(), Fault> {
    let handling = app.clone();
    let handler: Handler = Arc::new(move |message| {
        let app = handling.clone();
        async move { jobs::run_message(&app, message).await }.boxed()
    });
    let queue = app.queue().clone();
    let (worked, (), ()) =
        tokio::join!(queue.work(handler, stop.clone()), propose_fires(&app, &stop), tidy(&app, &stop));
    worked
}

/// Proposes fires each second. Nothing ends it but `stop`.
async fn propose_fires(app: &App, stop: &CancellationToken) {
    let began = app.sources().now();
    let mut ticks = tokio::time::interval(PROPOSE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let Some(fired) = stop.run_until_cancelled(app.fire_due(began)).await else { return };
        if let Err(error) = fired {
            tracing::warn!(%error, "could not fire scheduled jobs; trying again in {} s", PAUSE.as_secs());
            ticks.reset_after(PAUSE);
        }
    }
}

/// Forgets delivered messages, and measures what waits. Nothing ends it but `stop`.
async fn tidy(app: &App, stop: &CancellationToken) {
    let mut ticks = tokio::time::interval(TIDY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let Some(tidied) = stop.run_until_cancelled(tidy_once(app)).await else { return };
        if let Err(error) = tidied {
            tracing::warn!(%error, "could not tidy the queue");
        }
    }
}

async fn tidy_once(app: &App) -> Result<()> {
    app.prune_queue().await?;
    for lane in Lane::ALL {
        let waiting = u32::try_from(app.queue().backlog(lane).await?).unwrap_or(u32::MAX);
        metrics::gauge!("big_market_queue_waiting", "lane" => lane.name()).set(f64::from(waiting));
    }
    app.measure_workflows().await?;
    app.measure_coupons().await?;
    app.measure_outbox().await
}
