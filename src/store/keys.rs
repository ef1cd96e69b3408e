//! The port for API keys.

use async_trait::async_trait;

use super::Stored;
use crate::domain::api_key::{ApiKey, ApiKeyHash};
use crate::domain::audit::Change;
use crate::domain::id::ApiKeyId;

/// What became of revoking a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is worth nothing since now, or since earlier.
    Key,
    /// There is no such key.
    Unknown,
}

/// What is remembered of API keys.
#[async_trait]
pub trait KeyStore {
    /// Keeps a key under the hash of its secret. The same hash again changes nothing.
    async fn save_api_key(&self, key: &ApiKey, hash: ApiKeyHash, change: &Change) -> Stored<()>;

    /// Makes a key worth nothing, for good. One that is revoked already stays as it is.
    async fn revoke_api_key(&self, api_key_id: ApiKeyId, change: &Change) -> Stored<Revoked>;

    /// The key whose secret has this hash and that is not revoked.
    async fn api_key(&self, hash: ApiKeyHash) -> Stored<Option<ApiKey>>;

    /// All keys, newest first.
    async fn api_keys(&self) -> Stored<Vec<ApiKey>>;
}
