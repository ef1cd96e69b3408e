//! The users of a campaign: two clients for each, as with a phone and a browser, who ask again with the same key until they know.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::checker::{Heard, Kind};
use super::records::Records;
use crate::clock::Sources;
use crate::domain::id::UserId;
use crate::fault::Fault;

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a client asks before it gives up.
const TRIES_MAX: u32 = 12;

/// What all clients of a campaign have.
pub(super) struct Crowd {
    /// Ways to the servers.
    pub(super) servers: Vec<SocketAddr>,
    /// The API key they use.
    pub(super) secret: String,
    /// Whose activity they draw in.
    pub(super) activity: &'static str,
    /// What they hear is written here.
    pub(super) heard: Records<Heard>,
    /// What time it is.
    pub(super) sources: Sources,
    /// What they did, for the report.
    pub(super) tally: Tally,
    client: Client,
}

/// What clients did.
#[derive(Default)]
pub(super) struct Tally {
    /// Requests, repeats counted.
    pub(super) requests: AtomicU64,
    /// Requests that were not answered, or not with yes or no.
    pub(super) unknown: AtomicU64,
    /// Wishes that were done.
    pub(super) done: AtomicU64,
    /// Draws among them.
    pub(super) draws: AtomicU64,
    /// Wishes that were refused.
    pub(super) refused: AtomicU64,
    /// Wishes nobody answered as long as somebody asked.
    pub(super) given_up: AtomicU64,
}

/// One thing a client wants, under one key.
struct Wish {
    kind: Kind,
    path: String,
    key: String,
    body: Value,
}

impl Crowd {
    /// Puts a crowd together.
    ///
    /// # Errors
    /// Nobody can make requests here.
    pub(super) fn new(
        servers: Vec<SocketAddr>,
        secret: String,
        activity: &'static str,
        heard: Records<Heard>,
        sources: Sources,
    ) -> Result<Self, Fault> {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build();
        let client = client.map_err(Fault::doing("prepare for requests"))?;
        Ok(Self { servers, secret, activity, heard, sources, tally: Tally::default(), client })
    }

