//! A market with a bit of everything on two databases, and what its clients and its third party wrote down meanwhile.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use big_market::chaos::checker::{Evidence, Heard, Kind, Received};
use big_market::clock::Clock;
use big_market::config::EndpointConfig;
use big_market::domain::document::{self, Format};
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::market::{Answer, DEMO, Market};
use crate::support::postgres_server::Database;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const DOCUMENT: &str = r#"
    activity = "100301"
    title = "Everything"
    opens_at = "2026-01-01T00:00:00Z"
    closes_at = "2027-01-01T00:00:00Z"
    time_zone = "Asia/Shanghai"
    limits = { day = 90, month = 900 }
    points_expire_after_days = 30
    awards = [
        { id = "points", title = "Points", weight = "0.3", stock = 500, fallback = "nothing", prize = { kind = "points", min = "1", max = "9" } },
        { id = "draws", title = "Draws", weight = "0.1", prize = { kind = "draws", sku = "one" } },
        { id = "partner", title = "At once", weight = "0.15", per_user = 50, fallback = "nothing", prize = { kind = "webhook", endpoint = "partner" } },
        { id = "reserved", title = "In stages", weight = "0.15", prize = { kind = "webhook", endpoint = "reserving" } },
        { id = "coupon", title = "A coupon", weight = "0.1", prize = { kind = "coupon", pool = "payment" } },
        { id = "goods", title = "A lamp", weight = "0.1", stock = 90, fallback = "nothing", prize = { kind = "goods", claim_within_days = 14 } },
        { id = "nothing", title = "Nothing", weight = "0.1", prize = { kind = "nothing" } },
    ]
    skus = [
        { id = "many", draws = 60, stock = 1000 },
        { id = "five", draws = 5, stock = 100, price = "2.00" },
        { id = "one", draws = 1 },
    ]

    [[rebates]]
    behaviour = "sign_in"
    daily = true
    sku = "one"
    points = "1.00"
    [[rebates.streaks]]
    at = 2
    points = "0.75"
    [[rebates]]
    behaviour = "payment"
    points = "1.50"
"#;

/// They live in both databases.
const USERS: [&str; 6] = ["ann", "ben", "cleo", "dan", "eve", "fay"];

/// What is left when all is over: databases to copy and two logs.
pub(super) struct Scene {
    pub(super) heard: Vec<Heard>,
    pub(super) received: Vec<Received>,
    pub(super) now_ms: i64,
    market: Market,
}

/// Copies of a scene's databases, and its logs in files.
pub(super) struct Copy {
    pub(super) databases: Vec<Database>,
    pub(super) evidence: Evidence,
    _directory: TempDir,
}

/// A third party that refuses, forgets to answer and is told again.
#[derive(Clone, Default)]
struct ThirdParty {
    received: Arc<Mutex<Vec<Received>>>,
}

impl ThirdParty {
    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Respond for ThirdParty {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let key = request.headers["idempotency-key"].to_str().unwrap().to_owned();
        let body = String::from_utf8(request.body.clone()).unwrap();
        let event: Value = serde_json::from_str(&body).unwrap();
        let known: HashSet<&String> = received.iter().map(|call| &call.key).collect();
        // It never gives the first award it is asked to send; of the others, every third call fails and every fifth is done
        // and the answer is lost.
        let never = received.iter().find(|call| call.key.ends_with("-send")).is_none_or(|first| first.key == key);
        let (decided, answered) = match known.len() {
            _ if key.ends_with("-send") && never => (409, 409),
            _ if known.contains(&key) => (200, 200),
            number if number % 3 == 0 => (503, 503),
            number if number % 5 == 0 => (200, 500),
            _ => (200, 200),
        };
        let award_record_id = event["data"]["award_record_id"].as_str().map(str::to_owned);
        received.push(Received { at: 0, key: key.clone(), award_record_id, status: decided, body });
        ResponseTemplate::new(answered).set_body_json(json!({ "reference": format!("r-{key}") }))
    }
}

