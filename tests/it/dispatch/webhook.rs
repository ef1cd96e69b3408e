//! What third parties see, and what becomes of each way they answer.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use big_market::dispatch::{Attempted, Channel, Stage, StageCall};
use big_market::domain::award::Prize;
use big_market::domain::outbox::FailureClass;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::{SECRET, a_delivery, deliver, nobody, settings, webhook};

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/awards")).respond_with(answer).mount(&server).await;
    server
}

fn url(server: &MockServer) -> String {
    format!("{}/awards", server.uri())
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.expect("recorded");
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

/// The reference and the reply of a delivery.
fn delivered(attempted: Attempted) -> (Option<String>, String) {
    match attempted {
        Attempted::Delivered { reference, reply } => (reference, reply.expect("an answer has a reply")),
        other => panic!("not delivered: {other:?}"),
    }
}

fn class(attempted: &Attempted) -> FailureClass {
    match attempted {
        Attempted::Failed { class, .. } => *class,
        other => panic!("not a failure: {other:?}"),
    }
}

fn error(attempted: Attempted) -> String {
    match attempted {
        Attempted::Failed { error, .. } => error,
        other => panic!("not a failure: {other:?}"),
    }
}

#[tokio::test]
async fn the_award_is_told_signed_and_keyed() {
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({ "reference": "r-1" }))).await;
    let delivery = a_delivery();
    let attempted = deliver(&settings(&url(&server)), &delivery).await;
    assert_eq!(delivered(attempted), (Some("r-1".into()), "200 OK: {\"reference\":\"r-1\"}".into()));

    let request = only_request(&server).await;
    let header = |name: &str| request.headers.get(name).expect(name).to_str().expect("text").to_owned();
    let id = delivery.award.award_record_id.to_string();
    assert_eq!(header("webhook-id"), id);
    assert_eq!(header("idempotency-key"), id);
    assert_eq!(header("content-type"), "application/json");

    // By the words of the standard, with none of the code under test.
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").expect("prefix")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
    mac.update(format!("{id}.{}.{}", header("webhook-timestamp"), String::from_utf8_lossy(&request.body)).as_bytes());
    assert_eq!(header("webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));

    let event: Value = serde_json::from_slice(&request.body).expect("JSON");
    let award = &delivery.award;
    assert_eq!(
        event,
        json!({
            "type": "award.dispatched",
            "timestamp": award.created_at,
            "data": {
                "award_record_id": award.award_record_id,
                "draw_id": award.draw_id,
                "activity_id": "100301",
                "user_id": "ann",
                "award_id": "102",
                "payload": { "calls": 5 },
            },
        })
    );
}

#[tokio::test]
async fn every_try_of_an_award_sends_the_same_body() {
    let server = answering(ResponseTemplate::new(500)).await;
    let mut delivery = a_delivery();
    deliver(&settings(&url(&server)), &delivery).await;
    delivery.attempt = 2;
    deliver(&settings(&url(&server)), &delivery).await;
    let requests = server.received_requests().await.expect("recorded");
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[0].headers.get("webhook-id"), requests[1].headers.get("webhook-id"));
}

