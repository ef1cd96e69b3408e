//! A third party as they are: it fails, it is slow, it answers after the caller has gone, and it counts each key once.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::checker::Received;
use super::records::Records;
use crate::clock::Sources;
use crate::fault::Fault;

/// A delay after which the caller has given up: longer than `webhook.timeout_ms` of the campaign.
const TOO_LATE: Duration = Duration::from_millis(2_500);

struct Receiver {
    records: Records<Received>,
    sources: Sources,
    state: Mutex<Memory>,
}

struct Memory {
    random: StdRng,
    /// Keys that were taken, or refused for good: a repeat gets the same answer.
    taken: HashSet<String>,
    refused: HashSet<String>,
}

/// What it does with a call.
enum Deed {
    Take,
    TakeTooLate,
    Fail(StatusCode),
    Refuse,
}

/// Receives on a free port until `stop`, and records each call with what it was answered. Gives the address.
///
/// # Errors
/// There is no free port.
pub(super) async fn receive(
    seed: u64,
    records: Records<Received>,
    sources: Sources,
    stop: CancellationToken,
) -> Result<SocketAddr, Fault> {
    let failed = Fault::doing::<std::io::Error>;
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed("listen for webhooks"))?;
    let address = listener.local_addr().map_err(failed("listen for webhooks"))?;
    let memory = Memory { random: StdRng::seed_from_u64(seed), taken: HashSet::new(), refused: HashSet::new() };
    let receiver = Arc::new(Receiver { records, sources, state: Mutex::new(memory) });
    let routes = Router::new().route("/{endpoint}", post(take)).with_state(receiver);
    tokio::spawn(axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).into_future());
    Ok(address)
}

async fn take(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> Response {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    let award_record_id = event.pointer("/data/award_record_id").and_then(Value::as_str).map(str::to_owned);
    let deed = receiver.decide(&key, event.get("type").and_then(Value::as_str).unwrap_or_default());
    let (status, late) = match deed {
        Deed::Take => (StatusCode::OK, false),
        Deed::TakeTooLate => (StatusCode::OK, true),
        Deed::Fail(status) => (status, false),
        Deed::Refuse => (StatusCode::UNPROCESSABLE_ENTITY, false),
    };
    receiver.records.write(&Received {
        at: receiver.sources.now().timestamp_millis(),
        key: key.clone(),
        award_record_id,
        status: status.as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    if late {
        tokio::time::sleep(TOO_LATE).await;
    }
    (status, Json(json!({ "reference": format!("r-{key}") }))).into_response()
}

impl Receiver {
    fn decide(&self, key: &str, event: &str) -> Deed {
        let mut memory = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.refused.contains(key) {
            return Deed::Refuse;
        }
        let known = memory.taken.contains(key);
        let deed = match memory.random.random_range(0..100) {
            0..12 => Deed::Fail(StatusCode::INTERNAL_SERVER_ERROR),
            12..18 => Deed::Fail(StatusCode::SERVICE_UNAVAILABLE),
            18..24 => Deed::TakeTooLate,
            // Nothing that it has taken is refused, and nobody is kept from being let go.
            24..27 if !known && event != "award.release" => Deed::Refuse,
            _ => Deed::Take,
        };
        match deed {
            Deed::Take | Deed::TakeTooLate => drop(memory.taken.insert(key.to_owned())),
            Deed::Refuse => drop(memory.refused.insert(key.to_owned())),
            Deed::Fail(_) => {}
        }
        deed
    }
}
