//! Drafts, publication, versions, stock.

use big_market::domain::document::{self, Format};
use big_market::domain::operator::Role;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::people::{Person, add};
use crate::support::market::{Answer, Market, demo_document};

const DRAFT: &str = "/admin/activities/100301/draft";
const PUBLISH: &str = "/admin/activities/100301/publish";

const TOML_TEXT: &str = include_str!("../../../campaigns/demo-100301.toml");

fn demo_json() -> Value {
    serde_json::to_value(demo_document()).unwrap()
}

async fn save(market: &Market, document: Value) -> Answer {
    market.call(Method::PUT, DRAFT).json(document).send().await
}

#[tokio::test]
async fn a_draft_is_saved_and_read_as_json_and_as_toml() {
    let market = Market::empty().await;
    assert_eq!(market.get(DRAFT).await.code(), "not_found");
    let saved = market.call(Method::PUT, DRAFT).body("application/toml", TOML_TEXT).send().await;
    let hash = demo_document().digest();
    let updated_at = "2026-03-02T02:00:00.000Z";
    let expected = json!({"activity_id": "100301", "updated_at": updated_at, "draft_hash": hash, "faults": []});
    assert_eq!((saved.status, saved.json()), (StatusCode::OK, expected));
    for accept in ["application/json", "*/*", "text/html, application/json;q=0.5, application/toml"] {
        let read = market.call(Method::GET, DRAFT).header("accept", accept).send().await;
        assert_eq!((read.header("content-type"), read.json()), (Some("application/json"), demo_json()), "{accept}");
    }
    let read = market.call(Method::GET, DRAFT).header("accept", "application/toml").send().await;
    assert_eq!(read.header("content-type"), Some("application/toml"));
    assert_eq!(document::parse(&read.text(), Format::Toml), Ok(demo_document()));
    // What was read can be saved again, in either form.
    let again = market.call(Method::PUT, DRAFT).body("Application/TOML; charset=utf-8", read.body).send().await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(save(&market, demo_json()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_text_keeps_its_comments_as_a_draft_and_as_a_version() {
    let market = Market::empty().await;
    let draft_as = async |accept: &str| {
        let read = market.call(Method::GET, DRAFT).header("accept", accept).send().await;
        assert_eq!(read.header("content-type"), Some(accept));
        read.text()
    };
    let documents = async || market.get("/admin/activities/100301/documents").await.json();
    let written = format!("// agreed with Ann\n{:#} /* 1 // */", demo_json());
    let saved = market.call(Method::PUT, DRAFT).body("application/jsonc", written.clone()).send().await;
    assert_eq!((saved.status, &saved.json()["faults"]), (StatusCode::OK, &json!([])));
    assert_eq!(draft_as("application/jsonc").await, written);
    assert_eq!(document::parse(&draft_as("application/toml").await, Format::Toml), Ok(demo_document()));
    assert_eq!(documents().await["draft"]["source"], json!({"format": "jsonc", "text": written}));
    assert_eq!(
        (&documents().await["draft"]["document"], &documents().await["draft"]["faults"]),
        (&demo_json(), &json!([]))
    );

    assert!(TOML_TEXT.contains('#'), "it has comments");
    market.call(Method::PUT, DRAFT).body("application/toml", TOML_TEXT).send().await;
    assert_eq!(draft_as("application/toml").await, TOML_TEXT);
    assert_eq!(document::parse(&draft_as("application/jsonc").await, Format::Jsonc), Ok(demo_document()));
    assert_eq!(market.call(Method::POST, PUBLISH).send().await.status, StatusCode::CREATED);
    let source = json!({"format": "toml", "text": TOML_TEXT});
    assert_eq!((&documents().await["current"]["source"], &documents().await["draft"]), (&source, &Value::Null));
    assert_eq!(market.get("/admin/activities/100301/versions").await.items()[0]["source"], source);

    save(&market, demo_json()).await;
    assert_eq!(documents().await["draft"]["source"], Value::Null, "JSON says nothing more");
}

#[tokio::test]
async fn drafts_are_listed_in_parts_with_who_saved_them() {
    let market = Market::empty().await;
    add(&market, "grace", Role::Operator).await;
    add(&market, "vera", Role::Viewer).await;
    let (grace, vera) = (Person::sign_in(&market, "grace").await, Person::sign_in(&market, "vera").await);
    for id in ["spring", "autumn", "summer"] {
        let mut document = demo_json();
        (document["activity"], document["title"]) = (json!(id), json!(format!("The {id} fair")));
        let saved = grace.call(&market, Method::PUT, format!("/admin/activities/{id}/draft")).json(document);
        assert_eq!(saved.send().await.status, StatusCode::OK);
    }
    let seen = vera.bare(&market, Method::GET, "/admin/drafts?limit=2").send().await;
    assert_eq!((seen.status, &seen.json()["next_cursor"]), (StatusCode::OK, &json!("spring")));
    let rest = market.get("/admin/drafts?limit=2&cursor=spring").await;
    assert_eq!(rest.json()["next_cursor"], Value::Null);
    let line = |id: &str| {
        let (title, updated_at) = (format!("The {id} fair"), "2026-03-02T02:00:00.000Z");
        json!({"activity_id": id, "title": title, "updated_at": updated_at, "saved_by": "grace"})
    };
    assert_eq!([seen.items(), rest.items()].concat(), ["autumn", "spring", "summer"].map(line));
    // Who sees that there is a draft need not see what it says.
    let inside = vera.bare(&market, Method::GET, "/admin/activities/spring/draft").send().await;
    assert_eq!(inside.code(), "forbidden");
    assert_eq!(market.call(Method::GET, "/admin/drafts").anonymous().send().await.code(), "unauthenticated");
    let wrong = market.get("/admin/drafts?limit=101&cursor=a%20b&state=new").await;
    assert_eq!(wrong.fault_fields(), ["state", "cursor", "limit"]);
}

#[tokio::test]
async fn the_draft_that_was_seen_is_discarded_and_no_other() {
    const DRAFT: &str = "/admin/activities/100301/draft";
    let market = Market::empty().await;
    add(&market, "vera", Role::Viewer).await;
    let vera = Person::sign_in(&market, "vera").await;
    market.call(Method::PUT, DRAFT).json(demo_json()).send().await;
    let seen = market.get(DRAFT).await.header("etag").unwrap().to_owned();
    let mut document = demo_json();
    document["title"] = json!("Saved meanwhile");
    market.call(Method::PUT, DRAFT).json(document).send().await;
    let discard = async |etag: &str| market.call(Method::DELETE, DRAFT).header("if-match", etag).send().await;
    assert_eq!(discard(&seen).await.code(), "conflict");
    assert_eq!(discard("seen").await.fault_fields(), ["If-Match"]);
    assert_eq!(vera.call(&market, Method::DELETE, DRAFT).send().await.code(), "forbidden");
    let now = market.get(DRAFT).await.header("etag").unwrap().to_owned();
    assert_eq!(discard(&now).await.status, StatusCode::NO_CONTENT);
    assert_eq!(market.call(Method::DELETE, DRAFT).send().await.code(), "not_found");
    assert_eq!(market.get("/admin/drafts").await.items(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_draft_of_another_activity_is_refused() {
    let market = Market::empty().await;
    let answer = market.call(Method::PUT, "/admin/activities/7/draft").json(demo_json()).send().await;
    assert_eq!((answer.status, answer.fault_fields()), (StatusCode::BAD_REQUEST, vec!["activity".to_owned()]));
}

#[tokio::test]
async fn what_is_no_document_is_told_with_its_place() {
    let market = Market::empty().await;
    for (media_type, body) in [
        ("application/json", "{\n \"activity\" 1}"),
        ("application/json", "{}"),
        ("application/jsonc", "/* \n */ { \"activity\" // 1\n 1}"),
        ("application/jsonc", "// \0\n{}"),
        ("application/jsonc", "{} /* open"),
        ("application/toml", "activity = \n"),
        ("application/toml", "activity = \"100301\"\nnonsense = 1\n"),
    ] {
        let answer = market.call(Method::PUT, DRAFT).body(media_type, body).send().await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_document"));
        let fault = &answer.json()["faults"][0];
        assert!(fault["path"].as_str().unwrap().starts_with("line "), "{fault}");
        assert!(!fault["message"].as_str().unwrap().is_empty() && !fault["mend"].as_str().unwrap().is_empty());
    }
    let answer = market.call(Method::PUT, DRAFT).body("text/plain", TOML_TEXT).send().await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"));
    let answer = market.call(Method::PUT, DRAFT).body("application/toml", vec![0xff_u8]).send().await;
    assert_eq!(answer.fault_fields(), [""]);
}

#[tokio::test]
async fn a_document_may_be_larger_than_other_bodies() {
    let market = Market::empty().await;
    let mut document = demo_document();
    document.blacklist.as_mut().unwrap().users = (0..10_000).map(|number| format!("user-{number:06}")).collect();
    let saved = save(&market, serde_json::to_value(&document).unwrap()).await;
    assert_eq!((saved.status, &saved.json()["faults"]), (StatusCode::OK, &json!([])));
    let blank = " ".repeat(market.app.config().server.document_bytes_max + 1);
    let answer = market.call(Method::PUT, DRAFT).body("application/json", blank).send().await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"));
}

#[tokio::test]
async fn publishing_makes_a_version_and_repeating_it_changes_nothing() {
    let market = Market::empty().await;
    assert_eq!(market.call(Method::POST, PUBLISH).send().await.code(), "not_found");
    save(&market, demo_json()).await;
    let publisher = market.app.create_api_key(None, "campaign desk", big_market::domain::api_key::Scope::ALL.into());
    let publisher = publisher.await.unwrap().secret;
    let answer = market.call(Method::POST, PUBLISH).bearer(&publisher).send().await;
    let expected = json!({"activity_id": "100301", "version": 1, "changed": true});
    assert_eq!((answer.status, answer.json()), (StatusCode::CREATED, expected));
    save(&market, demo_json()).await;
    let answer = market.call(Method::POST, PUBLISH).send().await;
    let expected = json!({"activity_id": "100301", "version": 1, "changed": false});
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, expected));
    let mut changed = demo_json();
    changed["title"] = json!("春");
    save(&market, changed.clone()).await;
    assert_eq!(market.call(Method::POST, PUBLISH).send().await.json()["version"], 2);
    let versions = market.get("/admin/activities/100301/versions").await.items();
    assert_eq!(versions.iter().map(|version| version["version"].clone()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((&versions[0]["document"], &versions[1]["document"]), (&changed, &demo_json()));
    assert_eq!(versions[1]["published_by"], "campaign desk");
    assert_eq!(versions[1]["published_at"], "2026-03-02T02:00:00.000Z");
}

#[tokio::test]
async fn publishing_names_every_fault_at_once() {
    let market = Market::empty().await;
    let mut document = demo_json();
    document["awards"][0]["weight"] = json!("0.5");
    document["awards"][1]["fallback"] = json!("nothing");
    document["time_zone"] = json!("Mars/Olympus");
    let saved = save(&market, document).await;
    assert_eq!(saved.status, StatusCode::OK, "faults do not keep a draft from being saved");
    let documents = market.get("/admin/activities/100301/documents").await.json();
    assert_eq!(documents["draft"]["faults"], saved.json()["faults"]);
    let answer = market.call(Method::POST, PUBLISH).send().await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_document"));
    let problem = answer.json();
    assert_eq!(problem["faults"], saved.json()["faults"]);
    let paths: Vec<_> = problem["faults"].as_array().unwrap().iter().map(|fault| fault["path"].clone()).collect();
    for path in ["time_zone", "awards[1].fallback"] {
        assert!(paths.contains(&json!(path)), "{path}: {paths:?}");
    }
    assert!(paths.len() >= 3, "{paths:?}");
    assert_eq!(market.get("/v1/activities/100301").await.code(), "not_found");
}

#[tokio::test]
async fn publishing_takes_no_body() {
    let market = Market::empty().await;
    save(&market, demo_json()).await;
    let answer = market.call(Method::POST, PUBLISH).json(demo_json()).send().await;
    assert_eq!((answer.status, answer.fault_fields()), (StatusCode::BAD_REQUEST, vec![String::new()]));
}

#[tokio::test]
async fn stock_shows_every_counter() {
    let market = Market::demo().await;
    market.user("ann").recharge("9014").await;
    let body = market.get("/admin/activities/100301/stock").await.json();
    assert_eq!((&body["activity_id"], &body["version"], &body["state"]), (&json!("100301"), &json!(1), &json!("open")));
    assert!(body["epoch"].as_i64().unwrap() >= 1);
    let items = body["items"].as_array().unwrap();
    let sku = items.iter().find(|item| item["kind"] == "sku" && item["id"] == "9014").unwrap();
    assert_eq!(
        *sku,
        json!({
            "kind": "sku", "id": "9014", "total": 100_000, "left": 99_999, "confirmed": 1, "claimed": 0,
            "noted_used": null, "noted_at": null,
        })
    );
    market.app.sync_stock().await.unwrap();
    let items = market.get("/admin/activities/100301/stock").await.items();
    let sku = items.iter().find(|item| item["kind"] == "sku" && item["id"] == "9014").unwrap();
    assert_eq!((&sku["noted_used"], &sku["noted_at"]), (&json!(1), &json!("2026-03-02T02:00:00.000Z")));
}

#[tokio::test]
async fn unknown_activities_are_refused() {
    let market = Market::empty().await;
    for (path, known) in [("draft", true), ("versions", true), ("stock", true), ("draft%20", false)] {
        let answer = market.get(format!("/admin/activities/nothing/{path}")).await;
        assert_eq!(answer.code(), "not_found", "{path} {known}");
    }
    assert_eq!(market.get("/admin/activities/a%20b/stock").await.fault_fields(), ["id"]);
}
