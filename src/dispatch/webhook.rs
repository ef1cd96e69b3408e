//! Signed calls to third parties, by Standard Webhooks.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, ClientBuilder, StatusCode, Url};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::endpoint::{allowed_hosts, check_literal, host_and_port, parse, unusable};
use super::guard::{NotPublic, PublicOnly};
use super::signature::{ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER};
use super::{Attempted, Channel, Stage, StageCall};
use crate::clock::Sources;
use crate::config::{ConfigError, WebhookConfig};
use crate::domain::award::{AwardKind, AwardRecord, Prize};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{ActivityId, AwardId, AwardRecordId, DrawId, UserId};
use crate::domain::outbox::{Delivery, FailureClass};
use crate::fault::Fault;

/// Bytes of an answer that are read at most. A longer one is an answer all the same, but without a reference.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// Longest reference that is kept, in characters; the rest is cut off.
const REFERENCE_CHARS_MAX: usize = 200;
/// Longest excerpt of an answer that is kept for people, in characters; the rest is cut off.
const EXCERPT_CHARS_MAX: usize = 200;
/// Parts of a URL shorter than this are words such as `v1`, not tokens: an answer may repeat them.
const URL_PART_BYTES_MIN: usize = 8;
/// How soon a call that found every slot taken comes back.
const BUSY_SECONDS: u32 = 5;
/// The type of the event, as receivers see it.
const EVENT_TYPE: &str = "award.dispatched";

/// Calls the endpoints that the settings name.
pub struct WebhookChannel {
    endpoints: BTreeMap<String, Endpoint>,
    sources: Sources,
    timeout: Duration,
    /// One for each call of this process. A call waits for a slot no longer than `timeout`, so that no delivery takes more
    /// than twice that, which a lease always outlasts.
    slots: Semaphore,
}

/// A third party that can be called.
struct Endpoint {
    url: Url,
    secret: Secret,
    client: Client,
    reserve: bool,
}

/// What a call carries.
struct Told<'a> {
    event_type: &'static str,
    key: &'a str,
    award: &'a AwardRecord,
    staged: Option<&'a StageCall<'a>>,
}

/// A call that failed, with the status it was answered with, if it was.
struct Refused {
    status: Option<StatusCode>,
    failed: Attempted,
}

impl From<Attempted> for Refused {
    fn from(failed: Attempted) -> Self {
        Self { status: None, failed }
    }
}

/// What a third party is told. The same bytes on every try of one call.
#[derive(Debug, Serialize)]
struct Event<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: EventData<'a>,
}

#[derive(Debug, Serialize)]
struct EventData<'a> {
    award_record_id: AwardRecordId,
    draw_id: DrawId,
    activity_id: &'a ActivityId,
    user_id: &'a UserId,
    award_id: &'a AwardId,
    payload: &'a serde_json::Value,
    /// Only of staged deliveries.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u32>,
    /// Only of staged deliveries: what the third party calls its reservation, once it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer {
    reference: Option<String>,
}

impl WebhookChannel {
    /// Checks every endpoint and gets ready to call them, at most `calls_max` at the same time.
    ///
    /// # Errors
    /// The first setting that cannot work: which, why, and how to mend it. Secrets are not repeated.
    pub fn new(settings: &WebhookConfig, calls_max: usize, sources: Sources) -> Result<Self, Fault> {
        Self::check(settings, calls_max, sources).map_err(Fault::doing("get ready to call third parties"))
    }

