//! People over HTTP: signing in and out, locks, cookies, pages of other origins, roles.

use big_market::api::{Access, routes};
use big_market::app::OperatorChange;
use big_market::domain::operator::{Operator, OperatorName, Password, Role};
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Call, Market};

const SESSION: &str = "/admin/session";
const PASSWORD: &str = "/admin/session/password";
const OPERATORS: &str = "/admin/operators";
/// What everybody here signs in with.
pub const SECRET: &str = "correct horse battery";

/// Adds an operator.
pub async fn add(market: &Market, name: &str, role: Role) -> Operator {
    let name = OperatorName::new(name).unwrap();
    market.app.add_operator(&"tests".into(), name, role, &Password::new(SECRET).unwrap()).await.unwrap()
}

async fn try_in(market: &Market, name: &str, password: &str) -> Answer {
    let wish = json!({"name": name, "password": password});
    market.call(Method::POST, SESSION).anonymous().json(wish).send().await
}

/// Somebody who signed in.
pub struct Person {
    cookie: String,
    csrf: String,
}

impl Person {
    pub async fn sign_in(market: &Market, name: &str) -> Self {
        let answer = try_in(market, name, SECRET).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Self { cookie, csrf: answer.json()["csrf_token"].as_str().unwrap().to_owned() }
    }

    /// A request with the cookie alone.
    pub fn bare<'a>(&self, market: &'a Market, method: Method, path: impl Into<String>) -> Call<'a> {
        market.call(method, path).anonymous().header("cookie", &self.cookie)
    }

    /// Whether the session lasts. That it does not is an answer, too, and says nothing else.
    pub async fn is_signed_in(&self, market: &Market) -> bool {
        let answer = self.bare(market, Method::GET, SESSION).send().await;
        let nobody = json!({"operator": null, "csrf_token": null, "expires_at": null});
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, Some("no-store")));
        assert_eq!(answer.json()["csrf_token"].is_string(), answer.json()["operator"].is_object());
        answer.json() != nobody
    }

    /// A request as our own page sends it.
    pub fn call<'a>(&self, market: &'a Market, method: Method, path: impl Into<String>) -> Call<'a> {
        self.bare(market, method, path).header("x-csrf-token", &self.csrf)
    }
}

#[tokio::test]
async fn an_operator_signs_in_is_known_and_signs_out() {
    let market = Market::empty().await;
    let grace = add(&market, "Grace", Role::Operator).await;
    let answer = try_in(&market, "grace", SECRET).await;
    let body = answer.json();
    let operator = json!({"id": grace.operator_id.to_string(), "name": "Grace", "role": "operator"});
    assert_eq!((&body["operator"], &body["expires_at"]), (&operator, &json!("2026-03-02T14:00:00.000Z")));
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.split("; ").any(|given| given == part), "{part}: {cookie}");
    }
    assert!(cookie.starts_with("bm_session=") && !cookie.contains("Secure"), "{cookie}");
    let grace = Person::sign_in(&market, "GRACE").await;
    let known = grace.bare(&market, Method::GET, SESSION).send().await;
    assert_eq!((&known.json()["operator"], &known.json()["csrf_token"]), (&operator, &json!(grace.csrf)));
    let out = grace.call(&market, Method::DELETE, SESSION).send().await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(
        out.header("set-cookie").unwrap().starts_with("bm_session=; ")
            && out.header("set-cookie").unwrap().contains("Max-Age=0")
    );
    assert!(!grace.is_signed_in(&market).await);
    assert_eq!(grace.bare(&market, Method::GET, OPERATORS).send().await.code(), "unauthenticated");
    assert_eq!(grace.call(&market, Method::DELETE, SESSION).send().await.code(), "unauthenticated");
    let actions: Vec<_> = market.audit().await.into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, ["session.end", "session.begin", "session.begin"]);
}

#[tokio::test]
async fn cookies_are_secure_where_the_setting_says_so() {
    let market = Market::demo_with(|config| config.operators.secure_cookies = true).await;
    add(&market, "grace", Role::Viewer).await;
    let answer = try_in(&market, "grace", SECRET).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.split("; ").any(|part| part == "Secure") && !cookie.contains("Domain"), "{cookie}");
    // Browsers take a cookie of this name from nobody but this very host, over TLS: none of a neighbour's can be in its place.
    let (name, token) = cookie.split("; ").next().unwrap().split_once('=').unwrap();
    assert_eq!(name, "__Host-bm_session");
    let ask = async |cookie: String| {
        market.call(Method::GET, SESSION).anonymous().header("cookie", &cookie).send().await.json()["operator"].clone()
    };
    assert_eq!(ask(format!("__Host-bm_session={token}")).await["name"], "grace");
    assert_eq!(ask(format!("__Host-bm_session={token}; bm_session=planted")).await["name"], "grace");
    assert_eq!(ask(format!("bm_session={token}")).await, Value::Null);
}

