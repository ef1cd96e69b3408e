//! Nobody gets past what a route asks for: the walk over the page of routes.

use big_market::api::{Access, routes};
use big_market::domain::api_key::Scope;
use http::{Method, StatusCode};

use crate::support::market::Market;

/// Any path of a route: what varies is filled with something that is not there.
fn some_path(path: &str) -> String {
    path.replace("{id}", "nobody").replace("{day}", "2026-03-02").replace(['{', '}'], "")
}

#[tokio::test]
async fn every_route_asks_for_its_scope() {
    let market = Market::demo().await;
    for route in routes() {
        let call = || market.call(route.method.clone(), some_path(route.path));
        let name = format!("{} {}", route.method, route.path);
        if route.access == Access::Public {
            let answer = call().anonymous().send().await;
            // Signing in takes something: without it, it says so. A guest brings nothing.
            let expected = match (&route.method, route.path) {
                (&Method::POST, "/admin/session") => 415,
                (_, "/demo/guest") => 201,
                _ => 200,
            };
            assert_eq!(answer.status, expected, "{name}");
            continue;
        }
        for answer in [
            call().anonymous().send().await,
            call().bearer("bm_wrong").send().await,
            call().header("authorization", "Basic bm_wrong").send().await,
            call().header("authorization", "").send().await,
        ] {
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::UNAUTHORIZED, "unauthenticated"),
                "{name}"
            );
        }
        let Access::Needs(scope) = route.access else {
            let answer = call().send().await;
            assert_eq!(answer.code(), "unauthenticated", "{name}: a key with every scope is no session");
            continue;
        };
        let all_others = market.key_with(Scope::ALL.into_iter().filter(|other| *other != scope)).await;
        let answer = call().bearer(&all_others).send().await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{name}");
        assert_eq!(answer.json()["scope"], scope.as_str(), "{name}");
        assert!(answer.header("www-authenticate").unwrap().contains(scope.as_str()), "{name}");
        let only_this = market.key_with([scope]).await;
        let answer = call().bearer(&only_this).send().await;
        assert!(!matches!(answer.status.as_u16(), 401 | 403 | 500..), "{name}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_route_without_a_scope_is_one_of_six() {
    let public: Vec<_> =
        routes().into_iter().filter(|route| route.access == Access::Public).map(|route| route.path).collect();
    assert_eq!(public, ["/admin/session", "/admin/session", "/demo/guest", "/healthz", "/readyz", "/openapi.json"]);
}

#[tokio::test]
async fn a_refused_caller_changes_nothing() {
    let market = Market::demo().await;
    market.user("ann").recharge("9014").await;
    let reader = market.key_with([Scope::ActivitiesRead, Scope::UsersRead]).await;
    let body = serde_json::json!({"user_id": "ann"});
    let path = "/v1/activities/100301/draws";
    let answer = market.call(Method::POST, path).bearer(&reader).key("k").json(body).send().await;
    assert_eq!(answer.code(), "forbidden");
    assert_eq!(market.get("/v1/users/ann/draws").await.items(), Vec::<serde_json::Value>::new());
}
