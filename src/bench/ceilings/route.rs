//! A route that does nothing: what axum and the network give.

use std::path::Path;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use http::Request;
use http_body_util::Full;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::bench::load::Asked;
use crate::fault::Fault;
use crate::fleet::{Question, Service, free_port, helper};

const PATH: &str = "/empty";

/// Asks for it.
pub(in crate::bench) fn request() -> Asked {
    Request::post(PATH).header("host", "bench").body(Full::default()).expect("a fixed valid form")
}

/// A process of its own that has the route, as a server is one.
pub(in crate::bench) fn service(logs: &Path) -> Result<Service, Fault> {
    let port = free_port()?;
    let question = Question { says: b"POST /empty HTTP/1.1\r\nhost: bench\r\ncontent-length: 0\r\n\r\n", answer: b"HTTP/1.1 200" };
    Ok(Service::new("empty-route", port, logs, question, helper(vec!["bench".into(), "route".into(), port.to_string()])?))
}

/// Serves it until told to stop: `big-market bench route PORT`.
///
/// # Errors
/// The port is taken.
pub async fn serve(port: u16, stop: CancellationToken) -> Result<(), Fault> {
    const DOING: &str = "serve an empty route";
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(Fault::doing(DOING))?;
    let router = Router::new().route(PATH, post(async || StatusCode::OK));
    let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
    served.await.map_err(Fault::doing(DOING))
}
