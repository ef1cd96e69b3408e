//! API keys: found by the hash of their secret, never by anything else.

use std::sync::Arc;

use big_market::domain::api_key::{ApiKey, ApiKeyHash, Scope};
use big_market::domain::id::ApiKeyId;
use big_market::store::audit::AuditFilter;
use big_market::store::keys::Revoked;
use big_market::store::{Page, Store};

use crate::support::rows::{at, change, mint, user};

fn key(name: &str) -> ApiKey {
    ApiKey {
        api_key_id: ApiKeyId::from_ulid(mint(&user("operator"))),
        name: name.into(),
        scopes: [Scope::DrawsWrite, Scope::UsersRead].into(),
        created_at: at(0),
        revoked_at: None,
    }
}

pub async fn a_key_is_found_by_its_hash(store: Arc<dyn Store>) {
    let (first, second) = (key("first"), key("second"));
    store.save_api_key(&first, ApiKeyHash::of("secret"), &change(0)).await.unwrap();
    store.save_api_key(&first, ApiKeyHash::of("secret"), &change(0)).await.unwrap();
    store.save_api_key(&second, ApiKeyHash::of("secret"), &change(0)).await.unwrap();
    assert_eq!(store.api_key(ApiKeyHash::of("secret")).await.unwrap(), Some(first));
    assert_eq!(store.api_key(ApiKeyHash::of("other")).await.unwrap(), None);
    assert_eq!(store.api_keys().await.unwrap().len(), 1);
}

pub async fn a_revoked_key_is_not_found(store: Arc<dyn Store>) {
    let revoked = ApiKey { revoked_at: Some(at(1)), ..key("old") };
    store.save_api_key(&revoked, ApiKeyHash::of("secret"), &change(0)).await.unwrap();
    assert_eq!(store.api_key(ApiKeyHash::of("secret")).await.unwrap(), None);
    assert_eq!(store.api_keys().await.unwrap(), [revoked]);
}

pub async fn a_key_is_revoked_once_and_for_good(store: Arc<dyn Store>) {
    let made = key("shop");
    store.save_api_key(&made, ApiKeyHash::of("secret"), &change(0)).await.unwrap();
    for seconds in [5, 6] {
        assert_eq!(store.revoke_api_key(made.api_key_id, &change(seconds)).await.unwrap(), Revoked::Key);
        assert_eq!(store.api_key(ApiKeyHash::of("secret")).await.unwrap(), None);
    }
    assert_eq!(store.api_keys().await.unwrap()[0].revoked_at, Some(at(5)));
    let unknown = key("unknown").api_key_id;
    assert_eq!(store.revoke_api_key(unknown, &change(7)).await.unwrap(), Revoked::Unknown);
    let page = Page { after: None, limit: 10 };
    let noted = store.audit(&AuditFilter::default(), &page).await.unwrap();
    let actions: Vec<_> = noted.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["api_key.revoke", "api_key.create"]);
}

pub async fn keys_are_listed_newest_first(store: Arc<dyn Store>) {
    let mut keys = ["one", "two", "three"].map(key);
    for key in &keys {
        store.save_api_key(key, ApiKeyHash::of(&key.name), &change(0)).await.unwrap();
    }
    keys.reverse();
    assert_eq!(store.api_keys().await.unwrap(), keys);
}
