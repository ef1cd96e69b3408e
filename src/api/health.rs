//! What machines ask: is it alive, is it ready, how is it doing, what does it offer.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Code, Problem};
use super::{ApiState, Workers};

/// All is well.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HealthBody {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Json<HealthBody> = Json(HealthBody { status: "ok" });

/// Whether the process is alive
///
/// Looks at nothing but the process itself.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    responses((status = 200, description = "It is.", body = HealthBody)),
)]
pub(super) async fn healthz() -> Json<HealthBody> {
    OK
}

/// Whether the process can serve
///
/// Asks the store, and where jobs run in this process or `queue.workers_min` wants some, whether enough processes with workers live.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    responses((status = 200, description = "It can.", body = HealthBody)),
)]
pub(super) async fn readyz(State(state): State<ApiState>) -> Result<Json<HealthBody>, Problem> {
    let not_ready = |why: String| Problem::new(Code::NotReady, why);
    state.app.ping().await.map_err(|fault| {
        tracing::warn!(error = %fault, "not ready: {fault}");
        not_ready("the store does not answer; the log says why".into())
    })?;
    let here = usize::from(state.workers == Workers::Here);
    let wanted = state.app.config().queue.workers_min.max(here);
    if wanted == 0 {
        return Ok(OK);
    }
    let live = state.app.queue().live_workers().await.map_err(|fault| {
        tracing::warn!(error = %fault, "not ready: {fault}");
        not_ready("the queue does not answer; the log says why".into())
    })?;
    if live < wanted {
        return Err(not_ready(format!("{live} of {wanted} processes with workers live")));
    }
    Ok(OK)
}

/// Metrics of the process
///
/// In the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "health",
    responses((status = 200, description = "The metrics.", body = String, content_type = "text/plain; version=0.0.4")),
)]
pub(super) async fn metrics(State(state): State<ApiState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render())
}

/// This document
///
/// Generated from the code that answers.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "health",
    responses((status = 200, description = "The OpenAPI document.", content_type = "application/json", body = Object)),
)]
pub(super) async fn openapi_json(State(state): State<ApiState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], Bytes::clone(&state.openapi))
}
