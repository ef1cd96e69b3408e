//! What is seen of every request: its id, a log line, metrics, and the headers all answers carry.

use std::any::Any;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tracing::Instrument;
use ulid::Ulid;

use super::problem::{Code, Problem};
use crate::app::App;
use crate::domain::bucket::Bucket;

/// Name of the header that a request is found in the log by.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Name of the header that says whose pages may embed an answer.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// The longest id that is taken from a caller.
const REQUEST_ID_BYTES_MAX: usize = 128;
/// Name under which requests that no route takes are counted.
const NO_ROUTE: &str = "none";
/// Routes that are asked every few seconds by machines: they are logged at debug.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Gives a request its id, times it, and says how it ended. Outermost, so that nothing goes unseen.
pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let request_id = request_id(&app, request.headers());
    let method = method_name(request.method());
    let path = request.uri().path().to_owned();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request.id = request_id.to_str().unwrap_or_default());
    async move {
        let began = Instant::now();
        let mut response = next.run(request).await;
        finish_headers(response.headers_mut(), request_id);
        record(&Seen { route, method, path, took: began.elapsed(), status: response.status().as_u16() });
        response
    }
    .instrument(span)
    .await
}

/// How one request went.
struct Seen {
    route: String,
    method: &'static str,
    path: String,
    took: Duration,
    status: u16,
}

fn record(seen: &Seen) {
    let Seen { route, method, path, took, status } = seen;
    let labels = [("route", route.clone()), ("method", (*method).to_owned()), ("status", status.to_string())];
    metrics::counter!("big_market_http_requests_total", &labels).increment(1);
    metrics::histogram!("big_market_http_request_duration_seconds", &labels[..2]).record(*took);
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    // The query is left out: it is data of users, and the path names what was asked for. What went well is in the metrics: a line for
    // each draw would cost as much as deciding it.
    if *status < 400 || QUIET.contains(&route.as_str()) {
        tracing::debug!(http.route = route, http.status = status, took_ms, "{method} {path} gave {status}");
    } else {
        tracing::info!(http.route = route, http.status = status, took_ms, "{method} {path} gave {status}");
    }
}

fn finish_headers(headers: &mut HeaderMap, request_id: HeaderValue) {
    headers.insert(REQUEST_ID, request_id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Browsers send a session's cookie to this host from pages of neighbouring hosts too: those may embed nothing it answers.
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    // What may be kept says so itself.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// The caller's id where it is short and printable, else a new one.
fn request_id(app: &App, headers: &HeaderMap) -> HeaderValue {
    let printable = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=REQUEST_ID_BYTES_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
    };
    headers.get(REQUEST_ID).filter(printable).cloned().unwrap_or_else(|| {
        // A request belongs to no user, so its bucket says nothing.
        let ulid = app.sources().ids.mint(Bucket::of_ulid(Ulid::nil()));
        HeaderValue::try_from(format!("req_{ulid}")).expect("letters, digits and '_' are a header value")
    })
}

/// One of a few names, so that callers cannot make up metrics.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Answers a request that takes too long. What it began may still happen: a repeat with the same key tells.
pub(super) async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let reads = request.method().is_safe();
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        let detail = if reads {
            "the answer took longer than server.request_timeout_ms"
        } else {
            "the request took longer than server.request_timeout_ms; whether it was done is not known: repeat it with the \
             same Idempotency-Key"
        };
        Problem::new(Code::TryAgain, detail).into_response()
    })
}

/// Answers a request whose handler panicked.
#[expect(clippy::needless_pass_by_value, reason = "the signature is the layer's")]
pub(super) fn answer_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!("a handler panicked: {}", message.unwrap_or("without a message"));
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn slow() -> StatusCode {
        std::future::pending().await
    }

    async fn broken() -> StatusCode {
        panic!("secret")
    }

    async fn answer(path: &str) -> Response {
        let router: Router = Router::new()
            .route("/slow", get(slow))
            .route("/broken", get(broken))
            .layer(from_fn_with_state(Duration::from_millis(1), limit_time))
            .layer(CatchPanicLayer::custom(answer_panic));
        let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
        router.oneshot(request).await.expect("an answer")
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_answered_all_the_same() {
        let answer = answer("/slow").await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let answer = answer("/broken").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.expect("a body");
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}