#[tokio::test]
async fn a_status_tells_whether_to_try_again() {
    for status in [304, 401, 403, 404, 408, 425, 429, 500, 502, 503, 504] {
        let server = answering(ResponseTemplate::new(status)).await;
        let attempted = deliver(&settings(&url(&server)), &a_delivery()).await;
        assert_eq!(class(&attempted), FailureClass::Transient, "{status}");
        assert!(error(attempted).contains(&status.to_string()));
    }
    for status in [400, 405, 409, 410, 415, 422] {
        let server = answering(ResponseTemplate::new(status)).await;
        let attempted = deliver(&settings(&url(&server)), &a_delivery()).await;
        assert_eq!(class(&attempted), FailureClass::Permanent, "{status}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = answering(ResponseTemplate::new(200)).await;
    let answer = ResponseTemplate::new(307).insert_header("location", url(&elsewhere).as_str());
    let server = answering(answer).await;
    assert_eq!(class(&deliver(&settings(&url(&server)), &a_delivery()).await), FailureClass::Transient);
    assert!(elsewhere.received_requests().await.expect("recorded").is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_the_body_of_a_yes_changes_nothing() {
    let oversized = format!("{{\"reference\": \"{}\"}}", "x".repeat(20 * 1024));
    for body in ["", "not JSON", "{}", "[1]", "{\"reference\": 7}", "{\"reference\": \"\"}", &oversized] {
        let server = answering(ResponseTemplate::new(202).set_body_string(body)).await;
        let attempted = deliver(&settings(&url(&server)), &a_delivery()).await;
        let (reference, reply) = delivered(attempted);
        assert_eq!(reference, None);
        assert!(reply.starts_with("202 Accepted"), "{reply}");
    }
}

#[tokio::test]
async fn references_are_cut_to_a_line_that_can_be_shown() {
    let reference = format!("a\nb{}", "用".repeat(300));
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({ "reference": reference }))).await;
    let attempted = deliver(&settings(&url(&server)), &a_delivery()).await;
    let expected = format!("ab{}", "用".repeat(198));
    assert_eq!(delivered(attempted).0, Some(expected));
}

#[tokio::test]
async fn an_answer_is_kept_for_people_short_and_without_the_secrets_of_the_url() {
    let page = format!("Cannot POST /hooks/s3cr3t-t0ken?key=an0ther-0ne\n\n{}", "why ".repeat(100));
    for status in [200, 503] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_string(&page);
        Mock::given(method("POST")).respond_with(answer).mount(&server).await;
        let address = format!("{}/hooks/s3cr3t-t0ken?key=an0ther-0ne", server.uri());
        let said = match deliver(&settings(&address), &a_delivery()).await {
            Attempted::Delivered { reply, .. } => reply.expect("an answer has a reply"),
            attempted => error(attempted),
        };
        assert!(said.contains("Cannot POST /hooks/[withheld]?key=[withheld] why why"), "{said}");
        assert!(said.contains(&status.to_string()) && said.chars().count() < 250, "{said}");
    }
}

#[tokio::test]
async fn nobody_knows_what_became_of_a_call_without_an_answer() {
    let server = answering(ResponseTemplate::new(200).set_delay(Duration::from_mins(1))).await;
    let mut slow = settings(&url(&server));
    slow.timeout_ms = 200;
    let attempted = deliver(&slow, &a_delivery()).await;
    assert_eq!(class(&attempted), FailureClass::Unknown);
    assert!(error(attempted).contains("webhook.timeout_ms"));

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let hangs_up = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a call");
        let mut begun = [0; 64];
        socket.read_exact(&mut begun).await.expect("a request begins");
    });
    let attempted = deliver(&settings(&format!("http://{address}/awards")), &a_delivery()).await;
    assert_eq!(class(&attempted), FailureClass::Unknown);
    hangs_up.await.expect("accepted");
}

#[tokio::test]
async fn nothing_was_sent_where_there_was_no_connection() {
    for url in [format!("http://{}/awards", nobody().await), "http://no-such-host.invalid:80/awards".into()] {
        let attempted = deliver(&settings(&url), &a_delivery()).await;
        assert_eq!(class(&attempted), FailureClass::Transient, "{url}");
    }
}

#[tokio::test]
async fn our_own_network_is_not_called_unless_allowed() {
    let server = answering(ResponseTemplate::new(200)).await;
    let by_name = url(&server).replace("127.0.0.1", "localhost");
    let mut guarded = settings(&by_name);
    guarded.allow_hosts = vec!["localhost:1".into()];
    let attempted = deliver(&guarded, &a_delivery()).await;
    assert_eq!(class(&attempted), FailureClass::Transient);
    assert!(error(attempted).contains("webhook.allow_hosts"));
    assert!(server.received_requests().await.expect("recorded").is_empty());

    let allowed = settings(&by_name);
    assert!(matches!(deliver(&allowed, &a_delivery()).await, Attempted::Delivered { .. }));
}