    /// One client of a user, until `stop`. What it wants follows from the seed alone.
    pub(super) async fn act(self: Arc<Self>, seed: u64, user: usize, device: usize, stop: CancellationToken) {
        let mut random = StdRng::seed_from_u64(seed ^ (user as u64) << 20 ^ (device as u64) << 1 ^ 1);
        let user_id = user_id(user).to_string();
        let mut number = 0_u64;
        while !stop.is_cancelled() {
            number += 1;
            // Both devices of a user want the same now and then, under the same key.
            let key = if random.random_ratio(1, 12) { format!("both-{number}") } else { format!("{device}-{number}") };
            let wish = self.wish(&mut random, &user_id, key);
            self.ask_until_known(&mut random, &user_id, &wish, &stop).await;
            let pause = Duration::from_millis(random.random_range(0..60));
            stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    fn wish(&self, random: &mut StdRng, user_id: &str, key: String) -> Wish {
        let activity = self.activity;
        let shared = key.starts_with("both");
        // What two devices want under one key is the same thing.
        let dice = if shared { 0 } else { random.random_range(0..100) };
        let (kind, path, body) = match dice {
            0..50 => {
                (Kind::Draw, format!("/v1/activities/{activity}/draws"), json!({ "user_id": user_id, "count": 1 }))
            }
            50..60 => {
                let count = random.random_range(2..=10);
                (Kind::Draw, format!("/v1/activities/{activity}/draws"), json!({ "user_id": user_id, "count": count }))
            }
            60..75 => {
                let sku = if random.random_bool(0.5) { "one" } else { "five" };
                let path = format!("/v1/activities/{activity}/recharges");
                (Kind::Recharge, path, json!({ "user_id": user_id, "sku": sku }))
            }
            75..82 => {
                let sku = if random.random_bool(0.5) { "one" } else { "five" };
                let body = json!({ "user_id": user_id, "sku": sku, "activity_id": activity });
                (Kind::Redemption, "/v1/redemptions".into(), body)
            }
            82..88 => {
                let body = json!({
                    "user_id": user_id, "behaviour": "payment", "activity_id": activity, "business_key": key,
                });
                (Kind::Behaviour, "/v1/behaviours".into(), body)
            }
            88..90 => {
                let body = json!({ "user_id": user_id, "behaviour": "sign_in", "activity_id": activity });
                (Kind::Behaviour, "/v1/behaviours".into(), body)
            }
            90..95 => {
                let amount = format!("{}.50", random.random_range(1..20));
                (Kind::Earn, format!("/v1/users/{user_id}/points/earn"), json!({ "amount": amount }))
            }
            _ => {
                let amount = format!("{}.25", random.random_range(1..10));
                (Kind::Spend, format!("/v1/users/{user_id}/points/spend"), json!({ "amount": amount }))
            }
        };
        Wish { kind, path, key, body }
    }

    /// Asks, each time a server of its own, until one says yes or no. A last answer is waited for also when time is up.
    async fn ask_until_known(&self, random: &mut StdRng, user_id: &str, wish: &Wish, stop: &CancellationToken) {
        for attempt in 0..TRIES_MAX {
            let server = self.servers[random.random_range(0..self.servers.len())];
            let (status, body) = self.ask(server, user_id, wish).await;
            match status {
                Some(200..=299) => {
                    let draws = if wish.kind == Kind::Draw { wish.body["count"].as_u64().unwrap_or(1) } else { 0 };
                    self.tally.done.fetch_add(1, Ordering::Relaxed);
                    self.tally.draws.fetch_add(draws, Ordering::Relaxed);
                    return;
                }
                Some(400..=499) if body.is_some_and(|body| body.contains("\"code\"")) => {
                    self.tally.refused.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                _ => self.tally.unknown.fetch_add(1, Ordering::Relaxed),
            };
            if stop.is_cancelled() {
                break;
            }
            let longest = 100 << attempt.min(5);
            tokio::time::sleep(Duration::from_millis(random.random_range(20..longest))).await;
        }
        self.tally.given_up.fetch_add(1, Ordering::Relaxed);
    }

    async fn ask(&self, server: SocketAddr, user_id: &str, wish: &Wish) -> (Option<u16>, Option<String>) {
        let sent_at = self.sources.now().timestamp_millis();
        let url = format!("http://{server}{}", wish.path);
        let request = self.client.request(Method::POST, url).bearer_auth(&self.secret);
        let request = request.header("idempotency-key", &wish.key).json(&wish.body);
        let answer = hear(request).await;
        self.tally.requests.fetch_add(1, Ordering::Relaxed);
        let (status, body) = answer.map_or((None, None), |(status, body)| (Some(status), Some(body)));
        // A sign-in says its key by itself: the day.
        let names_key = wish.kind != Kind::Behaviour || wish.body.get("business_key").is_some();
        self.heard.write(&Heard {
            sent_at,
            at: self.sources.now().timestamp_millis(),
            server: server.to_string(),
            method: "POST".into(),
            path: wish.path.clone(),
            kind: wish.kind,
            user_id: user_id.to_owned(),
            activity_id: matches!(wish.kind, Kind::Draw | Kind::Recharge | Kind::Redemption | Kind::Behaviour)
                .then(|| self.activity.to_owned()),
            request_id: names_key.then(|| wish.key.clone()),
            wish: wish.body.clone(),
            status,
            body: body.clone(),
        });
        (status, body)
    }
}

/// What a user is called.
pub(super) fn user_id(number: usize) -> UserId {
    UserId::new(&format!("user-{number}")).expect("a fixed valid form")
}

/// The whole answer, or nothing.
async fn hear(request: RequestBuilder) -> Option<(u16, String)> {
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.text().await.ok()?))
}
