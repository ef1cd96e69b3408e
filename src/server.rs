//! The HTTP server: takes connections until it is told to stop, then lets running requests finish.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::api::ApiState;
use crate::fault::Fault;

/// How often what was measured is put into buckets, so that it does not pile up where nobody scrapes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Serves the routes until `stop`, then waits for running requests, at most `server.shutdown_seconds`.
///
/// # Errors
/// A fault of the listener.
pub async fn serve(
    state: ApiState,
    router: Router,
    listener: TcpListener,
    stop: CancellationToken,
) -> Result<(), Fault> {
    let time_max = Duration::from_secs(state.app().config().server.shutdown_seconds);
    let metrics = state.metrics().clone();
    let upkeep = async {
        let mut ticks = tokio::time::interval(UPKEEP_EVERY);
        loop {
            ticks.tick().await;
            metrics.run_upkeep();
        }
    };
    let overtime = async {
        stop.cancelled().await;
        tokio::time::sleep(time_max).await;
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        ended = served => ended.map_err(Fault::doing("serve HTTP")),
        () = overtime => {
            tracing::warn!("cut off requests that ran longer than server.shutdown_seconds");
            Ok(())
        }
        () = upkeep => Ok(()),
    }
}