#[tokio::test]
async fn who_asks_who_is_signed_in_is_answered_whoever_they_are() {
    let market = Market::empty().await;
    let nobody = json!({"operator": null, "csrf_token": null, "expires_at": null});
    add(&market, "grace", Role::Viewer).await;
    let grace = Person::sign_in(&market, "grace").await;
    let ask = || market.call(Method::GET, SESSION);
    for call in [
        ask().anonymous(),
        ask().anonymous().header("cookie", "bm_session=made-up"),
        // With the header of a server, a cookie does not count, whatever the header says.
        ask(),
        ask().header("cookie", &grace.cookie),
        ask().bearer("bm_made_up").header("cookie", &grace.cookie),
    ] {
        let answer = call.send().await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, nobody.clone()));
        assert_eq!(answer.header("set-cookie"), None, "a late answer must not end a session that began meanwhile");
    }
    assert!(grace.is_signed_in(&market).await);
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_get_the_same_answer() {
    let market = Market::empty().await;
    let grace = add(&market, "grace", Role::Admin).await;
    add(&market, "ada", Role::Admin).await;
    let change = OperatorChange { disabled: Some(true), ..OperatorChange::default() };
    let wrong = try_in(&market, "grace", "not the password").await.json();
    market.app.change_operator(&"tests".into(), grace.operator_id, &change).await.unwrap();
    let tries = [("nobody", SECRET), ("grace", SECRET), ("", SECRET), ("ada", ""), ("ada", &"x".repeat(1_000))];
    for (name, password) in tries {
        let answer = try_in(&market, name, password).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::UNAUTHORIZED, wrong.clone()), "{name}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    let answer = market.call(Method::POST, SESSION).anonymous().json(json!({"name": "grace"})).send().await;
    assert_eq!(answer.fault_fields(), ["password"]);
}

