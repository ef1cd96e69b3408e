//! What a newcomer gets in with, start after start.

use big_market::demo;
use big_market::domain::api_key::ApiKeyHash;
use big_market::domain::audit::Actor;

use crate::support::market::Market;

/// Revokes the key that has a secret.
async fn revoke(market: &Market, secret: &str) {
    let key = market.store.api_key(ApiKeyHash::of(secret)).await.unwrap().unwrap();
    market.app.revoke_api_key(&Actor::System("tests"), key.api_key_id).await.unwrap();
}

#[tokio::test]
async fn the_demo_s_key_lasts_until_it_is_revoked_and_is_made_anew_then() {
    let directory = tempfile::tempdir().unwrap();
    let market = Market::demo_with(|config| config.store.data_dir = directory.path().into()).await;
    let start = async || demo::prepare(&market.app, None).await.unwrap().secret;
    let first = start().await;
    assert_eq!(start().await, first);
    revoke(&market, &first).await;
    let second = start().await;
    assert_ne!(second, first);
    assert!(market.app.authenticate(&second).await.is_ok(), "what is printed works");
    assert_eq!(start().await, second);
    // A database that was made anew takes the secret that was kept.
    let anew = Market::demo_with(|config| config.store.data_dir = directory.path().into()).await;
    assert_eq!(demo::prepare(&anew.app, None).await.unwrap().secret, second);
    assert!(anew.app.authenticate(&second).await.is_ok());
}

#[tokio::test]
async fn a_chosen_key_that_was_revoked_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let market = Market::demo_with(|config| config.store.data_dir = directory.path().into()).await;
    let chosen = "a-chosen-key-0123456789";
    let start = async || demo::prepare(&market.app, Some(chosen.to_owned())).await;
    assert_eq!(start().await.unwrap().secret, chosen);
    revoke(&market, chosen).await;
    let said = start().await.map(|access| access.secret).unwrap_err().to_string();
    assert!(said.contains("BIG_MARKET_DEMO_API_KEY") && said.contains("revoked"), "{said}");
}
