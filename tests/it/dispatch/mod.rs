//! Channels, against real sockets.

mod receiver;
mod webhook;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use big_market::clock::Sources;
use big_market::config::{Config, EndpointConfig, WebhookConfig};
use big_market::dispatch::webhook::WebhookChannel;
use big_market::dispatch::{Attempted, Channel};
use big_market::domain::award::{AwardRecord, AwardState, Prize, PrizeValue};
use big_market::domain::bucket::Bucket;
use big_market::domain::id::{ActivityId, AwardId, AwardRecordId, DrawId, OutboxId, UserId, Version};
use big_market::domain::outbox::Delivery;
use big_market::fault::Fault;
use serde_json::json;

/// 24 bytes, made up for the tests.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Settings with one endpoint, "partner", that may be called wherever it is.
fn settings(url: &str) -> WebhookConfig {
    let host = url.split('/').nth(2).expect("a URL with a host");
    let endpoint = EndpointConfig { url: url.into(), secret: SECRET.into(), reserve: false };
    WebhookConfig {
        timeout_ms: 10_000,
        allow_hosts: vec![host.into()],
        endpoints: BTreeMap::from([("partner".into(), endpoint)]),
    }
}

fn webhook(settings: &WebhookConfig) -> Result<WebhookChannel, Fault> {
    WebhookChannel::new(settings, Config::defaults().dispatch.concurrency, Sources::system())
}

async fn deliver(settings: &WebhookConfig, delivery: &Delivery) -> Attempted {
    let prize = Prize::Webhook { endpoint: "partner".into(), payload: json!({ "calls": 5 }) };
    webhook(settings).expect("valid settings").deliver(delivery, &prize).await
}

/// An award that ann won.
fn a_delivery() -> Delivery {
    let sources = Sources::system();
    let user_id = UserId::new("ann").expect("valid");
    let mint = || sources.ids.mint(Bucket::of(&user_id));
    Delivery {
        outbox_id: OutboxId::from_ulid(mint()),
        lease: 1,
        attempt: 1,
        round: 1,
        way: None,
        wanted_back: None,
        award: AwardRecord {
            award_record_id: AwardRecordId::from_ulid(mint()),
            draw_id: DrawId::from_ulid(mint()),
            user_id: user_id.clone(),
            activity_id: ActivityId::new("100301").expect("valid"),
            version: Version(1),
            award_id: AwardId::new("102").expect("valid"),
            value: PrizeValue::Webhook,
            state: AwardState::Dispatched,
            created_at: sources.now(),
            dispatch_at: sources.now(),
            delivered_at: None,
            reference: None,
        },
    }
}

/// An address nobody listens at.
async fn nobody() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("bound")
}
