//! A market to test against: real store, real router; only time, chance and the queue are stand-ins.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use big_market::api::{self, ApiState, Workers};
use big_market::app::{App, Parts};
use big_market::clock::Sources;
use big_market::config::Config;
use big_market::dispatch::Channel;
use big_market::dispatch::coupon::CouponChannel;
use big_market::dispatch::draws::DrawsChannel;
use big_market::dispatch::goods::GoodsChannel;
use big_market::dispatch::points::PointsChannel;
use big_market::dispatch::webhook::WebhookChannel;
use big_market::domain::api_key::Scope;
use big_market::domain::audit::AuditEntry;
use big_market::domain::document::{self, CampaignDocument, Format};
use big_market::domain::outbox::{AttemptOutcome, AttemptResult, Delivery};
use big_market::jobs;
use big_market::queue::Message;
use big_market::store::audit::AuditFilter;
use big_market::store::outbox::{DueQuestion, Finish, Lease};
use big_market::store::{Page, Store};
use big_market::{demo, telemetry};
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::backing::Backing;
use super::contract;
use super::lossy_queue::LossyQueue;
use super::postgres_server::Database;
use super::time::{ManualClock, SeededChance};

/// The activity of the demo campaign.
pub const DEMO: &str = "100301";
/// When every market opens, unless its clock is moved: a morning in Shanghai.
const OPENS_AT: &str = "2026-03-02T02:00:00Z";

/// One market in a directory of its own.
pub struct Market {
    /// Its time.
    pub clock: Arc<ManualClock>,
    /// Its product.
    pub app: App,
    /// What it remembers.
    pub store: Arc<dyn Store>,
    /// Its router.
    pub router: Router,
    /// A key that may do everything.
    pub secret: String,
    keys_made: AtomicU64,
    queue: Arc<LossyQueue>,
    backing: Backing,
}

impl Market {
    /// A market without a campaign.
    pub async fn empty() -> Self {
        Self::configured(|_| {}).await
    }

