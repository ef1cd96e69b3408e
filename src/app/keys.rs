//! API keys: made, shown once, and looked up on every request.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use super::App;
use crate::domain::api_key::{ApiKey, ApiKeyHash, Scope};
use crate::domain::audit::Actor;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{ApiKeyId, UserId};
use crate::domain::principal::Principal;
use crate::domain::refusal::Refusal;
use crate::fault::Result;
use crate::store::keys::Revoked;

/// Keys that were found recently.
#[derive(Default)]
pub(super) struct KeyCache {
    found: Mutex<HashMap<ApiKeyHash, (ApiKey, Timestamp)>>,
}

/// A key found is believed for so long: a revoked key works no longer than that.
const BELIEVED_FOR: TimeDelta = TimeDelta::seconds(5);
/// Keys kept in memory at most.
const CACHED_MAX: usize = 10_000;
/// Characters of a secret that somebody chose, at least.
const CHOSEN_SECRET_MIN: usize = 16;
const NAME_MAX: usize = 100;

/// A key with its secret, which exists only here and at the caller.
#[derive(Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// The key.
    pub key: ApiKey,
    /// What callers send. Shown once.
    pub secret: String,
}

impl App {
    /// Makes a key with a random secret. A `creator` gives only scopes it has itself: otherwise whoever may make keys could
    /// make one that may do everything.
    ///
    /// # Errors
    /// A refusal where the creator lacks a scope, the name is empty or too long or there is no scope; a fault of the store.
    pub async fn create_api_key(
        &self,
        creator: Option<&Principal>,
        name: &str,
        scopes: BTreeSet<Scope>,
    ) -> Result<NewApiKey> {
        if let Some(scope) = creator.and_then(|creator| creator.lacks(&scopes)) {
            return Err(Refusal::Forbidden { scope }.into());
        }
        let mut bytes = [0; 32];
        self.inner.sources.chance.fill(&mut bytes);
        let secret = format!("bm_{}", URL_SAFE_NO_PAD.encode(bytes));
        let setup = Principal::from("setup");
        let key = self.keep_key(&creator.unwrap_or(&setup).actor, name, scopes, &secret).await?;
        Ok(NewApiKey { key, secret })
    }

    /// Keeps a key whose secret somebody chose.
    ///
    /// # Errors
    /// A refusal where the secret is too short, and as for [`App::create_api_key`].
    pub async fn keep_api_key(&self, name: &str, scopes: BTreeSet<Scope>, secret: &str) -> Result<ApiKey> {
        self.keep_key(&Actor::System("setup"), name, scopes, secret).await
    }

    async fn keep_key(&self, actor: &Actor, name: &str, scopes: BTreeSet<Scope>, secret: &str) -> Result<ApiKey> {
        if name.trim().is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            let message = format!("must be 1 to {NAME_MAX} printable characters");
            return Err(Refusal::invalid("name", message).into());
        }
        if scopes.is_empty() {
            return Err(Refusal::invalid("scopes", "must name at least one scope").into());
        }
        if secret.len() < CHOSEN_SECRET_MIN || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = format!("must be at least {CHOSEN_SECRET_MIN} printable ASCII characters without spaces");
            return Err(Refusal::invalid("secret", message).into());
        }
        let owner = UserId::new("operators").expect("a fixed valid id");
        let change = self.change(actor);
        let key = ApiKey {
            api_key_id: ApiKeyId::from_ulid(self.inner.sources.ids.mint(Bucket::of(&owner))),
            name: name.trim().to_owned(),
            scopes,
            created_at: change.at,
            revoked_at: None,
        };
        self.inner.store.save_api_key(&key, ApiKeyHash::of(secret), &change).await?;
        Ok(key)
    }

    /// Makes a key worth nothing: here at once, in other processes within five seconds. Repeating it changes nothing.
    ///
    /// # Errors
    /// A refusal where there is no such key; a fault of the store.
    pub async fn revoke_api_key(&self, actor: &Actor, api_key_id: ApiKeyId) -> Result<()> {
        let revoked = self.inner.store.revoke_api_key(api_key_id, &self.change(actor)).await?;
        let mut found = self.inner.keys.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.retain(|_, (key, _)| key.api_key_id != api_key_id);
        match revoked {
            Revoked::Key => Ok(()),
            Revoked::Unknown => Err(Refusal::Unknown { what: "API key", id: api_key_id.to_string() }.into()),
        }
    }

    /// All keys, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>> {
        Ok(self.inner.store.api_keys().await?)
    }

    /// The key that belongs to a secret.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] where no living key has this secret; a fault of the store.
    pub async fn authenticate(&self, secret: &str) -> Result<ApiKey> {
        let hash = ApiKeyHash::of(secret);
        let now = self.inner.sources.now();
        let cache = &self.inner.keys.found;
        let cached = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        if let Some((key, found_at)) = cached
            && (now - found_at).abs() < BELIEVED_FOR
        {
            return Ok(key);
        }
        let key = self.inner.store.api_key(hash).await?.ok_or(Refusal::Unauthenticated)?;
        let mut found = cache.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= CACHED_MAX {
            found.clear();
        }
        found.insert(hash, (key.clone(), now));
        Ok(key)
    }
}