    fn check(settings: &WebhookConfig, calls_max: usize, sources: Sources) -> Result<Self, ConfigError> {
        let timeout = Duration::from_millis(settings.timeout_ms);
        let allowed = allowed_hosts(&settings.allow_hosts)?;
        let build = |builder: ClientBuilder| builder.build().map_err(|error| unusable("webhook", &error));
        let guarded = build(client(timeout).dns_resolver(PublicOnly))?;
        let unguarded = build(client(timeout))?;
        let mut endpoints = BTreeMap::new();
        for (name, endpoint) in &settings.endpoints {
            let (url, secret) = parse(name, endpoint)?;
            let client = if allowed.contains(&host_and_port(&url)) {
                unguarded.clone()
            } else {
                // Addresses never pass the resolver.
                check_literal(&url).map_err(|error| unusable(name, &error))?;
                guarded.clone()
            };
            endpoints.insert(name.clone(), Endpoint { url, secret, client, reserve: endpoint.reserve });
        }
        Ok(Self { endpoints, sources, timeout, slots: Semaphore::new(calls_max) })
    }

    /// Tells a third party about an award.
    async fn tell(&self, told: Told<'_>, prize: &Prize) -> Result<Attempted, Refused> {
        let Prize::Webhook { endpoint: name, payload } = prize else {
            return Err(failed(FailureClass::Permanent, "the document calls this award no webhook".into()).into());
        };
        let Some(endpoint) = self.endpoints.get(name) else {
            let error = format!("no endpoint {name:?}; add [webhook.endpoints.{name}] to the settings and start again");
            return Err(failed(FailureClass::Transient, error).into());
        };
        let award = told.award;
        let event = Event {
            r#type: told.event_type,
            timestamp: award.created_at,
            data: EventData {
                award_record_id: award.award_record_id,
                draw_id: award.draw_id,
                activity_id: &award.activity_id,
                user_id: &award.user_id,
                award_id: &award.award_id,
                payload,
                round: told.staged.map(|call| call.round),
                reservation: told.staged.and_then(|call| call.reservation),
            },
        };
        let body = serde_json::to_vec(&event)
            .map_err(|error| failed(FailureClass::Permanent, format!("cannot write the event: {error}")))?;
        let Ok(Ok(_slot)) = tokio::time::timeout(self.timeout, self.slots.acquire()).await else {
            let reason = "as many calls as dispatch.concurrency allows are under way".into();
            return Ok(Attempted::NotYet { seconds: BUSY_SECONDS, reason });
        };
        self.call(endpoint, name, told.key, body).await
    }

    async fn call(&self, endpoint: &Endpoint, name: &str, id: &str, body: Vec<u8>) -> Result<Attempted, Refused> {
        let timestamp = self.sources.now().timestamp();
        let sent = endpoint
            .client
            .post(endpoint.url.clone())
            .header("content-type", "application/json")
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, timestamp)
            .header(SIGNATURE_HEADER, endpoint.secret.sign(id, timestamp, &body))
            .header("idempotency-key", id)
            .body(body)
            .send()
            .await;
        match sent {
            Ok(response) if response.status().is_success() => {
                let status = response.status();
                let body = read_body(response).await;
                let reply = Some(reply(status, &excerpt(&body, &endpoint.url)));
                Ok(Attempted::Delivered { reference: read_reference(&body), reply })
            }
            Ok(response) => {
                let status = response.status();
                let body = read_body(response).await;
                let failed = refused(name, status, &excerpt(&body, &endpoint.url));
                Err(Refused { status: Some(status), failed })
            }
            Err(error) => Err(unanswered(name, error).into()),
        }
    }
}

#[async_trait]
impl Channel for WebhookChannel {
    fn kind(&self) -> AwardKind {
        AwardKind::Webhook
    }

    fn reaches_outside(&self) -> bool {
        true
    }

    async fn deliver(&self, delivery: &Delivery, prize: &Prize) -> Attempted {
        let key = delivery.award.award_record_id.to_string();
        let told = Told { event_type: EVENT_TYPE, key: &key, award: &delivery.award, staged: None };
        self.tell(told, prize).await.unwrap_or_else(|refused| refused.failed)
    }

    fn stages(&self, prize: &Prize) -> bool {
        let Prize::Webhook { endpoint: name, .. } = prize else { return false };
        self.endpoints.get(name).is_some_and(|endpoint| endpoint.reserve)
    }

