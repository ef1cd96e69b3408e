//! What roles allow, written here once more as people are told, and what stands before every route that changes something.

use std::collections::BTreeSet;

use big_market::api::{Access, routes};
use big_market::domain::api_key::Scope;
use big_market::domain::operator::Role;
use http::StatusCode;

use super::people::{Person, add};
use crate::support::market::Market;

const VIEWER: [&str; 3] = ["activities:read", "operations:read", "users:read"];
const OPERATOR: [&str; 6] =
    ["awards:write", "campaigns:write", "operations:write", "points:write", "recharges:write", "redemptions:write"];
const ADMIN: [&str; 5] = ["behaviours:write", "draws:write", "keys:write", "operators:write", "tokens:write"];

#[test]
fn a_role_is_the_scopes_that_people_are_told() {
    let mut allowed = BTreeSet::new();
    for (role, added) in [(Role::Viewer, &VIEWER[..]), (Role::Operator, &OPERATOR), (Role::Admin, &ADMIN)] {
        allowed.extend(added);
        let scopes: BTreeSet<_> = role.scopes().into_iter().map(Scope::as_str).collect();
        assert_eq!(scopes, allowed, "{role}");
    }
}

#[test]
fn whoever_only_looks_changes_nothing() {
    let viewer = Role::Viewer.scopes();
    for route in routes() {
        if let Access::Needs(scope) = route.access
            && viewer.contains(&scope)
        {
            assert!(route.method.is_safe(), "{} {} changes something by {scope}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn the_cookie_alone_changes_nothing_on_any_route() {
    let market = Market::empty().await;
    add(&market, "root", Role::Admin).await;
    let root = Person::sign_in(&market, "root").await;
    let records = market.audit().await.len();
    for route in routes().into_iter().filter(|route| route.access != Access::Public && !route.method.is_safe()) {
        let path = route.path.replace("{id}", "nobody").replace("{name}", "nobody");
        let answer = root.bare(&market, route.method.clone(), path).send().await;
        let name = format!("{} {}", route.method, route.path);
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "csrf_failed"), "{name}");
    }
    assert_eq!(market.audit().await.len(), records);
}