impl Scene {
    pub(super) async fn play() -> Self {
        let third_party = ThirdParty::default();
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(third_party.clone()).mount(&server).await;
        let market = Market::delivering(|config| {
            for (name, reserve) in [("partner", false), ("reserving", true)] {
                let endpoint = EndpointConfig { url: server.uri(), secret: SECRET.into(), reserve };
                config.webhook.endpoints.insert(name.into(), endpoint);
            }
            config.webhook.allow_hosts = vec![server.address().to_string()];
        })
        .await;
        market.app.publish(document::parse(DOCUMENT, Format::Toml).unwrap(), "tests").await.unwrap();
        let codes: String = (0..200).map(|number| format!("CODE{number:04}\n")).collect();
        let loaded = market
            .call(Method::POST, "/admin/coupon-pools/payment/codes")
            .body("text/csv", format!("code\n{codes}"))
            .send()
            .await;
        assert!(loaded.status.is_success(), "{}", loaded.text());
        let mut scene = Self { heard: Vec::new(), received: Vec::new(), now_ms: 0, market };
        for (number, user) in USERS.into_iter().enumerate() {
            scene.live(user, number).await;
        }
        scene.go_wrong().await;
        for _ in 0..12 {
            scene.market.clock.advance(TimeDelta::hours(2));
            scene.market.drain().await;
            scene.market.run_job("run_workflows").await;
        }
        scene.send_goods().await;
        // A second day in a row, and awards that are still to be delivered.
        scene.market.clock.advance(TimeDelta::hours(1));
        scene.behave("ann", json!({ "user_id": "ann", "behaviour": "sign_in" })).await;
        scene.draw("ann", "late", 5).await;
        scene.now_ms = scene.market.clock.now().timestamp_millis();
        scene.received = third_party.received();
        // Nobody may be connected to what is copied.
        scene.market.app.close().await;
        scene
    }

    /// What every user does. No two make the same number of draws.
    async fn live(&mut self, user: &str, number: usize) {
        let wish = json!({ "user_id": user, "sku": "many" });
        self.ask(Kind::Recharge, user, "/v1/activities/100301/recharges", "first", wish).await;
        for request in 0..3 {
            self.draw(user, &format!("ten-{request}"), 10).await;
        }
        for request in 0..=2 * number {
            self.draw(user, &format!("one-{request}"), 1).await;
        }
        let points = format!("/v1/users/{user}/points");
        let wish = json!({ "amount": "10.50", "note": "welcome" });
        self.ask(Kind::Earn, user, &format!("{points}/earn"), "welcome", wish).await;
        self.ask(Kind::Spend, user, &format!("{points}/spend"), "cart", json!({ "amount": "3" })).await;
        self.ask(Kind::Other, user, &format!("{points}/holds"), "aside", json!({ "amount": "1.25" })).await;
        for key in ["exchange", "regret"] {
            let wish = json!({ "user_id": user, "sku": "five" });
            let redeemed = self.ask(Kind::Redemption, user, "/v1/redemptions", key, wish).await;
            if key == "regret" {
                let path = format!("/v1/redemptions/{}/reverse", redeemed.json()["id"].as_str().unwrap());
                let reversed = self.market.call(Method::POST, path).send().await;
                assert_eq!(reversed.status, StatusCode::OK, "{}", reversed.text());
            }
        }
        self.behave(user, json!({ "user_id": user, "behaviour": "sign_in" })).await;
        let payment = json!({ "user_id": user, "behaviour": "payment", "business_key": "paid", "activity_id": DEMO });
        self.behave(user, payment).await;
    }

    /// Repeats, answers that are lost, and refusals.
    async fn go_wrong(&mut self) {
        self.draw("ann", "ten-0", 10).await;
        let wish = json!({ "user_id": "ann", "sku": "five" });
        self.ask(Kind::Redemption, "ann", "/v1/redemptions", "exchange", wish).await;
        self.draw("ben", "found", 1).await;
        self.lose_last_answer();
        self.draw("ben", "found", 1).await;
        for (request, count) in [("lost-2", 2), ("lost-1", 1)] {
            self.draw("cleo", request, count).await;
            self.lose_last_answer();
        }
        for key in ["lost-1", "lost-2"] {
            let wish = json!({ "user_id": "dan", "behaviour": "payment", "business_key": key, "activity_id": DEMO });
            self.behave("dan", wish).await;
            self.lose_last_answer();
        }
        let path = format!("/v1/activities/{DEMO}/draws");
        let wish = json!({ "user_id": "poor", "count": 1 });
        let refused = self.ask(Kind::Draw, "poor", &path, "hope", wish).await;
        assert_eq!(refused.code(), "quota_exhausted");
    }