#[tokio::test]
async fn an_endpoint_that_settings_do_not_name_is_asked_for_by_name() {
    let channel = webhook(&settings("http://127.0.0.1:1/awards")).expect("valid");
    let prize = Prize::Webhook { endpoint: "other".into(), payload: json!({}) };
    let attempted = channel.deliver(&a_delivery(), &prize).await;
    assert_eq!(class(&attempted), FailureClass::Transient);
    assert!(error(attempted).contains("[webhook.endpoints.other]"));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_the_start() {
    let cases = [
        ("partner", "is not a URL"),
        ("ftp://partner.example/", "https://"),
        ("https://user:hunter2@partner.example/", "user name"),
        ("http://169.254.169.254/latest", "webhook.allow_hosts"),
        ("http://0x7f.1/", "webhook.allow_hosts"),
        ("http://[::ffff:10.0.0.1]/", "webhook.allow_hosts"),
    ];
    for (url, complaint) in cases {
        let mut bad = settings("http://127.0.0.1:1/");
        bad.endpoints.get_mut("partner").expect("there").url = url.into();
        let error = webhook(&bad).err().expect(url).to_string();
        assert!(error.contains("webhook.endpoints: partner") && error.contains(complaint), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let mut bad = settings("https://partner.example:443/awards");
    bad.endpoints.get_mut("partner").expect("there").secret = "hunter2".into();
    let error = webhook(&bad).err().expect("a bad secret").to_string();
    assert!(error.contains("partner: secret must be") && !error.contains("hunter2"), "{error}");

    for entry in ["localhost", "localhost:http", ":80", "localhost:99999", "a b:80"] {
        let mut bad = settings("https://partner.example:443/awards");
        bad.allow_hosts = vec![entry.into()];
        let error = webhook(&bad).err().expect(entry).to_string();
        assert!(error.contains("webhook.allow_hosts"), "{error}");
    }
    let mut fine = settings("https://partner.example:443/awards");
    fine.allow_hosts = vec!["LOCALHOST:8090".into(), "[::1]:80".into(), "10.0.0.1:443".into()];
    assert!(webhook(&fine).is_ok());
}

fn reserving(url: &str) -> impl Channel + use<> {
    let mut settings = settings(url);
    settings.endpoints.get_mut("partner").expect("there").reserve = true;
    webhook(&settings).expect("valid")
}

fn a_prize() -> Prize {
    Prize::Webhook { endpoint: "partner".into(), payload: json!({ "calls": 5 }) }
}

#[tokio::test]
async fn a_reserving_endpoint_is_called_stage_by_stage_with_a_key_for_each() {
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({ "reference": "r-1" }))).await;
    let (channel, delivery, prize) = (reserving(&url(&server)), a_delivery(), a_prize());
    assert!(channel.stages(&prize));
    let stages = [Stage::Reserve, Stage::Send, Stage::Confirm, Stage::Release];
    for stage in stages {
        let reservation = (stage != Stage::Reserve).then_some("r-1");
        for _ in 0..2 {
            let call = StageCall { stage, round: 2, reservation, award: &delivery.award };
            let Attempted::Delivered { reference, .. } = channel.stage(&call, &prize).await else { panic!("{call:?}") };
            assert_eq!(reference.as_deref(), Some("r-1"));
        }
    }
    let requests = server.received_requests().await.expect("recorded");
    for (tries, stage) in requests.chunks(2).zip(stages) {
        assert_eq!(tries[0].body, tries[1].body, "the same on every try");
        let key = format!("{}-2-{}", delivery.award.award_record_id, stage.as_str());
        for name in ["webhook-id", "idempotency-key"] {
            assert_eq!(tries[1].headers.get(name).expect(name), key.as_str());
        }
        let event: Value = serde_json::from_slice(&tries[0].body).expect("JSON");
        assert_eq!(event["type"], format!("award.{}", stage.as_str()));
        let reservation = if stage == Stage::Reserve { Value::Null } else { json!("r-1") };
        let data = &event["data"];
        assert_eq!((&data["reservation"], &data["round"]), (&reservation, &json!(2)));
        assert_eq!((&data["user_id"], &data["payload"]["calls"]), (&json!("ann"), &json!(5)));
    }
}

#[tokio::test]
async fn only_what_an_endpoint_says_is_gone_counts_as_released() {
    for (status, gone) in [(410, true), (404, false), (409, false), (503, false)] {
        let server = answering(ResponseTemplate::new(status)).await;
        let (channel, delivery, prize) = (reserving(&url(&server)), a_delivery(), a_prize());
        for stage in [Stage::Reserve, Stage::Send, Stage::Confirm, Stage::Release] {
            let call = StageCall { stage, round: 1, reservation: None, award: &delivery.award };
            let attempted = channel.stage(&call, &prize).await;
            let expected = gone && stage == Stage::Release;
            assert_eq!(matches!(attempted, Attempted::Delivered { .. }), expected, "{stage:?} {attempted:?}");
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_no_longer_reserves_can_still_be_told_to_release() {
    let server = answering(ResponseTemplate::new(204)).await;
    let plain = webhook(&settings(&url(&server))).expect("valid");
    let (delivery, prize) = (a_delivery(), a_prize());
    assert!(!plain.stages(&prize), "only where the settings say so");
    let call = StageCall { stage: Stage::Release, round: 1, reservation: Some("r-1"), award: &delivery.award };
    assert!(matches!(plain.stage(&call, &prize).await, Attempted::Delivered { .. }));
}