#[tokio::test]
async fn a_lock_refuses_the_right_password_too_and_grows_with_each_wrong_one() {
    let market = Market::empty().await;
    add(&market, "grace", Role::Admin).await;
    let wrong = async |name: &str| try_in(&market, name, "not the password").await;
    // A name that nobody has is locked just the same: a lock does not tell who there is.
    for name in ["grace", "nobody"] {
        for _ in 0..5 {
            assert_eq!(wrong(name).await.code(), "unauthenticated", "{name}");
        }
        for seconds in [30, 60, 120] {
            for password in ["not the password", SECRET] {
                let answer = try_in(&market, name, password).await;
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts")
                );
                assert_eq!(answer.header("retry-after"), Some(seconds.to_string().as_str()), "{name}");
                assert_eq!(answer.json()["wait_seconds"], seconds);
            }
            market.clock.advance(TimeDelta::seconds(seconds));
            assert_eq!(wrong(name).await.code(), "unauthenticated", "{name}: one more try, and a longer lock");
        }
        market.clock.advance(TimeDelta::seconds(240));
    }
    let changes = market.get("/admin/audit?limit=100").await.items();
    assert_eq!(changes.iter().filter(|change| change["action"] == "operator.lock").count(), 4);
    assert_eq!(try_in(&market, "grace", SECRET).await.status, StatusCode::CREATED);
    for _ in 0..4 {
        assert_eq!(wrong("grace").await.code(), "unauthenticated", "a right password counts from none again");
    }
    assert_eq!(try_in(&market, "grace", SECRET).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn sessions_end_where_they_are_not_used_and_after_their_time() {
    let market = Market::empty().await;
    add(&market, "grace", Role::Viewer).await;
    let alive =
        async |person: &Person| person.bare(&market, Method::GET, "/admin/jobs").send().await.status == StatusCode::OK;
    let (used, idle) = (Person::sign_in(&market, "grace").await, Person::sign_in(&market, "grace").await);
    for half_hour in 0..23 {
        assert!(alive(&used).await, "{half_hour}");
        market.clock.advance(TimeDelta::minutes(30));
    }
    assert!(!alive(&idle).await, "nobody used it for more than an hour");
    assert!(alive(&used).await, "11 and a half hours");
    market.clock.advance(TimeDelta::minutes(30));
    assert!(!alive(&used).await, "however much it is used");
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let market = Market::empty().await;
    add(&market, "grace", Role::Admin).await;
    let grace = Person::sign_in(&market, "grace").await;
    let other = Person::sign_in(&market, "grace").await;
    let wish = json!({"name": "a key", "scopes": ["draws:write"]});
    let make = async |call: Call<'_>| call.json(wish.clone()).send().await;
    let keys = "/admin/api-keys";
    let ours = || grace.call(&market, Method::POST, keys).header("host", "market.example");
    for refused in [
        grace.bare(&market, Method::POST, keys),
        grace.bare(&market, Method::POST, keys).header("x-csrf-token", ""),
        grace.bare(&market, Method::POST, keys).header("x-csrf-token", &other.csrf),
        ours().header("origin", "https://evil.example"),
        ours().header("origin", "null"),
        ours().header("sec-fetch-site", "cross-site"),
        ours().header("sec-fetch-site", "same-site"),
    ] {
        let answer = make(refused).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "csrf_failed"));
    }
    assert_eq!(market.get(keys).await.items().len(), 1);
    let page = ours().header("origin", "https://market.example").header("sec-fetch-site", "same-origin");
    assert_eq!(make(page).await.status, StatusCode::CREATED);
    // Signing somebody in from elsewhere is a change, too.
    let wish = json!({"name": "grace", "password": SECRET});
    let foreign = market.call(Method::POST, SESSION).anonymous().header("origin", "https://evil.example").json(wish);
    assert_eq!(foreign.send().await.code(), "csrf_failed");
    // A bearer token is sent on purpose, so it alone counts, and no page can make a browser send it.
    let both = grace.bare(&market, Method::GET, keys).bearer("bm_wrong").send().await;
    assert_eq!(both.code(), "unauthenticated");
    let both = grace.bare(&market, Method::POST, keys).bearer(&market.secret);
    assert_eq!(make(both).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn each_role_may_call_the_routes_of_its_scopes_and_no_others() {
    let market = Market::empty().await;
    for role in Role::ALL {
        add(&market, role.as_str(), role).await;
        let person = Person::sign_in(&market, role.as_str()).await;
        for route in routes() {
            let Access::Needs(scope) = route.access else { continue };
            let path = route.path.replace("{id}", "nobody").replace("{name}", "nobody");
            let answer = person.call(&market, route.method.clone(), path).send().await;
            let name = format!("{role}: {} {}", route.method, route.path);
            if role.scopes().contains(&scope) {
                assert!(!matches!(answer.status.as_u16(), 401 | 403 | 500..), "{name}: {}", answer.status);
            } else {
                assert_eq!((answer.code().as_str(), &answer.json()["scope"]), ("forbidden", &json!(scope)), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn one_s_own_password_is_changed_and_other_sessions_end() {
    let market = Market::empty().await;
    add(&market, "grace", Role::Viewer).await;
    let (here, there) = (Person::sign_in(&market, "grace").await, Person::sign_in(&market, "grace").await);
    let change = async |password: &str, new: &str| {
        let wish = json!({"password": password, "new_password": new});
        here.call(&market, Method::POST, PASSWORD).json(wish).send().await
    };
    assert_eq!(change(SECRET, "short").await.fault_fields(), ["new_password"]);
    assert_eq!(change("not the password", "another long secret").await.fault_fields(), ["password"]);
    assert_eq!(change(SECRET, "another long secret").await.status, StatusCode::NO_CONTENT);
    assert!(here.is_signed_in(&market).await && !there.is_signed_in(&market).await);
    assert_eq!(try_in(&market, "grace", SECRET).await.code(), "unauthenticated");
    for _ in 0..4 {
        assert_eq!(change(SECRET, "one more long secret").await.fault_fields(), ["password"]);
    }
    assert_eq!(change("another long secret", "one more long secret").await.code(), "too_many_attempts");
    let noted = market.audit().await;
    assert!(noted.iter().any(|entry| entry.action == "operator.password"), "{noted:?}");
    assert!(!format!("{noted:?}").contains("long secret") && !format!("{noted:?}").contains("argon2"));
}

async fn make(market: &Market, by: &Person, name: &str, role: &str) -> Answer {
    let wish = json!({"name": name, "role": role, "password": SECRET});
    by.call(market, Method::POST, OPERATORS).json(wish).send().await
}

async fn change(market: &Market, by: &Person, id: &str, wish: Value) -> Answer {
    by.call(market, Method::PATCH, format!("{OPERATORS}/{id}")).json(wish).send().await
}

#[tokio::test]
async fn operators_are_added_changed_and_disabled_and_each_change_is_recorded() {
    let market = Market::empty().await;
    add(&market, "root", Role::Admin).await;
    let root = Person::sign_in(&market, "root").await;
    let made = make(&market, &root, "Grace", "viewer").await;
    assert_eq!(
        (made.status, &made.json()["role"], &made.json()["disabled_at"]),
        (StatusCode::CREATED, &json!("viewer"), &json!(null))
    );
    assert_eq!(make(&market, &root, "gRACE", "viewer").await.code(), "conflict");
    let bad =
        root.call(&market, Method::POST, OPERATORS).json(json!({"name": " ", "role": "king", "password": "short"}));
    assert_eq!(bad.send().await.fault_fields(), ["name", "role", "password"]);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let grace = Person::sign_in(&market, "grace").await;
    assert_eq!(make(&market, &grace, "x", "viewer").await.code(), "forbidden");
    // A role counts from the next request on.
    assert_eq!(change(&market, &root, &id, json!({"role": "admin"})).await.json()["role"], "admin");
    assert_eq!(make(&market, &grace, "Ada", "admin").await.status, StatusCode::CREATED);
    for _ in 0..2 {
        assert!(change(&market, &root, &id, json!({"disabled": true})).await.json()["disabled_at"].is_string());
    }
    assert!(!grace.is_signed_in(&market).await);
    assert_eq!(change(&market, &root, &id, json!({"disabled": false})).await.json()["disabled_at"], json!(null));
    assert!(!grace.is_signed_in(&market).await, "it ended for good");
    assert_eq!(change(&market, &root, &id, json!({"password": "a new long secret"})).await.status, StatusCode::OK);
    assert_eq!(try_in(&market, "grace", "a new long secret").await.status, StatusCode::CREATED);
    assert_eq!(change(&market, &root, &id, json!({})).await.fault_fields(), [""]);
    assert_eq!(change(&market, &root, "7", json!({"role": "king"})).await.fault_fields(), ["id", "role"]);
    let unknown = "oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ";
    assert_eq!(change(&market, &root, unknown, json!({"disabled": true})).await.code(), "not_found");
    let names: Vec<_> = market.get(OPERATORS).await.items().iter().map(|operator| operator["name"].clone()).collect();
    assert_eq!(names, ["root", "Grace", "Ada"]);
    let changes = market.get(format!("/admin/audit?subject=operator%20{id}")).await.items();
    let actions: Vec<_> = changes.iter().map(|change| change["action"].as_str().unwrap()).collect();
    let expected = [
        "session.begin",
        "operator.change",
        "operator.change",
        "operator.change",
        "operator.change",
        "session.begin",
        "operator.create",
    ];
    assert_eq!(actions, expected, "the repeat left no record");
    assert_eq!((&changes[6]["actor"]["name"], &changes[6]["before"]), (&json!("root"), &json!(null)));
    assert_eq!((&changes[4]["before"]["role"], &changes[4]["after"]["role"]), (&json!("viewer"), &json!("admin")));
    assert_eq!(changes[1]["after"]["password_reset"], true);
}

#[tokio::test]
async fn the_last_admin_stays_one_and_nobody_reaches_above_themselves() {
    let market = Market::empty().await;
    let root = add(&market, "root", Role::Admin).await;
    let id = root.operator_id.to_string();
    let person = Person::sign_in(&market, "root").await;
    for wish in [json!({"disabled": true}), json!({"role": "viewer"})] {
        let answer = change(&market, &person, &id, wish).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    }
    let limited = market
        .key_with(big_market::domain::api_key::Scope::ALL.into_iter().filter(|scope| scope.as_str() != "keys:write"))
        .await;
    let by_key = async |method: Method, path: String, wish: Value| {
        market.call(method, path).bearer(&limited).json(wish).send().await
    };
    let wish = json!({"name": "puppet", "role": "admin", "password": SECRET});
    let answer = by_key(Method::POST, OPERATORS.into(), wish).await;
    assert_eq!((answer.code().as_str(), &answer.json()["scope"]), ("forbidden", &json!("keys:write")));
    let answer = by_key(Method::PATCH, format!("{OPERATORS}/{id}"), json!({"password": "mine from now on"})).await;
    assert_eq!(answer.code(), "forbidden", "a reset would hand over what the key lacks");
    let wish = json!({"name": "helper", "role": "operator", "password": SECRET});
    assert_eq!(by_key(Method::POST, OPERATORS.into(), wish).await.status, StatusCode::CREATED);
    assert_eq!(
        Person::sign_in(&market, "root").await.bare(&market, Method::GET, SESSION).send().await.json()["operator"]["id"],
        json!(id)
    );
}