    /// A market without a campaign and with other settings.
    pub async fn empty_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::configured(change).await
    }

    /// A market with the demo campaign and other settings.
    pub async fn demo_with(change: impl FnOnce(&mut Config)) -> Self {
        let market = Self::configured(change).await;
        market.app.publish(demo_document(), "tests").await.unwrap();
        market
    }

    async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::over(Backing::fresh().await, change, |_, _, _| Vec::new()).await
    }

    /// A market without a campaign on two databases, whichever half is being tested. It delivers awards of every kind.
    pub async fn delivering(change: impl FnOnce(&mut Config)) -> Self {
        Self::over(Backing::distributed().await, change, |config, store, sources| {
            let calls_max = config.dispatch.concurrency;
            vec![
                Arc::new(PointsChannel),
                Arc::new(DrawsChannel),
                Arc::new(CouponChannel::new(store.clone(), sources.clone())),
                Arc::new(GoodsChannel::new(store.clone(), sources.clone())),
                Arc::new(WebhookChannel::new(&config.webhook, calls_max, sources.clone()).unwrap()),
            ]
        })
        .await
    }

    async fn over(
        backing: Backing,
        change: impl FnOnce(&mut Config),
        channels: impl FnOnce(&Config, &Arc<dyn Store>, &Sources) -> Vec<Arc<dyn Channel>>,
    ) -> Self {
        let mut config = Config::defaults();
        change(&mut config);
        let store = backing.store().await;
        let clock = Arc::new(ManualClock::at(OPENS_AT));
        let sources = Sources::new(clock.clone(), Arc::new(SeededChance::new(7)));
        let channels = channels(&config, &store, &sources);
        let queue = Arc::new(LossyQueue::reliable());
        let app = App::new(Parts {
            config,
            sources,
            store: store.clone(),
            stock: backing.stock().await,
            queue: queue.clone(),
            channels,
        });
        let secret = app.create_api_key(None, "tests", Scope::ALL.into()).await.unwrap().secret;
        let router = api::router(ApiState::new(app.clone(), recorder(), Workers::Here).with_guests(demo::guests()));
        Self { clock, app, store, router, secret, keys_made: AtomicU64::new(0), queue, backing }
    }

    /// A market with the demo campaign.
    pub async fn demo() -> Self {
        Self::with(demo_document()).await
    }

    /// A market with one campaign.
    pub async fn with(document: CampaignDocument) -> Self {
        let market = Self::empty().await;
        market.app.publish(document, "tests").await.unwrap();
        market
    }

    /// The secret of a key with these scopes.
    pub async fn key_with(&self, scopes: impl IntoIterator<Item = Scope>) -> String {
        let scopes: BTreeSet<_> = scopes.into_iter().collect();
        self.app.create_api_key(None, "some scopes", scopes).await.unwrap().secret
    }

    /// A request, to be completed and sent.
    pub fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {}", self.secret).parse().unwrap());
        Call { market: self, method, path: path.into(), headers, body: Bytes::new() }
    }

    /// The answer to a GET.
    pub async fn get(&self, path: impl Into<String>) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// A user of the demo campaign.
    pub fn user<'a>(&'a self, id: &'a str) -> User<'a> {
        User { market: self, id, activity: DEMO }
    }

    /// An Idempotency-Key nobody used before.
    pub fn fresh_key(&self) -> String {
        format!("key-{}", self.keys_made.fetch_add(1, Ordering::Relaxed))
    }

    /// Changes rows behind the store's back.
    pub async fn plant(&self, sql: &'static str) {
        self.try_plant(sql).await.unwrap();
    }

    /// As [`Self::plant`], where the store may refuse it.
    pub async fn try_plant(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.backing.try_plant(sql).await
    }

    /// What people and servers changed, newest first; without what the market itself was made with.
    pub async fn audit(&self) -> Vec<AuditEntry> {
        let mut entries = self.app.audit(&AuditFilter::default(), &Page { after: None, limit: 100 }).await.unwrap();
        entries.retain(|entry| !entry.actor.starts_with("system:"));
        entries
    }

    /// Runs a job that takes no input.
    pub async fn run_job(&self, job: &str) {
        let message = Message { job: job.into(), key: "test".into(), arguments: json!({}) };
        jobs::run_message(&self.app, message).await;
    }

    /// Runs all work that is due, until nothing is.
    pub async fn drain(&self) {
        self.run_job("relay_outbox").await;
        while let Some(message) = self.queue.take() {
            jobs::run_message(&self.app, message).await;
        }
    }

    /// Its Postgres databases; none of the embedded half.
    pub fn databases(&self) -> &[Database] {
        self.backing.databases()
    }

    /// Closes what ended and settles every day that is over.
    pub async fn settle(&self) {
        for job in ["expire", "settle_day", "run_workflows"] {
            self.run_job(job).await;
        }
    }

    /// Ends all work that is due, each with the outcome that `decide` gives it.
    pub async fn finish_work(&self, decide: impl Fn(&Delivery) -> AttemptOutcome) {
        let now = self.app.sources().now() + TimeDelta::minutes(1);
        let until = now + TimeDelta::minutes(1);
        let question = DueQuestion { now, wake_again_at: until, limit: 1_000 };
        let outbox_ids = self.store.due_outbox(&question).await.unwrap();
        let deliveries = self.store.lease_outbox(&Lease { outbox_ids, now, until }).await.unwrap();
        let finishes: Vec<_> = deliveries
            .iter()
            .map(|delivery| {
                let mint = || self.app.sources().ids.mint(delivery.outbox_id.bucket());
                Finish {
                    result: AttemptResult {
                        outbox_id: delivery.outbox_id,
                        lease: delivery.lease,
                        award_record_id: delivery.award.award_record_id,
                        began_at: now,
                        outcome: decide(delivery),
                    },
                    transfer_id: big_market::domain::id::TransferId::from_ulid(mint()),
                    points_expire_at: None,
                    recharge_order_id: big_market::domain::id::RechargeOrderId::from_ulid(mint()),
                }
            })
            .collect();
        self.store.finish_attempts(&finishes, now).await.unwrap();
    }
}