    /// Goods are claimed and sent, or taken back; most are not claimed yet.
    async fn send_goods(&mut self) {
        let work = self.market.get("/admin/outbox?limit=100&state=pending").await.items();
        let waits = |entry: &&Value| entry["last_error"].as_str().is_some_and(|why| why.contains("to be claimed"));
        let goods: Vec<&Value> = work.iter().filter(waits).collect();
        assert!(goods.len() > 4, "{work:?}");
        let award = goods[0]["award_record_id"].as_str().unwrap();
        let user = goods[0]["user_id"].as_str().unwrap();
        let claim = json!({ "user_id": user, "name": "A", "phone": "+49 30 1", "address": ["Way 1", "10115 Berlin"] });
        let claimed = self.market.call(Method::POST, format!("/v1/awards/{award}/claim")).json(claim).send().await;
        assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.text());
        let path = format!("/admin/goods/{award}/ship");
        let shipped = self.market.call(Method::POST, path).json(json!({ "tracking": "DHL 7" })).send().await;
        assert!(shipped.status.is_success(), "{}", shipped.text());
        let path = format!("/admin/outbox/{}/cancel", goods[1]["id"].as_str().unwrap());
        let cancelled = self.market.call(Method::POST, path).json(json!({ "reason": "a mistake" })).send().await;
        assert!(cancelled.status.is_success(), "{}", cancelled.text());
    }

    async fn draw(&mut self, user: &str, key: &str, count: u32) {
        let wish = json!({ "user_id": user, "count": count });
        let drawn = self.ask(Kind::Draw, user, &format!("/v1/activities/{DEMO}/draws"), key, wish).await;
        assert_eq!(drawn.status, StatusCode::CREATED, "{}", drawn.text());
    }

    async fn behave(&mut self, user: &str, wish: Value) {
        let rewarded = self.market.call(Method::POST, "/v1/behaviours").json(wish.clone()).send().await;
        assert_eq!(rewarded.status, StatusCode::CREATED, "{}", rewarded.text());
        let key = wish["business_key"].as_str().map(str::to_owned);
        self.hear(Kind::Behaviour, user, "/v1/behaviours", key, wish, &rewarded);
    }

    async fn ask(&mut self, kind: Kind, user: &str, path: &str, key: &str, wish: Value) -> Answer {
        let answer = self.market.call(Method::POST, path).key(key).json(wish.clone()).send().await;
        self.hear(kind, user, path, Some(key.to_owned()), wish, &answer);
        answer
    }

    fn hear(&mut self, kind: Kind, user: &str, path: &str, key: Option<String>, wish: Value, answer: &Answer) {
        let in_activity = path.split('/').nth(2) == Some("activities");
        let number = i64::try_from(self.heard.len()).unwrap();
        self.heard.push(Heard {
            sent_at: number * 10,
            at: number * 10 + 5,
            server: "in process".into(),
            method: "POST".into(),
            path: path.into(),
            kind,
            user_id: user.into(),
            activity_id: in_activity.then(|| DEMO.into()),
            request_id: key,
            wish,
            status: Some(answer.status.as_u16()),
            body: Some(answer.text()),
        });
    }

    /// As if the connection had broken.
    fn lose_last_answer(&mut self) {
        let last = self.heard.last_mut().unwrap();
        (last.status, last.body) = (None, None);
    }

    /// The number of a request's record that was heard last.
    pub(super) fn heard_of(&self, user: &str, key: &str) -> usize {
        let is_it = |heard: &Heard| heard.user_id == user && heard.request_id.as_deref() == Some(key);
        self.heard.iter().rposition(is_it).unwrap()
    }

    /// Everything again, to be spoilt.
    pub(super) async fn copy(&self) -> Copy {
        let mut databases = Vec::new();
        for database in self.market.databases() {
            databases.push(database.copy().await);
        }
        let directory = tempfile::tempdir().unwrap();
        let evidence = Evidence {
            databases: databases.iter().map(|database| database.url.clone()).collect(),
            heard: directory.path().join("heard.jsonl"),
            received: directory.path().join("received.jsonl"),
            now_ms: self.now_ms,
            overdue_ms: 5 * 60 * 1_000,
            kept_ms: 7 * 24 * 60 * 60 * 1_000,
        };
        let copy = Copy { databases, evidence, _directory: directory };
        copy.write_heard(&self.heard);
        copy.write_received(&self.received);
        copy
    }
}

impl Copy {
    pub(super) fn write_heard(&self, heard: &[Heard]) {
        write_lines(&self.evidence.heard, heard);
    }

    pub(super) fn write_received(&self, received: &[Received]) {
        write_lines(&self.evidence.received, received);
    }
}

fn write_lines<T: serde::Serialize>(path: &PathBuf, records: &[T]) {
    let lines: Vec<String> = records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    std::fs::write(path, lines.join("\n")).unwrap();
}
