//! The demo's third party: takes signed deliveries, each once, and says what it got.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::signature::{ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER};
use crate::clock::Sources;
use crate::fault::Fault;

/// Deliveries that are remembered; older ones are forgotten.
const REMEMBERED_MAX: usize = 1_000;
/// How far a delivery's timestamp may be from now, as the standard recommends. Seconds.
const TIMESTAMP_TOLERANCE: u64 = 5 * 60;
/// How long a request may take to finish after `stop`.
const FINISH_WITHIN: Duration = Duration::from_secs(1);
/// Larger bodies are refused.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A small server that receives what award dispatch sends.
pub struct Receiver {
    listener: TcpListener,
    address: SocketAddr,
    inbox: Arc<Inbox>,
}

/// What was received.
pub struct Inbox {
    secret: Secret,
    sources: Sources,
    received: Mutex<VecDeque<Received>>,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its id: the award record's.
    pub webhook_id: String,
    /// The event as it came.
    pub event: serde_json::Value,
    /// How often it came.
    pub times: u32,
}

#[derive(Deserialize)]
struct Event {
    r#type: String,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    user_id: String,
    award_id: String,
    #[serde(default)]
    payload: serde_json::Value,
}

impl Receiver {
    /// Takes an address; port 0 is a free one.
    ///
    /// # Errors
    /// The secret is none, or the address cannot be taken.
    pub async fn bind(address: SocketAddr, secret: &str, sources: Sources) -> Result<Self, Fault> {
        let doing = "take the address of the demo receiver (demo.receiver_listen)";
        let secret = secret.parse().map_err(Fault::doing("read the secret of the demo receiver"))?;
        let listener = TcpListener::bind(address).await.map_err(Fault::doing(doing))?;
        let address = listener.local_addr().map_err(Fault::doing(doing))?;
        let inbox = Arc::new(Inbox { secret, sources, received: Mutex::default() });
        Ok(Self { listener, address, inbox })
    }

    /// The address it has.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where deliveries go.
    pub fn url(&self) -> String {
        format!("http://{}/awards", self.address)
    }

    /// What it receives, to look at while it serves.
    pub fn inbox(&self) -> Arc<Inbox> {
        self.inbox.clone()
    }

    /// Receives until `stop`.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn serve(self, stop: CancellationToken) -> Result<(), Fault> {
        let routes = Router::new()
            .route("/awards", post(receive))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self.inbox);
        let served = axum::serve(self.listener, routes).with_graceful_shutdown(stop.clone().cancelled_owned());
        let overtime = async {
            stop.cancelled().await;
            tokio::time::sleep(FINISH_WITHIN).await;
        };
        tokio::select! {
            ended = served => ended.map_err(Fault::doing("serve the demo receiver")),
            // Who has not sent its request by now keeps nobody from stopping.
            () = overtime => Ok(()),
        }
    }
}

impl Inbox {
    /// Everything remembered, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The id of a delivery that is signed by who knows the secret, and now.
    fn verify<'a>(&self, headers: &'a HeaderMap, body: &[u8]) -> Option<&'a str> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (id, signatures) = (text(ID_HEADER)?, text(SIGNATURE_HEADER)?);
        let timestamp: i64 = text(TIMESTAMP_HEADER)?.parse().ok()?;
        let fresh = self.sources.now().timestamp().abs_diff(timestamp) <= TIMESTAMP_TOLERANCE;
        (fresh && self.secret.verifies(signatures, id, timestamp, body)).then_some(id)
    }

    /// Keeps a delivery. Gives whether it is new.
    fn keep(&self, webhook_id: &str, event: serde_json::Value) -> bool {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = received.iter_mut().find(|known| known.webhook_id == webhook_id) {
            known.times += 1;
            return false;
        }
        if received.len() >= REMEMBERED_MAX {
            received.pop_front();
        }
        received.push_back(Received { webhook_id: webhook_id.to_owned(), event, times: 1 });
        true
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(webhook_id) = inbox.verify(&headers, &body) else {
        warn!("demo receiver: refused a delivery whose signature does not verify");
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "the signature does not verify" }))).into_response();
    };
    let event = serde_json::from_slice::<serde_json::Value>(&body);
    let known = event.and_then(|event| Ok((Event::deserialize(&event)?, event)));
    let (known, event) = match known {
        Ok(known) => known,
        Err(error) => {
            warn!(%error, "demo receiver: refused a delivery it cannot read");
            return (StatusCode::BAD_REQUEST, Json(json!({ "error": "the event cannot be read" }))).into_response();
        }
    };
    if inbox.keep(webhook_id, event) {
        let EventData { user_id, award_id, payload } = known.data;
        let what = deed(&known.r#type);
        info!(webhook.id = webhook_id, "demo receiver: {what} award {award_id} of user {user_id} with {payload}");
    } else {
        info!(webhook.id = webhook_id, "demo receiver: {webhook_id} again; it counts once");
    }
    // Made of the id, so that a repeat gets the same answer even when the delivery is forgotten.
    Json(json!({ "reference": format!("demo-{webhook_id}") })).into_response()
}

/// What an event means to people: one for an award that is told at once, up to four for one that is reserved first.
fn deed(event_type: &str) -> &str {
    match event_type {
        "award.reserve" => "reserved",
        "award.send" => "sent",
        "award.confirm" => "confirmed",
        "award.release" => "let go of",
        _ => "gave",
    }
}