/// The demo campaign's document.
pub fn demo_document() -> CampaignDocument {
    document::parse(include_str!("../../../campaigns/demo-100301.toml"), Format::Toml).unwrap()
}

/// One recorder for the whole test process: only one can be installed.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| telemetry::start_metrics().unwrap()).clone()
}

/// A user of one activity, as a business's server speaks for them.
#[derive(Clone, Copy)]
pub struct User<'a> {
    market: &'a Market,
    id: &'a str,
    activity: &'a str,
}

impl User<'_> {
    /// The answer to a wish to draw.
    pub async fn draw_with(&self, key: &str, count: u32) -> Answer {
        let path = format!("/v1/activities/{}/draws", self.activity);
        self.market.call(Method::POST, path).key(key).json(json!({"user_id": self.id, "count": count})).send().await
    }

    /// The draws of one request that is granted.
    pub async fn draw(&self, count: u32) -> Vec<Value> {
        let answer = self.draw_with(&self.market.fresh_key(), count).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()["draws"].as_array().unwrap().clone()
    }

    /// The answer to a wish for a SKU.
    pub async fn recharge_with(&self, key: &str, sku: &str) -> Answer {
        let path = format!("/v1/activities/{}/recharges", self.activity);
        self.market.call(Method::POST, path).key(key).json(json!({"user_id": self.id, "sku": sku})).send().await
    }

    /// Grants the draws of a SKU.
    pub async fn recharge(&self, sku: &str) {
        let answer = self.recharge_with(&self.market.fresh_key(), sku).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    }
}

/// A request under construction.
pub struct Call<'a> {
    market: &'a Market,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call<'_> {
    /// Without a credential.
    pub fn anonymous(mut self) -> Self {
        self.headers.remove(header::AUTHORIZATION);
        self
    }

    /// With another credential.
    pub fn bearer(self, secret: &str) -> Self {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    /// With an Idempotency-Key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// With a body of some type.
    pub fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", media_type)
    }

    /// With a JSON body.
    #[expect(clippy::needless_pass_by_value, reason = "reads well with json!")]
    pub fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends it through the real router.
    pub async fn send(self) -> Answer {
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().unwrap();
        *request.headers_mut() = self.headers;
        let response = self.market.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        answer.assert_shape();
        contract::assert_described(&self.method, &self.path, answer.status, &answer.body);
        answer
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// What holds for every answer of every route.
    fn assert_shape(&self) {
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(self.header("cross-origin-resource-policy"), Some("same-origin"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert!(self.header("x-request-id").is_some());
        if self.status.is_success() {
            return;
        }
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        let code: api::Code = problem["code"].as_str().unwrap().parse().unwrap();
        assert_eq!(code.status(), self.status, "{problem}");
        assert_eq!(problem["type"], format!("urn:big-market:problem:{code}"));
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
        assert_eq!(self.header("retry-after").is_some(), matches!(self.status.as_u16(), 429 | 503));
        let names_a_way_in = matches!(code, api::Code::Unauthenticated | api::Code::Forbidden);
        assert_eq!(self.header("www-authenticate").is_some(), names_a_way_in);
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The code of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_else(|| panic!("{} {}", self.status, self.text())).to_owned()
    }

    /// The fields that a problem finds fault with.
    pub fn fault_fields(&self) -> Vec<String> {
        let problem = self.json();
        let faults = problem["faults"].as_array().unwrap_or_else(|| panic!("no faults: {problem}"));
        faults.iter().map(|fault| fault["field"].as_str().unwrap().to_owned()).collect()
    }

    /// The items of a list.
    pub fn items(&self) -> Vec<Value> {
        self.json()["items"].as_array().unwrap_or_else(|| panic!("{} {}", self.status, self.text())).clone()
    }
}
