//! Who changed what, and that publishing can take two people.

use big_market::domain::operator::Role;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::people::{Person, add};
use crate::support::market::{Answer, Market, demo_document};

const DRAFT: &str = "/admin/activities/100301/draft";
const PUBLISH: &str = "/admin/activities/100301/publish";

fn titled(title: &str) -> Value {
    let mut document = serde_json::to_value(demo_document()).unwrap();
    document["title"] = json!(title);
    document
}

#[tokio::test]
async fn drafts_publications_and_keys_are_recorded_with_before_and_after() {
    let market = Market::empty().await;
    for title in ["first", "first", "second"] {
        market.call(Method::PUT, DRAFT).json(titled(title)).send().await;
        market.call(Method::POST, PUBLISH).send().await;
    }
    let made = market.call(Method::POST, "/admin/api-keys").json(json!({"name": "shop", "scopes": ["users:read"]}));
    let made = made.send().await.json();
    let secret = made["secret"].as_str().unwrap();
    let key = format!("/admin/api-keys/{}", made["id"].as_str().unwrap());
    let works = async || market.call(Method::GET, "/v1/users/ann/draws").bearer(secret).send().await.status.as_u16();
    assert_eq!(works().await, 200);
    for _ in 0..2 {
        assert_eq!(market.call(Method::DELETE, &key).send().await.status, StatusCode::NO_CONTENT);
        assert_eq!(works().await, 401, "at once");
    }
    assert_eq!(market.call(Method::DELETE, "/admin/api-keys/7").send().await.fault_fields(), ["id"]);
    let unknown = "/admin/api-keys/key_01J9ZZZZZZZZZZZZZZZZZZZZZZ";
    assert_eq!(market.call(Method::DELETE, unknown).send().await.code(), "not_found");

    let changes = market.get("/admin/audit").await.items();
    let actions: Vec<_> = changes.iter().map(|change| change["action"].as_str().unwrap()).collect();
    let expected = [
        "api_key.revoke",
        "api_key.create",
        "campaign.publish",
        "draft.save",
        "draft.save",
        "campaign.publish",
        "draft.save",
        "api_key.create",
    ];
    assert_eq!(actions, expected, "what changed nothing left no record");
    assert_eq!(changes[2]["actor"]["name"], "tests");
    assert_eq!((&changes[2]["before"]["version"], &changes[2]["after"]["version"]), (&json!(1), &json!(2)));
    assert_eq!(changes[2]["after"]["changed"], json!(["title"]));
    assert_eq!(changes[0]["before"], json!({"revoked_at": null}));
    assert!(!format!("{changes:?}").contains(secret));
    let (actor, subject) = (changes[2]["actor"]["id"].as_str().unwrap(), "activity%20100301");
    assert_eq!(market.get(format!("/admin/audit?subject={subject}&limit=100")).await.items(), changes[2..7]);
    let first = market.get(format!("/admin/audit?actor={actor}&limit=3")).await.json();
    assert_eq!(first["items"].as_array().unwrap()[..], changes[..3]);
    let rest =
        market.get(format!("/admin/audit?actor={actor}&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!(rest.items(), changes[3..7]);
    assert_eq!(market.get("/admin/audit?cursor=x&who=me").await.fault_fields(), ["who", "cursor"]);
}

async fn publish(market: &Market, person: &Person, etag: Option<&str>) -> Answer {
    let call = person.call(market, Method::POST, PUBLISH);
    if let Some(etag) = etag { call.header("if-match", etag) } else { call }.send().await
}

#[tokio::test]
async fn with_the_setting_publishing_takes_a_second_person_who_reviewed_the_draft() {
    let market = Market::demo_with(|config| config.campaigns.second_person = true).await;
    for name in ["grace", "ada"] {
        add(&market, name, Role::Operator).await;
    }
    let (grace, ada) = (Person::sign_in(&market, "grace").await, Person::sign_in(&market, "ada").await);
    let save = async |title: &str| {
        let saved = grace.call(&market, Method::PUT, DRAFT).json(titled(title)).send().await;
        let read = ada.bare(&market, Method::GET, DRAFT).send().await;
        let etag = read.header("etag").unwrap().to_owned();
        assert_eq!(etag.trim_matches('"'), saved.json()["draft_hash"].as_str().unwrap());
        etag
    };
    let reviewed = save("spring").await;
    let refused = publish(&market, &grace, Some(&reviewed)).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "second_person_needed"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("grace"));
    let by_key = market.call(Method::POST, PUBLISH).header("if-match", &reviewed).send().await;
    assert_eq!(by_key.code(), "second_person_needed", "a key is no person");
    assert_eq!(publish(&market, &ada, None).await.fault_fields(), ["If-Match"]);
    assert_eq!(publish(&market, &ada, Some("*")).await.fault_fields(), ["If-Match"]);
    let changed = save("summer").await;
    assert_eq!(publish(&market, &ada, Some(&reviewed)).await.code(), "conflict");
    let published = publish(&market, &ada, Some(&changed)).await;
    assert_eq!((published.status, &published.json()["version"]), (StatusCode::CREATED, &json!(2)));
    let versions = market.get("/admin/activities/100301/versions").await.items();
    assert_eq!((&versions[0]["published_by"], &versions[0]["document"]["title"]), (&json!("ada"), &json!("summer")));
}

#[tokio::test]
async fn without_the_setting_a_reviewed_draft_is_published_as_it_was_reviewed_or_not_at_all() {
    let market = Market::empty().await;
    market.call(Method::PUT, DRAFT).json(titled("first")).send().await;
    let etag = market.get(DRAFT).await.header("etag").unwrap().to_owned();
    market.call(Method::PUT, DRAFT).json(titled("second")).send().await;
    let publish = async || market.call(Method::POST, PUBLISH).header("if-match", &etag).send().await;
    assert_eq!(publish().await.code(), "conflict");
    market.call(Method::PUT, DRAFT).json(titled("first")).send().await;
    assert_eq!(publish().await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn whoever_saved_a_draft_last_is_the_one_who_does_not_publish_it() {
    let market = Market::demo_with(|config| config.campaigns.second_person = true).await;
    for name in ["grace", "ada"] {
        add(&market, name, Role::Operator).await;
    }
    let (grace, ada) = (Person::sign_in(&market, "grace").await, Person::sign_in(&market, "ada").await);
    let save = async |call: crate::support::market::Call<'_>, title: &str| {
        assert_eq!(call.json(titled(title)).send().await.status, StatusCode::OK);
        market.get(DRAFT).await.header("etag").unwrap().to_owned()
    };
    save(grace.call(&market, Method::PUT, DRAFT), "spring").await;
    let summer = save(ada.call(&market, Method::PUT, DRAFT), "summer").await;
    let refused = publish(&market, &ada, Some(&summer)).await;
    assert_eq!(refused.code(), "second_person_needed");
    assert!(refused.json()["detail"].as_str().unwrap().contains("ada"), "{}", refused.text());
    assert_eq!(publish(&market, &grace, Some(&summer)).await.status, StatusCode::CREATED);
    // What a server saved, any operator may publish.
    let autumn = save(market.call(Method::PUT, DRAFT), "autumn").await;
    assert_eq!(publish(&market, &ada, Some(&autumn)).await.status, StatusCode::CREATED);
    assert_eq!(market.get("/admin/activities/100301/versions").await.items()[0]["published_by"], "ada");
}