    async fn stage(&self, call: &StageCall<'_>, prize: &Prize) -> Attempted {
        let key = call.key();
        let told = Told { event_type: stage_type(call.stage), key: &key, award: call.award, staged: Some(call) };
        match self.tell(told, prize).await {
            Ok(attempted) => attempted,
            // Only this says that the award itself is gone there. A missing route or a page of a proxy says nothing about it.
            Err(Refused { status: Some(StatusCode::GONE), .. }) if call.stage == Stage::Release => {
                Attempted::Delivered { reference: None, reply: Some(StatusCode::GONE.to_string()) }
            }
            Err(refused) => refused.failed,
        }
    }
}

/// The type of the event of a staged delivery, as receivers see it.
const fn stage_type(stage: Stage) -> &'static str {
    match stage {
        Stage::Reserve => "award.reserve",
        Stage::Send => "award.send",
        Stage::Confirm => "award.confirm",
        Stage::Release => "award.release",
    }
}

fn client(timeout: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("big-market/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        // Shorter, so that a host that takes no connections is told apart from one that does not answer.
        .connect_timeout(timeout / 2)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        // A proxy would resolve names itself, behind the guard's back.
        .no_proxy()
}

/// What a refusal by status means. Nothing was delivered in either case. Only what speaks of this very event is for ever: a
/// wrong key, a moved address or a missing route is somebody's mistake of today.
fn refused(name: &str, status: StatusCode, excerpt: &str) -> Attempted {
    let class = match status.as_u16() {
        400 | 405 | 409 | 410 | 411 | 413 | 414 | 415 | 422 => FailureClass::Permanent,
        _ => FailureClass::Transient,
    };
    failed(class, format!("{name} answered {}", reply(status, excerpt)))
}

/// What no answer means: nothing was sent where there was no connection; otherwise who knows.
fn unanswered(name: &str, error: reqwest::Error) -> Attempted {
    let class = if error.is_connect() { FailureClass::Transient } else { FailureClass::Unknown };
    // The URL may carry a token in its path.
    let error = error.without_url();
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let guarded = causes.clone().find_map(|cause| cause.downcast_ref::<NotPublic>());
    let why = match guarded {
        Some(not_public) => not_public.to_string(),
        None if error.is_timeout() => "no answer within webhook.timeout_ms".into(),
        None => causes.last().map_or_else(|| error.to_string(), ToString::to_string),
    };
    failed(class, format!("{name}: {why}"))
}

fn failed(class: FailureClass, error: String) -> Attempted {
    Attempted::Failed { class, error }
}

/// What was answered, as far as it is read: a body that is too long, or breaks off, counts only by its status.
async fn read_body(mut response: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_BYTES_MAX => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Vec::new(),
            Ok(None) | Err(_) => return body,
        }
    }
}

/// The receiver's own reference. By the status it has taken the award; whatever is wrong with the body changes nothing.
fn read_reference(body: &[u8]) -> Option<String> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let printable = answer.reference?.chars().filter(|c| !c.is_control()).take(REFERENCE_CHARS_MAX).collect::<String>();
    (!printable.is_empty()).then_some(printable)
}

/// The beginning of an answer on one line. The path and query of the URL may hold a token, and error pages like to repeat them.
fn excerpt(body: &[u8], url: &Url) -> String {
    let mut text = String::from_utf8_lossy(body).into_owned();
    let query = url.query().into_iter().flat_map(|query| query.split(['&', '=']));
    let parts = url.path_segments().into_iter().flatten().chain(query);
    for part in parts.filter(|part| part.len() >= URL_PART_BYTES_MIN) {
        text = text.replace(part, "[withheld]");
    }
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(EXCERPT_CHARS_MAX).collect()
}

fn reply(status: StatusCode, excerpt: &str) -> String {
    if excerpt.is_empty() { status.to_string() } else { format!("{status}: {excerpt}") }
}
